"""Imports users, who come without proof of their addresses (rule 79)."""

from collections.abc import Sequence
from typing import Any

from models.errors.collector import ErrorCollector
from models.organizations import check_limit
from models.users import User
from models.validation.text import check_name
from resolvers.importing.batch import Batch, load_users, select_known
from resolvers.importing.records import Kind, UserRecord
from resolvers.importing.report import Outcome
from resolvers.users.checks import ensure_nobody_waits, load_waiting
from resolvers.users.create import NewUser, UserDraft, check_user, insert_users
from resolvers.users.manage import update_row


async def import_users(batch: Batch, records: Sequence[UserRecord]) -> None:
    known = await load_users(batch.tx, batch.options.issuer, {one.external_id for one in records})
    new = [record for record in records if record.external_id not in known]
    await create_users(batch, new)
    for record in records:
        user = known.get(record.external_id)
        if user and not batch.keep(record, f"The user {record.external_id[:80]!r}"):
            _update(batch, user, record)


async def create_users(batch: Batch, records: Sequence[UserRecord]) -> dict[str, User]:
    """Creates the users, and refuses those who break a rule; returns them by their IDs.

    A domain enrolls none of them: the source has done that.
    """
    drafts = [(record, _check(batch, record)) for record in records]
    keys = {draft.address_key for _, draft in drafts} - {""}
    waiting = await load_waiting(batch.tx, keys) if keys else {}
    valid: list[UserDraft] = []
    for record, draft in drafts:
        with draft.errors.at("email_address"):
            ensure_nobody_waits(waiting.get(draft.address_key, []), draft.issuer)
        if draft.errors.errors:
            batch.refuse(record, draft.errors.errors, Kind.USERS)
        else:
            valid.append(draft)
            batch.count(Outcome.CREATED, Kind.USERS)
    users = await insert_users(batch.tx, valid) if valid else []
    return {user.external_id: user for user in users if user.external_id}


def _check(batch: Batch, record: UserRecord) -> UserDraft:
    draft = check_user(
        batch.tx,
        NewUser(
            email_address=record.email_address,
            email_verified=_is_verified(batch, record),
            external_id=record.external_id,
            issuer=batch.options.issuer,
            first_name=record.first_name,
            last_name=record.last_name,
            image_url=record.image_url,
            public_metadata=record.public_metadata,
            private_metadata=record.private_metadata,
            created_at=batch.to_time(record.created_at),
        ),
    )
    draft.profile.update(_get_settings(draft.errors, record))
    return draft


def _is_verified(batch: Batch, record: UserRecord) -> bool:
    return batch.options.trusts_verified and record.email_verified


def _get_settings(errors: ErrorCollector, record: UserRecord) -> dict[str, Any]:
    """Returns the columns that `createUser` doesn't set."""
    with errors.at("create_organizations_limit"):
        check_limit(record.create_organizations_limit or 0, "The organization limit")
    username = record.username
    if username is not None:
        with errors.at("username"):
            username = check_name(username, "The username")
    return {
        "username": username,
        "create_organization_enabled": record.create_organization_enabled,
        "create_organizations_limit": record.create_organizations_limit,
    }


def _update(batch: Batch, user: User, record: UserRecord) -> None:
    """Gives the user the profile of the record; an address is only replaced with a verified one.

    Otherwise, an old file could remove the proof of an address, or replace what the identity
    provider has said since.
    """
    draft = _check(batch, record)
    if draft.errors.errors:
        batch.refuse(record, draft.errors.errors)
        return
    new = draft.profile
    if draft.new.email_verified:
        new = new | {
            "email_address": draft.new.email_address,
            "address_key": draft.address_key,
            "email_verified": True,
        }
        user.verified_by_ticket = False
    changed = update_row(batch.tx, user, select_known(record, new))
    batch.count(Outcome.UPDATED if changed else Outcome.UNCHANGED)
