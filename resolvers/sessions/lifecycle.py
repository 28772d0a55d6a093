"""Sessions: open, choose the organization, mint tokens, end, revoke (rules 28 to 30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    and_,
    bindparam,
    func,
    inspect,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select

from models.database.store import Store
from models.errors import NotFound, ResourceNotFound, SessionClosed, Unauthenticated
from models.events import EventType
from models.instance import Instance, MembershipMode, requires_organization
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Permission, Role, RolePermission
from models.sessions import LIFETIME, LIVE_SESSIONS, TOUCH_INTERVAL, Session, SessionStatus, is_open
from models.users import User
from resolvers.access import Actor, ActorType, SigningSession, ensure_identity_token
from resolvers.events.payloads import record_session
from resolvers.pages import AnyRow, AnySelect
from resolvers.sessions.claims import (
    MOST_MEMBERSHIPS,
    ActiveOrganization,
    TokenClaims,
    TokenContent,
    TokenFormat,
    make_claims,
)
from resolvers.transaction import Clock, Transaction, organizations_disabled


class Choice(Enum):
    """Which organization is meant, where it is not named."""

    # The one that the session has.
    OWN = "own"
    # None: the personal account, which is no choice where membership is required.
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """How tokens are made for a request: `authorized_party`
    is the origin of the page that asks for it.
    """

    format: TokenFormat
    issuer: str
    authorized_party: str | None


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """What a verified session token says."""

    session_id: str
    user_id: str
    organization_id: str | None


# ------------------------------------------------------------------------------------------ sign in


@cache
def _load_caller_row() -> AnySelect:
    """The instance's settings, and the session if it is open and the user's."""
    same = (col(Session.id) == bindparam("session_id")) & (
        col(Session.user_id) == bindparam("user_id")
    )
    columns = select(
        Instance, type_coerce(col(Session.id), String).label("session_id"), col(Session.expires_at)
    )
    return columns.outerjoin(Session, same & is_open_at(bindparam("now")))


async def sign_in_session(
    store: Store, clock: Clock, token: SessionClaims
) -> tuple[Actor, Instance] | None:
    """The caller behind a verified session token, in one
    statement; None once the session, or its user, is gone.
    """
    values = {"session_id": token.session_id, "user_id": token.user_id, "now": clock()}
    async with store.read() as connection:
        row = (await connection.execute(_load_caller_row(), values)).one()
    if row.session_id is None:
        return None
    session = SigningSession(token.session_id, row.expires_at, token.organization_id)
    return Actor(ActorType.USER, token.user_id, session), cast(Instance, row)


def is_open_at(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(col(Session.closed_as).is_(None), col(Session.expires_at) > now)


# ---------------------------------------------------------------------------------------- mutations


async def create_session(tx: Transaction, *, organization_id: str | None) -> Session:
    """Opens a session of the caller, in an organization or, for now, in none."""
    ensure_identity_token(tx.actor)
    user_id = await _caller(tx)
    membership = await _membership_in(tx, organization_id) if organization_id is not None else None
    await _make_room(tx)
    session = Session(
        id=tx.new_id(Session.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        user_id=user_id,
        membership_id=membership.id if membership else None,
        last_active_at=tx.now,
        expires_at=tx.now + LIFETIME,
    )
    tx.session.add(session)
    await tx.session.flush()
    await record_session(tx, EventType.SESSION_CREATED, session)
    return session


async def _caller(tx: Transaction) -> str:
    """The caller's id, locked: how many sessions they have is counted under this lock."""
    statement = (
        select(User.id).where(col(User.id) == tx.actor.user_id).with_for_update(key_share=True)
    )
    user_id = (await tx.session.execute(statement)).scalar_one_or_none()
    if user_id is None:
        raise Unauthenticated
    return user_id


async def _membership_in(tx: Transaction, organization_id: str) -> Membership:
    return await _own_membership(tx, col(Membership.organization_id) == organization_id)


async def _membership_by_slug(tx: Transaction, slug: str) -> Membership:
    named = select(Organization.id).where(col(Organization.slug) == slug)
    if not (await tx.instance()).slugs_enabled:
        raise NotFound
    return await _own_membership(tx, col(Membership.organization_id).in_(named))


async def _own_membership(tx: Transaction, condition: ColumnElement[bool]) -> Membership:
    """The caller's membership, locked so that it can't go before the session holds it.

    Raises NotFound.
    """
    await tx.ensure_organizations_enabled()
    own = select(Membership).where(col(Membership.user_id) == tx.actor.user_id, condition)
    found = (
        await tx.session.execute(own.with_for_update(read=True, key_share=True))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def _make_room(tx: Transaction) -> None:
    own = select(Session).where(col(Session.user_id) == tx.actor.user_id, is_open_at(tx.now))
    newest_first = own.order_by(col(Session.last_active_at).desc(), col(Session.id).desc())
    idle = newest_first.offset(LIVE_SESSIONS - 1).limit(LIVE_SESSIONS).with_for_update()
    for session in (await tx.session.execute(idle)).scalars().all():
        await _close(tx, session, SessionStatus.ENDED, EventType.SESSION_ENDED)


async def set_active_organization(
    tx: Transaction, *, session_id: str, organization_id: str | None, slug: str | None
) -> Session:
    """Chooses where the session goes on; the personal account,
    with neither, changes nothing where it is not allowed.

    The membership is locked before the session, as by who removes it.
    """
    ensure_identity_token(tx.actor)
    await tx.ensure_organizations_enabled()
    membership = None
    if organization_id is not None:
        membership = await _membership_in(tx, organization_id)
    elif slug is not None:
        membership = await _membership_by_slug(tx, slug)
    session = await _own_open(tx, session_id)
    if membership or not requires_organization(await tx.instance()):
        _set_membership(tx, session, membership.id if membership else None)
    if tx.now - session.last_active_at >= TOUCH_INTERVAL:
        session.last_active_at = tx.now
    await tx.session.flush()
    return session


def _set_membership(tx: Transaction, session: Session, membership_id: str | None) -> None:
    if session.membership_id != membership_id:
        session.membership_id, session.updated_at = membership_id, tx.now


async def activate_pending_session(tx: Transaction, membership: Membership) -> None:
    """The session whose token made the membership is not
    pending any more; others are left alone (rule 28).
    """
    signed = tx.actor.session
    if signed is None or not requires_organization(await tx.instance()):
        return
    pending = (col(Session.id) == signed.id) & col(Session.membership_id).is_(None)
    chosen = {"membership_id": membership.id, "updated_at": tx.now}
    await tx.session.execute(update(Session).where(pending, is_open_at(tx.now)).values(chosen))


async def _session(tx: Transaction, *conditions: ColumnElement[bool]) -> Session:
    statement = select(Session).where(*conditions).with_for_update()
    found = (await tx.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise _no_session()
    return found


def _no_session() -> ResourceNotFound:
    return ResourceNotFound("There is no such session.", at="session_id")


def _closed() -> SessionClosed:
    return SessionClosed("The session is over: open a new one.", at="session_id")


async def _own_session(tx: Transaction, session_id: str) -> Session:
    return await _session(
        tx, col(Session.id) == session_id, col(Session.user_id) == tx.actor.user_id
    )


async def _own_open(tx: Transaction, session_id: str) -> Session:
    session = await _own_session(tx, session_id)
    if not is_open(session.closed_as, session.expires_at, tx.now):
        raise _closed()
    return session


async def end_session(tx: Transaction, *, session_id: str) -> Session:
    """Ends one of the caller's sessions at once, by its own
    token or by an identity token; one that is over stays.
    """
    if tx.actor.session and tx.actor.session.id != session_id:
        ensure_identity_token(tx.actor)
    session = await _own_session(tx, session_id)
    await _close(tx, session, SessionStatus.ENDED, EventType.SESSION_ENDED)
    return session


async def revoke_session(tx: Transaction, *, session_id: str) -> Session:
    """Ends anybody's session at once; one that is over stays as it is."""
    session = await _session(tx, col(Session.id) == session_id)
    await _close(tx, session, SessionStatus.REVOKED, EventType.SESSION_REVOKED)
    return session


async def _close(
    tx: Transaction, session: Session, status: SessionStatus, event: EventType
) -> None:
    if is_open(session.closed_as, session.expires_at, tx.now):
        session.closed_as, session.updated_at = status.value, tx.now
        await record_session(tx, event, session)


# ------------------------------------------------------------------------------------------- tokens


def _select_membership(choice: Choice | None) -> ColumnElement[bool]:
    """Which of the user's memberships a token is for, the
    named one if none is chosen; none with organizations off.
    """
    own, is_on = (
        col(Membership.id) == col(Session.membership_id),
        col(Instance.organizations_enabled),
    )
    if choice is Choice.OWN:
        return own & is_on
    if choice is Choice.PERSONAL:
        return own & is_on & (col(Instance.membership_mode) == MembershipMode.REQUIRED.value)
    named = col(Membership.organization_id) == bindparam("organization_id")
    return named & (col(Membership.user_id) == col(Session.user_id)) & is_on


def _permissions() -> ColumnElement[str]:
    """The keys that the membership's role holds, with blanks between them: a key has none."""
    held = select(func.aggregate_strings(col(Permission.key), " ")).join(
        RolePermission, col(RolePermission.permission_id) == col(Permission.id)
    )
    return (
        held.where(col(RolePermission.role_id) == col(Membership.role_id))
        .correlate(Membership)
        .scalar_subquery()
    )


def _memberships() -> ColumnElement[str]:
    """The user's newest memberships, as `<membership id>
    <organization id> <role key>`, with commas between them.
    """
    parts = col(Membership.id) + " " + col(Membership.organization_id) + " " + col(Role.key)
    newest = (
        select(parts.label("entry"))
        .join(Role, col(Role.id) == col(Membership.role_id))
        .where(col(Membership.user_id) == bindparam("user_id"))
        .order_by(col(Membership.id).desc())
        .limit(MOST_MEMBERSHIPS)
        .subquery()
    )
    return select(func.aggregate_strings(newest.c.entry, ",")).scalar_subquery()


@cache
def _statement(choice: Choice | None, format: TokenFormat) -> AnySelect:
    """Everything that a token says, in one row; none for a session that is not the user's.

    Putting the statement together would take as long as running it: there is one for each way of
    asking.
    """
    same = (col(Session.id) == bindparam("session_id")) & (
        col(Session.user_id) == bindparam("user_id")
    )
    columns: AnySelect = (
        select(Session).join(Instance, same).outerjoin(Membership, _select_membership(choice))
    )
    columns = columns.outerjoin(
        Organization, col(Organization.id) == col(Membership.organization_id)
    )
    columns = columns.outerjoin(Role, col(Role.id) == col(Membership.role_id)).add_columns(
        col(Instance.organizations_enabled),
        col(Instance.membership_mode),
        col(Instance.slugs_enabled),
        col(Organization.id).label("organization_id"),
        col(Organization.slug),
        col(Role.key).label("role"),
        _permissions().label("permissions"),
    )
    return (
        columns
        if format is TokenFormat.V2
        else columns.add_columns(_memberships().label("memberships"))
    )


def _parse_memberships(memberships: str | None) -> Sequence[tuple[str, str]]:
    """(organization id, role key), newest first."""
    entries = sorted(memberships.split(",") if memberships else [], reverse=True)
    return [
        (organization_id, role)
        for _, organization_id, role in (entry.split(" ") for entry in entries)
    ]


def _organization(row: AnyRow) -> ActiveOrganization | None:
    if row.organization_id is None:
        return None
    slug = row.slug if row.slugs_enabled else None
    return ActiveOrganization(
        row.organization_id, slug, row.role, frozenset((row.permissions or "").split())
    )


async def _load_token_claims(
    connection: AsyncConnection,
    now: datetime,
    user_id: str | None,
    *,
    session_id: str,
    choice: Choice | str,
    minting: TokenOptions,
) -> tuple[AnyRow, TokenClaims]:
    """The session and the claims of a token; a token with an
    organization is never pending, whatever the session is.
    """
    named = choice if isinstance(choice, str) else None
    statement = _statement(None if isinstance(choice, str) else choice, minting.format)
    values = {"session_id": session_id, "user_id": user_id, "organization_id": named}
    row: AnyRow | None = (await connection.execute(statement, values)).one_or_none()
    if row is None:
        raise _no_session()
    if not is_open(row.closed_as, row.expires_at, now):
        raise _closed()
    organization = _organization(row)
    if organization is None and named is not None:
        raise NotFound if row.organizations_enabled else organizations_disabled()
    content = TokenContent(
        issuer=minting.issuer,
        user_id=row.user_id,
        session_id=row.id,
        is_pending=organization is None and requires_organization(cast(Instance, row)),
        now=now,
        authorized_party=minting.authorized_party,
        organization=organization,
        memberships=_parse_memberships(
            None if minting.format is TokenFormat.V2 else row.memberships
        ),
        signed_in_at=row.created_at,
    )
    return row, make_claims(minting.format, content)


async def make_token_claims(
    tx: Transaction, session: Session, minting: TokenOptions
) -> TokenClaims:
    """The claims of a token for the organization that the session has now."""
    connection = await tx.session.connection()
    _, made = await _load_token_claims(
        connection,
        tx.now,
        session.user_id,
        session_id=session.id,
        choice=Choice.OWN,
        minting=minting,
    )
    return made


async def create_session_token(
    store: Store,
    clock: Clock,
    actor: Actor,
    *,
    session_id: str,
    choice: Choice | str,
    minting: TokenOptions,
) -> tuple[AnyRow, TokenClaims]:
    """The session and the claims of a token for any organization of the caller, in one statement.

    The session's own choice stays, so that browser tabs do not fight; once a minute it is noted
    that it is in use.
    """
    ensure_identity_token(actor)
    now = clock()
    async with store.read() as connection:
        row, made = await _load_token_claims(
            connection, now, actor.user_id, session_id=session_id, choice=choice, minting=minting
        )
    if now - row.last_active_at < TOUCH_INTERVAL:
        return row, made
    return await _touch(store, session_id, now) or row, made


async def _touch(store: Store, session_id: str, now: datetime) -> AnyRow | None:
    """The session, noted to be in use; None when another request of the same minute has done so."""
    idle = (col(Session.id) == session_id) & (col(Session.last_active_at) <= now - TOUCH_INTERVAL)
    touched = update(Session).where(idle).values(last_active_at=now)
    async with store.write() as session:
        return (await session.execute(touched.returning(*inspect(Session).columns))).one_or_none()


def get_expiry(claims: TokenClaims) -> datetime:
    return datetime.fromtimestamp(claims["exp"], UTC)
