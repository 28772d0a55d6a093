"""A migrated database is the tables of the code, and holds what an instance begins with."""

import ast
import asyncio
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import col, select

from models.base import now
from models.database import migrations
from models.database.migrations import make_engine
from models.database.revision import head, load_revision
from models.database.store import Store
from models.database.tables import TABLES, metadata
from models.instance import Instance
from models.invitations import make_search_text
from models.organizations import Organization
from models.roles import SYSTEM_PERMISSIONS, Permission, Role, RoleSet
from models.validation.text import to_search_text
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.roles import load_roles_by_id
from tests.conftest import server_for
from tests.support.api import Api
from tests.support.data.api_keys import a_key as an_api_key
from tests.support.data.factories import Acme
from tests.support.data.invitations import invited
from tests.support.data.keys import a_key
from tests.test_house import PACKAGES

pytestmark = pytest.mark.both_databases

VERSIONS = Path(migrations.__file__).parent / "versions"


def differences(connection: Any) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, metadata)


async def test_a_migrated_database_is_what_the_tables_say(store: Store) -> None:
    engine = make_engine(store)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_the_list_of_tables_is_whole() -> None:
    assert {table.__tablename__ for table in TABLES} == set(metadata.tables)


async def test_the_first_roles_hold_what_the_rules_say(store: Store) -> None:
    async with begin(server_for(store, now), SYSTEM) as tx:
        permissions = (await tx.session.execute(select(Permission))).scalars()
        ids = (await tx.session.execute(select(Role.id))).scalars()
        roles = {
            held.role.key: held.permissions
            for held in (await load_roles_by_id(tx.session, ids)).values()
        }
        (role_set,) = (await tx.session.execute(select(RoleSet))).scalars()
        instance = (await tx.session.execute(select(Instance))).scalar_one()

    assert {one.key: (one.name, one.description) for one in permissions} == SYSTEM_PERMISSIONS
    assert roles == {
        "org:admin": frozenset(SYSTEM_PERMISSIONS),
        "org:member": frozenset({"org:sys_memberships:read", "org:sys_billing:read"}),
    }
    assert (role_set.key, role_set.is_initial) == ("role_set:primary", True)
    assert instance.model_dump() == Instance().model_dump()


async def test_migrating_again_changes_nothing(store: Store) -> None:
    await migrations.migrate(store)

    assert await load_revision(store) == head()


async def test_a_key_that_was_limited_ends_with_its_limits(api: Api, acme: Acme) -> None:
    """Revision 0019, taken back: a key that was narrowed must not have every right."""
    limits: list[dict[str, Any]] = [
        *({"scopes": ["events:read"]}, {"expires_in_days": 1}, {"organization_ids": [acme.id]}),
        {},
    ]
    keys = [await a_key(api, **limit) for limit in limits]
    member = await an_api_key(api, acme, *SYSTEM_PERMISSIONS)
    assert await invited(api, acme.id, by=member)

    engine = make_engine(api.store)
    async with engine.begin() as connection:
        await connection.run_sync(downgrade, "0018")
    await migrations.migrate(api.store)

    statement = text("SELECT id FROM secret_key WHERE revoked_at IS NULL")
    async with engine.connect() as connection:
        live = (await connection.execute(statement)).scalars().all()
    await engine.dispose()
    assert live == [keys[-1][0]]


def downgrade(connection: Any, revision: str) -> None:
    config = migrations.make_config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    scripts = ScriptDirectory.from_config(migrations.make_config())

    assert head() == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_a_migration_imports_nothing_that_can_change() -> None:
    """What a migration does to a database is the same in every later version of the program."""
    imported = {
        name
        for path in VERSIONS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }

    assert "alembic" in imported
    assert {name.partition(".")[0] for name in imported}.isdisjoint(PACKAGES)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Ada\u00a0\u2003Lovelace ", "ada lovelace"),
        ("STRASSE Straße", "strasse strasse"),
        ("e\u0301 \u00c9", "\u00e9 \u00e9"),
        ("α\u0345", "\u03b1\u03b9"),
        ("نام\u200cخانوادگی", "نامخانوادگی"),
        ("Ac\u00adme\u200b\ufeff", "acme"),
        ("❤\ufe0f 葛\U000e0100", "❤ 葛"),
        ("a \U0001f3f4\U000e0067\U000e0062\U000e007f b", "a  b"),
        ("\U0001f3f4\u200d\U000e0067", "\U0001f3f4"),
    ],
)
def test_search_texts_of_revision_0011_stay_as_they_were(text: str, folded: str) -> None:
    revision = import_module("models.database.migrations.versions.0011_search_texts")

    assert revision.fold_text(text) == folded
    # Texts that are stored today are folded like that too: a change needs a new migration.
    assert to_search_text(text) == folded


def test_addresses_of_revision_0011_stay_as_they_were() -> None:
    revision = import_module("models.database.migrations.versions.0011_search_texts")

    for fold in (revision.fold_address, make_search_text):
        assert fold("Ada@Example.com", "Ada@example.com") == "ada@example.com"
        assert fold("a@BÜCHER.example", "a@xn--bcher-kva.example") == (
            "a@bücher.example a@xn--bcher-kva.example"
        )


async def test_of_several_that_migrate_at_once_one_does_the_work(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'tenantry.db'}"
    stores = [Store(url) for _ in range(3)]

    await asyncio.gather(*map(migrations.migrate, stores))

    assert [await load_revision(store) for store in stores] == [head()] * 3
    for store in stores:
        await store.close()


async def test_deleting_what_is_in_use_is_refused_by_the_database_itself(store: Store) -> None:
    """The constraints stand behind the rules."""
    async with store.read() as connection:
        names = {
            column.name for column in metadata.tables["membership"].columns if column.foreign_keys
        }
        assert names == {"organization_id", "user_id", "role_id"}
        assert (await connection.execute(select(col(Organization.id)))).all() == []
