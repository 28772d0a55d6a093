"""Users: update, delete."""

from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.errors import Deadlock
from models.database.statements import prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import ParameterNil, ResourceNotFound
from models.events import EventType
from models.memberships import Membership
from models.organizations import check_limit
from models.users import User, update_derived_fields
from models.validation.addresses import normalize_address
from resolvers.domains.enrollment import Enrolling, enroll_proven, lock_enrolling
from resolvers.events.api_key_payloads import record_creator_left
from resolvers.events.payloads import record_user
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.metadata import Metadata, apply_metadata, ensure_private_metadata
from resolvers.foundation.transaction import Transaction
from resolvers.members.events import record_deleted
from resolvers.users.checks import (
    check_profile,
    ensure_nobody_waits,
    find_domains,
    lock_and_load_waiting,
)


async def update_user(tx: Transaction, *, user_id: str, given: dict[str, Any]) -> User:
    """Changes the given fields; metadata is replaced. Raises all errors of the input at once."""
    ensure_private_metadata(tx, given.get("private_metadata"))
    enrolling = await _lock_enrolling_of(tx, user_id, given)
    user = await _lock_user(tx, user_id)
    errors = ErrorCollector()
    given = errors.reject_nulls(given, "email_verified", "public_metadata", "private_metadata")
    new = check_profile(tx, errors, given)
    if "email_address" in given:
        with errors.at("email_address"):
            new |= _make_address_changes(user, given)
            await _ensure_address_is_free(tx, user, new["address_key"])
    if given.get("create_organizations_limit") is not None:
        with errors.at("create_organizations_limit"):
            check_limit(given["create_organizations_limit"], "The organization limit")
    errors.raise_if_any()
    if given.get("email_verified"):
        user.verified_by_ticket = False
    update_row(tx, user, new)
    await enroll_proven(tx, enrolling, [user])
    return user


def update_row(tx: Transaction, user: User, new: dict[str, Any]) -> bool:
    """Writes what differs; returns whether anything did. Otherwise, it leaves no event."""
    before = apply_changes(user, new)
    if not before:
        return False
    user.updated_at = tx.now
    update_derived_fields(user)
    hidden = {"private_metadata", "address_key", "username"}
    changes = {name: value for name, value in before.items() if name not in hidden}
    record_user(tx, EventType.USER_UPDATED, user, changes)
    return True


async def merge_user_metadata(tx: Transaction, *, user_id: str, given: Metadata) -> User:
    """Merges what is given deeply into the metadata."""
    user = await _lock_user(tx, user_id)
    update_row(tx, user, apply_metadata(tx, user, given, merge=True))
    return user


async def delete_user(tx: Transaction, *, user_id: str) -> str:
    """Deletes the user with all memberships, even that of a last manager (rule 8).

    Organizations are locked before the user, as everywhere. If the user has joined another one
    meanwhile, the transaction runs again.
    """
    own = select(Membership.organization_id).where(col(Membership.user_id) == user_id)
    locked = await tx.lock_organizations(own)
    user = await _lock_user(tx, user_id)
    if not locked.issuperset((await tx.session.execute(own)).scalars()):
        raise Deadlock
    await record_deleted(tx, col(Membership.user_id) == user.id)
    await record_creator_left(tx, user.id)
    record_user(tx, EventType.USER_DELETED, user)
    await tx.session.execute(delete(User).where(col(User.id) == user.id))
    return user.id


async def _lock_user(tx: Transaction, user_id: str) -> User:
    user = (await tx.session.execute(_select_locked_user(user_id))).scalar_one_or_none()
    if user is None:
        raise ResourceNotFound("The user doesn't exist.", at="user_id")
    return user


@prepared_statement
def _select_locked_user(user_id: str) -> SelectOfScalar[User]:
    return select(User).where(col(User.id) == user_id).with_for_update()


async def _lock_enrolling_of(tx: Transaction, user_id: str, given: dict[str, Any]) -> Enrolling:
    """Locks the organization that will enroll a user whose address becomes verified."""
    if not given.get("email_verified"):
        return []
    if "email_address" in given:
        return await lock_enrolling(tx, find_domains([given["email_address"]]))
    domain = select(User.address_domain).where(col(User.id) == user_id)
    names = (await tx.session.execute(domain)).scalars()
    return await lock_enrolling(tx, {name for name in names if name})


def _make_address_changes(user: User, given: dict[str, Any]) -> dict[str, Any]:
    """Makes the columns of a changed address, which is unverified unless the input differs."""
    address = given["email_address"]
    if address is None and user.external_id is None:
        raise ParameterNil("A user who has never signed in must have an email address.")
    key = None if address is None else normalize_address(address)
    verified = user.email_verified and key == user.address_key
    return {"address_key": key, "email_verified": given.get("email_verified", verified)}


async def _ensure_address_is_free(tx: Transaction, user: User, key: str | None) -> None:
    if key is not None and key != user.address_key:
        waiting = await lock_and_load_waiting(tx, [key], other_than=user.id)
        ensure_nobody_waits(waiting[key], user.issuer)
