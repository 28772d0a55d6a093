"""Creates and updates users from identity tokens, and adopts those that a secret key created."""

from typing import cast

from sqlalchemy import Select, String, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.errors import Deadlock
from models.database.statements import prepared_statement
from models.database.store import shield
from models.events import EventType
from models.instance import Instance
from models.users import (
    IdentityClaims,
    User,
    get_domain,
    make_user,
    needs_refresh,
    update_from_claims,
)
from resolvers.authority.access import SYSTEM, Actor, ActorType, SignIn
from resolvers.domains.enrollment import Enrolling, enroll_proven, lock_enrolling
from resolvers.events.event_log import select_cursor_of_snapshot
from resolvers.events.payloads import record_user
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import Transaction, begin


async def sign_in(server: Server, claims: IdentityClaims) -> SignIn:
    """Loads the caller of a verified identity token; creates or updates their user if needed.

    A token that says nothing new costs one statement, which reads the instance's settings too.
    """
    async with server.store.read() as connection:
        (row,) = await connection.fetch(select_caller(claims.issuer, claims.subject))
    user_id = row.user_id
    if user_id is None or needs_refresh(row.refreshed_at, claims):
        # Those whose changes are committed together with it would be canceled, too.
        user_id = await shield(_refresh_user(server, claims))
    return SignIn(Actor(ActorType.USER, user_id), cast(Instance, row), row.newest_cursor)


@prepared_statement
def select_caller(issuer: str, subject: str) -> Select[Instance, str, int, int]:
    """Selects the instance, and the user's ID and time of refresh if there is such a user.

    The cursor is of the same moment as the settings.
    """
    same = (col(User.issuer) == issuer) & (col(User.external_id) == subject)
    user_id = type_coerce(col(User.id), String).label("user_id")
    cursor = select_cursor_of_snapshot().label("newest_cursor")
    return select(Instance, user_id, col(User.refreshed_at), cursor).outerjoin(User, same)


async def _refresh_user(server: Server, claims: IdentityClaims) -> str:
    try:
        async with begin(server, SYSTEM) as tx:
            return await find_or_create_user(tx, claims)
    except (IntegrityError, Deadlock):
        # Another request of the same new user has inserted the row first; now it can be found. Or a
        # transaction that enrolls others waited for this one while this one waited for it.
        async with begin(server, SYSTEM) as tx:
            return await find_or_create_user(tx, claims)


async def find_or_create_user(tx: Transaction, claims: IdentityClaims) -> str:
    """Returns the token's user: a known one, else one to adopt, else a new one."""
    enrolling = await _lock_enrolling(tx, claims)
    by_subject = _select_locked_user(claims.issuer, claims.subject)
    known = (await tx.session.execute(by_subject)).scalar_one_or_none()
    user = known or await _find_adoptable(tx, claims)
    event = EventType.USER_UPDATED if user else EventType.USER_CREATED
    if user is None:
        user = make_user(tx.new_id(User.prefix), tx.now)
        tx.session.add(user)
    tx.actor = Actor(ActorType.USER, user.id)
    before = update_from_claims(user, claims)
    if before:
        user.updated_at = tx.now
        record_user(tx, event, user, before if event is EventType.USER_UPDATED else None)
    await enroll_proven(tx, enrolling, [user])
    return user.id


async def _lock_enrolling(tx: Transaction, claims: IdentityClaims) -> Enrolling:
    """Locks the organization that will enroll the user, if the token proves an address."""
    key = claims.address_key
    if key is None or not claims.email_verified:
        return []
    known = (claims.issuer, claims.subject, key)
    return await lock_enrolling(tx, [get_domain(key) or ""], unless_proven=known)


@prepared_statement
def _select_locked_user(issuer: str, subject: str) -> SelectOfScalar[User]:
    same = (col(User.issuer) == issuer) & (col(User.external_id) == subject)
    return select(User).where(same).with_for_update()


async def _find_adoptable(tx: Transaction, claims: IdentityClaims) -> User | None:
    """Finds the one user that `createUser` created for this verified address; None for several."""
    if not (claims.address_key and claims.email_verified):
        return None
    adoptable = _select_adoptable(
        claims.issuer, claims.address_key, tx.server.issuers == [claims.issuer]
    )
    users = (await tx.session.execute(adoptable)).scalars()
    return users[0] if len(users) == 1 else None


@prepared_statement
def _select_adoptable(issuer: str, address_key: str, is_only_issuer: bool) -> SelectOfScalar[User]:
    """Selects two of the users who wait for this address; those of no issuer are the only one's."""
    waits_for = col(User.issuer) == issuer
    if is_only_issuer:
        waits_for |= col(User.issuer).is_(None)
    adoptable = select(User).where(
        col(User.external_id).is_(None), col(User.address_key) == address_key, waits_for
    )
    return adoptable.limit(2).with_for_update()
