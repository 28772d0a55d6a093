"""IDs in requests: ours, and those that objects had elsewhere (rule 75)."""

from collections.abc import Sequence

from models.base import parse_prefix
from models.errors.request import NotFound
from models.organizations import Organization
from models.users import User
from resolvers.queries.external_ids import Table, load_ids
from resolvers.queries.organizations import (
    load_organization_by_external_id,
    load_organization_by_slug,
)
from server.http.backend.foundation.endpoints import Call


async def _find(call: Call, table: Table, given: Sequence[str]) -> list[str]:
    """Finds our IDs; one that nothing or several users have stays as it is."""
    foreign = [id for id in given if parse_prefix(id) != table.prefix]
    if not foreign:
        return list(given)
    known = await call.context.read(load_ids, table, foreign)
    return [known.get(id, id) for id in given]


async def find_users(call: Call, given: Sequence[str]) -> list[str]:
    return await _find(call, User, given)


async def find_user_id(call: Call, given: str) -> str:
    (id,) = await find_users(call, [given])
    return id


async def find_user_ids(call: Call, given: Sequence[str] | None) -> tuple[str, ...] | None:
    """Finds the users of a filter, if there is one."""
    return None if given is None else tuple(await find_users(call, given))


async def find_organization_ids(call: Call, given: Sequence[str] | None) -> tuple[str, ...] | None:
    """Finds the organizations of a filter, if there is one."""
    return None if given is None else tuple(await _find(call, Organization, given))


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


async def find_organization_id(call: Call, given: str | None = None) -> str:
    """Finds the given organization, or that of the path; an unknown ID stays as it is."""
    id = call.path["organization_id"] if given is None else given
    (found,) = await _find(call, Organization, [id])
    return found
