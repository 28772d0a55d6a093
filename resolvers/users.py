"""Users: create, update, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base import JSONObject
from models.database.errors import Deadlock
from models.errors import (
    ErrorCollector,
    IdentifierExists,
    ParameterMissing,
    ParameterNil,
    ResourceNotFound,
    TooLong,
    ValueInvalid,
)
from models.events import EventType
from models.memberships import Membership
from models.organizations import check_limit
from models.users import User, make_user, update_derived_fields
from models.validation.addresses import normalize_address
from models.validation.text import check_metadata, check_name, check_url
from resolvers.changes import apply_changes
from resolvers.events.payloads import record_user
from resolvers.members.events import record_deleted
from resolvers.transaction import Transaction

SUBJECT_LENGTH = 255


@dataclass(frozen=True, slots=True)
class NewUser:
    """The input of `createUser`.

    A user without `external_id` is adopted by the first token with the same verified address.
    """

    email_address: str
    email_verified: bool = False
    external_id: str | None = None
    issuer: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    image_url: str | None = None
    public_metadata: JSONObject | None = None
    private_metadata: JSONObject | None = None


async def create_user(tx: Transaction, new: NewUser) -> User:
    """Creates a user before their first visit; raises all errors of the input at once."""
    errors = ErrorCollector()
    issuer = subject = None
    key = ""
    with errors.at("issuer"):
        issuer = _choose_issuer(new, tx.server.issuers)
    with errors.at("external_id"):
        subject = await _check_subject(tx, new.external_id, issuer)
    with errors.at("email_address"):
        key = normalize_address(new.email_address)
    profile = _check_profile(
        tx,
        errors,
        {
            "first_name": new.first_name,
            "last_name": new.last_name,
            "image_url": new.image_url,
            "public_metadata": new.public_metadata or {},
            "private_metadata": new.private_metadata or {},
        },
    )
    errors.raise_if_any()
    user = make_user(tx.new_id(User.prefix), tx.now)
    user.issuer = issuer
    user.external_id = subject
    user.email_address = new.email_address
    user.address_key = key
    user.email_verified = new.email_verified
    for name, value in profile.items():
        setattr(user, name, value)
    update_derived_fields(user)
    tx.session.add(user)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise subject_taken() from error
    record_user(tx, EventType.USER_CREATED, user)
    return user


def _choose_issuer(new: NewUser, issuers: Sequence[str]) -> str | None:
    if new.issuer is not None and new.issuer not in issuers:
        raise ValueInvalid(f"No identity provider {new.issuer[:80]!r} is configured.", at="issuer")
    if new.issuer is None and new.external_id is not None and len(issuers) != 1:
        raise ParameterMissing(
            "Say whose subject `externalId` is: several identity providers are configured.",
            at="issuer",
        )
    return new.issuer or (issuers[0] if new.external_id is not None else None)


async def _check_subject(
    tx: Transaction, external_id: str | None, issuer: str | None
) -> str | None:
    if external_id is None:
        return None
    if not external_id:
        raise ParameterMissing("The subject is empty.")
    if len(external_id) > SUBJECT_LENGTH:
        raise TooLong(
            f"The subject is longer than {SUBJECT_LENGTH} characters.", limit=SUBJECT_LENGTH
        )
    same = select(User.id).where(col(User.issuer) == issuer, col(User.external_id) == external_id)
    if issuer and (await tx.session.execute(same)).first():
        raise subject_taken()
    return external_id


def subject_taken() -> IdentifierExists:
    return IdentifierExists("There is a user with that subject already.", at="external_id")


def _check_profile(
    tx: Transaction, errors: ErrorCollector, given: dict[str, Any]
) -> dict[str, Any]:
    """Checks the fields that `createUser` and `updateUser` share, and normalizes the names.

    Fields that are absent or null stay as they are.
    """
    checked = dict(given)
    present = {name for name, value in given.items() if value is not None}
    if "first_name" in present:
        with errors.at("first_name"):
            checked["first_name"] = check_name(given["first_name"], "The first name")
    if "last_name" in present:
        with errors.at("last_name"):
            checked["last_name"] = check_name(given["last_name"], "The last name")
    if "image_url" in present:
        with errors.at("image_url"):
            check_url(given["image_url"], schemes=tx.server.link_schemes)
    for name in ("public_metadata", "private_metadata"):
        if name in present:
            with errors.at(name):
                check_metadata(given[name])
    return checked


async def _lock_user(tx: Transaction, user_id: str) -> User:
    statement = select(User).where(col(User.id) == user_id).with_for_update()
    user = (await tx.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise ResourceNotFound("There is no such user.", at="user_id")
    return user


async def update_user(tx: Transaction, *, user_id: str, given: dict[str, Any]) -> User:
    """Changes the given fields; metadata are replaced. Raises all errors of the input at once."""
    user = await _lock_user(tx, user_id)
    errors = ErrorCollector()
    given = errors.reject_nulls(given, "email_verified", "public_metadata", "private_metadata")
    new = _check_profile(tx, errors, given)
    if "email_address" in given:
        with errors.at("email_address"):
            new |= _make_address_changes(user, given)
    if given.get("create_organizations_limit") is not None:
        with errors.at("create_organizations_limit"):
            check_limit(given["create_organizations_limit"], "The limit of organizations")
    errors.raise_if_any()
    before = apply_changes(user, new)
    if not before:
        return user
    user.updated_at = tx.now
    update_derived_fields(user)
    hidden = {"private_metadata", "address_key"}
    changes = {name: value for name, value in before.items() if name not in hidden}
    record_user(tx, EventType.USER_UPDATED, user, changes)
    return user


def _make_address_changes(user: User, given: dict[str, Any]) -> dict[str, Any]:
    """Makes the columns of a changed address, which is unverified unless the input differs."""
    address = given["email_address"]
    if address is None and user.external_id is None:
        raise ParameterNil("Without a subject, only the address tells who the user is.")
    key = None if address is None else normalize_address(address)
    verified = user.email_verified and key == user.address_key
    return {"address_key": key, "email_verified": given.get("email_verified", verified)}


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
    record_user(tx, EventType.USER_DELETED, user)
    await tx.session.execute(delete(User).where(col(User.id) == user.id))
    return user.id
