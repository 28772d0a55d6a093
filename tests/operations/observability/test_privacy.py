"""Nothing that is somebody's in the logs, the metrics or the traces of a production server."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database.store import Store
from server.delivery.worker import make_worker
from server.observability import logs
from server.observability.tracing import Tracing
from server.settings.settings import Settings
from tests.api.http.test_faults import break_organizations
from tests.conftest import settings
from tests.support.api import JSON, SECRET_KEY, SERVICE, Api, Caller, operation, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme
from tests.support.data.invitations import accept, decline, invited, link_ticket
from tests.support.processes.commands import listening, restored_logging
from tests.support.servers.smtp import Post
from tests.support.servers.smtp import listening as receiving_mail
from tests.support.subscriptions import a_connection, organization_events

ORGANIZATIONS = """{ organizations { nodes { createdAt } }
  viewer { memberships { nodes { organization { createdAt } } } } }"""
METRICS_TOKEN = "f3Zk9QmWv2Lx7TbYc4RdHn6sGpE1uAoJ"
CLIENT, PROXY = "198.51.100.77", "2001:db8:77::1"
ADDRESSES = ("new.person@example.com", "undeliverable@example.com", "zoë.ü@exämple.com")
NAME, TEXT = "Marmalade Holdings", "orange peel and sugar"
COOKIE, TICKET = "session=Qb7kD2mXw9ZrT4yVn1Jf", "v1.Qb7kD2mXw9ZrT4yVn1JfQb7kD2mXw9ZrT4yVn1Jf"
METHOD = "QB7KD2MXW9ZRT4YVN1JF"
FORGED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYWxsb3J5In0.c2lnbmF0dXJlMTIzNDU2Nzg5MA"


@dataclass
class Production:
    """A production server on the database of a test, and what it used that is secret."""

    api: Api
    settings: Settings
    spans: InMemorySpanExporter
    secrets: set[str]

    def use(self, caller: Caller) -> dict[str, str]:
        """Returns headers as of a browser behind a proxy, with the credential of a caller."""
        self.secrets |= {(caller.authorization or "Bearer none")[7:]}
        headers = {"cookie": COOKIE, "user-agent": TEXT, "x-forwarded-for": PROXY}
        return headers | ({"authorization": caller.authorization} if caller.authorization else {})

    async def send(self, name: str, /, *, by: Caller, accept: str = "*/*", **variables: Any) -> str:
        body = {"query": operation(name), "variables": variables}
        headers = self.use(by) | {"accept": accept}
        return (await self.api.client.post("/graphql", json=body, headers=headers)).text


@contextmanager
def serve_production(api: Api) -> Generator[Production]:
    """Serves the database of a test as in production, with logs, metrics and traces."""
    chosen = settings(
        identity_issuers=(test_issuer(),), secret_keys=(SECRET_KEY,), metrics_token=METRICS_TOKEN,
        public_url="https://orgs.example.com", smtp_url="smtp://127.0.0.1:9",
        user_rate="40/minute", log_level="debug",
    )  # fmt: skip
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    with restored_logging():
        logs.configure(chosen)
        tracing = Tracing(provider, trusts_traceparent=True)
        api.app = make_application(chosen, store=api.store, clock=api.clock, tracing=tracing)
        transport = httpx.ASGITransport(api.app, client=(CLIENT, 5000), raise_app_exceptions=False)
        api.client = httpx.AsyncClient(transport=transport, base_url="https://orgs.example.com")
        known = {
            METRICS_TOKEN,
            SECRET_KEY,
            CLIENT,
            PROXY,
            NAME,
            TEXT,
            COOKIE,
            TICKET,
            METHOD,
            FORGED,
        }
        yield Production(api, chosen, spans, {*known, *ADDRESSES})


def parse_lines(text: str) -> list[JSON]:
    return [json.loads(line) for line in text.splitlines()]


async def use_invitations(production: Production, acme: Acme) -> None:
    """Invites, accepts, declines, and sends what is rejected."""
    api = production.api
    for address in ADDRESSES:
        await production.send(
            "invite", by=acme.admin, organizationId=acme.id, emailAddress=address, role="org:member"
        )
    invitation = await invited(api, acme.id, "guest@example.com", by=acme.admin)
    guest = await api.person("guest@example.com")
    ticket = link_ticket(invitation)
    production.secrets |= {ticket, invitation["url"]}
    await accept(api, by=acme.outsider, ticket=TICKET)
    await accept(api, by=guest, ticket=ticket)
    await accept(api, by=guest, ticket=ticket)
    await decline(api, by=guest, ticket=ticket)
    await api.client.get(f"/invitations/accept?ticket={ticket}", headers=production.use(guest))
    await production.send("invitation-by-ticket", by=guest, ticket=ticket)
    await production.send("my-invitations", by=guest)


async def use_documents(production: Production, acme: Acme) -> None:
    """Sends documents that succeed and documents that are rejected, over HTTP and as a stream."""
    answer = json.loads(await production.send("create-session", by=acme.admin))
    token = answer["data"]["createSession"]["token"]["jwt"]
    for accept_type in ("application/json", "text/event-stream"):
        for caller in (acme.admin, acme.outsider, SERVICE, Caller(f"Bearer {token}")):
            for name in ("members", "invitations", "my-organizations", "events"):
                await production.send(name, by=caller, accept=accept_type, organizationId=acme.id)
        for bad in (FORGED, f"{token}x", f"{SECRET_KEY}x", f"sk_{METRICS_TOKEN}"):
            await production.send("members", by=Caller(f"Bearer {bad}"), accept=accept_type)
    await production.send("update-organization", by=acme.admin, organizationId=acme.id, name=NAME)
    await production.send("update-organization", by=acme.admin, organizationId=NAME, name=TEXT)
    await production.send("create-organization", by=acme.admin, name=NAME, slug=ADDRESSES[0])
    for body in (b"{", TEXT.encode(), json.dumps({"query": f"query {ADDRESSES[0]} {{"}).encode()):
        headers = production.use(acme.admin) | {"content-type": "application/json"}
        await production.api.client.post("/graphql", content=body, headers=headers)
    await production.api.client.request(METHOD, "/graphql", headers=production.use(acme.admin))
    for path in (f"/{ADDRESSES[0]}", f"/images/{TICKET}.svg", f"/graphql?ticket={TICKET}"):
        await production.api.client.get(path, headers=production.use(acme.admin))


async def use_socket(production: Production, acme: Acme) -> None:
    async with listening(production.api.app) as port, a_connection(port) as socket:
        await socket.greet(acme.admin)
        await socket.subscribe(organization_events(acme.id), id=ADDRESSES[0])
        await socket.subscribe(operation("members"), id=TICKET, organizationId=acme.id)
        await socket.receive()
        await socket.subscribe(f"query {NAME}", id=TEXT)
        await socket.receive()


async def send_mail(production: Production) -> None:
    """Delivers to a mail server that quotes the address of each recipient that it rejects."""
    post = Post(recipient=lambda address: f"450 no room for {address} of {CLIENT}")
    async with receiving_mail(post):
        chosen = production.settings.model_copy(update={"smtp_url": post.url})
        app = production.api.app
        worker = make_worker(chosen, app.state.server, app.state.observer)
        assert await worker.mail.deliver() >= len(ADDRESSES)


async def test_nothing_personal_is_in_logs_metrics_or_traces(
    api: Api, acme: Acme, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with serve_production(api) as production:
        await use_invitations(production, acme)
        await use_documents(production, acme)
        await send_mail(production)
        await break_organizations(api.store)
        for caller in (acme.admin, SERVICE):
            headers = production.use(caller)
            await api.client.post("/graphql", json={"query": ORGANIZATIONS}, headers=headers)
            await production.send("create-organization", by=caller, name=NAME)
        credential = {"authorization": f"Bearer {METRICS_TOKEN}"}
        metrics = await api.client.get("/metrics", headers=credential)
        await use_socket(production, acme)

    written = capsys.readouterr().err
    spans = "".join(span.to_json() for span in production.spans.get_finished_spans())
    lines = [json.loads(line) for line in written.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert {"request", "mail not sent", "internal error"} <= {line["event"] for line in lines}
    assert {"ok", "user_error", "error"} <= {line["outcome"] for line in requests}
    assert {line["transport"] for line in requests} == {"http", "sse", "websocket"}
    assert all(line["level"] and line["timestamp"] and line["request_id"] for line in requests)
    assert "send mail" in spans
    people = {caller.email for caller in (acme.admin, acme.member, acme.outsider)}
    assert [
        (place, secret)
        for place, text in {"log": written, "metrics": metrics.text, "traces": spans}.items()
        for secret in production.secrets | people
        if secret in text or json.dumps(secret)[1:-1] in text
    ] == []


async def test_errors_of_the_database_quote_no_values(store: Store) -> None:
    statement = text("SELECT 1 FROM nowhere WHERE name = :name")
    with pytest.raises(DBAPIError) as failed:
        async with store.write() as session:
            await session.execute(statement, {"name": NAME})

    assert "nowhere" in str(failed.value)
    assert NAME not in str(failed.value)
