"""Whatever is sent, by HTTP, as server-sent events or by WebSocket: the server answers and lives.

`FUZZ_SECONDS=60 pytest -m slow tests/operations/test_fuzz.py` tries new inputs, each kind for a
minute.
"""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.documents.fuzz import Target, explore, get_properties, target

NAMES = [
    *("bytes", "requests", "documents of a service", "documents of a user"),
    *("documents that are nearly valid", "streams", "messages of the protocol"),
    *("other messages", "frames"),
]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Generator[Target]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with target(folder) as running:
        yield running


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "examples",
    [pytest.param(15, marks=pytest.mark.smaller), pytest.param(100, marks=pytest.mark.slow)],
)
def test_nothing_that_is_sent_is_a_fault_of_the_server(
    fuzzed: Target, name: str, examples: int
) -> None:
    strategy, check = get_properties(fuzzed)[name]

    explore(strategy, check, examples)

    fuzzed.check_alive()


def test_everything_that_can_be_sent_is_tried(fuzzed: Target) -> None:
    assert list(get_properties(fuzzed)) == NAMES
