"""Session tokens: which organization they are for, and what they say about it (rules 29 and 30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, bindparam, func, inspect, update
from sqlmodel import col, select

from models.base import UTCDateTime
from models.database.connection import Connection
from models.database.statements import AnySelect
from models.database.store import Store
from models.errors.request import NotFound
from models.instance import Instance, MembershipMode, requires_organization
from models.memberships import Membership
from models.organizations import Organization
from models.plans import PayerType
from models.roles import Role
from models.sessions import TOUCH_INTERVAL, Session, is_open
from resolvers.authority.access import (
    Actor,
    ensure_identity_token,
    select_permission_keys,
)
from resolvers.authority.plan_gate import (
    filter_by_features,
    parse_keys,
    select_features,
    select_plan_key,
)
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import Transaction, organizations_disabled
from resolvers.lists.pages import AnyRow
from resolvers.sessions.claims import (
    MOST_MEMBERSHIPS,
    TOKEN_SECONDS,
    ActiveOrganization,
    ActivePlan,
    TokenClaims,
    TokenContent,
    TokenFormat,
    make_claims,
)
from resolvers.sessions.rows import session_closed, session_not_found


class Choice(Enum):
    """How a request chooses the organization that a token is for."""

    # The session's active organization.
    OWN = "own"
    # None: the personal account. In membership mode REQUIRED, the session's organization stays.
    PERSONAL = "personal"
    ID = "id"
    SLUG = "slug"


@dataclass(frozen=True, slots=True)
class ChosenOrganization:
    choice: Choice = Choice.OWN
    # The ID or the slug; None if the request names no organization.
    name: str | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """The claims of a token that can be signed, and the organization that they are for."""

    claims: TokenClaims
    organization_id: str | None


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """The format, issuer, and lifetime of a token, and the origin of the page that requests it."""

    format: TokenFormat
    issuer: str
    authorized_party: str | None
    seconds: int = TOKEN_SECONDS


def _select_membership(choice: Choice) -> ColumnElement[bool]:
    """Selects the membership that a token is for; none while organizations are disabled."""
    is_on = col(Instance.organizations_enabled)
    own = col(Membership.id) == col(Session.membership_id)
    if choice is Choice.OWN:
        return own & is_on
    if choice is Choice.PERSONAL:
        return own & is_on & (col(Instance.membership_mode) == MembershipMode.REQUIRED.value)
    named = col(Membership.organization_id) == bindparam("name")
    if choice is Choice.SLUG:
        with_slug = select(Organization.id).where(col(Organization.slug) == bindparam("name"))
        named = col(Membership.organization_id).in_(with_slug) & col(Instance.slugs_enabled)
    return named & (col(Membership.user_id) == col(Session.user_id)) & is_on


def _select_memberships() -> ColumnElement[str]:
    """Selects the user's newest memberships, separated by commas.

    Each is `<membership ID> <organization ID> <role key>`.
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


def _select_plans() -> Sequence[ColumnElement[str | None]]:
    """Selects the plan in force of the organization, and that of the user, with their features."""
    now: Any = bindparam("now", type_=UTCDateTime)
    payers = {
        PayerType.ORGANIZATION: col(Membership.organization_id),
        PayerType.USER: col(Session.user_id),
    }
    return [
        select(payer, payer_id, now).label(f"{payer.value}_{what}")
        for payer, payer_id in payers.items()
        for what, select in (("plan", select_plan_key), ("features", select_features))
    ]


def _make_plan_claims(row: AnyRow) -> ActivePlan | None:
    """Makes what the token says about the plan: the organization's, or else the user's."""
    payer = PayerType.USER if row.organization_id is None else PayerType.ORGANIZATION
    key, features = getattr(row, f"{payer.value}_plan"), getattr(row, f"{payer.value}_features")
    return None if features is None else ActivePlan(payer, key, parse_keys(features))


@cache
def _select_content(choice: Choice, format: TokenFormat) -> AnySelect:
    """Selects everything that a token says, in one row; none if the session isn't the user's.

    The statement is cached because building it takes as long as running it.
    """
    own = (col(Session.id) == bindparam("session_id")) & (
        col(Session.user_id) == bindparam("user_id")
    )
    columns: AnySelect = (
        select(Session).join(Instance, own).outerjoin(Membership, _select_membership(choice))
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
        select_permission_keys(col(Membership.role_id)).label("permissions"),
        *_select_plans(),
    )
    return (
        columns
        if format is TokenFormat.V2
        else columns.add_columns(_select_memberships().label("memberships"))
    )


def _parse_memberships(memberships: str | None) -> Sequence[tuple[str, str]]:
    """Returns each organization ID with the role key, newest first."""
    entries = sorted(memberships.split(",") if memberships else [], reverse=True)
    return [
        (organization_id, role)
        for _, organization_id, role in (entry.split(" ") for entry in entries)
    ]


async def _load_token(
    connection: Connection,
    now: datetime,
    user_id: str | None,
    *,
    session_id: str,
    chosen: ChosenOrganization,
    options: TokenOptions,
) -> tuple[AnyRow, NewToken]:
    """Loads a session and makes a token for it; one with an organization is never pending."""
    statement = _select_content(chosen.choice, options.format)
    values = {"session_id": session_id, "user_id": user_id, "name": chosen.name, "now": now}
    row: AnyRow | None = (await connection.execute(statement, values)).one_or_none()
    if row is None:
        raise session_not_found()
    if not is_open(row.closed_as, row.expires_at, now):
        raise session_closed()
    organization, plan = None, _make_plan_claims(row)
    if row.organization_id is not None:
        slug = row.slug if row.slugs_enabled else None
        permissions = filter_by_features(parse_keys(row.permissions), plan and plan.features)
        organization = ActiveOrganization(row.organization_id, slug, row.role, permissions)
    if organization is None and chosen.name is not None:
        raise NotFound if row.organizations_enabled else organizations_disabled()
    content = TokenContent(
        issuer=options.issuer,
        user_id=row.user_id,
        session_id=row.id,
        is_pending=organization is None and requires_organization(cast(Instance, row)),
        now=now,
        authorized_party=options.authorized_party,
        organization=organization,
        plan=plan,
        memberships=_parse_memberships(
            None if options.format is TokenFormat.V2 else row.memberships
        ),
        signed_in_at=row.created_at,
        seconds=options.seconds,
    )
    return row, NewToken(make_claims(options.format, content), row.organization_id)


async def make_token(tx: Transaction, session: Session, options: TokenOptions) -> NewToken:
    """Makes a token for the session's active organization."""
    connection = await tx.session.connection()
    _, token = await _load_token(
        connection,
        tx.now,
        session.user_id,
        session_id=session.id,
        chosen=ChosenOrganization(),
        options=options,
    )
    return token


async def create_session_token(
    server: Server,
    actor: Actor,
    *,
    session_id: str,
    chosen: ChosenOrganization,
    options: TokenOptions,
) -> tuple[Session, NewToken]:
    """Makes a token for any organization of the caller, in one statement.

    The session's own choice stays, so that browser tabs don't interfere. Once a minute, the session
    is marked as active.
    """
    ensure_identity_token(actor)
    now = server.clock()
    async with server.store.read() as connection:
        row, token = await _load_token(
            connection, now, actor.user_id, session_id=session_id, chosen=chosen, options=options
        )
    if now - row.last_active_at >= TOUCH_INTERVAL:
        row = await _touch(server.store, session_id, now) or row
    # The row has the columns of the table, and may have those that the claims need.
    return cast(Session, row), token


async def create_token_of_session(
    server: Server, *, session_id: str, options: TokenOptions
) -> NewToken:
    """Makes a token for the active organization of a session of any user."""
    owner = select(Session.user_id).where(col(Session.id) == session_id)
    async with server.store.read() as connection:
        user_id = (await connection.execute(owner)).scalar_one_or_none()
        _, token = await _load_token(
            connection,
            server.clock(),
            user_id,
            session_id=session_id,
            chosen=ChosenOrganization(),
            options=options,
        )
    return token


async def _touch(store: Store, session_id: str, now: datetime) -> AnyRow | None:
    """Marks the session as active; returns None if another request did so in the same minute."""
    idle = (col(Session.id) == session_id) & (col(Session.last_active_at) <= now - TOUCH_INTERVAL)
    touched = update(Session).where(idle).values(last_active_at=now)
    async with store.write() as session:
        return (await session.execute(touched.returning(*inspect(Session).columns))).one_or_none()


def get_expiry(claims: TokenClaims) -> datetime:
    return datetime.fromtimestamp(claims["exp"], UTC)
