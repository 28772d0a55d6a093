"""How a database runs the statements of the application: which tables it reads as a whole."""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from models.database.connection import Connection
from models.database.store import Store
from models.database.tables import metadata

EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# More values for a text that was recorded as often are not kept.
VALUES_PER_TEXT = 3
ALIAS = re.compile(r'"?(\w+)"? AS (\w+)')
SORT = "USE TEMP B-TREE"
# Indexes that have few rows of their tables.
PARTIAL = tuple(
    str(index.name)
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
)


@dataclass(frozen=True)
class Statement:
    text: str
    parameters: Sequence[Any]


Recorded = dict[str, list[Statement]]


@dataclass(frozen=True)
class Step:
    """A step of a plan that reads all rows of a table, or sorts rows: then `table` is SORT."""

    # On one line, and without quotation marks.
    statement: str
    table: str
    detail: str


@contextmanager
def recording_statements(store: Store, recorded: Recorded) -> Generator[None]:
    """Records the statements of the store in the block by their texts, with values."""
    driver: Any = store.driver

    def note(text: str, parameters: Sequence[Any]) -> None:
        known = recorded.setdefault(text, [])
        if text.startswith(EXPLAINED) and len(known) < VALUES_PER_TEXT:
            known.append(Statement(text, parameters))

    def record(name: str) -> None:
        call = getattr(driver, name)

        async def run(connection: Any, text: str, parameters: Any, begin: str | None) -> Any:
            note(text, parameters[0] if name == "run_many" else parameters)
            return await call(connection, text, parameters, begin)

        setattr(driver, name, run)

    names = ("fetch", "run", "run_many")
    for name in names:
        record(name)
    try:
        yield
    finally:
        for name in names:
            delattr(driver, name)


async def find_steps(connection: Connection, statement: Statement) -> list[Step]:
    """Finds the tables that the statement reads as a whole, and on SQLite whether it sorts."""
    if connection.dialect.name == "sqlite":
        return await _find_on_sqlite(connection, statement)
    explained = Statement(f"EXPLAIN (FORMAT JSON) {statement.text}", statement.parameters)
    ((plans,),) = await _fetch(connection, explained)
    return [
        Step(
            flatten(statement.text),
            node["Relation Name"],
            f"{node['Node Type']} {node.get('Filter', '')}",
        )
        for node in _walk(plans[0]["Plan"])
        if node["Node Type"] == "Seq Scan"
    ]


def flatten(text: str) -> str:
    return " ".join(text.replace('"', "").split())


def _walk(node: dict[str, Any]) -> Generator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _walk(inner)


async def _find_on_sqlite(connection: Connection, statement: Statement) -> list[Step]:
    explained = Statement(f"EXPLAIN QUERY PLAN {statement.text}", statement.parameters)
    details = [detail for _, _, _, detail in await _fetch(connection, explained)]
    tables = {alias: table for table, alias in ALIAS.findall(statement.text)}
    steps: list[Step] = []
    for detail in details:
        if detail.startswith("SCAN ") and not detail.endswith(PARTIAL):
            alias = detail.split()[1]
            steps.append(Step(flatten(statement.text), tables.get(alias, alias), detail))
        elif detail.startswith(SORT):
            steps.append(Step(flatten(statement.text), SORT, detail))
    return steps


async def _fetch(connection: Connection, statement: Statement) -> Sequence[Any]:
    return await connection.driver.fetch(connection.raw, statement.text, statement.parameters, None)
