"""Users: create, update, delete."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject, new_id
from models.database.errors import Deadlock
from models.database.statements import AnySelect, prepared_statement
from models.errors import (
    ErrorCollector,
    FormatInvalid,
    IdentifierExists,
    InputError,
    InputErrors,
    ParameterMissing,
    ParameterNil,
    ResourceNotFound,
    TooLong,
    ValueInvalid,
)
from models.events import EventType
from models.memberships import Membership
from models.organizations import check_limit
from models.users import User, get_domain, make_user, update_derived_fields
from models.validation.addresses import normalize_address
from models.validation.text import check_metadata, check_name, check_url
from resolvers.bulk import ensure_bulk_size, group_by_code
from resolvers.changes import apply_changes
from resolvers.domains.enrollment import Enrolling, enroll_proven, lock_enrolling
from resolvers.events.api_key_payloads import record_creator_left
from resolvers.events.payloads import record_user
from resolvers.locks import lock_texts
from resolvers.members.events import record_deleted
from resolvers.metadata import Metadata, apply_metadata, ensure_private_metadata
from resolvers.transaction import Transaction

SUBJECT_LENGTH = 255


@dataclass(frozen=True, slots=True)
class NewUser:
    """The input of `createUser`.

    A user without `external_id` is adopted by the first token with the same verified address.
    """

    email_address: str | None
    email_verified: bool = False
    external_id: str | None = None
    issuer: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    image_url: str | None = None
    public_metadata: JSONObject | None = None
    private_metadata: JSONObject | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UserDraft:
    """A new user who passed the checks."""

    new: NewUser
    errors: ErrorCollector
    issuer: str | None
    # Empty without an address.
    address_key: str
    profile: dict[str, Any]


async def create_user(tx: Transaction, new: NewUser) -> User:
    """Creates a user before their first visit; raises all errors of the input at once."""
    ensure_private_metadata(tx, new.private_metadata)
    enrolling = await _lock_enrolling(tx, [new])
    (draft,) = await _check_users(tx, [new])
    draft.errors.raise_if_any()
    users = await insert_users(tx, [draft])
    await enroll_proven(tx, enrolling, users)
    return users[0]


async def create_users(
    tx: Transaction, new: Sequence[NewUser], *, skip_failed: bool
) -> tuple[list[User], list[InputError]]:
    """Creates many users; an invalid one rejects the call, or is skipped with `skip_failed`.

    The errors that are returned are those of the users who are left out.
    """
    ensure_bulk_size(len(new), at="users")
    ensure_private_metadata(tx, *(user.private_metadata for user in new))
    enrolling = await _lock_enrolling(tx, new)
    drafts = await _check_users(tx, new)
    rejected = [
        (draft.new.email_address or "", error) for draft in drafts for error in draft.errors.errors
    ]
    errors = group_by_code(rejected, at="users", meta_name="email_addresses")
    if errors and not skip_failed:
        raise InputErrors(errors)
    users = await insert_users(tx, [draft for draft in drafts if not draft.errors.errors])
    await enroll_proven(tx, enrolling, users)
    return users, errors


async def _lock_enrolling(tx: Transaction, new: Sequence[NewUser]) -> Enrolling:
    """Locks the organizations that will enroll new users, before anything of the users."""
    verified = [user.email_address for user in new if user.email_verified]
    return await lock_enrolling(tx, _find_domains(verified))


def _find_domains(addresses: Sequence[str | None]) -> set[str]:
    """Finds the domains of addresses; what is wrong with an address is reported later."""
    names: set[str | None] = set()
    for address in addresses:
        with suppress(InputError):
            names.add(get_domain(normalize_address(address or "")))
    return {name for name in names if name}


async def _check_users(tx: Transaction, new: Sequence[NewUser]) -> list[UserDraft]:
    """Checks each user as if the ones before it in the call already existed."""
    drafts = [check_user(tx, user) for user in new]
    waiting = await _lock_and_load_waiting(tx, {draft.address_key for draft in drafts} - {""})
    taken = await _load_taken_subjects(tx, drafts)
    for draft in drafts:
        errors, subject = draft.errors, (draft.issuer, draft.new.external_id)
        with errors.at("external_id"):
            if subject in taken:
                raise subject_taken()
        with errors.at("email_address"):
            ensure_nobody_waits(waiting.get(draft.address_key, []), draft.issuer)
        if errors.errors:
            continue
        if draft.new.external_id is None:
            waiting[draft.address_key].append(draft.issuer)
        else:
            taken.add(subject)
    return drafts


def check_user(tx: Transaction, new: NewUser) -> UserDraft:
    errors, issuer, key = ErrorCollector(), None, ""
    with errors.at("issuer"):
        issuer = _choose_issuer(new, tx.server.issuers)
    with errors.at("external_id"):
        _check_subject(new.external_id)
    with errors.at("email_address"):
        if new.email_address is not None:
            key = normalize_address(new.email_address)
        elif new.external_id is None:
            raise ParameterMissing("A user who has never signed in must have an email address.")
    profile = check_profile(
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
    return UserDraft(new, errors, issuer, key, profile)


async def insert_users(tx: Transaction, drafts: Sequence[UserDraft]) -> list[User]:
    users: list[User] = []
    for draft in drafts:
        at = draft.new.created_at or tx.now
        user = make_user(new_id(User.prefix, at), at)
        user.updated_at = tx.now
        user.issuer = draft.issuer
        user.external_id = draft.new.external_id
        user.email_address = draft.new.email_address
        user.address_key = draft.address_key or None
        user.email_verified = draft.new.email_verified
        for name, value in draft.profile.items():
            setattr(user, name, value)
        update_derived_fields(user)
        users.append(user)
    tx.session.add_all(users)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        # The first token of one of them has created a user meanwhile: the next run finds that user.
        raise Deadlock from error
    for user in users:
        record_user(tx, EventType.USER_CREATED, user)
    return users


def _choose_issuer(new: NewUser, issuers: Sequence[str]) -> str | None:
    if new.issuer is not None and new.issuer not in issuers:
        raise ValueInvalid(
            f"The identity provider {new.issuer[:80]!r} is not configured.", at="issuer"
        )
    if new.issuer is None and new.external_id is not None and len(issuers) != 1:
        raise ParameterMissing(
            "The issuer is required with externalId, because several identity providers are"
            " configured.",
            at="issuer",
        )
    return new.issuer or (issuers[0] if new.external_id is not None else None)


def _check_subject(external_id: str | None) -> None:
    if external_id is None:
        return
    if not external_id:
        raise ParameterMissing("The subject must not be empty.")
    if len(external_id) > SUBJECT_LENGTH:
        raise TooLong(
            f"The subject must have at most {SUBJECT_LENGTH} characters.", limit=SUBJECT_LENGTH
        )
    if not external_id.isprintable():
        raise FormatInvalid("The subject must not contain characters that can't be displayed.")


async def _load_taken_subjects(
    tx: Transaction, drafts: Sequence[UserDraft]
) -> set[tuple[str | None, str | None]]:
    """Loads which subjects already belong to a user, each with its issuer."""
    subjects = {subject for draft in drafts if (subject := draft.new.external_id) is not None}
    if not subjects:
        return set()
    return {(row[0], row[1]) for row in await tx.session.execute(_select_subjects(subjects))}


@prepared_statement
def _select_subjects(subjects: Collection[str]) -> AnySelect:
    columns = select(User.issuer, User.external_id)
    return columns.where(col(User.external_id).in_(subjects), col(User.issuer).is_not(None))


def subject_taken() -> IdentifierExists:
    return IdentifierExists("A user with this subject already exists.", at="external_id")


async def _lock_and_load_waiting(
    tx: Transaction, keys: Collection[str], *, other_than: str = ""
) -> dict[str, list[str | None]]:
    """Loads the issuers of the users who wait for their first visit, by address.

    The addresses are locked, so that no other call creates a user who waits with one of them.
    """
    await lock_texts(tx.session, keys)
    return await load_waiting(tx, keys, other_than=other_than)


async def load_waiting(
    tx: Transaction, keys: Collection[str], *, other_than: str = ""
) -> dict[str, list[str | None]]:
    waiting: dict[str, list[str | None]] = {key: [] for key in keys}
    for key, issuer in await tx.session.execute(_select_waiting(keys, other_than)):
        waiting[key or ""].append(issuer)
    return waiting


@prepared_statement
def _select_waiting(keys: Collection[str], other_than: str) -> AnySelect:
    return select(User.address_key, User.issuer).where(
        col(User.address_key).in_(keys), col(User.external_id).is_(None), col(User.id) != other_than
    )


def ensure_nobody_waits(waiting: Sequence[str | None], issuer: str | None) -> None:
    """Ensures that a first visit can adopt at most one user: with two, it would adopt neither."""
    if any(issuer is None or other in (None, issuer) for other in waiting):
        raise IdentifierExists("A user with this address already exists and hasn't signed in yet.")


def check_profile(tx: Transaction, errors: ErrorCollector, given: dict[str, Any]) -> dict[str, Any]:
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
    user = (await tx.session.execute(_select_locked_user(user_id))).scalar_one_or_none()
    if user is None:
        raise ResourceNotFound("The user doesn't exist.", at="user_id")
    return user


@prepared_statement
def _select_locked_user(user_id: str) -> SelectOfScalar[User]:
    return select(User).where(col(User.id) == user_id).with_for_update()


async def update_user(tx: Transaction, *, user_id: str, given: dict[str, Any]) -> User:
    """Changes the given fields; metadata are replaced. Raises all errors of the input at once."""
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


async def _lock_enrolling_of(tx: Transaction, user_id: str, given: dict[str, Any]) -> Enrolling:
    """Locks the organization that will enroll a user whose address becomes verified."""
    if not given.get("email_verified"):
        return []
    if "email_address" in given:
        return await lock_enrolling(tx, _find_domains([given["email_address"]]))
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
        waiting = await _lock_and_load_waiting(tx, [key], other_than=user.id)
        ensure_nobody_waits(waiting[key], user.issuer)


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
