"""Imports memberships (rules 7, 8, and 12)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import new_id
from models.database.statements import prepared_statement
from models.errors import ErrorCollector, InputError
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus, settle
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from models.validation.text import check_metadata
from resolvers.changes import apply_changes
from resolvers.events.payloads import record_invitation
from resolvers.importing.batch import (
    Batch,
    load_organizations,
    load_users,
    organization_unknown,
    user_unknown,
)
from resolvers.importing.missing import create_missing_roles, create_missing_users
from resolvers.importing.records import MembershipRecord, Missing
from resolvers.importing.report import Outcome
from resolvers.members.events import load_features, record_membership
from resolvers.members.requests import settle_waiting
from resolvers.role_model.manager_rule import keep_managers
from resolvers.roles import RolesOfSet, RoleWithPermissions, load_roles_of_set
from resolvers.transaction import Transaction


@dataclass(slots=True)
class _Known:
    """What is here already, by the IDs of the source."""

    organizations: Mapping[str, Organization]
    users: Mapping[str, User]
    memberships: Mapping[tuple[str, str], Membership]
    # By role set.
    offered: Mapping[str, RolesOfSet]
    # The features of each organization's plan; empty while billing is disabled.
    features: dict[str, frozenset[str] | None] = field(
        default_factory=dict[str, frozenset[str] | None]
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A record that passed the checks."""

    record: MembershipRecord
    organization: Organization
    user: User
    role: RoleWithPermissions
    # None for a new member.
    membership: Membership | None

    @property
    def metadata(self) -> dict[str, Any]:
        return {
            "public_metadata": self.record.public_metadata,
            "private_metadata": self.record.private_metadata,
        }


async def import_memberships(batch: Batch, records: Sequence[MembershipRecord]) -> None:
    known = await _load_known(batch, records)
    new: list[_Draft] = []
    old: list[_Draft] = []
    for record in records:
        draft = _check(batch, known, record)
        if draft is None:
            continue
        if draft.membership is None:
            new.append(draft)
        elif not batch.keep(record, f"The membership of {record.user[:80]!r}"):
            old.append(draft)
    await _settle_invitations(batch.tx, new)
    await _settle_requests(batch.tx, new)
    await _create(batch, known, new)
    # The members of one organization are checked together: one can become a manager in the same
    # batch in which another one ceases to be one.
    by_organization = attrgetter("organization.id")
    for _, drafts in groupby(sorted(old, key=by_organization), by_organization):
        await _update(batch, known, list(drafts))


async def _load_known(batch: Batch, records: Sequence[MembershipRecord]) -> _Known:
    tx, options = batch.tx, batch.options
    organizations = await load_organizations(tx, {record.organization for record in records})
    users = await load_users(tx, options.issuer, {record.user for record in records})
    offered = await _load_offered(tx, organizations.values())
    if options.missing is Missing.CREATE:
        users |= await create_missing_users(batch, records, users)
        if await create_missing_roles(batch, records, organizations, offered):
            offered = await _load_offered(tx, organizations.values())
    known = _Known(organizations, users, {}, offered)
    organization_ids = {one.id for one in organizations.values()}
    if organization_ids and users:
        statement = _select_memberships(organization_ids, {user.id for user in users.values()})
        memberships = (await tx.session.execute(statement)).scalars()
        known.memberships = {(one.organization_id, one.user_id): one for one in memberships}
    if (await tx.load_instance()).billing_enabled:
        known.features = {id: await load_features(tx, id) for id in sorted(organization_ids)}
    return known


async def _load_offered(
    tx: Transaction, organizations: Collection[Organization]
) -> dict[str, RolesOfSet]:
    ids = sorted({one.role_set_id for one in organizations})
    return {id: await load_roles_of_set(tx, id) for id in ids}


@prepared_statement
def _select_memberships(
    organization_ids: Collection[str], user_ids: Collection[str]
) -> SelectOfScalar[Membership]:
    return select(Membership).where(
        col(Membership.organization_id).in_(organization_ids),
        col(Membership.user_id).in_(user_ids),
    )


def _check(batch: Batch, known: _Known, record: MembershipRecord) -> _Draft | None:
    """Checks a record; refuses it and returns None if it breaks a rule."""
    errors, role = ErrorCollector(), None
    organization = known.organizations.get(record.organization)
    user = known.users.get(record.user)
    with errors.at("organization"):
        if organization is None:
            raise organization_unknown(record.organization)
    with errors.at("user"):
        if user is None:
            raise user_unknown(record.user)
    with errors.at("role"):
        if organization is not None:
            offered = known.offered[organization.role_set_id]
            role = offered.find(batch.options.map_role(record.role))
    for metadata in (record.public_metadata, record.private_metadata):
        with errors.at("metadata"):
            check_metadata(metadata)
    if organization is None or user is None or role is None or errors.errors:
        batch.refuse(record, errors.errors)
        return None
    membership = known.memberships.get((organization.id, user.id))
    return _Draft(record, organization, user, role, membership)


# ----------------------------------------------------------------------------------- new members


async def _settle_invitations(tx: Transaction, drafts: Sequence[_Draft]) -> None:
    """Revokes the pending invitations of the new members to their verified addresses."""
    joined = {
        (draft.organization.id, draft.user.address_key): draft.organization
        for draft in drafts
        if draft.user.email_verified and draft.user.address_key
    }
    if not joined:
        return
    statement = _select_pending({id for id, _ in joined}, {key or "" for _, key in joined})
    for invitation in (await tx.session.execute(statement)).scalars():
        organization = joined.get((invitation.organization_id, invitation.address_key))
        if organization:
            settle(invitation, InvitationStatus.REVOKED, tx.now)
            await record_invitation(tx, EventType.INVITATION_REVOKED, invitation, organization)


@prepared_statement
def _select_pending(
    organization_ids: Collection[str], address_keys: Collection[str]
) -> SelectOfScalar[Invitation]:
    return select(Invitation).where(
        col(Invitation.organization_id).in_(organization_ids),
        col(Invitation.address_key).in_(address_keys),
        col(Invitation.status) == PENDING,
    )


async def _settle_requests(tx: Transaction, drafts: Sequence[_Draft]) -> None:
    """Accepts the requests of the new members, and deletes their suggestions."""
    organization_ids = {draft.organization.id for draft in drafts}
    waiting = await load_waiting_organizations(tx, organization_ids) if drafts else set[str]()
    for id in sorted(waiting):
        own = [draft for draft in drafts if draft.organization.id == id]
        await settle_waiting(tx, own[0].organization, [draft.user for draft in own])


async def _create(batch: Batch, known: _Known, drafts: Sequence[_Draft]) -> None:
    tx, memberships = batch.tx, list[Membership]()
    for draft in drafts:
        at = batch.to_time(draft.record.created_at)
        membership = Membership(
            id=new_id(Membership.prefix, at),
            created_at=at,
            updated_at=tx.now,
            organization_id=draft.organization.id,
            user_id=draft.user.id,
            role_id=draft.role.role.id,
            **draft.metadata,
        )
        memberships.append(membership)
        _record(tx, EventType.MEMBERSHIP_CREATED, membership, draft, known)
        batch.count(Outcome.CREATED)
    tx.session.add_all(memberships)


def _record(
    tx: Transaction,
    type: EventType,
    membership: Membership,
    draft: _Draft,
    known: _Known,
    changes: dict[str, Any] | None = None,
) -> None:
    organization, features = draft.organization, known.features.get(draft.organization.id)
    record_membership(
        tx, type, membership, organization, draft.user, draft.role, features, changes
    )


# ------------------------------------------------------------------------------------- old members


async def _update(batch: Batch, known: _Known, drafts: Sequence[_Draft]) -> None:
    """Updates members of one organization, unless it would lose its last manager (rule 8)."""
    tx, updated = batch.tx, list[tuple[_Draft, Membership, dict[str, Any]]]()
    try:
        async with tx.session.begin_nested(), keep_managers(
            tx, [drafts[0].organization.id], at="role"
        ):
            for draft in drafts:
                membership = draft.membership
                if membership is None:
                    continue
                new = {"role_id": draft.role.role.id, **draft.metadata}
                before = apply_changes(membership, new)
                if before:
                    membership.updated_at = tx.now
                updated.append((draft, membership, before))
    except InputError as error:
        for draft in drafts:
            batch.refuse(draft.record, [error])
        return
    offered = known.offered[drafts[0].organization.role_set_id]
    for draft, membership, before in updated:
        if not before:
            batch.count(Outcome.UNCHANGED)
            continue
        changes = {name: value for name, value in before.items() if name != "private_metadata"}
        if role_id := changes.pop("role_id", None):
            changes["role"] = offered.by_id[role_id].role.key
        _record(tx, EventType.MEMBERSHIP_UPDATED, membership, draft, known, changes)
        batch.count(Outcome.UPDATED)
