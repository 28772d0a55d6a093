"""Role sets of the Backend API."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from pydantic import Field

from models.base import JSONObject
from models.errors.input import ResourceNotFound
from models.keys.scopes import KeyScope
from models.roles import Role, RoleSet
from resolvers.foundation.transaction import Transaction
from resolvers.queries.roles import load_all
from resolvers.role_model import replace, sets
from resolvers.role_model.find import find_role_set
from resolvers.role_model.reassign import RoleMapping
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.keyed import KeyedPage, answer_keyed_list
from server.http.backend.foundation.parameters import Body, NoQuery
from server.http.backend.foundation.renames import renamed
from server.http.backend.foundation.shapes import show_deleted, to_time

READ, WRITE = KeyScope.ROLES_READ, KeyScope.ROLES_WRITE
PARAMETERS = {
    "defaultRole": "default_role_key",
    "creatorRole": "creator_role_key",
    "addRoles": "role_keys",
    "makeInitial": "type",
    "role": "role_key",
    "withRole": "to_role_key",
    "withKey": "dest_role_set_key",
    "mappings": "reassignment_mappings",
}


class NewRoleSet(Body):
    name: str
    key: str | None = None
    description: str | None = None
    type: Literal["initial", "custom"] = "custom"
    default_role_key: str
    creator_role_key: str
    roles: list[str]


class RoleSetChanges(Body):
    name: str | None = None
    description: str | None = None
    type: Literal["initial"] | None = None
    default_role_key: str | None = None
    creator_role_key: str | None = None


class AddedRoles(Body):
    role_keys: list[str] = Field(min_length=1)
    default_role_key: str | None = None
    creator_role_key: str | None = None


class ReplacedRole(Body):
    role_key: str
    to_role_key: str


class ReplacedRoleSet(Body):
    dest_role_set_key: str
    reassignment_mappings: dict[str, str] | None = None


def _show_item(role: Role) -> JSONObject:
    return {
        "object": "role_set_item",
        "id": role.id,
        "key": role.key,
        "name": role.name,
        "description": role.description,
        "members_count": None,
        "has_members": None,
        "created_at": to_time(role.created_at),
        "updated_at": to_time(role.updated_at),
    }


async def _show_role_sets(call: Call, rows: Sequence[RoleSet]) -> list[JSONObject]:
    offered = await call.context.loaders.roles_of_set.load_many([row.id for row in rows])
    return [_show_role_set(row, roles) for row, roles in zip(rows, offered, strict=True)]


def _show_role_set(row: RoleSet, roles: Sequence[Role]) -> JSONObject:
    items = {role.id: _show_item(role) for role in roles}
    return {
        "object": "role_set",
        "id": row.id,
        "key": row.key,
        "name": row.name,
        "description": row.description,
        "type": "initial" if row.is_initial else "custom",
        "roles": list(items.values()),
        "default_role": items.get(row.default_role_id),
        "creator_role": items.get(row.creator_role_id),
        "role_set_migration": None,
        "created_at": to_time(row.created_at),
        "updated_at": to_time(row.updated_at),
    }


async def _change(call: Call, operation: Callable[[Transaction], Awaitable[RoleSet]]) -> JSONObject:
    with renamed(**PARAMETERS):
        row = await call.change(operation)
    (shown,) = await _show_role_sets(call, [row])
    return shown


async def _update(call: Call, given: JSONObject) -> JSONObject:
    async def update(tx: Transaction) -> RoleSet:
        found = await find_role_set(tx, call.path["role_set"], at="role_set_key_or_id")
        return await sets.update_role_set(tx, key=found.key, given=given)

    return await _change(call, update)


def _get_first_roles(body: RoleSetChanges | AddedRoles) -> JSONObject:
    """Returns the default and the creator role as far as they are given; null keeps them."""
    given = {"default_role": body.default_role_key, "creator_role": body.creator_role_key}
    return {name: key for name, key in given.items() if key is not None}


async def list_role_sets(call: Call, query: KeyedPage) -> JSONObject:
    rows = await call.context.read(load_all, RoleSet)
    return await answer_keyed_list(call, rows, query, _show_role_sets)


async def get_role_set(call: Call, query: NoQuery) -> JSONObject:
    for row in await call.context.read(load_all, RoleSet):
        if call.path["role_set"] in (row.id, row.key):
            (shown,) = await _show_role_sets(call, [row])
            return shown
    raise ResourceNotFound("The role set doesn't exist.", at="role_set_key_or_id")


async def create_role_set(call: Call, body: NewRoleSet) -> JSONObject:
    new = sets.NewRoleSet(
        key=body.key,
        name=body.name,
        description=body.description,
        roles=body.roles,
        default_role=body.default_role_key,
        creator_role=body.creator_role_key,
    )

    async def create(tx: Transaction) -> RoleSet:
        row = await sets.create_role_set(tx, new)
        if body.type == "custom":
            return row
        return await sets.update_role_set(tx, key=row.key, given={"make_initial": True})

    return await _change(call, create)


async def update_role_set(call: Call, body: RoleSetChanges) -> JSONObject:
    given: JSONObject = {"name": body.name} if body.name is not None else {}
    given |= body.get_given("description") | _get_first_roles(body)
    given |= {"make_initial": True} if body.type is not None else {}
    return await _update(call, given)


async def add_roles(call: Call, body: AddedRoles) -> JSONObject:
    return await _update(call, {"add_roles": body.role_keys} | _get_first_roles(body))


async def replace_role(call: Call, body: ReplacedRole) -> JSONObject:
    async def change(tx: Transaction) -> RoleSet:
        found = await find_role_set(tx, call.path["role_set"], at="role_set_key_or_id")
        return await replace.replace_role(
            tx, role_set=found.key, role=body.role_key, with_role=body.to_role_key
        )

    return await _change(call, change)


async def replace_role_set(call: Call, body: ReplacedRoleSet) -> JSONObject:
    mappings = (body.reassignment_mappings or {}).items()

    async def change(tx: Transaction) -> str:
        found = await find_role_set(tx, call.path["role_set"], at="role_set_key_or_id")
        await replace.replace_role_set(
            tx,
            key=found.key,
            with_key=body.dest_role_set_key,
            mappings=[RoleMapping(source, target) for source, target in mappings],
        )
        return found.id

    with renamed(**PARAMETERS):
        return show_deleted("role_set", await call.change(change))


LIST = "/v1/role_sets"
ONE = f"{LIST}/{{role_set}}"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_role_sets, KeyedPage),
    Endpoint("POST", LIST, WRITE, create_role_set, NewRoleSet),
    Endpoint("GET", ONE, READ, get_role_set, NoQuery),
    Endpoint("PATCH", ONE, WRITE, update_role_set, RoleSetChanges),
    Endpoint("POST", f"{ONE}/roles", WRITE, add_roles, AddedRoles),
    Endpoint("POST", f"{ONE}/roles/replace", WRITE, replace_role, ReplacedRole),
    Endpoint("POST", f"{ONE}/replace", WRITE, replace_role_set, ReplacedRoleSet),
]
