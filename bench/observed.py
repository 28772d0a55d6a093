"""Runs a `tenantry` command that writes what its process holds at each SIGUSR1, as a line of JSON.

`python -m bench.observed <file> serve --port 8000`
"""

import asyncio
import gc
import json
import signal
import sys
from collections import Counter
from pathlib import Path

from models.database.store import Store
from resolvers.subscriptions.log_reader import LogReader
from server import cli
from server.http.graphql.endpoint import GraphQLEndpoint
from server.http.graphql.websocket import Socket, SocketEndpoint


def count_held() -> dict[str, int]:
    """What requests and listeners hold while they last, and must give back."""
    held = Counter[str]()
    for name in ("tasks", "operations", "subscribers", "sockets", "seats", "connections"):
        held[name] = 0
    for task in asyncio.all_tasks():
        held["tasks"] += 1
        held[f"task {getattr(task.get_coro(), '__qualname__', task.get_name())}"] += 1
    gc.collect()
    for one in gc.get_objects():
        match one:
            case GraphQLEndpoint():
                held["operations"] += len(one.running)
            case LogReader():
                held["subscribers"] += len(one.streams)
            case Socket():
                held["sockets"] += 1
            case SocketEndpoint():
                seats = (one.by_address, one.by_user)
                held["seats"] += sum(sum(seat.taken.values()) for seat in seats)
            case Store():
                held["connections"] += len(one.readers.used) + len(one.writers.used)
            case _:
                pass
    return held


def main() -> None:
    file = Path(sys.argv.pop(1))

    def write(number: int, frame: object) -> None:
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(count_held()))
        draft.rename(file)

    signal.signal(signal.SIGUSR1, write)
    cli.main()


if __name__ == "__main__":
    main()
