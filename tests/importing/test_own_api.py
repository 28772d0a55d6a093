"""An import that reads our own Backend API: what comes out is what went in."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
from sqlalchemy import text

from resolvers.importing.report import Outcome
from server.importing.clerk.api import ClerkApi
from tests.importing.support import Importer, counts
from tests.importing.test_clerk_import import another_instance
from tests.support.api import SECRET_KEY, Api, contents
from tests.support.data.clerk_export import write_company
from tests.support.http import ONLY_SQLITE

# By what both instances have: the IDs of one are the external IDs of the other.
SAME = (
    "SELECT name, slug, public_metadata, created_at FROM organization ORDER BY slug",
    "SELECT email_address, first_name, last_name, public_metadata, email_verified, created_at"
    ' FROM "user" ORDER BY email_address',
    "SELECT o.slug, u.email_address, r.key, m.public_metadata, m.created_at FROM membership m"
    ' JOIN organization o ON o.id = m.organization_id JOIN "user" u ON u.id = m.user_id'
    " JOIN role r ON r.id = m.role_id ORDER BY o.slug, u.email_address",
    "SELECT o.slug, i.email_address, i.private_metadata, i.expires_at FROM invitation i"
    " JOIN organization o ON o.id = i.organization_id ORDER BY o.slug, i.email_address",
    "SELECT name, verified, enrollment_mode FROM organization_domain ORDER BY name",
    "SELECT r.key, p.key FROM role r JOIN role_permission x ON x.role_id = r.id"
    " JOIN permission p ON p.id = x.permission_id ORDER BY r.key, p.key",
)


async def download(api: Api, folder: Path) -> None:
    """Reads the API of an instance in a thread, while its loop answers."""
    loop = asyncio.get_running_loop()

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {"authorization": request.headers["authorization"]}
        call = api.client.get(request.url.raw_path.decode(), headers=headers)
        response = asyncio.run_coroutine_threadsafe(call, loop).result()
        return httpx.Response(response.status_code, content=response.content)

    source = ClerkApi("https://own", SECRET_KEY, transport=httpx.MockTransport(answer))
    await asyncio.to_thread(source.download, folder, lambda name, number: None)


async def same(api: Api) -> list[list[tuple[object, ...]]]:
    async with api.store.write() as session:
        return [
            [tuple(row) for row in (await session.execute(text(query))).all()] for query in SAME
        ]


@ONLY_SQLITE
async def test_what_is_read_from_our_own_api_is_what_went_in(
    importer: Importer, tmp_path: Path
) -> None:
    write_company(importer.folder, users=9, organizations=3)
    await importer.run(trusts_verified=True)
    copy = replace(importer, folder=tmp_path / "copy")

    await download(importer.api, copy.folder)

    async with another_instance(copy, tmp_path) as other:
        report = await other.run(trusts_verified=True)
        assert not report.refused
        assert counts(report, Outcome.CREATED)["memberships"] == 15
        assert await same(other.api) == await same(importer.api)
        before = await contents(other.store)
        await other.run(trusts_verified=True)
        assert await contents(other.store) == before
