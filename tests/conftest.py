"""The fixtures: a migrated database of each kind, and an application on it."""

import asyncio
import gc
import os
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import structlog

from models.database.connection import COMMIT, ROLLBACK
from models.database.migrations import migrate
from models.database.store import Store
from resolvers.foundation.server import Server
from server.cli.runtime.runner import collect_rarely
from server.settings.server import make_server
from server.settings.settings import Environment, Settings
from tests.support.api import SECRET, SECRET_KEY, Api, Caller, Clock, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import ADMIN, Acme, create_acme
from tests.support.database.database_refill import Content, Refill, administer, content
from tests.support.documents.both_executors import execute_on_both, execute_once
from tests.support.servers import postgres
from tests.support.shared_objects import share_objects

DATABASES = ("sqlite", "postgresql")


# The default console renderer prints the local variables of every frame with a traceback. Those of
# a server in a test take minutes to print on a busy machine.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


def pytest_xdist_auto_num_workers() -> int:
    """Runs more workers than cores, because many tests wait for processes, sockets and time-outs."""
    return int(os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS") or 2 * (os.cpu_count() or 1))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--both-executors",
        action="store_true",
        help="Execute each query on graphql-core as well, and compare the answers.",
    )


def pytest_configure(config: pytest.Config) -> None:
    share_objects()
    if config.getoption("--both-executors"):
        execute_on_both()


def pytest_collectstart() -> None:
    """Lets no garbage be collected yet: what is imported and collected stays until the end."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Spares the garbage collector the modules, as a server does."""
    collect_rarely()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what is left out on PostgreSQL, and lets the long tests start first."""
    long = [item for item in items if item.get_closest_marker("slow")]
    mark_on_postgresql(items)
    long_ids = {id(item) for item in long}
    items[:] = deal(long, [item for item in items if id(item) not in long_ids])


def mark_on_postgresql(items: list[pytest.Item]) -> None:
    """Marks the cases on PostgreSQL of tests that SQLite runs too.

    `make check` runs the first case of a test, and all cases if it is marked `both_databases`.
    `make test` runs the first case, if the test is marked, or for PostgreSQL only.
    """
    databases = [(item, item.nodeid.split("[")[0], database_of(item)) for item in items]
    on_sqlite = {name for _, name, database in databases if database == "sqlite"}
    seen = set[str]()
    for item, name, database in databases:
        if database != "postgresql":
            continue
        needs_both = item.get_closest_marker("both_databases")
        if name in seen or (name in on_sqlite and not needs_both):
            item.add_marker(pytest.mark.slow)
        if name in seen and name in on_sqlite and not needs_both:
            item.add_marker(pytest.mark.repeated)
        seen.add(name)


def database_of(item: pytest.Item) -> object:
    if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
        return item.callspec.params.get("database_url")
    return None


def deal(long: list[pytest.Item], short: list[pytest.Item]) -> list[pytest.Item]:
    """Orders tests so that each worker, which begins with an equal part, has long ones first."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT") or 1)
    number, rest, ordered = len(long) + len(short), iter(short), list[pytest.Item]()
    for worker in range(workers):
        first = long[worker::workers]
        size = (number - len(ordered)) // (workers - worker)
        ordered += [*first, *islice(rest, max(0, size - len(first)))]
    return [*ordered, *rest]


async def _migrate(url: str) -> None:
    store = Store(url)
    await migrate(store)
    await store.close()


async def _create_acme(url: str, clock: Clock) -> Acme:
    store = Store(url)
    api = make_api(store, clock)
    acme = await create_acme(api)
    await api.client.aclose()
    await store.close()
    return acme


@dataclass(frozen=True)
class Templates:
    """A migrated database, and one that also has an organization, to copy for each test."""

    url: str
    clock: Clock
    acme: Acme


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder, clock = tmp_path_factory.mktemp("templates"), Clock()
    url = f"sqlite+aiosqlite:///{folder}/{{}}.db"
    asyncio.run(_migrate(url.format("empty")))
    shutil.copy(folder / "empty.db", folder / "acme.db")
    return Templates(str(folder), clock, asyncio.run(_create_acme(url.format("acme"), clock)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server that has a migrated database `empty`."""
    with postgres.running() as url:
        asyncio.run(administer(url, "CREATE DATABASE empty"))
        asyncio.run(_migrate(url.format("empty")))
        yield url


@pytest.fixture(scope="session")
def postgresql_templates(postgresql: str) -> Templates:
    clock = Clock()
    asyncio.run(administer(postgresql, "CREATE DATABASE acme TEMPLATE empty"))
    return Templates(postgresql, clock, asyncio.run(_create_acme(postgresql.format("acme"), clock)))


@pytest.fixture(scope="session")
def postgresql_contents(postgresql_templates: Templates) -> dict[str, Content]:
    return {
        name: asyncio.run(content(postgresql_templates.url, name)) for name in ("empty", "acme")
    }


@pytest.fixture(scope="session")
def postgresql_refill(postgresql_templates: Templates) -> Iterator[Refill]:
    refill = Refill(postgresql_templates.url, "test")
    yield refill
    refill.close()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database for one test; it contains Acme if the test uses the fixture `acme`."""
    templates: Templates = request.getfixturevalue(f"{request.param}_templates")
    template = "acme" if "acme" in request.fixturenames else "empty"
    if request.param == "sqlite":
        shutil.copy(Path(templates.url) / f"{template}.db", tmp_path / "tenantry.db")
        return f"sqlite+aiosqlite:///{tmp_path / 'tenantry.db'}"
    contents: dict[str, Content] = request.getfixturevalue("postgresql_contents")
    refill: Refill = request.getfixturevalue("postgresql_refill")
    refill(contents[template], template)
    return templates.url.format("test")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    before = set(threading.enumerate())
    store = Store(database_url)
    yield store
    await store.close()
    # A thread whose statement was canceled still has to say so to the event loop of the test.
    for thread in set(threading.enumerate()) - before:
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings(**values: Any) -> Settings:
    """Settings that look at nothing but what they are given, with a root secret and no rates."""
    defaults = {"secret": (SECRET,), "user_rate": None, "address_rate": None, "update_rate": None}
    return Settings(_env_file=None, **{**defaults, **values})  # pyright: ignore[reportCallIssue]


def server_for(store: Store, clock: Callable[[], datetime], **values: Any) -> Server:
    """Makes the server that these settings describe."""
    return make_server(settings(**values), store, clock)


@cache
def _settings_of_api() -> Settings:
    return settings(
        env=Environment.DEVELOPMENT, identity_issuers=(test_issuer(),), secret_keys=(SECRET_KEY,)
    )


def make_api(store: Store, clock: Clock) -> Api:
    return Api(make_application(_settings_of_api(), store=store, clock=clock), store, clock)


@pytest.fixture
async def api(store: Store, clock: Clock) -> AsyncIterator[Api]:
    """The application on a migrated database, in development mode with one configured issuer."""
    api = make_api(store, clock)
    yield api
    await api.client.aclose()


@pytest.fixture
def acme(api: Api, request: pytest.FixtureRequest) -> Acme:
    """An organization with an administrator, a member, and an outsider, whose tokens aren't new."""
    kind = "sqlite" if api.store.is_sqlite else "postgresql"
    templates: Templates = request.getfixturevalue(f"{kind}_templates")
    seen_at = int(templates.clock().timestamp())

    def caller(known: Caller, **claims: Any) -> Caller:
        return replace(
            known, authorization=f"Bearer {api.token(known.email, iat=seen_at, **claims)}"
        )

    admin = caller(templates.acme.admin, **ADMIN)
    return replace(
        templates.acme,
        admin=admin,
        member=caller(templates.acme.member),
        outsider=caller(templates.acme.outsider),
    )


@contextmanager
def counted(store: Store) -> Generator[list[str]]:
    """Records the statements sent to the database in the block, without those that begin and end one."""
    statements: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", COMMIT, ROLLBACK)):
            statements.append(statement)

    store.listeners.append(note)
    with execute_once():
        yield statements
    store.listeners.remove(note)
