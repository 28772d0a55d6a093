"""Imports permissions, roles, and role sets (rules 23 to 25)."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from sqlmodel import select

from models.errors.input import InputError, InputErrors
from models.roles import Permission, is_system
from resolvers.foundation.model_changes import find_new_values
from resolvers.importing.batch import Batch
from resolvers.importing.choices import Existing
from resolvers.importing.records import (
    PermissionRecord,
    Record,
    RoleRecord,
    RoleSetRecord,
)
from resolvers.importing.report import Outcome
from resolvers.role_model.edit import NewRole, create_role, update_role
from resolvers.role_model.model import ModelPermission, ModelRole, ModelRoleSet, load_model
from resolvers.role_model.permissions import create_permission, update_permission
from resolvers.role_model.sets import NewRoleSet, create_role_set, update_role_set

# Differences that grant nothing.
LABELS = {"name", "description"}


async def import_permissions(batch: Batch, records: Sequence[PermissionRecord]) -> None:
    """Imports custom permissions; system permissions are the same everywhere, or unknown here."""
    existing = (await load_model(batch.tx)).permissions
    known = set((await batch.tx.session.execute(select(Permission.key))).scalars())
    for record in records:
        after = ModelPermission(record.name, record.description)
        if is_system(record.key):
            if record.key not in known:
                batch.warn(
                    record,
                    "resource_not_found",
                    f"The permission {record.key[:80]!r} doesn't exist here, so no role gets it.",
                )
            batch.count(Outcome.UNCHANGED)
        elif before := existing.get(record.key):
            given = find_new_values(before, after, "name", "description")
            operation = partial(update_permission, batch.tx, key=record.key, given=given)
            await _update(batch, record, given, operation)
        else:
            operation = partial(
                create_permission,
                batch.tx,
                key=record.key,
                name=record.name,
                description=record.description,
            )
            await _run(batch, record, operation, Outcome.CREATED)


async def import_roles(batch: Batch, records: Sequence[RoleRecord]) -> None:
    """Imports roles, without system permissions that don't exist here."""
    existing = (await load_model(batch.tx)).roles
    known = set((await batch.tx.session.execute(select(Permission.key))).scalars())
    for record in records:
        if record.key in batch.options.roles:
            # Its members get another role.
            batch.count(Outcome.UNCHANGED)
            continue
        permissions = [key for key in record.permissions if key in known or not is_system(key)]
        after = ModelRole(record.name, record.description, frozenset(permissions))
        if before := existing.get(record.key):
            given = find_new_values(before, after, "name", "description", "permissions")
            if "permissions" in given:
                given["permissions"] = sorted(permissions)
            operation = partial(update_role, batch.tx, key=record.key, given=given)
            await _update(batch, record, given, operation)
        else:
            new = NewRole(
                record.key, record.name, record.description, permissions, record.is_initial
            )
            await _run(batch, record, partial(create_role, batch.tx, new), Outcome.CREATED)


async def import_role_sets(batch: Batch, records: Sequence[RoleSetRecord]) -> None:
    """Imports role sets; one that is here already only gains roles."""
    existing = (await load_model(batch.tx)).role_sets
    for record in records:
        roles = frozenset(batch.options.map_role(key) for key in record.roles)
        default = batch.options.map_role(record.default_role)
        creator = batch.options.map_role(record.creator_role)
        if before := existing.get(record.key):
            after = ModelRoleSet(
                record.name, record.description, before.initial, default, creator, roles
            )
            given = find_new_values(
                before, after, "name", "description", "default_role", "creator_role"
            )
            if added := roles - before.roles:
                given["add_roles"] = sorted(added)
            operation = partial(update_role_set, batch.tx, key=record.key, given=given)
            await _update(batch, record, given, operation)
        else:
            new = NewRoleSet(
                record.key, record.name, record.description, sorted(roles), default, creator
            )
            await _run(batch, record, partial(create_role_set, batch.tx, new), Outcome.CREATED)


async def _update(
    batch: Batch,
    record: PermissionRecord | RoleRecord | RoleSetRecord,
    given: dict[str, Any],
    operation: Callable[[], Awaitable[object]],
) -> None:
    """Runs the operation if what is here may change; else, warns if it grants something else."""
    if not given:
        batch.count(Outcome.UNCHANGED)
    elif not batch.keep(record, record.key):
        await _run(batch, record, operation, Outcome.UPDATED)
    elif batch.options.existing is Existing.SKIP and given.keys() - LABELS:
        names = ", ".join(sorted(given.keys() - LABELS))
        batch.warn(
            record,
            "form_identifier_exists",
            f"{record.key} is here already with another value of: {names}. It stays as it is. Use"
            " --existing update to change it.",
        )


async def _run(
    batch: Batch, record: Record, operation: Callable[[], Awaitable[object]], outcome: Outcome
) -> None:
    """Runs the operation; one that breaks a rule changes nothing, and the record is refused."""
    try:
        async with batch.tx.session.begin_nested():
            await operation()
    except InputError as error:
        batch.refuse(record, [error])
    except InputErrors as errors:
        batch.refuse(record, errors.errors)
    else:
        batch.count(outcome)
