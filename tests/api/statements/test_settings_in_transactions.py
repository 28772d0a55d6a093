"""A transaction reads the instance's settings once, after its locks."""

import asyncio

import pytest
from sqlalchemy import update

from models.instance import Instance
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from tests.api.http.test_faults import locked, rename
from tests.api.statements.test_statements import tables
from tests.conftest import counted
from tests.support.api import Api
from tests.support.data.factories import Acme
from tests.support.data.invitations import invited

pytestmark = pytest.mark.both_databases


async def test_an_invitation_reads_the_settings_once_in_its_transaction(
    api: Api, acme: Acme
) -> None:
    if not api.store.is_sqlite:
        pytest.skip("Statements are counted on SQLite.")

    with counted(api.store) as statements:
        await invited(api, acme.id, by=acme.admin)

    who_calls, settings = "instance", "instance"
    read = [table for table in tables(statements) if table == "instance"]
    assert read == [who_calls, settings]


async def test_what_is_locked_to_be_changed_is_what_the_transaction_reads_from_then_on(
    api: Api,
) -> None:
    async with begin(api.server, SYSTEM) as tx:
        before = await tx.load_instance()
        assert before.slugs_enabled
        await tx.session.execute(
            update(Instance)
            .values(slugs_enabled=False)
            .execution_options(synchronize_session=False)
        )

        instance = await tx.lock_instance()
        assert not instance.slugs_enabled
        instance.max_allowed_memberships = 7

        assert (await tx.load_instance()).max_allowed_memberships == 7
        assert not (await tx.load_instance()).slugs_enabled


async def test_who_waited_for_a_lock_is_judged_by_the_settings_after_the_wait(
    api: Api, acme: Acme
) -> None:
    if api.store.is_sqlite:
        pytest.skip("SQLite has one writer: nobody changes settings while another one waits.")

    async with locked(api.store, acme.id):
        waiting = asyncio.create_task(rename(api, acme))
        await asyncio.sleep(0.3)
        async with api.store.write() as session:
            await session.execute(update(Instance).values(organizations_enabled=False))

    assert (await waiting).reason == "organization_not_enabled_in_instance"
