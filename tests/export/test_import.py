"""What `tenantry import tenantry` refuses, and the instance that it makes."""

import asyncio
import errno
import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
import pytest
from sqlalchemy import insert

from models.database.revision import head
from models.database.store import Store
from models.database.tables import metadata
from resolvers.keys.ticket_keys import register_keys
from server.export.folder import MANIFEST, SNAPSHOT, FolderError
from server.export.read import NotEmpty
from server.export.rows import LINE_BYTES
from server.export.write import ExportError, SecretsRequest
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import SECRET, SECRET_KEY, Api, contents, events, test_issuer
from tests.support.application import make_application
from tests.support.data.exports import MakeFile, exported, imported, load_rows, opened
from tests.support.data.factories import Acme
from tests.support.data.invitations import accept, invited
from tests.support.data.rows import a_user
from tests.support.data.sessions import bearer_of, open_session, who
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import PRODUCTION, done, invoke, refused
from tests.support.servers.smtp import Memory, delivery, mail_ticket, until, working
from tests.support.servers.webhook_receiver import an_endpoint, listening, renamed, sender

PASSPHRASE = "correct horse battery staple"
OTHER_SECRET = "kP2mQ8rT4vX6zB1cD3fG5hJ7lN9sW0yA-eUiOtRqZxE"


# -------------------------------------------------------------------------------------- what is refused


def rewrite(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Changes a file, and corrects the manifest, as somebody does who wants to deceive us."""

    def damage(folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))
        manifest = json.loads((folder / MANIFEST).read_text())
        entry = manifest["files"][name]
        entry["sha256"] = sha256(path.read_bytes()).hexdigest()
        entry["rows"] = path.read_bytes().count(b"\n")
        (folder / MANIFEST).write_text(json.dumps(manifest))

    return damage


def row(**values: object) -> Callable[[Path], None]:
    """Changes values of the first user."""

    def change(content: bytes) -> bytes:
        first, rest = content.split(b"\n", 1)
        return json.dumps({**json.loads(first), **values}).encode() + b"\n" + rest

    return rewrite("user.ndjson", change)


def manifest(**values: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / MANIFEST
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return damage


def replace(old: bytes, new: bytes) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "user.ndjson"
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))

    return damage


def text(name: str, content: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).write_text(content)

    return damage


def truncate(folder: Path) -> None:
    path = folder / "user.ndjson"
    path.write_bytes(path.read_bytes()[:-1])


def remove(folder: Path) -> None:
    (folder / "user.ndjson").unlink()


def link(folder: Path) -> None:
    path = folder / "user.ndjson"
    path.rename(folder.with_suffix(".elsewhere"))
    path.symlink_to(folder.with_suffix(".elsewhere"))


def make_pipe(folder: Path) -> None:
    remove(folder)
    os.mkfifo(folder / "user.ndjson")


def one_long_line(folder: Path) -> None:
    """Writes ten gigabytes without a line break, which take no room on the disk."""
    with (folder / "user.ndjson").open("wb") as file:
        file.truncate(10 * 1024**3)


DEEP = b'{"a":' * 2_000 + b"1" + b"}" * 2_000
LESS_DEEP = b'{"a":' * 300 + b"1" + b"}" * 300
PERMISSIONS: dict[str, Any] = {"rows": 0, "sha256": ""}
DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a changed value": (replace(b"ada@", b"eve@"), "user.ndjson can't be imported: it was changed"),
    "a truncated file": (truncate, "user.ndjson can't be imported: it was changed or truncated"),
    "a missing file": (remove, "user.ndjson can't be read: No such file"),
    "a link": (link, "user.ndjson is a link"),
    "a pipe": (make_pipe, "user.ndjson isn't an ordinary file"),
    "a line of 10 GB": (one_long_line, f"user.ndjson:1 can't be imported: it has more than {LINE_BYTES:,} bytes"),
    "another revision": (manifest(schema_revision="0001"), f"'0001', but this version of Tenantry has '{head()}'"),
    "another format": (manifest(format=2), "reads the format 1 of exports only"),
    "a name with a path": (manifest(files={"../user.ndjson": PERMISSIONS}), "must list one file for each table: '../user.ndjson'"),
    "a number that is a text": (manifest(files={"user.ndjson": {"rows": "3", "sha256": ""}}), "files.user.ndjson.rows"),
    "a manifest that is nothing": (text(MANIFEST, "["), "manifest.json can't be imported: it isn't valid JSON"),
    "a manifest that is a list": (text(MANIFEST, "[]"), "it isn't a JSON object"),
    "a long manifest": (text(MANIFEST, " " * 70_000), "has more than 65,536 bytes"),
    "a cursor that is a number": (text(SNAPSHOT, '{"cursor": 1}'), "snapshot.json can't be imported: cursor"),
    "deep JSON": (rewrite("user.ndjson", lambda content: DEEP + b"\n"), "user.ndjson:1 can't be imported: it isn't valid JSON"),
    "less deep JSON": (rewrite("user.ndjson", lambda content: LESS_DEEP + b"\n"), "user.ndjson:1 can't be imported: the JSON in it is nested too deeply"),
    "NUL": (row(first_name="a\0b"), "user.ndjson:1 can't be imported: it contains a NUL character"),
    "NUL in a name": (row(public_metadata={"\0": 1}), "it contains a NUL character"),
    "a surrogate": (row(first_name="\ud800"), "user.ndjson:1 can't be imported: it isn't valid JSON"),
    "bytes that are no text": (rewrite("user.ndjson", lambda content: content.replace(b"ada@", b"\xff\xfe@")), "it isn't valid JSON"),
    "no JSON": (rewrite("user.ndjson", lambda content: content + b"{\n"), "it isn't valid JSON"),
    "no object": (rewrite("user.ndjson", lambda content: content + b"[]\n"), "it isn't a JSON object"),
    "an unknown column": (row(admin=True), "its columns aren't those of user: 'admin'"),
    "null": (row(identifier=None), "identifier must not be null"),
    "a number as text": (row(identifier=1), "identifier has a wrong value"),
    "a text as truth": (row(email_verified="true"), "email_verified has a wrong value"),
    "a text as number": (row(refreshed_at="1"), "refreshed_at has a wrong value"),
    "a large number": (row(create_organizations_limit=2**31), "create_organizations_limit has a wrong value"),
    "no time": (row(created_at="yesterday"), "created_at has a wrong value"),
    "a time without a zone": (row(created_at="2026-01-01T00:00:00"), "created_at has a wrong value"),
    "a text as JSON": (row(public_metadata="{}"), "public_metadata has a wrong value"),
    "the same row twice": (rewrite("user.ndjson", lambda content: content + content), "contradicts another one"),
    "a row without its user": (rewrite("user.ndjson", lambda content: b""), "or refers to one that doesn't exist"),
}  # fmt: skip


@ONLY_SQLITE
async def test_what_was_not_exported_is_refused(
    api: Api, acme: Acme, new_file: MakeFile, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    await exported(api.store, good)

    async with opened(new_file("target")) as target:
        before = await contents(target)
        for name, (damage, sentence) in DAMAGES.items():
            shutil.rmtree(bad, ignore_errors=True)
            shutil.copytree(good, bad)
            damage(bad)
            with pytest.raises(FolderError) as refusal:
                await imported(target, bad)
            assert sentence in str(refusal.value), name
            assert await contents(target) == before, name

        # What else is in the folder is not read.
        (good / "notes.txt").write_text("Copied on Monday.")
        assert (await imported(target, good)).rows > 0


async def test_only_a_new_database_is_filled(
    api: Api, acme: Acme, new_file: MakeFile, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    await exported(api.store, folder)
    before = await contents(api.store)

    with pytest.raises(NotEmpty, match="rows in event, user, organization, membership. Set"):
        await imported(api.store, folder)

    assert await contents(api.store) == before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_who_is_still_writing_is_waited_for(
    store: Store, new_file: MakeFile, tmp_path: Path
) -> None:
    async with opened(new_file("source")) as source:
        await exported(source, tmp_path / "folder")
    person = a_user("ada@example.com")

    async def is_waiting() -> bool:
        async with store.read() as connection:
            return bool(await connection.run_text("SELECT 1 FROM pg_locks WHERE NOT granted"))

    async with store.write() as session:
        await session.execute(insert(metadata.tables["user"]), person)
        importing = asyncio.create_task(imported(store, tmp_path / "folder"))
        await until(is_waiting)
    with pytest.raises(NotEmpty, match="there are rows in user. Set"):
        await importing

    assert [row["id"] for row in (await load_rows(store))["user"]] == [person["id"]]


@ONLY_SQLITE
async def test_a_full_disk_leaves_nothing(
    api: Api, acme: Acme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(
        FolderError, match=r"deleted_role.ndjson can't be written: No space left on device\."
    ):
        await exported(api.store, tmp_path / "folder")
    monkeypatch.undo()
    (tmp_path / "folder.partial").mkdir()
    with pytest.raises(FolderError, match="left from an export that was interrupted. Remove it."):
        await exported(api.store, tmp_path / "folder")
    with pytest.raises(FolderError, match="none/folder.partial can't be written: No such file"):
        await exported(api.store, tmp_path / "none" / "folder")

    assert not (tmp_path / "folder").exists()


@ONLY_SQLITE
async def test_what_no_import_could_read_is_not_exported(
    api: Api, acme: Acme, tmp_path: Path
) -> None:
    table = metadata.tables["user"]
    for value, sentence in (
        ("'{\"a\":'", "public_metadata doesn't contain valid JSON"),
        ('\'{"a":"\\u0000"}\'', "it contains a NUL character"),
        (f"'{LESS_DEEP.decode()}'", "nested too deeply"),
        (f'\'{{"a":"{"x" * LINE_BYTES}"}}\'', "more than 4,194,304 bytes"),
    ):
        async with api.store.write() as session:
            connection = await session.connection()
            await connection.run_text(
                f"UPDATE {table.name} SET public_metadata = {value} WHERE id = '{acme.admin.id}'"
            )
        with pytest.raises(ExportError) as refusal:
            await exported(api.store, tmp_path / "folder")
        assert f"The row {acme.admin.id} of the table user can't be exported" in str(refusal.value)
        assert sentence in str(refusal.value)
        assert not (tmp_path / "folder").exists()
        assert not (tmp_path / "folder.partial").exists()


# ------------------------------------------------------------------------------------ the new instance


def serve(store: Store, api: Api) -> Api:
    """Makes a server with another root secret on the store."""
    chosen = settings(
        env=Environment.DEVELOPMENT,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        secret=(OTHER_SECRET,),
    )
    return Api(make_application(chosen, store=store, clock=api.clock), store, api.clock)


@ONLY_SQLITE
async def test_the_new_instance_continues_where_the_old_one_was(
    api: Api, acme: Acme, new_file: MakeFile, tmp_path: Path
) -> None:
    folder, old_letters, new_letters = tmp_path / "folder", Memory(), Memory()
    await register_keys(api.server)
    session = await open_session(api, by=acme.admin, organizationId=acme.id)
    async with listening() as receiver:
        await an_endpoint(api, receiver.url("/hook"))
        await renamed(api, acme, "Before")
        invitation = await invited(api, acme.id, "new@example.com", by=acme.admin)
        async with working(
            sender(api.store, api.clock), delivery(api.store, api.clock, old_letters)
        ):
            await until(lambda: len(receiver.received) == 2 and len(old_letters.letters) == 1)
        ticket = await mail_ticket(api, invitation["id"])
        last = (await events(api.store))[-1]["cursor"]
        await exported(api.store, folder, secrets=SecretsRequest(PASSPHRASE, (SECRET,)))
        receiver.received.clear()

        async with opened(new_file("target")) as store:
            await imported(store, folder, (OTHER_SECRET,), PASSPHRASE)
            new = serve(store, api)
            await register_keys(new.server)
            assert len(await events(store)) == len(await events(api.store))

            # The same people are signed in, and new session tokens are valid here.
            assert (await who(new, by=acme.member))["user"] == {"id": acme.member.id}
            assert (await who(new, by=bearer_of(session)))["activeOrganization"] == {"id": acme.id}
            token = await open_session(new, by=acme.admin, organizationId=acme.id)
            keys = jwt.PyJWKSet.from_dict((await new.client.get("/.well-known/jwks.json")).json())
            encoded = token.payload["token"]["jwt"]
            kid = jwt.get_unverified_header(encoded)["kid"]
            claims = jwt.decode(
                encoded, keys[kid], algorithms=["RS256"], options={"verify_exp": False}
            )
            assert claims["sub"] == acme.admin.id

            # Nothing is sent again. What happens now is.
            async with working(
                sender(store, api.clock, root_secret=OTHER_SECRET),
                delivery(store, api.clock, new_letters),
            ):
                await renamed(new, acme, "After")
                guest = await new.person("new@example.com")
                answer = await accept(new, by=guest, ticket=ticket)
                assert answer.payload["membership"]["user"] == {"id": guest.id}
                await invited(new, acme.id, "newer@example.com", by=acme.admin)
                await until(lambda: len(new_letters.letters) == 1)
                happened = [one for one in await events(store) if one["cursor"] > last]
                await until(lambda: len(receiver.received) == len(happened))
            assert {one.id for one in receiver.received} == {one["id"] for one in happened}
            assert [letter["To"] for letter in new_letters.letters] == ["newer@example.com"]
            await new.client.aclose()


# ------------------------------------------------------------------------------------------ commands


def test_the_commands_move_an_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    old = {**PRODUCTION, "TENANTRY_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/old.db"}
    new = {**PRODUCTION, "TENANTRY_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/new.db"}
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    (tmp_path / "short").write_text("short\n")
    secret = ("--passphrase-file", "passphrase")
    refused(invoke("export", "data", **old), "the database is not migrated")
    done(invoke("migrate", **old))
    done(invoke("keys", "create", "--name", "Billing", **old))

    refused(
        invoke("export", "data", "--with-secrets", "--organization", "acme", *secret, **old),
        "--with-secrets can't be combined with --organization",
    )
    refused(
        invoke("export", "data", "--with-secrets", "--passphrase-file", "short", **old),
        "The passphrase must have at least 12 characters.",
    )
    refused(invoke("export", "data", "--with-secrets", **old), "The passphrase is empty.")
    refused(invoke("export", "data", "--organization", "acme", **old), "'acme' doesn't exist")
    assert not (tmp_path / "data").exists()
    assert done(invoke("export", "data", "--with-secrets", *secret, **old)).startswith(
        "data contains"
    )
    refused(invoke("export", "data", **old), "data already exists")

    done(invoke("migrate", **new))
    refused(invoke("import", "tenantry", "data", **new), "The passphrase is empty.")
    refused(invoke("import", "tenantry", "nothing", **new), "nothing isn't a folder")
    assert "Imported" in done(invoke("import", "tenantry", "data", *secret, **new))
    refused(invoke("import", "tenantry", "data", *secret, **new), "The database isn't empty")
    assert done(invoke("keys", "list", **new)) == done(invoke("keys", "list", **old))
