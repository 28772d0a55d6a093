"""A new TENANTRY_SECRET, step by step and in the wrong
order, by the commands and servers that an operator runs.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import jwt
import pytest
from standardwebhooks import Webhook
from typer.testing import Result

from server.cli.runtime.root_secret import UNUSED_SECRET
from tests.operations.secrets.test_root_secret import WEBHOOK_SECRET, status
from tests.sessions.test_signing import generate_key, written
from tests.support.api import JSON, SECRET_KEY, SERVICE, Api, Caller, contents
from tests.support.data.invitations import accept, codes, invited, link_ticket
from tests.support.data.sessions import bearer_of, open_session
from tests.support.data.webhooks import an_endpoint
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import (
    PRODUCTION,
    Server,
    done,
    free_port,
    invoke,
    refused,
    started,
)
from tests.support.servers.smtp import until
from tests.support.servers.webhook_receiver import Receiver, listening

OLD, NEW = PRODUCTION["TENANTRY_SECRET"], "kP2mQ8rT4vX6zB1cD3fG5hJ7lN9sW0yA-eUiOtRqZxE"
DELIVERIES = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { deliveries { nodes { lastError } } } } }"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Operator:
    """Runs servers and commands on one database, with the root secrets of the moment."""

    def __init__(self, api: Api, url: str, folder: Path) -> None:
        self.api, self.folder = api, folder
        self.settings = {
            **PRODUCTION,
            "TENANTRY_DATABASE_URL": url,
            "TENANTRY_SECRET_KEYS": SECRET_KEY,
            "TENANTRY_WEBHOOK_NETWORKS": '["127.0.0.0/8"]',
        }

    def having(self, *secrets: str) -> Mapping[str, str]:
        return {**self.settings, "TENANTRY_SECRET": ",".join(secrets)}

    @asynccontextmanager
    async def serving(self, *secrets: str) -> AsyncGenerator[Server]:
        """A server with these secrets, which the API is asked of meanwhile."""
        before = self.api.client
        with started("serve", folder=self.folder, **self.having(*secrets)) as server:
            async with httpx.AsyncClient(base_url=server.url, timeout=20) as self.api.client:
                yield server
        self.api.client = before

    async def run(self, *command: str, secrets: Sequence[str]) -> Result:
        """In a thread, for an event loop runs in this one."""
        return await asyncio.to_thread(invoke, *command, **self.having(*secrets))

    async def rotate(self, *secrets: str, options: Sequence[str] = ()) -> str:
        return done(await self.run("secret", "rotate", *options, secrets=secrets))

    async def refuses_to_start(self, *secrets: str) -> None:
        """No process starts with these secrets, and `doctor` says the same."""
        sentence = "TENANTRY_SECRET can't decrypt 1 "
        for command in (("serve", "--port", str(free_port())), ("worker",)):
            refused(await self.run(*command, secrets=secrets), sentence)
        assert (await self.root_secret(*secrets))[0].startswith(f"wrong  Root secret: {sentence}")

    async def root_secret(self, *secrets: str) -> list[str]:
        """What `doctor` says, which ends with 1 if something is wrong."""
        examined = await self.run("doctor", secrets=secrets)
        lines = examined.stdout.splitlines()
        assert examined.exit_code == any(line.startswith("wrong") for line in lines)
        return [line for line in lines if "Root secret" in line]


@pytest.fixture
def operator(api: Api, database_url: str, folder: Path) -> Operator:
    return Operator(api, database_url, folder)


async def arrives(api: Api, receiver: Receiver, endpoint: JSON, ada: Caller) -> None:
    """A change is sent, and its signature is that of the endpoint's first secret."""
    before = len(receiver.received)
    answer = await api.mutate(
        "createOrganization", {"name": "Another"}, "organization { id }", by=ada
    )
    assert answer.payload["organization"]
    await until(lambda: len(receiver.received) > before, seconds=30)
    received = receiver.received[-1]
    assert (
        Webhook(endpoint["secret"]).verify(received.body, received.headers)["type"]
        == "organization.created"
    )


def verify(session: Caller, server: Server) -> None:
    """The keys that the server publishes verify a session
    token, which may have expired while processes started.
    """
    token = (session.authorization or "").removeprefix("Bearer ")
    keys = jwt.PyJWKSet.from_dict(
        httpx.get(f"{server.url}/.well-known/jwks.json", timeout=20).json()
    )
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, ["RS256"], options={"verify_exp": False})["sid"]


async def secret_of(api: Api, endpoint: JSON) -> str:
    return (await api.run(WEBHOOK_SECRET, {"id": endpoint["id"]}, by=SERVICE)).data["node"][
        "secret"
    ]


@pytest.mark.slow
async def test_a_rotation_in_the_right_order_breaks_nothing(
    api: Api, operator: Operator, receiver: Receiver
) -> None:
    async with operator.serving(OLD) as server:
        ada, joan, bob = [
            await api.person(f"{name}@example.com") for name in ("ada", "joan", "bob")
        ]
        company = (await api.send("create-organization", by=ada, name="Acme")).payload[
            "organization"
        ]["id"]
        endpoint = await an_endpoint(api, receiver.url(), types=["ORGANIZATION_CREATED"])
        tickets = [
            link_ticket(await invited(api, company, who.email, by=ada, notify=False))
            for who in (joan, bob)
        ]
        session = bearer_of(await open_session(api, by=ada, organizationId=company))
        await arrives(api, receiver, endpoint, ada)

    async with operator.serving(NEW, OLD) as server:
        said = await operator.rotate(NEW, OLD)
        again = await operator.rotate(NEW, OLD)
        await arrives(api, receiver, endpoint, ada)
        assert await secret_of(api, endpoint) == endpoint["secret"]
        assert (await accept(api, by=joan, ticket=tickets[0])).payload["membership"]
        assert await status(api, tickets[1]) == "PENDING"
        verify(session, server)

    async with operator.serving(NEW) as server:
        await arrives(api, receiver, endpoint, ada)
        assert await secret_of(api, endpoint) == endpoint["secret"]
        verify(session, server)
        assert (await accept(api, by=bob, ticket=tickets[1])).payload["membership"]

    assert (
        "Encrypted with the first secret: 1 signing key, 1 ticket key, and 1 webhook secret.\n"
        in said
    )
    assert "Pending invitations: 2. Their links stay valid" in said
    assert "Remove the others from TENANTRY_SECRET" in said
    assert "Encrypted with the first secret: nothing.\n" in again
    assert await operator.root_secret(NEW) == [
        "   ok  Root secret: decrypts everything that is stored encrypted"
    ]


@ONLY_SQLITE
@pytest.mark.slow
async def test_no_step_is_left_out_without_notice(
    api: Api, operator: Operator, receiver: Receiver
) -> None:
    async with operator.serving(OLD):
        endpoint = await an_endpoint(api, receiver.url(), types=["ORGANIZATION_CREATED"])
    before = await contents(api.store)

    await operator.refuses_to_start(NEW)
    refused(
        await operator.run("secret", "rotate", secrets=[NEW]),
        "TENANTRY_SECRET can't decrypt 1 signing key",
    )
    refused(await operator.run("secret", "rotate", secrets=[NEW, OLD]), UNUSED_SECRET)
    assert await contents(api.store) == before

    async with operator.serving(NEW, OLD):
        pass
    await operator.refuses_to_start(NEW)
    (finding,) = await operator.root_secret(NEW, OLD)
    assert finding.startswith("   ok  Root secret: 1 signing key, ")
    assert finding.endswith("Before you remove it, run: tenantry secret rotate")

    await operator.rotate(NEW, OLD)
    await operator.refuses_to_start(OLD)
    async with operator.serving(OLD, NEW):
        assert await secret_of(api, endpoint) == endpoint["secret"]


@ONLY_SQLITE
@pytest.mark.slow
async def test_a_server_that_was_not_restarted_says_why_it_can_t_send(
    api: Api, operator: Operator, receiver: Receiver
) -> None:
    """One was, so the command goes ahead; what the other
    could not send goes out once it has the new secret too.
    """
    async with operator.serving(OLD) as late:
        ada = await api.person("ada@example.com")
        company = (await api.send("create-organization", by=ada, name="Acme")).payload[
            "organization"
        ]["id"]
        session = bearer_of(await open_session(api, by=ada, organizationId=company))
        endpoint = await an_endpoint(api, receiver.url(), types=["ORGANIZATION_CREATED"])
        async with operator.serving(NEW, OLD):
            pass
        await operator.rotate(NEW, OLD)
        assert (await api.send("create-organization", by=ada, name="Other")).payload

        async def has_failed() -> bool:
            nodes = (await api.run(DELIVERIES, {"id": endpoint["id"]}, by=SERVICE)).data["node"][
                "deliveries"
            ]["nodes"]
            return any("TENANTRY_SECRET" in (one["lastError"] or "") for one in nodes)

        await until(has_failed, seconds=30)
        shown = await api.run(WEBHOOK_SECRET, {"id": endpoint["id"]}, by=SERVICE)
        assert (shown.code, receiver.received) == ("SECRET_UNREADABLE", [])
        verify(session, late)

    async with operator.serving(NEW, OLD):
        await until(lambda: bool(receiver.received), seconds=30)

    received = receiver.received[0]
    assert (
        Webhook(endpoint["secret"]).verify(received.body, received.headers)["type"]
        == "organization.created"
    )


@ONLY_SQLITE
@pytest.mark.slow
async def test_links_whose_secret_was_removed_too_early_are_named(
    api: Api, operator: Operator, folder: Path
) -> None:
    """With signing keys from files and without webhooks nothing else notices."""
    operator.settings["TENANTRY_SIGNING_KEYS"] = written(folder, "1.pem", generate_key())
    async with operator.serving(OLD) as server:
        ada, joan = await api.person("ada@example.com"), await api.person("joan@example.com")
        company = (await api.send("create-organization", by=ada, name="Acme")).payload[
            "organization"
        ]["id"]
        ticket = link_ticket(await invited(api, company, joan.email, by=ada, notify=False))

    (finding,) = await operator.root_secret(NEW)
    async with operator.serving(NEW) as server:
        refusal = await accept(api, by=joan, ticket=ticket)
        _, written_down = server.stop()
    async with operator.serving(NEW, OLD) as server:
        await operator.rotate(NEW, OLD)
    async with operator.serving(NEW) as server:
        joined = await accept(api, by=joan, ticket=ticket)

    events = [json.loads(line) for line in written_down.splitlines()]
    (warning,) = [one["reason"] for one in events if one["event"] == "invitation links invalid"]
    assert finding == f"wrong  Root secret: {warning}"
    assert "links of pending invitations were signed with (1 at most)" in finding
    assert "to the end of TENANTRY_SECRET, and run: tenantry secret rotate" in finding
    assert codes(refusal) == ["ticket_invalid_code"]
    assert joined.payload["membership"]
    assert await operator.root_secret(NEW) == [
        "   ok  Root secret: decrypts everything that is stored encrypted"
    ]


@ONLY_SQLITE
@pytest.mark.slow
async def test_an_old_secret_that_is_lost_can_be_given_up(
    api: Api, operator: Operator, receiver: Receiver
) -> None:
    async with operator.serving(OLD):
        endpoint = await an_endpoint(api, receiver.url(), types=["ORGANIZATION_CREATED"])
    await operator.refuses_to_start(NEW)

    said = await operator.rotate(NEW, options=["--discard-unreadable"])

    assert (
        "Discarded or replaced by a new one: 1 signing key, 1 ticket key, and 1 webhook secret.\n"
        in said
    )
    assert f"{endpoint['id']} has a new secret. Give it to the receiver.\n" in said
    async with operator.serving(NEW):
        renewed = {**endpoint, "secret": await secret_of(api, endpoint)}
        await arrives(api, receiver, renewed, await api.person("ada@example.com"))
    assert renewed["secret"] != endpoint["secret"]


@ONLY_SQLITE
@pytest.mark.slow
async def test_signing_keys_are_rotated_while_the_root_secret_is(
    api: Api, operator: Operator
) -> None:
    async with operator.serving(OLD):
        pass
    async with operator.serving(NEW, OLD) as server:
        ada = await api.person("ada@example.com")
        company = (await api.send("create-organization", by=ada, name="Acme")).payload[
            "organization"
        ]["id"]
        before = bearer_of(await open_session(api, by=ada, organizationId=company))
        done(await operator.run("keys", "rotate-signing", secrets=[NEW, OLD]))
        said = await operator.rotate(NEW, OLD)
    async with operator.serving(NEW) as server:
        after = bearer_of(await open_session(api, by=ada, organizationId=company))
        verify(before, server)
        verify(after, server)

    assert "Encrypted with the first secret: 1 signing key and 1 ticket key.\n" in said


@pytest.mark.slow
def test_a_development_server_gets_another_secret_too(folder: Path) -> None:
    with started("dev", folder=folder):
        pass
    old = (folder / "var" / "development-secret").read_text()

    assert "Encrypted with the first secret: nothing.\n" in done(invoke("secret", "rotate"))
    refused(
        invoke("dev", "--port", "1", TENANTRY_SECRET=NEW),
        "TENANTRY_SECRET can't decrypt 1 signing key",
    )
    with started("dev", folder=folder, TENANTRY_SECRET=f"{NEW},{old}"):
        said = done(invoke("secret", "rotate", TENANTRY_SECRET=f"{NEW},{old}"))
    with started("dev", folder=folder, TENANTRY_SECRET=NEW) as server:
        answer = server.graphql("{ instance { slugsEnabled } }")

    assert (
        "Encrypted with the first secret: 1 signing key, 1 ticket key, and 1 webhook secret.\n"
        in said
    )
    assert answer.json()["data"]


def test_a_rotation_needs_a_migrated_database_and_a_root_secret() -> None:
    refused(invoke("secret", "rotate", TENANTRY_SECRET=NEW), "the database is not migrated")
    done(invoke("migrate"))

    refused(
        invoke("secret", "rotate"),
        "TENANTRY_SECRET is missing. Set it to the value that the servers use.",
    )
