"""Finds out what a transaction waits for besides its database."""

import asyncio
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from models.database.connection import COMMIT, ROLLBACK
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
FUNCTIONS = frozenset({"run_in_executor", "sleep", "generate_first_key"})


@contextmanager
def recording_slow_calls(store: Store) -> Generator[list[str]]:
    """Records slow calls of this thread while a transaction of the store's writer is open."""
    calls: list[str] = []
    is_open = False

    def note_statement(text: str) -> None:
        nonlocal is_open
        if text == store.driver.begin:
            is_open = True
        if text in (COMMIT, ROLLBACK):
            is_open = False

    def note_call(frame: FrameType, kind: str, function: Any) -> None:
        if not is_open:
            return
        # A long piece of work lets others run, without a pause.
        if frame.f_code is asyncio.sleep.__code__ and frame.f_locals["delay"] == 0:
            return
        if kind == "call" and frame.f_code.co_name in FUNCTIONS:
            calls.append(frame.f_code.co_qualname)
        if kind == "c_call" and getattr(function, "__qualname__", "") in BUILTINS:
            calls.append(function.__qualname__)

    store.listeners.append(note_statement)
    sys.setprofile(note_call)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        store.listeners.remove(note_statement)
