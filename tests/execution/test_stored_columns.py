"""A column is formatted as it is stored, for rows of any statement, and for values of any kind."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import GraphQLNonNull
from sqlalchemy import Select
from sqlmodel import col

from models.database.compiled import Compiled
from models.database.drivers import get_dialect
from models.users import User
from schema import get_schema
from schema.execution.breadth_first.builders import Builder, Entry, Unusual, compile_builder

TIME: Any = get_schema()._schema.type_map["DateTime"]  # pyright: ignore[reportPrivateUsage]
STORED = "2026-07-01 12:00:00.000000"
# As another program may have written it.
SHORT = "2026-07-01 12:00:00"
SHOWN = "2026-07-01T12:00:00.000Z"


def make_row(*values: Any, columns: Sequence[Any]) -> SimpleNamespace:
    """Makes a parent with a row of a statement with these columns."""
    dialect = get_dialect("sqlite+aiosqlite")
    compiled = Compiled(Select[Any](*columns).compile(dialect=dialect), dialect)
    return SimpleNamespace(row=compiled.lazy_row(values))


def of_time(value: Any) -> SimpleNamespace:
    return make_row(value, columns=[col(User.created_at)])


def make_builder(type_: Any) -> Builder:
    return compile_builder((Entry("at", attribute="row.created_at", type=type_),))


def test_what_is_stored_is_formatted() -> None:
    both = make_row("user_1", STORED, columns=[col(User.id), col(User.created_at)])
    loaded = SimpleNamespace(row=SimpleNamespace(created_at=datetime(2026, 7, 1, 12, tzinfo=UTC)))
    build = make_builder(GraphQLNonNull(TIME))

    for sources in ([of_time(STORED)] * 2, [of_time(SHORT)], [both, of_time(STORED), loaded], []):
        assert build(sources) == [{"at": SHOWN}] * len(sources)


def test_null_is_shown_unless_it_can_not_be() -> None:
    sources = [of_time(STORED), of_time(None)]

    assert make_builder(TIME)(sources) == [{"at": SHOWN}, {"at": None}]
    with pytest.raises(Unusual):
        make_builder(GraphQLNonNull(TIME))(sources)
