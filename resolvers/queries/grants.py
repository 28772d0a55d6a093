"""What callers hold in organizations, with what the loaders learn by reading that.

These functions take only the loaders that they need. With all of them they would be in a reference
cycle, and the garbage collector would have to free everything that an operation has read.
"""

from collections.abc import Sequence

from models.base import parse_prefix
from models.database.store import Readable
from models.keys.api_keys import ApiKey
from models.organizations import Organization
from models.roles import DeletedRole, Role
from resolvers.authority.access import Grant
from resolvers.authority.key_grants import load_key_grants
from resolvers.foundation.server import Clock
from resolvers.queries.batching import BatchLoader
from resolvers.queries.memberships import load_grants, load_grants_with_organizations
from resolvers.queries.rows import by_id


async def load_grants_of_holders(
    store: Readable,
    clock: Clock,
    roles: BatchLoader[str, Role | None],
    keys: list[tuple[str, str]],
) -> Sequence[Grant | None]:
    of_keys = [key for key in keys if parse_prefix(key[1]) == ApiKey.prefix]
    of_users = [key for key in keys if key not in of_keys]
    held: dict[tuple[str, str], Grant | None] = {}
    if of_users:
        grants, roles_of_grants = await load_grants(store, clock(), of_users)
        # `checkPermission` shows the role.
        roles.remember(roles_of_grants)
        held = dict(zip(of_users, grants, strict=True))
    if of_keys:
        held |= await load_key_grants(store, clock(), {key_id for _, key_id in of_keys})
    return [held.get(key) for key in keys]


async def load_organizations_of_members(
    store: Readable,
    clock: Clock,
    roles: BatchLoader[str, Role | None],
    grants: BatchLoader[tuple[str, str], Grant | None],
    organizations: BatchLoader[str, Organization | None],
    keys: list[tuple[str, str]],
) -> Sequence[Organization | None]:
    held, found_roles, found = await load_grants_with_organizations(store, clock(), keys)
    roles.remember(found_roles)
    grants.remember(dict(zip(keys, held, strict=True)))
    organizations.remember(found)
    return [found[id] if grant else None for (id, _), grant in zip(keys, held, strict=True)]


async def load_roles_ever(
    store: Readable, roles: BatchLoader[str, Role | None], ids: list[str]
) -> Sequence[Role | DeletedRole | None]:
    found: dict[str, Role | DeletedRole | None] = dict(
        zip(ids, await roles.load_many(ids), strict=True)
    )
    missing = [role_id for role_id in ids if found[role_id] is None]
    if missing:
        deleted = await by_id(DeletedRole)(store, missing)
        found |= dict(zip(missing, deleted, strict=True))
    return [found[role_id] for role_id in ids]
