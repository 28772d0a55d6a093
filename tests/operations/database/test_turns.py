"""The turns that users of a connection take: whoever leaves the queue takes no turn along."""

import asyncio

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.database import limits
from models.database.turns import Turns


async def queue_up(turns: Turns, number: int) -> list[asyncio.Task[None]]:
    waiting = [asyncio.create_task(turns.take()) for _ in range(number)]
    await asyncio.sleep(0)
    assert turns.waiting == number
    return waiting


async def test_turns_are_taken_in_the_order_in_which_users_came() -> None:
    turns = Turns(1)
    await turns.take()
    first, second = await queue_up(turns, 2)
    turns.release()
    # Comes while the turn is on its way to the first.
    third = asyncio.create_task(turns.take())
    await first

    assert not second.done()
    turns.release()
    await second
    assert not third.done()
    turns.release()
    await third
    turns.release()
    assert (turns.free, turns.waiting) == (1, 0)


@pytest.mark.parametrize("comes_with_the_turn", [False, True])
async def test_a_user_who_is_canceled_leaves_the_turn_to_the_next(
    comes_with_the_turn: bool,
) -> None:
    turns = Turns(1)
    await turns.take()
    first, second = await queue_up(turns, 2)
    if comes_with_the_turn:
        turns.release()
        first.cancel()
    else:
        first.cancel()
        turns.release()
    await second

    assert first.cancelled()
    turns.release()
    assert (turns.free, turns.waiting) == (1, 0)


async def test_a_user_who_has_waited_too_long_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0.01)
    turns = Turns(1)
    await turns.take()

    with pytest.raises(PoolTimeout):
        await turns.take()
    turns.release()
    assert (turns.free, turns.waiting) == (1, 0)
