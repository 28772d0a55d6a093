"""Both executors answer random documents alike, on a schema whose values fail at random."""

from collections.abc import Mapping, Sequence
from inspect import isawaitable
from random import Random
from typing import Any

import graphql
import orjson
import pytest
import strawberry
from graphql import DocumentNode, ExecutionResult

from schema.execution.breadth_first.executor import BreadthFirstExecutor
from schema.execution.breadth_first.resolvers import find_attribute
from tests.support.documents.random_documents import RandomDocument, write_document
from tests.support.documents.unreliable_schema import join, make_schema

BREADTH_FIRST, GRAPHQL_CORE = make_schema(breadth_first=True), make_schema(breadth_first=False)
LATER = frozenset(
    (
        "later",
        "sureLater",
        "laterNames",
        "laterGuarded",
        "laterBatch",
        "laterSureBatch",
        "laterTree",
        "joinedChildren",
        "joinedLeaf",
    )
)
# Documents of each test; more of them are slow.
FEW, MANY = range(150), range(1_000, 1_500)
SOME = [
    pytest.param(FEW, marks=pytest.mark.smaller, id="few"),
    pytest.param(MANY, marks=pytest.mark.slow, id="many"),
]


def make_document(seed: int, *, avoided: frozenset[str] = frozenset()) -> RandomDocument:
    return write_document(
        GRAPHQL_CORE._schema,  # pyright: ignore[reportPrivateUsage]
        Random(seed),
        avoided=avoided,
        depth=3,
        width=4,
    )


async def execute(
    schema: strawberry.Schema, tree: DocumentNode, variables: Mapping[str, Any], root: str
) -> ExecutionResult:
    core: Any = graphql
    result: Any = core.execute(
        schema._schema,  # pyright: ignore[reportPrivateUsage]
        tree,
        root,
        variable_values=dict(variables),
        executor_class=BreadthFirstExecutor,
    )
    return await result if isawaitable(result) else result


async def run(schema: strawberry.Schema, document: RandomDocument, seed: int) -> ExecutionResult:
    """Executes a document, which is valid, without validating it for each of the schemas."""
    return await execute(schema, document.tree, document.variables, str(seed))


def errors(result: ExecutionResult) -> list[dict[str, Any]]:
    return [dict(error.formatted) for error in result.errors or ()]


def find_null(data: Any, path: Sequence[str | int]) -> tuple[str | int, ...]:
    """The first part of a path that leads to null."""
    found: tuple[str | int, ...] = ()
    for key in path:
        if data is None:
            return found
        data, found = data[key], (*found, key)
    return found


def nulls(result: ExecutionResult) -> set[tuple[str | int, ...]]:
    return {find_null(result.data, error.path or ()) for error in result.errors or ()}


@pytest.mark.parametrize("seeds", SOME)
async def test_values_that_are_there_at_once(seeds: range) -> None:
    failed = 0
    for seed in seeds:
        document = make_document(seed, avoided=LATER)

        expected = await run(GRAPHQL_CORE, document, seed)
        found = await run(BREADTH_FIRST, document, seed)

        assert orjson.dumps(found.data) == orjson.dumps(expected.data), (seed, document)
        assert errors(found) == errors(expected), (seed, document)
        failed += bool(expected.errors)
    assert failed > len(seeds) // 10


@pytest.mark.parametrize("seeds", SOME)
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
async def test_values_that_are_awaited(seeds: range) -> None:
    """Errors have no order here: graphql-core gives that in which resolvers happen to finish.

    Which of several errors is given for one null depends on that as well. What graphql-core stops
    because of an error is sometimes never awaited.
    """
    for seed in seeds:
        document = make_document(seed)

        expected = await run(GRAPHQL_CORE, document, seed)
        found = await run(BREADTH_FIRST, document, seed)

        assert orjson.dumps(found.data) == orjson.dumps(expected.data), (seed, document)
        assert nulls(found) == nulls(expected), (seed, document)


JOINED = """{ laterTree { joinedChildren {
  name a: joinedLeaf { title count } path b: joinedLeaf { __typename ...Columns }
} child { other: joinedChildren { joinedLeaf { size shade } } } } }
fragment Columns on Leaf { size kind: color }"""


async def test_objects_that_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns of the leaf are read with the branch, or all of it where more is selected."""
    joined: list[tuple[str, Sequence[str]]] = []

    def note(branch: Any, relation: str, columns: Sequence[str]) -> None:
        joined.append((relation, columns))
        join(branch, relation, columns)

    monkeypatch.setattr("tests.support.documents.unreliable_schema.join", note)
    failed = 0
    for seed in range(150):
        document = RandomDocument(JOINED, {})

        found = await run(BREADTH_FIRST, document, seed)
        before = len(joined)
        expected = await run(GRAPHQL_CORE, document, seed)

        assert len(joined) == before, "graphql-core resolves each field"
        assert orjson.dumps(found.data) == orjson.dumps(expected.data), seed
        assert nulls(found) == nulls(expected), seed
        failed += bool(expected.errors)
    assert {*joined} == {("leaf", ("color", "count", "size", "title")), ("leaf", ())}
    assert 15 < failed < 150, failed


MUTATIONS = """mutation($by: String!) {
  a: grow(by: $by) { name later { title sureLeaf { size } } leaves { tags } }
  b: prune(by: $by) { title children { name sureChild { count } } named { __typename title } }
  c: grow { title child(shift: {by: 2}) { leaf { shade } } }
}"""


async def test_mutations() -> None:
    is_null = 0
    for seed in range(150):
        document = RandomDocument(MUTATIONS, {"by": str(seed)})

        expected = await run(GRAPHQL_CORE, document, seed)
        found = await run(BREADTH_FIRST, document, seed)

        assert orjson.dumps(found.data) == orjson.dumps(expected.data), seed
        assert nulls(found) == nulls(expected), seed
        is_null += expected.data is None
    assert is_null > 5


async def test_a_plan_is_made_once_for_each_value_of_its_conditions() -> None:
    schema = make_schema(breadth_first=True)
    plans = schema._schema.extensions["breadth_first_plans"]  # pyright: ignore[reportPrivateUsage]
    text = """query($x: Boolean!, $seed: String!) {
      tree(seed: $seed) { title @skip(if: $x) name title } }"""
    tree = graphql.parse(text)
    orders: list[list[str]] = []
    for number in range(6):
        result = await execute(schema, tree, {"x": bool(number % 2), "seed": "q"}, "root")
        assert result.data
        orders.append([*result.data["tree"]])

    assert orders[:2] == [["title", "name"], ["name", "title"]]
    assert (plans.misses, plans.hits) == (2, 4)


def test_a_path_is_read_without_its_property() -> None:
    types: Any = BREADTH_FIRST._schema.type_map  # pyright: ignore[reportPrivateUsage]

    found = {
        one: find_attribute(types[one], types[one].fields["title"]) for one in ("Leaf", "Branch")
    }

    assert found == {"Leaf": "row.title", "Branch": "title"}
