"""Roles of the Backend API."""

from collections.abc import Awaitable, Callable, Sequence

from models.base import JSONObject
from models.errors.input import ResourceNotFound, RolePermissionExists
from models.keys.scopes import KeyScope
from models.roles import Role, can_manage
from resolvers.foundation.transaction import Transaction
from resolvers.queries.roles import load_all
from resolvers.role_model import edit
from resolvers.role_model.find import find_permission, find_role, name_permissions
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.keyed import KeyedPage, answer_keyed_list
from server.http.backend.foundation.parameters import Body, NoBody, NoQuery
from server.http.backend.foundation.renames import renamed
from server.http.backend.foundation.shapes import show_deleted, to_time
from server.http.backend.permissions import show_permission

READ, WRITE = KeyScope.ROLES_READ, KeyScope.ROLES_WRITE


class NewRole(Body):
    name: str
    key: str
    description: str | None = None
    # IDs or keys.
    permissions: list[str] | None = None
    include_in_initial_role_set: bool | None = None


class RoleChanges(Body):
    name: str | None = None
    key: str | None = None
    description: str | None = None
    permissions: list[str] | None = None


async def _show_roles(call: Call, rows: Sequence[Role]) -> list[JSONObject]:
    permissions = await call.context.loaders.permissions.load_many([row.id for row in rows])
    return [
        {
            "object": "role",
            "id": row.id,
            "key": row.key,
            "name": row.name,
            "description": row.description,
            "permissions": list(map(show_permission, held)),
            "is_creator_eligible": can_manage(permission.key for permission in held),
            "created_at": to_time(row.created_at),
            "updated_at": to_time(row.updated_at),
        }
        for row, held in zip(rows, permissions, strict=True)
    ]


async def _change(call: Call, operation: Callable[[Transaction], Awaitable[Role]]) -> JSONObject:
    with renamed(newKey="key", addToInitialRoleSet="include_in_initial_role_set"):
        row = await call.change(operation)
    (shown,) = await _show_roles(call, [row])
    return shown


async def list_roles(call: Call, query: KeyedPage) -> JSONObject:
    rows = await call.context.read(load_all, Role)
    return await answer_keyed_list(call, rows, query, _show_roles)


async def get_role(call: Call, query: NoQuery) -> JSONObject:
    row = await call.context.loaders.roles.load(call.path["role_id"])
    if row is None:
        raise ResourceNotFound("The role doesn't exist.", at="role_id")
    (shown,) = await _show_roles(call, [row])
    return shown


async def create_role(call: Call, body: NewRole) -> JSONObject:
    async def create(tx: Transaction) -> Role:
        new = edit.NewRole(
            key=body.key,
            name=body.name,
            description=body.description,
            permissions=await name_permissions(tx, body.permissions or []),
            add_to_initial_role_set=bool(body.include_in_initial_role_set),
        )
        return await edit.create_role(tx, new)

    return await _change(call, create)


async def update_role(call: Call, body: RoleChanges) -> JSONObject:
    # The SDK lets null through for what stays as it is; only a description can be removed.
    kept = {"name": body.name, "new_key": body.key}
    given: JSONObject = {name: value for name, value in kept.items() if value is not None}
    given |= body.get_given("description")

    async def update(tx: Transaction) -> Role:
        found = await find_role(tx, call.path["role_id"], at="role_id")
        if body.permissions is not None:
            given["permissions"] = await name_permissions(tx, body.permissions)
        return await edit.update_role(tx, key=found.role.key, given=given)

    return await _change(call, update)


async def delete_role(call: Call, body: NoBody) -> JSONObject:
    async def delete(tx: Transaction) -> str:
        found = await find_role(tx, call.path["role_id"], at="role_id")
        return await edit.delete_role(tx, key=found.role.key)

    return show_deleted("role", await call.change(delete))


async def add_permission(call: Call, body: NoBody) -> JSONObject:
    async def add(tx: Transaction) -> Role:
        role = await find_role(tx, call.path["role_id"], at="role_id")
        permission = await find_permission(tx, call.path["permission_id"], at="permission_id")
        if permission.key in role.permissions:
            raise RolePermissionExists("The role already has the permission.", at="permission_id")
        wanted = sorted(role.permissions | {permission.key})
        return await edit.update_role(tx, key=role.role.key, given={"permissions": wanted})

    return await _change(call, add)


async def remove_permission(call: Call, body: NoBody) -> JSONObject:
    async def remove(tx: Transaction) -> Role:
        role = await find_role(tx, call.path["role_id"], at="role_id")
        permission = await find_permission(tx, call.path["permission_id"], at="permission_id")
        if permission.key not in role.permissions:
            raise ResourceNotFound("The role doesn't have the permission.", at="permission_id")
        wanted = sorted(role.permissions - {permission.key})
        return await edit.update_role(tx, key=role.role.key, given={"permissions": wanted})

    return await _change(call, remove)


LIST = "/v1/organization_roles"
ONE = f"{LIST}/{{role_id}}"
PERMISSION = f"{ONE}/permissions/{{permission_id}}"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_roles, KeyedPage),
    Endpoint("POST", LIST, WRITE, create_role, NewRole),
    Endpoint("GET", ONE, READ, get_role, NoQuery),
    Endpoint("PATCH", ONE, WRITE, update_role, RoleChanges),
    Endpoint("DELETE", ONE, WRITE, delete_role, NoBody),
    Endpoint("POST", PERMISSION, WRITE, add_permission, NoBody),
    Endpoint("DELETE", PERMISSION, WRITE, remove_permission, NoBody),
]
