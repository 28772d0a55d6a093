"""Imports memberships (rules 7, 8, and 12)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import new_id
from models.database.statements import prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import MinimumPermissionsNeeded
from models.events import EventType
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from models.validation.text import check_metadata
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.transaction import Transaction
from resolvers.importing.batch import (
    Batch,
    load_organizations,
    load_users,
    organization_unknown,
    user_unknown,
)
from resolvers.importing.choices import Missing
from resolvers.importing.joining import settle_joining
from resolvers.importing.missing import create_missing_roles, create_missing_users
from resolvers.importing.records import MembershipRecord
from resolvers.importing.report import Outcome
from resolvers.members.events import load_features, record_membership
from resolvers.role_model.manager_rule import load_managed
from resolvers.roles import RolesOfSet, RoleWithPermissions, load_roles_of_set


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
    def columns(self) -> dict[str, Any]:
        return {
            "role_id": self.role.role.id,
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
    await settle_joining(batch.tx, [(draft.organization, draft.user) for draft in new])
    await _create(batch, known, new)
    await _update(batch, known, old)


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
        if organization:
            offered = known.offered[organization.role_set_id]
            role = offered.find(batch.options.map_role(record.role))
    for metadata in (record.public_metadata, record.private_metadata):
        with errors.at("metadata"):
            check_metadata(metadata)
    if not organization or not user or not role or errors.errors:
        batch.refuse(record, errors.errors)
        return None
    membership = known.memberships.get((organization.id, user.id))
    return _Draft(record, organization, user, role, membership)


# ----------------------------------------------------------------------------------- new members


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
            **draft.columns,
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
    before: dict[str, Any] | None = None,
) -> None:
    organization, changes = draft.organization, dict(before or {})
    changes.pop("private_metadata", None)
    if role_id := changes.pop("role_id", None):
        changes["role"] = known.offered[organization.role_set_id].by_id[role_id].role.key
    features = known.features.get(organization.id)
    record_membership(
        tx, type, membership, organization, draft.user, draft.role, features, changes or None
    )


# ------------------------------------------------------------------------------------- old members


async def _update(batch: Batch, known: _Known, drafts: Sequence[_Draft]) -> None:
    """Updates members, except those of an organization that would lose its last manager (rule 8).

    All members of a batch are updated together: one can become a manager in the same batch in which
    another one ceases to be one.
    """
    if not drafts:
        return
    tx, organization_ids = batch.tx, {draft.organization.id for draft in drafts}
    managed = await load_managed(tx, organization_ids)
    applied = [
        (draft, draft.membership, batch.apply(draft.membership, draft.record, draft.columns))
        for draft in drafts
        if draft.membership
    ]
    unmanaged = managed - await load_managed(tx, organization_ids)
    for draft, membership, before in applied:
        if not before:
            batch.count(Outcome.UNCHANGED)
        elif draft.organization.id in unmanaged and "role_id" in before:
            apply_changes(membership, before)
            batch.refuse(draft.record, [_last_manager()])
        else:
            membership.updated_at = tx.now
            _record(tx, EventType.MEMBERSHIP_UPDATED, membership, draft, known, before)
            batch.count(Outcome.UPDATED)


def _last_manager() -> MinimumPermissionsNeeded:
    return MinimumPermissionsNeeded(
        "The organization would lose its last member who can manage it.", at="role"
    )
