"""IDs in requests: ours, and those that objects had elsewhere (rule 75)."""

from collections.abc import Sequence

from models.base import parse_prefix
from models.errors import NotFound
from models.organizations import Organization
from models.users import User
from resolvers.queries.external_ids import load_user_ids
from resolvers.queries.organizations import load_organization_by_slug
from server.http.backend.endpoints import Call


async def find_user_ids(call: Call, given: Sequence[str] | None) -> tuple[str, ...] | None:
    """Finds the users of a filter, if there is one."""
    return None if given is None else tuple(await _find_user_ids(call, given))


async def _find_user_ids(call: Call, given: Sequence[str]) -> list[str]:
    """Finds users; an ID that no user or several users have stays as it is."""
    foreign = [id for id in given if parse_prefix(id) != User.prefix]
    known = await call.context.read(load_user_ids, foreign) if foreign else {}
    return [known.get(id, id) for id in given]


async def find_user_id(call: Call, given: str) -> str:
    (id,) = await _find_user_ids(call, [given])
    return id


async def find_organization(call: Call) -> Organization:
    """Finds the organization of the path by its ID or slug; raises NotFound."""
    given, context = call.path["organization_id"], call.context
    row = await context.loaders.organizations.load(given)
    if row is None and context.instance.slugs_enabled and parse_prefix(given) is None:
        row = await context.read(load_organization_by_slug, given, member_id=None)
    if row is None:
        raise NotFound
    return row


async def find_organization_id(call: Call) -> str:
    """Finds the organization of the path; an unknown ID stays as it is."""
    return call.path["organization_id"]
