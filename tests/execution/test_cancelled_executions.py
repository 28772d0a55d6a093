"""An execution that is cancelled leaves no coroutine that nobody will await."""

import asyncio
import gc
import warnings

import pytest

from schema.execution.breadth_first import run
from tests.support.documents.unreliable_schema import make_schema

SCHEMA = make_schema(breadth_first=True)
DOCUMENT = f"{{ {' '.join(f'f{number}: laterTree {{ __typename }}' for number in range(50))} }}"


async def test_what_it_waits_for_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    # After each step it lets others run, as it does when it has worked for long.
    monkeypatch.setattr(run, "SLICE_SECONDS", -1.0)

    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        for turns in range(1, 8):
            execution = asyncio.ensure_future(SCHEMA.execute(DOCUMENT, root_value="1"))
            for _ in range(turns):
                await asyncio.sleep(0)
            assert execution.cancel()
            with pytest.raises(asyncio.CancelledError):
                await execution
            del execution
        gc.collect()

    assert [str(one.message) for one in noted if one.category is RuntimeWarning] == []
