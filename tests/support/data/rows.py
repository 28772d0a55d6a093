"""Many rows at once, written directly into the database, for tests that read."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select

from models.base import new_id
from models.database.store import Store
from models.database.tables import metadata
from models.validation.addresses import normalize_address
from models.validation.text import to_search_text
from tests.support.api import ISSUER

Row = dict[str, Any]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
moments = count()


def _row(prefix: str, **values: Any) -> Row:
    """Makes a row; later rows have larger IDs."""
    moment = EPOCH + timedelta(milliseconds=next(moments))
    return {"id": new_id(prefix, moment), "created_at": moment, "updated_at": moment, **values}


def a_user(
    email: str, first_name: str | None = None, last_name: str | None = None, **values: Any
) -> Row:
    own: Row = {
        "issuer": ISSUER,
        "external_id": f"sub|{email}",
        "identifier": email,
        "email_address": email,
        "address_key": normalize_address(email),
        "address_domain": normalize_address(email).rpartition("@")[2],
        "verified_by_ticket": False,
        "email_verified": True,
        "first_name": first_name,
        "last_name": last_name,
        "public_metadata": {},
        "private_metadata": {},
        "refreshed_at": 0,
        "search_text": to_search_text(email, first_name, last_name),
    }
    return _row("user", **own | values)


def an_organization(name: str, role_set_id: str, slug: str | None = None, **values: Any) -> Row:
    own: Row = {
        "name": name,
        "slug": slug,
        "public_metadata": {},
        "private_metadata": {},
        "max_allowed_memberships": 0,
        "admin_delete_enabled": True,
        "role_set_id": role_set_id,
        "search_text": to_search_text(name, slug),
    }
    return _row("org", **own | values)


def a_membership(organization_id: str, user_id: str, role_id: str, **values: Any) -> Row:
    own: Row = {"organization_id": organization_id, "user_id": user_id, "role_id": role_id}
    return _row("orgmem", **own | {"public_metadata": {}, "private_metadata": {}} | values)


def an_endpoint(url: str, secret: str = "", **values: Any) -> Row:
    return _row("whep", **{"url": url, "enabled": True, "secret": secret, "cursor": 0} | values)


def a_delivery(endpoint_id: str, event_cursor: int, **values: Any) -> Row:
    own: Row = {
        "endpoint_id": endpoint_id,
        "event_cursor": event_cursor,
        "status": "pending",
        "attempts": 0,
    }
    return _row("whdl", **own | {"next_attempt_at": EPOCH} | values)


async def write(store: Store, **tables: list[Row]) -> None:
    """Inserts the rows, in the order that the foreign keys require."""
    async with store.write() as session:
        for table in metadata.sorted_tables:
            if tables.get(table.name):
                await session.execute(insert(table), tables[table.name])


async def ids_by_key(store: Store, table: str) -> dict[str, str]:
    """Loads the IDs of roles, permissions or role sets by key."""
    columns = metadata.tables[table].c
    async with store.read() as connection:
        return {
            row.key: row.id for row in await connection.execute(select(columns.key, columns.id))
        }


async def a_role(store: Store, key: str, *permissions: str) -> str:
    """Creates a role of the primary role set with exactly these permissions."""
    known = await ids_by_key(store, "permission")
    role = _row("role", key=key, name=key.removeprefix("org:").capitalize())
    await write(
        store,
        role=[role],
        role_permission=[
            {"role_id": role["id"], "permission_id": known[one]} for one in permissions
        ],
        role_set_role=[
            {
                "role_set_id": (await ids_by_key(store, "role_set"))["role_set:primary"],
                "role_id": role["id"],
            }
        ],
    )
    return role["id"]
