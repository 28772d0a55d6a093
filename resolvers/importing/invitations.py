"""Imports pending invitations, with new tickets (rules 11 to 14)."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import AnySelect, prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import AlreadyAMember, InvitationNotUnique
from models.events import EventType
from models.invitations import MAXIMUM_DAYS, PENDING, Invitation, make_search_text
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from models.validation.addresses import normalize_address
from models.validation.text import check_metadata
from resolvers.authority.access import Grant, find_missing, make_grant, select_grants
from resolvers.events.payloads import record_invitation
from resolvers.foundation.transaction import Transaction
from resolvers.importing.batch import (
    Batch,
    load_organizations,
    load_users,
    make_id,
    organization_unknown,
)
from resolvers.importing.records import InvitationRecord
from resolvers.importing.report import Outcome
from resolvers.invitations.create import queue_mail
from resolvers.invitations.rate_limits import find_addresses_with_room
from resolvers.invitations.validation import compute_expiry
from resolvers.members.invitation_expiry import expire_overdue_in
from resolvers.roles import RolesOfSet, RoleWithPermissions, load_roles_of_set


@dataclass(frozen=True, slots=True)
class _Draft:
    record: InvitationRecord
    id: str
    organization: Organization
    address_key: str
    role: RoleWithPermissions


@dataclass(frozen=True, slots=True)
class _Known:
    organizations: Mapping[str, Organization]
    # By role set.
    offered: Mapping[str, RolesOfSet]
    ids: Collection[str]
    # Pairs of an organization's ID and an address.
    members: Collection[tuple[str, str | None]]
    invited: set[tuple[str, str]]


async def import_invitations(batch: Batch, records: Sequence[InvitationRecord]) -> None:
    """Imports invitations; one that was imported before stays as it is, whatever its status."""
    live = [record for record in records if not _is_over(batch, record)]
    batch.report.left["expired invitations"] += len(records) - len(live)
    named = [(record, _make_id(batch, record)) for record in live]
    known = await _load_known(batch, named)
    drafts: list[_Draft] = []
    for record, id in named:
        if id in known.ids:
            batch.count(Outcome.UNCHANGED)
            continue
        draft = _check(batch, known, record, id)
        if draft:
            known.invited.add((draft.organization.id, draft.address_key))
            drafts.append(draft)
    await _create(batch, drafts)


def _is_over(batch: Batch, record: InvitationRecord) -> bool:
    return record.expires_at is not None and record.expires_at <= batch.tx.now


def _make_id(batch: Batch, record: InvitationRecord) -> str:
    return make_id(Invitation.prefix, record.created_at, batch.options.source, record.external_id)


async def _load_known(batch: Batch, named: Sequence[tuple[InvitationRecord, str]]) -> _Known:
    tx = batch.tx
    organizations = await load_organizations(tx, {record.organization for record, _ in named})
    ids = {one.id for one in organizations.values()}
    keys = {key for record, _ in named if (key := _normalize(record))}
    sets = sorted({one.role_set_id for one in organizations.values()})
    offered = {id: await load_roles_of_set(tx, id) for id in sets}
    known = _Known(organizations, offered, set(), set(), set())
    if not ids or not keys:
        return known
    await expire_overdue_in(tx, select(Organization.id).where(col(Organization.id).in_(ids)))
    existing = await tx.session.execute(_select_ids({id for _, id in named}))
    members = await tx.session.execute(_select_members(ids, keys))
    invited = await tx.session.execute(_select_invited(ids, keys))
    return _Known(
        organizations,
        offered,
        set(existing.scalars()),
        {(id, key) for id, key in members},
        {(id, key) for id, key in invited},
    )


def _normalize(record: InvitationRecord) -> str | None:
    """Normalizes the address; `_check` reports what is wrong with it."""
    errors = ErrorCollector()
    with errors.at("email_address"):
        return normalize_address(record.email_address)
    return None


@prepared_statement
def _select_ids(ids: Collection[str]) -> SelectOfScalar[str]:
    return select(Invitation.id).where(col(Invitation.id).in_(ids))


@prepared_statement
def _select_members(organization_ids: Collection[str], keys: Collection[str]) -> AnySelect:
    statement = select(Membership.organization_id, User.address_key)
    return statement.join(User, col(User.id) == col(Membership.user_id)).where(
        col(Membership.organization_id).in_(organization_ids), col(User.address_key).in_(keys)
    )


@prepared_statement
def _select_invited(organization_ids: Collection[str], keys: Collection[str]) -> AnySelect:
    return select(Invitation.organization_id, Invitation.address_key).where(
        col(Invitation.organization_id).in_(organization_ids),
        col(Invitation.address_key).in_(keys),
        col(Invitation.status) == PENDING,
    )


def _check(batch: Batch, known: _Known, record: InvitationRecord, id: str) -> _Draft | None:
    """Checks a record; refuses it and returns None if it breaks a rule."""
    errors, key, role = ErrorCollector(), "", None
    organization = known.organizations.get(record.organization)
    with errors.at("organization"):
        if organization is None:
            raise organization_unknown(record.organization)
    with errors.at("email_address"):
        key = normalize_address(record.email_address)
        place = (organization.id if organization else "", key)
        if place in known.members:
            raise AlreadyAMember(f"{record.email_address} already belongs to a member.")
        if place in known.invited:
            raise InvitationNotUnique(f"{record.email_address} is already invited.")
    with errors.at("role"):
        if organization:
            offered = known.offered[organization.role_set_id]
            role = offered.find(batch.options.map_role(record.role))
    for metadata in (record.public_metadata, record.private_metadata):
        with errors.at("metadata"):
            check_metadata(metadata)
    if not organization or not role or errors.errors:
        batch.refuse(record, errors.errors)
        return None
    return _Draft(record, id, organization, key, role)


# ------------------------------------------------------------------------------------------ create


async def _create(batch: Batch, drafts: Sequence[_Draft]) -> None:
    tx = batch.tx
    inviters = await _find_inviters(batch, drafts)
    default_expiry = await compute_expiry(tx, None)
    latest = tx.now + timedelta(days=MAXIMUM_DAYS)
    created: list[tuple[Invitation, Organization]] = []
    for draft in drafts:
        record, inviter_id = draft.record, inviters.get(draft.id)
        invitation = Invitation(
            id=draft.id,
            created_at=batch.to_time(record.created_at),
            updated_at=tx.now,
            organization_id=draft.organization.id,
            email_address=record.email_address,
            address_key=draft.address_key,
            search_text=make_search_text(record.email_address, draft.address_key),
            role_id=draft.role.role.id,
            inviter_id=inviter_id,
            by_service=inviter_id is None,
            nonce=secrets.token_urlsafe(32),
            public_metadata=record.public_metadata,
            private_metadata=record.private_metadata,
            expires_at=min(record.expires_at or default_expiry, latest),
        )
        created.append((invitation, draft.organization))
    tx.session.add_all(invitation for invitation, _ in created)
    for invitation, organization in created:
        await record_invitation(tx, EventType.INVITATION_CREATED, invitation, organization)
        batch.count(Outcome.CREATED)
    if batch.options.sends_mail:
        await _send_mail(tx, created)


async def _find_inviters(batch: Batch, drafts: Sequence[_Draft]) -> dict[str, str]:
    """Finds inviters who could still give the role, by invitation; all others are the operator's.

    An invitation whose inviter can't would be rejected when it is accepted (rule 17).
    """
    tx = batch.tx
    named = {draft.record.inviter for draft in drafts if draft.record.inviter}
    users = await load_users(tx, batch.options.issuer, named)
    if not users:
        return {}
    statement = select_grants(
        {draft.organization.id for draft in drafts}, {user.id for user in users.values()}, tx.now
    )
    rows = await tx.session.execute(statement)
    grants: dict[tuple[str, str], Grant] = {(row[0], row[1]): make_grant(*row[2:]) for row in rows}
    found: dict[str, str] = {}
    for draft in drafts:
        user = users.get(draft.record.inviter or "")
        grant = grants.get((draft.organization.id, user.id)) if user else None
        if user and grant and not find_missing(grant.role_permissions, draft.role.permissions):
            found[draft.id] = user.id
    return found


async def _send_mail(tx: Transaction, created: Sequence[tuple[Invitation, Organization]]) -> None:
    """Queues the emails of addresses that can get another one now (rule 21)."""
    organizations = {organization.id: organization for _, organization in created}
    for organization in organizations.values():
        own = [invitation for invitation, at in created if at is organization]
        keys = sorted({invitation.address_key for invitation in own})
        with_room = await find_addresses_with_room(tx, organization, keys)
        for invitation in own:
            if invitation.address_key in with_room:
                queue_mail(tx, invitation, inviter_id=None)
