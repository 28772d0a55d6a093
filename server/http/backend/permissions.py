"""Permissions of the Backend API."""

from collections.abc import Sequence
from functools import partial

from models.base import JSONObject
from models.errors.input import ResourceNotFound
from models.keys.scopes import KeyScope
from models.roles import Permission, is_system
from resolvers.foundation.transaction import Transaction
from resolvers.queries.roles import load_all
from resolvers.role_model import permissions
from resolvers.role_model.find import find_permission
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.keyed import KeyedPage, answer_keyed_list
from server.http.backend.foundation.parameters import Body, NoBody, NoQuery
from server.http.backend.foundation.shapes import show_deleted, to_time

READ, WRITE = KeyScope.ROLES_READ, KeyScope.ROLES_WRITE


class NewPermission(Body):
    name: str
    key: str
    description: str | None = None


class PermissionChanges(Body):
    name: str | None = None
    description: str | None = None


def show_permission(row: Permission) -> JSONObject:
    return {
        "object": "permission",
        "id": row.id,
        "key": row.key,
        "name": row.name,
        # The original has no permission without a description.
        "description": row.description or "",
        "type": "system" if is_system(row.key) else "user",
        "created_at": to_time(row.created_at),
        "updated_at": to_time(row.updated_at),
    }


async def _show_permissions(call: Call, rows: Sequence[Permission]) -> list[JSONObject]:
    return list(map(show_permission, rows))


async def list_permissions(call: Call, query: KeyedPage) -> JSONObject:
    rows = await call.context.read(load_all, Permission)
    return await answer_keyed_list(call, rows, query, _show_permissions)


async def get_permission(call: Call, query: NoQuery) -> JSONObject:
    row = await call.context.loaders.permissions_by_id.load(call.path["permission_id"])
    if row is None:
        raise ResourceNotFound("The permission doesn't exist.", at="permission_id")
    return show_permission(row)


async def create_permission(call: Call, body: NewPermission) -> JSONObject:
    create = partial(
        permissions.create_permission,
        key=body.key,
        name=body.name,
        description=body.description,
    )
    return show_permission(await call.change(create))


async def update_permission(call: Call, body: PermissionChanges) -> JSONObject:
    given = body.get_given("name", "description")

    async def update(tx: Transaction) -> Permission:
        found = await find_permission(tx, call.path["permission_id"], at="permission_id")
        return await permissions.update_permission(tx, key=found.key, given=given)

    return show_permission(await call.change(update))


async def delete_permission(call: Call, body: NoBody) -> JSONObject:
    async def delete(tx: Transaction) -> str:
        found = await find_permission(tx, call.path["permission_id"], at="permission_id")
        return await permissions.delete_permission(tx, key=found.key)

    return show_deleted("permission", await call.change(delete))


LIST = "/v1/organization_permissions"
ONE = f"{LIST}/{{permission_id}}"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_permissions, KeyedPage),
    Endpoint("POST", LIST, WRITE, create_permission, NewPermission),
    Endpoint("GET", ONE, READ, get_permission, NoQuery),
    Endpoint("PATCH", ONE, WRITE, update_permission, PermissionChanges),
    Endpoint("DELETE", ONE, WRITE, delete_permission, NoBody),
]
