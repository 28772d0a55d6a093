"""Finds out what a transaction waits for besides its database."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from sqlalchemy import event

from models.database.store import Store

# Functions in C: connections, name lookups, and computations that are slow on purpose.
BUILTINS = frozenset(
    {
        "socket.connect",
        "socket.connect_ex",
        "getaddrinfo",
        "gethostbyname",
        "pbkdf2_hmac",
        "scrypt",
        "generate_private_key",
        "sleep",
    }
)
# Functions in Python: threads, which name lookups and computations run in, and pauses.
FUNCTIONS = frozenset({"run_in_executor", "sleep"})


@contextmanager
def recording_slow_calls(store: Store) -> Generator[list[str]]:
    """Records slow calls of this thread while a transaction of the store's writer is open."""
    calls: list[str] = []
    is_open = False

    def note_begin(connection: Any) -> None:
        nonlocal is_open
        is_open = True

    def note_end(connection: Any) -> None:
        nonlocal is_open
        is_open = False

    def note_call(frame: FrameType, kind: str, function: Any) -> None:
        if not is_open:
            return
        if kind == "call" and frame.f_code.co_name in FUNCTIONS:
            calls.append(frame.f_code.co_qualname)
        if kind == "c_call" and getattr(function, "__qualname__", "") in BUILTINS:
            calls.append(function.__qualname__)

    listeners = {"begin": note_begin, "commit": note_end, "rollback": note_end}
    for name, listener in listeners.items():
        event.listen(store.writer.sync_engine, name, listener)
    sys.setprofile(note_call)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        for name, listener in listeners.items():
            event.remove(store.writer.sync_engine, name, listener)
