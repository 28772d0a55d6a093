"""Users: create."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base import JSONObject, new_id
from models.database.errors import Deadlock
from models.database.statements import AnySelect, prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import (
    FormatInvalid,
    IdentifierExists,
    InputError,
    InputErrors,
    ParameterMissing,
    TooLong,
    ValueInvalid,
)
from models.events import EventType
from models.users import User, make_user, update_derived_fields
from models.validation.addresses import normalize_address
from resolvers.domains.enrollment import Enrolling, enroll_proven, lock_enrolling
from resolvers.events.payloads import record_user
from resolvers.foundation.bulk import ensure_bulk_size, group_by_code
from resolvers.foundation.metadata import ensure_private_metadata
from resolvers.foundation.transaction import Transaction
from resolvers.users.checks import (
    check_profile,
    ensure_nobody_waits,
    find_domains,
    lock_and_load_waiting,
)

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
    return await lock_enrolling(tx, find_domains(verified))


async def _check_users(tx: Transaction, new: Sequence[NewUser]) -> list[UserDraft]:
    """Checks each user as if the ones before it in the call already existed."""
    drafts = [check_user(tx, user) for user in new]
    waiting = await lock_and_load_waiting(tx, {draft.address_key for draft in drafts} - {""})
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
