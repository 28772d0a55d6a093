"""The fixtures: a migrated database of each kind, and an application on it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine

from models.migrations import migrate
from models.store import Store
from server.app import application
from server.settings import Environment, Settings
from tests import postgres
from tests.api import SECRET_KEY, Api, Clock, test_issuer
from tests.factories import Acme, found_acme

DATABASES = ("sqlite", "postgresql")
numbers = count()


async def _migrate(url: str) -> None:
    store = Store(url)
    await migrate(store)
    await store.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


async def _administer(url: str, statement: str) -> None:
    engine = create_async_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server that has a migrated database `template`."""
    with postgres.running() as url:
        asyncio.run(_administer(url, "CREATE DATABASE template"))
        asyncio.run(_migrate(url.format("template")))
        yield url


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of the test's own."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "tenantry.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'tenantry.db'}"
        return
    server, name = request.getfixturevalue("postgresql"), f"test{next(numbers)}"
    asyncio.run(_administer(server, f"CREATE DATABASE {name} TEMPLATE template"))
    yield server.format(name)
    asyncio.run(_administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    yield store
    await store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings(**values: Any) -> Settings:
    """Settings that look at nothing but what they are given."""
    return Settings(_env_file=None, **values)  # pyright: ignore[reportCallIssue]


@pytest.fixture
async def api(store: Store, clock: Clock) -> AsyncIterator[Api]:
    """The application on a migrated database, for development with one configured issuer."""
    chosen = settings(env=Environment.DEVELOPMENT, identity_issuers=(test_issuer(),), secret_keys=(SECRET_KEY,))
    api = Api(application(chosen, store=store, clock=clock), store, clock)
    yield api
    await api.client.aclose()


@pytest.fixture
async def acme(api: Api) -> Acme:
    """An organization with an administrator and a member, and somebody outside."""
    return await found_acme(api)


@contextmanager
def counted(store: Store) -> Generator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    engines = (store.reader.sync_engine, store.writer.sync_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
