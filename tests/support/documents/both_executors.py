"""Executes every query and event with both executors, and compares what they answer."""

from collections.abc import Awaitable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from inspect import isawaitable
from typing import Any

import orjson
from graphql import ExecutionResult, OperationType
from graphql.execution.executor import CollectedErrors
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.breadth_first.executor import BreadthFirstExecutor

# Whether operations are executed once, because their statements are counted.
is_single: ContextVar[bool] = ContextVar("is_single", default=False)

execute_breadth_first: Any = BreadthFirstExecutor.execute_operation
execute_on_graphql_core: Any = StrawberryGraphQLCoreExecutionContext.execute_operation


def execute_on_both() -> None:
    """Replaces the executor for all tests of this process."""
    setattr(BreadthFirstExecutor, "execute_operation", _execute_on_both)  # noqa: B010


@contextmanager
def execute_once() -> Generator[None]:
    """Leaves the second execution out in the block."""
    token = is_single.set(True)
    yield
    is_single.reset(token)


def _execute_on_both(executor: BreadthFirstExecutor, serially: bool | None = None) -> Any:
    if is_single.get() or executor.operation.operation is OperationType.MUTATION:
        return execute_breadth_first(executor, serially)
    again = copy(executor)
    again.collected_errors = CollectedErrors()
    found = execute_breadth_first(executor, serially)
    if isawaitable(found):
        return _compare_later(found, again, serially)
    expected = execute_on_graphql_core(again, serially)
    assert not isawaitable(expected)
    compare(found, expected)
    return found


async def _compare_later(
    awaitable: Awaitable[Any], again: BreadthFirstExecutor, serially: bool | None
) -> Any:
    found = await awaitable
    expected = execute_on_graphql_core(again, serially)
    compare(found, await expected if isawaitable(expected) else expected)
    return found


def compare(found: ExecutionResult, expected: ExecutionResult) -> None:
    assert orjson.dumps(found.data) == orjson.dumps(expected.data)
    assert _errors(found) == _errors(expected)


def _errors(result: ExecutionResult) -> list[str]:
    return sorted(str(error.formatted) for error in result.errors or ())
