"""Prepared statements are written once for each shape of their arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
from sqlalchemy import Select, func
from sqlmodel import col

from models.database.compiled import Statements, get_statements
from models.database.drivers import get_dialect
from models.database.statements import AnySelect, StatementValues, prepared_statement
from models.users import User

pytestmark = pytest.mark.both_databases

SQLITE = get_statements(get_dialect("sqlite+aiosqlite"))
POSTGRESQL = get_statements(get_dialect("postgresql+asyncpg"))
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Filter(StatementValues):
    ids: tuple[str, ...] | None = None
    is_verified: bool | None = None


def prepare(statement: Any, statements: Statements = SQLITE) -> tuple[str, list[Any]]:
    """Returns the text and its parameters."""
    _, text, parameters = statements.prepare(statement, None)
    return text, parameters


written: list[tuple[Any, ...]] = []


@pytest.fixture(autouse=True)
def nothing_written() -> None:
    written.clear()


@pytest.mark.parametrize("statements", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
def test_other_values_reuse_the_expression_and_its_text(statements: Statements) -> None:
    @prepared_statement
    def select_since(issuer: str, since: int, moment: datetime) -> AnySelect:
        written.append((issuer, since, moment))
        newer = (col(User.refreshed_at) > since) & (col(User.created_at) < moment)
        return Select[Any](col(User.id)).where(col(User.issuer) == issuer, newer)

    first, values = prepare(select_since("a", 1, NOON), statements)
    second, others = prepare(select_since("b", 2, NOON), statements)

    assert second is first
    assert len(written) == 1
    assert (values[:2], others[:2]) == (["a", 1], ["b", 2])


def test_each_shape_of_the_arguments_is_written_once() -> None:
    @prepared_statement
    def select_users(name: str | None, is_verified: bool, size: Size, ids: list[str]) -> AnySelect:
        written.append((name, is_verified, size, ids))
        return Select[Any](col(User.id))

    shapes: list[tuple[str | None, bool, Size, list[str]]] = [
        ("a", True, Size.SMALL, ["x"]),
        (None, True, Size.SMALL, ["x"]),
        ("a", False, Size.SMALL, ["x"]),
        ("a", True, Size.LARGE, ["x"]),
        ("a", True, Size.SMALL, []),
    ]
    for _ in range(2):
        for shape in shapes:
            select_users(*shape)

    assert [(is_verified, size) for _, is_verified, size, _ in written] == [
        (is_verified, size) for _, is_verified, size, _ in shapes
    ]


def test_values_of_a_dataclass_become_parameters() -> None:
    @prepared_statement
    def select_filtered(chosen: Filter) -> AnySelect:
        written.append((chosen,))
        statement: AnySelect = Select(col(User.id))
        if chosen.is_verified is not None:
            statement = statement.where(col(User.email_verified).is_(chosen.is_verified))
        if chosen.ids is not None:
            statement = statement.where(col(User.id).in_(chosen.ids))
        return statement

    unfiltered, nothing = prepare(select_filtered(Filter()))
    _, one = prepare(select_filtered(Filter(("a",))))
    _, other = prepare(select_filtered(Filter(("b",))))
    verified, _ = prepare(select_filtered(Filter(("b",), True)))

    assert ("WHERE" in unfiltered, nothing) == (False, [])
    assert (one, other) == (["a"], ["b"])
    assert "email_verified" in verified
    assert len(written) == 3


@pytest.mark.parametrize("statements", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
def test_lists_are_filled_up_to_a_power_of_two(statements: Statements) -> None:
    @prepared_statement
    def select_users(issuer: str, ids: Sequence[str]) -> AnySelect:
        return Select[Any](col(User.id)).where(col(User.id).in_(ids), col(User.issuer) == issuer)

    texts = {length: prepare(select_users("i", ["x"] * length), statements)[0] for length in (3, 4)}
    _, parameters = prepare(select_users("i", ["a", "b", "c"]), statements)

    assert texts[3] is texts[4]
    assert sorted(parameters) == ["a", "b", "c", "c", "i"]


def test_what_the_expression_contains_itself_is_kept_in_the_text() -> None:
    """SQLite prepares a statement again if such a constant is a parameter (`_write_constants`)."""

    @prepared_statement
    def select_joined(issuer: str) -> AnySelect:
        joined = func.aggregate_strings(col(User.id), "; ")
        return Select[Any](joined).where(col(User.issuer) == issuer, col(User.last_name) == "Ada")

    first, values = prepare(select_joined("a"))
    second, others = prepare(select_joined("b"))

    assert "'; '" in first
    assert "last_name = 'Ada'" in first
    assert second is first
    assert (values, others) == (["a"], ["b"])


def test_each_dialect_has_its_own_text() -> None:
    @prepared_statement
    def select_user(id: str) -> AnySelect:
        written.append((id,))
        return Select[Any](col(User.id)).where(col(User.id) == id)

    texts = [prepare(select_user("a"), statements)[0] for statements in (SQLITE, POSTGRESQL)]

    assert ["?" in text for text in texts] == [True, False]
    assert ["$1" in text for text in texts] == [False, True]
    assert len(written) == 1
