"""The settings of the instance that are about organizations."""

from typing import Any, Literal

from models.base import JSONObject
from models.errors.input import InputError, InputErrors
from models.instance import EnrollmentMode, Instance
from models.keys.scopes import KeyScope
from models.roles import CUSTOM_ROLES
from resolvers.foundation.transaction import Transaction
from resolvers.instance import update_instance
from resolvers.queries.batching import load_existing
from resolvers.queries.roles import load_initial_role_set
from resolvers.role_model.find import find_role
from resolvers.role_model.offered_roles import load_initial_role_set as lock_initial_role_set
from resolvers.role_model.sets import update_role_set
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.parameters import Body, NoQuery
from server.http.backend.foundation.renames import renamed

# The settings of the instance under the names that they have here.
NAMES = {
    "enabled": "organizations_enabled",
    "max_allowed_memberships": "max_allowed_memberships",
    "admin_delete_enabled": "admin_delete_enabled",
    "domains_enabled": "domains_enabled",
}


class SettingChanges(Body):
    """Null keeps the current value."""

    enabled: bool | None = None
    max_allowed_memberships: int | None = None
    admin_delete_enabled: bool | None = None
    domains_enabled: bool | None = None
    slug_disabled: bool | None = None
    domains_enrollment_modes: (
        list[Literal["manual_invitation", "automatic_invitation", "automatic_suggestion"]] | None
    ) = None
    creator_role_id: str | None = None
    domains_default_role_id: str | None = None

    def to_instance(self) -> dict[str, Any]:
        values = {new: getattr(self, name) for name, new in NAMES.items()}
        given = {name: value for name, value in values.items() if value is not None}
        if self.slug_disabled is not None:
            given["slugs_enabled"] = not self.slug_disabled
        if self.domains_enrollment_modes is not None:
            given["domains_enrollment_modes"] = list(
                map(EnrollmentMode, self.domains_enrollment_modes)
            )
        return given


async def _show(call: Call, instance: Instance) -> JSONObject:
    initial = await call.context.read(load_initial_role_set)
    roles = call.context.loaders.roles
    creator = await load_existing(roles, initial.creator_role_id)
    default = await load_existing(roles, initial.default_role_id)
    return {
        "object": "organization_settings",
        "id": "instance",
        "enabled": instance.organizations_enabled,
        "max_allowed_memberships": instance.max_allowed_memberships,
        "max_allowed_roles": CUSTOM_ROLES,
        # These two are unlimited.
        "max_role_sets_allowed": 0,
        "max_allowed_permissions": 0,
        "max_allowed_domains": instance.domains_per_organization,
        "creator_role": creator.key,
        "admin_delete_enabled": instance.admin_delete_enabled,
        "domains_enabled": instance.domains_enabled,
        "domains_enrollment_modes": instance.domains_enrollment_modes,
        "domains_default_role": default.key,
        "slug_disabled": not instance.slugs_enabled,
        "initial_role_set_key": initial.key,
    }


async def get_settings(call: Call, query: NoQuery) -> JSONObject:
    return await _show(call, call.context.instance)


async def update_settings(call: Call, body: SettingChanges) -> JSONObject:
    if body.creator_role_id is not None or body.domains_default_role_id is not None:
        # These belong to the initial role set.
        call.context.use_scope(KeyScope.ROLES_WRITE)

    async def update(tx: Transaction) -> Instance:
        # The roles come first, in the order in which every transaction takes these locks.
        errors = await _change_roles(tx, body)
        given = body.to_instance()
        try:
            instance = await update_instance(tx, given=given) if given else await tx.load_instance()
        except InputErrors as found:
            raise InputErrors([*errors, *found.errors]) from found
        if errors:
            raise InputErrors(errors)
        return instance

    with renamed(
        organizationsEnabled="enabled",
        slugsEnabled="slug_disabled",
        creatorRole="creator_role_id",
        defaultRole="domains_default_role_id",
    ):
        return await _show(call, await call.change(update))


async def _change_roles(tx: Transaction, body: SettingChanges) -> list[InputError]:
    """Changes the roles of the initial role set, and returns what is wrong with them."""
    wanted = {"creator_role": body.creator_role_id, "default_role": body.domains_default_role_id}
    ids = {name: id for name, id in wanted.items() if id is not None}
    if not ids:
        return []
    try:
        roles = {name: await find_role(tx, id, at=name) for name, id in ids.items()}
        initial = await lock_initial_role_set(tx)
        given = {name: found.role.key for name, found in roles.items()}
        await update_role_set(tx, key=initial.key, given=given)
    except InputError as error:
        return [error]
    except InputErrors as found:
        return list(found.errors)
    return []


PATH = "/v1/instance/organization_settings"
ENDPOINTS = [
    Endpoint("GET", PATH, KeyScope.ROLES_READ, get_settings, NoQuery),
    Endpoint("PATCH", PATH, KeyScope.INSTANCE_WRITE, update_settings, SettingChanges),
]
