"""An operation that waits for nothing lets others run all the same."""

import asyncio

import pytest
import strawberry

from schema.execution.breadth_first import run
from schema.execution.breadth_first.executor import PLANS, BreadthFirstExecutor
from schema.execution.breadth_first.plans import Plans

WAVES = 20


@strawberry.type
class Link:
    @strawberry.field
    async def next(self) -> "Link":
        return Link()


async def test_others_run_between_waves(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each wave takes a whole slice.
    monkeypatch.setattr(run, "SLICE_SECONDS", -1.0)
    schema = strawberry.Schema(query=Link, execution_context_class=BreadthFirstExecutor)
    schema._schema.extensions[PLANS] = Plans()  # pyright: ignore[reportPrivateUsage]
    chain = "{ next " * WAVES + "{ __typename }" + " }" * WAVES
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(count_turns())
    result = await schema.execute(chain)
    others.cancel()

    assert result.errors is None
    assert turns >= WAVES
