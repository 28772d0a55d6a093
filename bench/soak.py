"""What is left in a server after minutes of mixed load: `python -m bench.soak --minutes 10`.

Clients query, change, listen and leave in all ways, and send nonsense. It prints what the process
holds over time. After the warm-up, which is a fifth of the time, all clients leave once, and what
is held then is all that may be left in the end. It fails if there is more, or if the memory grows
by more than a tenth.
"""

import asyncio
import json
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from bench.servers import read_memory
from bench.soak_load import Load
from tests.support.documents import fuzz
from tests.support.processes.commands import Server

GROWTH = 0.10
# The part of the time after which pools and caches are filled.
WARM_UP = 0.2
SAMPLE_SECONDS = 10.0
# How long the server may take to notice that all clients are gone.
LEAVE_SECONDS = 30.0


def measure(server: Server, file: Path) -> dict[str, int]:
    """What the process holds now."""
    file.unlink(missing_ok=True)
    server.process.send_signal(signal.SIGUSR1)
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.05)
    descriptors = count_descriptors(server.process.pid)
    return {
        "MB": read_memory(server) // 1024**2,
        **descriptors,
        **json.loads(file.read_text()),
    }


def count_descriptors(process: int) -> Counter[str]:
    """Counts the open files of a process by their names, and its sockets and pipes.

    Without those of the database, whose pools keep connections. `connections` are those in use.
    """
    found = Counter[str]()
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            name = link.readlink().name.split(":")[0]
            if ".db" not in name:
                found[f"descriptor {name}"] += 1
    return found


def show(began: float, held: dict[str, int]) -> None:
    shown = "  ".join(
        f"{name} {number:4}" for name, number in held.items() if not name.startswith("task ")
    )
    print(f"{time.monotonic() - began:5.0f} s  {shown}", flush=True)


@asynccontextmanager
async def sampling(server: Server, file: Path) -> AsyncGenerator[list[dict[str, int]]]:
    samples: list[dict[str, int]] = []
    began = time.monotonic()

    async def sample() -> None:
        while True:
            samples.append(await asyncio.to_thread(measure, server, file))
            show(began, samples[-1])
            await asyncio.sleep(SAMPLE_SECONDS)

    task = asyncio.create_task(sample())
    yield samples
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def find_growth(samples: list[dict[str, int]]) -> float:
    """How much larger the memory is in the last fifth of the time than in the first one."""
    fifth = max(len(samples) // 5, 1)
    sizes = [sample["MB"] for sample in samples]
    return statistics.median(sizes[-fifth:]) / statistics.median(sizes[:fifth]) - 1


async def measure_rest(
    server: Server, file: Path, allowed: dict[str, int] | None = None
) -> dict[str, int]:
    """What the process holds once all clients are gone, which takes it a moment."""
    deadline = time.monotonic() + LEAVE_SECONDS
    while True:
        await asyncio.sleep(LEAVE_SECONDS / 10)
        held = await asyncio.to_thread(measure, server, file)
        is_over = allowed is not None and not find_rest(allowed, held)
        if is_over or time.monotonic() > deadline:
            return held


def find_rest(allowed: dict[str, int], held: dict[str, int]) -> dict[str, int]:
    """What is held beyond what is allowed."""
    over = {name: number - allowed.get(name, 0) for name, number in held.items() if name != "MB"}
    return {name: number for name, number in over.items() if number > 0}


async def soak(target: fuzz.Target, file: Path, minutes: float) -> list[str]:
    """Runs the load; returns what is wrong."""
    load = Load(target)
    await load.prepare()
    await load.run(minutes * 60 * WARM_UP)
    before = await measure_rest(target.server, file)
    print(f"after the warm-up  {before}", flush=True)
    async with sampling(target.server, file) as samples:
        await load.run(minutes * 60 * (1 - WARM_UP))
    # The fuzz keeps a connection open as well.
    target.client.close()
    after = await measure_rest(target.server, file, before)
    await load.client.aclose()
    print(f"at the end         {after}")
    for name, number in load.done.most_common():
        print(f"{number:8} {name}")
    growth = find_growth(samples)
    print(f"memory {growth:+.1%} after the warm-up")
    wrong = [f"{number} {name} are left over." for name, number in find_rest(before, after).items()]
    if growth > GROWTH:
        wrong.append(f"The memory has grown by {growth:.1%}.")
    return wrong


def main(minutes: Annotated[float, typer.Option(help="How long.")] = 10) -> None:
    """Runs the load, prints what the server holds, and fails if something is left."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "held.json")
        program = (sys.executable, Path(__file__).with_name("observed.py"), str(file))
        with fuzz.target(Path(folder), program) as target:
            wrong = asyncio.run(soak(target, file, minutes))
    for sentence in wrong:
        print(sentence)
    raise typer.Exit(bool(wrong))


if __name__ == "__main__":
    sys.exit(typer.run(main))
