"""A position costs nothing until it has values, and an operation shares only what it may."""

from typing import Any, cast

import pytest
import strawberry
from graphql import OperationDefinitionNode, parse

from schema.execution.breadth_first.completion import Completion
from schema.execution.breadth_first.executor import PLANS, BreadthFirstExecutor
from schema.execution.breadth_first.operations import PreparedOperation, prepare_operation
from schema.execution.breadth_first.plans import Plans

CHAIN = "query($no: Boolean!) { next { next { name other: next @skip(if: $no) { name } } } }"


@strawberry.type
class Link:
    name: str = "link"

    @strawberry.field
    async def next(self) -> "Link":
        return Link()


@strawberry.interface
class Named:
    name: str = "name"


@strawberry.type
class Person(Named): ...


@strawberry.type
class Robot:
    name: str = "name"


@strawberry.type
class Mixed:
    @strawberry.field
    def right(self) -> Person | None:
        return Person()

    @strawberry.field
    def wrong(self) -> Person | None:
        return cast(Any, Robot())

    @strawberry.field
    def right_by_cast(self) -> Person | None:
        return strawberry.cast(Person, cast(Any, Robot()))

    @strawberry.field
    def wrong_by_cast(self) -> Person | None:
        return cast(Any, strawberry.cast(Robot, Person()))


def make_schema(*, query: type[Any] = Link, plans: bool = True) -> Any:
    schema = strawberry.Schema(query=query, execution_context_class=BreadthFirstExecutor)
    core: Any = schema._schema  # pyright: ignore[reportPrivateUsage]
    if plans:
        core.extensions[PLANS] = Plans()
    return core


def prepare(schema: Any, text: str) -> PreparedOperation:
    tree = parse(text)
    (operation,) = tree.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return prepare_operation(schema, tree, operation)


async def test_objects_are_made_once_for_each_position(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    build = Completion.build

    def count(self: Completion, selection: Any, sources: Any) -> Any:
        built.append(len(sources))
        return build(self, selection, sources)

    monkeypatch.setattr(Completion, "build", count)
    executor: Any = prepare(make_schema(), CHAIN).make_executor(
        BreadthFirstExecutor, {"no": True}, None
    )
    result = await executor.execute_operation()

    assert result.data == {"next": {"next": {"name": "link"}}}
    assert built == [1, 1, 1]


def test_executions_share_neither_context_nor_variables_nor_errors() -> None:
    prepared = prepare(make_schema(), CHAIN)

    one, other = (
        prepared.make_executor(BreadthFirstExecutor, {"no": value}, context)
        for value, context in ((True, "one"), (False, "other"))
    )

    assert isinstance(one, BreadthFirstExecutor)
    assert isinstance(other, BreadthFirstExecutor)
    assert (one.context_value, other.context_value) == ("one", "other")
    assert one.variable_values.coerced != other.variable_values.coerced
    assert one.collected_errors is not other.collected_errors


@pytest.mark.parametrize("text", [CHAIN, CHAIN.replace("@skip(if: $no)", "@unknown")])
def test_graphql_core_has_an_executor_for_each_execution(text: str) -> None:
    schema = make_schema(plans="@unknown" in text)
    prepared = prepare(schema, text)

    one, other = (prepared.make_executor(BreadthFirstExecutor, {"no": True}, None) for _ in "12")

    assert isinstance(one, BreadthFirstExecutor)
    assert isinstance(other, BreadthFirstExecutor)
    # It waits for these at the end.
    assert one.background_futures is not other.background_futures


def test_an_object_of_another_type_is_refused_as_by_graphql_core() -> None:
    named = {"name": "name"}
    for key, expected in {
        "right": named,
        "wrong": None,
        "rightByCast": named,
        "wrongByCast": None,
    }.items():
        answers: list[Any] = []
        for plans in (True, False):
            prepared = prepare(make_schema(query=Mixed, plans=plans), f"{{ {key} {{ name }} }}")
            executor: Any = prepared.make_executor(BreadthFirstExecutor, {}, None)
            answers.append(executor.execute_operation().formatted)

        assert answers[0] == answers[1]
        assert answers[0]["data"] == {key: expected}
