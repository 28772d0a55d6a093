"""A database in which every table has rows, and every column a value and, if it can, a null."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, delete, insert
from sqlalchemy.types import JSON, Boolean, Integer, LargeBinary, TypeDecorator

from models.base import UTCDateTime, first_id
from models.database.store import Store
from models.database.tables import TABLES, metadata
from models.keys.encryption import encrypt, make_cipher
from resolvers.keys.root_secret import ENCRYPTED_COLUMNS
from server.export.tables import FILLED_BY_MIGRATIONS
from tests.support.api import SECRET

Contents = dict[str, list[dict[str, Any]]]

ROWS = 3
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PREFIXES = {table.__tablename__: table.prefix for table in TABLES}
ENCRYPTED = {(one.column.table.name, one.column.name): one for one in ENCRYPTED_COLUMNS}
# Texts that a collation would sort in another order than their bytes.
TEXTS = ("a-b", "B_a", "é日本🙂\u2028 \\u0000")
EMPTY: dict[str, Any] = {}
OBJECTS: tuple[Any, ...] = (
    EMPTY,
    {"z": [1, 1.0, True, None, "é", {"\\u0000": "\u2028"}], "a": 2**53 + 1},
    {"deep": {"deep": {"deep": [[[EMPTY]]]}}, "": ""},
)


async def fill(store: Store) -> Contents:
    """Replaces the rows of a new database; returns the new ones."""
    rows: Contents = {}
    async with store.write() as session:
        for table in reversed(metadata.sorted_tables):
            if table.name in FILLED_BY_MIGRATIONS:
                await session.execute(delete(table))
        for table in metadata.sorted_tables:
            numbers = (1,) if table.name == "instance" else range(ROWS)
            rows[table.name] = [make_row(table, number, rows) for number in numbers]
            await session.execute(insert(table), rows[table.name])
    return rows


def make_row(table: Table, number: int, rows: Contents) -> dict[str, Any]:
    row = {column.name: make_value(table, column, number, rows) for column in table.columns}
    if table.name == "plan_subscription":
        # A subscription has one payer.
        payer = rows["user" if number == 0 else "organization"][number]["id"]
        row |= {"user_id": None, "organization_id": None}
        row["user_id" if number == 0 else "organization_id"] = payer
    if table.name == "instance":
        row["id"] = 1
    return row


def make_value(table: Table, column: Column[Any], number: int, rows: Contents) -> Any:
    """Makes a value; that of the first row is null if it can be."""
    if column.nullable and number == 0:
        return None
    for key in column.foreign_keys:
        return rows[key.column.table.name][number][key.column.name]
    if encrypted := ENCRYPTED.get((table.name, column.name)):
        return encrypt(make_cipher((SECRET,), encrypted.purpose), f"{column.name} {number}")
    if column.name == "id" and PREFIXES[table.name]:
        return first_id(PREFIXES[table.name], EPOCH + timedelta(milliseconds=number))
    type_ = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(column.type, UTCDateTime):
        # In the future, so that keys and secrets are still in use.
        return EPOCH + timedelta(days=36_500, microseconds=number)
    if isinstance(type_, JSON):
        return OBJECTS[number]
    if isinstance(type_, LargeBinary):
        return bytes(range(256)) * number
    if isinstance(type_, Boolean):
        # Only one role set is the initial one, and only one key is the current one.
        return number == 1
    if isinstance(type_, Integer):
        return 10 * (number + 1)
    return f"{TEXTS[number]} {table.name} {column.name}"
