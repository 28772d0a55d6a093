"""Runs what a command does with the store, and ends the command with a sentence if it fails."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

import uvloop
from sqlalchemy.exc import DBAPIError

from models import base
from models.database.revision import UnknownRevision
from models.database.store import Store
from models.errors.input import InputError, InputErrors
from models.errors.request import Busy, CommitUnknown, Unavailable
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import Transaction, begin
from server.cli.runtime.database import ensure_migrated, explain_unreachable, to_display_url
from server.cli.runtime.environment import load_settings
from server.cli.runtime.failures import fail
from server.observability import logs
from server.settings.server import make_server
from server.settings.settings import Settings, SettingsError

T = TypeVar("T")

# A large answer consists of some 100,000 objects, which are freed as soon as it is sent. Looking
# through them for garbage while they are in use would hold all other requests.
YOUNG_OBJECTS = 50_000


def run(settings: Settings, use: Callable[[Store], Awaitable[T]]) -> T:
    """Sets up logs, and runs the function with the store."""

    async def use_store() -> T:
        store = Store(settings.database_url)
        try:
            return await use(store)
        finally:
            await store.close()

    logs.configure(settings)
    if not gc.isenabled():
        collect_rarely()
    with explain_errors(settings), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(use_store())


def collect_rarely() -> None:
    """Makes the collector skip what was imported, and wait until large answers are freed."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    gc.enable()


def run_in_transaction(operation: Callable[[Transaction], Awaitable[T]]) -> T:
    """Runs an operation in a transaction of a migrated database."""

    settings = load_settings()

    async def use(store: Store) -> T:
        await ensure_migrated(store)
        async with begin(make_server(settings, store, base.now), SYSTEM) as tx:
            return await operation(tx)

    return run(settings, use)


@contextmanager
def explain_errors(settings: Settings) -> Generator[None]:
    """Ends the command with a sentence instead of a traceback."""
    try:
        yield
    except SettingsError as error:
        raise fail(*error.messages) from error
    except InputErrors as error:
        raise fail(*(one.message for one in error.errors)) from error
    except (InputError, Busy, CommitUnknown) as error:
        raise fail(str(error)) from error
    except UnknownRevision as error:
        raise fail(
            "TENANTRY_DATABASE_URL: the database was migrated by a newer version of Tenantry"
            f" ({error})."
        ) from error
    except (Unavailable, DBAPIError) as error:
        raise fail(explain_unreachable(settings, error)) from error
    except OSError as error:
        raise fail(
            f"{error.filename or to_display_url(settings)}: {error.strerror or error}"
        ) from error
