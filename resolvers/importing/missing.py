"""Creates users and roles that memberships describe, but that the source doesn't list."""

from collections.abc import Mapping, Sequence

from sqlmodel import col, select

from models.errors.input import InputError, InputErrors
from models.organizations import Organization
from models.roles import Permission, Role, RoleSet
from models.users import User
from resolvers.foundation.transaction import Transaction
from resolvers.importing.batch import Batch
from resolvers.importing.records import Kind, MembershipRecord
from resolvers.importing.report import Outcome
from resolvers.importing.users import create_users
from resolvers.role_model.edit import NewRole, create_role
from resolvers.role_model.offered_roles import add_to_role_set
from resolvers.roles import RolesOfSet


async def create_missing_users(
    batch: Batch, records: Sequence[MembershipRecord], known: Mapping[str, User]
) -> dict[str, User]:
    profiles = {
        record.user: record.profile
        for record in records
        if record.profile and record.user not in known
    }
    return await create_users(batch, list(profiles.values())) if profiles else {}


async def create_missing_roles(
    batch: Batch,
    records: Sequence[MembershipRecord],
    organizations: Mapping[str, Organization],
    offered: Mapping[str, RolesOfSet],
) -> bool:
    """Creates roles, and adds them to the role sets of the organizations that use them.

    A role gets no more permissions than its members have in the source. A role that exists is never
    added to a set: its permissions here can be others. Returns whether a role was created.
    """
    described: dict[str, tuple[MembershipRecord, set[str]]] = {}
    for record in records:
        organization = organizations.get(record.organization)
        is_mapped = record.role in batch.options.roles
        if organization is None or is_mapped or record.permissions is None:
            continue
        set_id = organization.role_set_id
        if record.role not in {one.role.key for one in offered[set_id].by_id.values()}:
            described.setdefault(record.role, (record, set()))[1].add(set_id)
    existing = await _load_keys(batch.tx, described)
    for key in described.keys() - existing:
        await _create_role(batch, *described[key])
    return bool(described.keys() - existing)


async def _load_keys(tx: Transaction, keys: Mapping[str, object]) -> set[str]:
    statement = select(Role.key).where(col(Role.key).in_(list(keys)))
    return set((await tx.session.execute(statement)).scalars()) if keys else set()


async def _create_role(batch: Batch, record: MembershipRecord, set_ids: set[str]) -> None:
    """Creates a role; if a rule forbids that, each of its memberships is refused anyway."""
    tx = batch.tx
    known = set((await tx.session.execute(select(Permission.key))).scalars())
    permissions = [key for key in record.permissions or () if key in known]
    try:
        async with tx.session.begin_nested():
            new = NewRole(record.role, record.role_name or record.role, None, permissions)
            role = await create_role(tx, new)
            for id in sorted(set_ids):
                await add_to_role_set(tx, await tx.session.get_one(RoleSet, id), [role], at="role")
    except InputError as error:
        batch.warn(record, error.code, error.message)
    except InputErrors as errors:
        for error in errors.errors:
            batch.warn(record, error.code, error.message)
    else:
        batch.count(Outcome.CREATED, Kind.ROLES)
