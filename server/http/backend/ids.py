"""IDs in requests: ours, and those that objects had elsewhere (rule 75)."""

from collections.abc import Sequence

from models.base import parse_prefix
from models.errors import NotFound
from models.organizations import Organization
from models.users import User
from resolvers.queries.organizations import (
    load_organization_by_external_id,
    load_organization_by_slug,
)
from resolvers.queries.users import load_user_ids
from server.http.backend.endpoints import Call


async def find_user_ids(call: Call, given: Sequence[str] | None) -> tuple[str, ...] | None:
    """Finds the users of a filter, if there is one."""
    return None if given is None else tuple(await find_users(call, given))


async def find_users(call: Call, given: Sequence[str]) -> list[str]:
    """Finds users; an ID that no user or several users have stays as it is."""
    foreign = [id for id in given if parse_prefix(id) != User.prefix]
    if not foreign:
        return list(given)
    known = await call.context.read(load_user_ids, foreign)
    return [known.get(id, id) for id in given]


async def find_user_id(call: Call, given: str) -> str:
    (id,) = await find_users(call, [given])
    return id


async def find_organization(call: Call, *, by_slug: bool = False) -> Organization:
    """Finds the organization of the path; raises NotFound.

    The ID is ours, or the external one, or perhaps the slug: if two organizations have it, neither
    is found.
    """
    given, context = call.path["organization_id"], call.context
    if parse_prefix(given) == Organization.prefix:
        found = [await context.loaders.organizations.load(given)]
    else:
        found = [await context.read(load_organization_by_external_id, given)]
        if by_slug and context.instance.slugs_enabled:
            found.append(await context.read(load_organization_by_slug, given, member_id=None))
    rows = {row.id: row for row in found if row and context.caller.reaches(row.id)}
    if len(rows) != 1:
        raise NotFound
    return rows.popitem()[1]


async def find_organization_id(call: Call) -> str:
    """Finds the organization of the path, which the operation then locks; raises NotFound."""
    given = call.path["organization_id"]
    is_ours = parse_prefix(given) == Organization.prefix
    return given if is_ours else (await find_organization(call)).id
