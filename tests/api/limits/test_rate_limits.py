"""How many fields a caller can ask for, by whichever door, and how many sockets they can open."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed, InvalidStatus

from models.database.store import Store
from models.errors.request import RateLimited
from resolvers.foundation.rate_limits import (
    MOST_CALLERS,
    ProcessCounter,
    RateLimits,
    Rates,
    to_item,
)
from server.cli.diagnosis.connections import check_rate_limits
from server.http.clients import Seats, get_network
from server.settings.settings import Environment, SettingsError, read_settings
from tests.conftest import settings
from tests.support.api import NOBODY, SECRET_KEY, SERVICE, Answer, Api, Caller, Clock, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import a_member, an_organization
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.servers import redis
from tests.support.subscriptions import a_connection, a_socket, server_sent

VIEWER = "{ viewer { user { id } } }"
NAME = "{ __typename }"
MINUTE = range(1, 61)


def an_application(store: Store, clock: Clock, **values: Any) -> Starlette:
    chosen = settings(
        env=Environment.DEVELOPMENT,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        **values,
    )
    return make_application(chosen, store=store, clock=clock)


@asynccontextmanager
async def limited(store: Store, clock: Clock, **values: Any) -> AsyncGenerator[Api]:
    api = Api(an_application(store, clock, **values), store, clock)
    yield api
    await api.client.aclose()


def refused(answer: Answer) -> bool:
    """Whether there was too much, and the answer says when there is more."""
    if answer.status != 429:
        assert answer.status == 200
        return False
    assert answer.code == "RATE_LIMITED"
    assert answer.error["extensions"]["retryAfter"] in MINUTE
    assert "data" not in answer.body
    return True


async def from_address(app: Starlette, address: str, **headers: str) -> httpx.Response:
    """The answer to somebody who calls from there without a credential."""
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.post("/graphql", json={"query": NAME}, headers=headers)


# ------------------------------------------------------------------------------------------- users


@ONLY_SQLITE
async def test_each_user_has_so_many_fields_and_nobody_else_is_held_up(
    store: Store, clock: Clock
) -> None:
    async with limited(store, clock, user_rate="6/minute") as api:
        ada = await api.person("ada@example.com")
        grace = await api.person("grace@example.com")
        twice = "{ a: viewer { user { id } } b: viewer { user { id } } }"

        answers = [await api.run(query, by=ada) for query in (twice, twice, VIEWER, VIEWER)]
        others = [await api.run(VIEWER, by=who) for who in (grace, SERVICE, NOBODY)]

    # One field when they signed in, four, and one more.
    assert [refused(answer) for answer in answers] == [False, False, False, True]
    assert not any(refused(answer) for answer in others)


@ONLY_SQLITE
async def test_a_refused_mutation_changes_nothing(store: Store, clock: Clock) -> None:
    create = 'createOrganization(input: {name: "Acme"}) { organization { id } userErrors { code } }'
    async with limited(store, clock, user_rate="3/minute") as api:
        ada = await api.person("ada@example.com")

        refusal = await api.run(f"mutation {{ a: {create} b: {create} c: {create} }}", by=ada)
        number = await api.run("{ organizations { totalCount } }", by=SERVICE)

    assert refused(refusal)
    assert number.data["organizations"]["totalCount"] == 0


@ONLY_SQLITE
async def test_a_rate_counts_again_in_the_next_window(store: Store, clock: Clock) -> None:
    async with limited(store, clock, user_rate="2/second") as api:
        ada = await api.person("ada@example.com")
        before = [(await api.run(VIEWER, by=ada)).status for _ in range(3)]
        await asyncio.sleep(1.1)
        after = await api.run(VIEWER, by=ada)

    assert 429 in before
    assert after.status == 200


@ONLY_SQLITE
@pytest.mark.parametrize(("rate", "is_limited"), [(None, False), ("3/minute", True)])
async def test_a_secret_key_is_limited_only_if_that_is_set(
    store: Store, clock: Clock, rate: str | None, is_limited: bool
) -> None:
    async with limited(
        store, clock, secret_key_rate=rate, user_rate="1/minute", address_rate="1/minute"
    ) as api:
        answers = [await api.run(NAME, by=SERVICE) for _ in range(4)]

    assert [refused(answer) for answer in answers] == [False, False, False, is_limited]


@ONLY_SQLITE
async def test_one_organization_is_updated_so_often_by_one_user(store: Store, clock: Clock) -> None:
    async with limited(store, clock, update_rate="2/minute") as api:
        ada = await api.person("ada@example.com")
        organizations = [await an_organization(api, by=ada) for _ in range(2)]

        async def rename(name: str, organization_id: str, by: Caller) -> Answer:
            input = {"organizationId": organization_id, "name": name}
            return await api.mutate("updateOrganization", input, by=by)

        acme, other = organizations
        answers = [await rename(name, acme, ada) for name in ("A", "B", "C")]
        elsewhere = await rename("D", other, ada)
        by_key = [await rename(name, acme, SERVICE) for name in ("E", "F", "G")]
        name = await api.run(f'{{ organization(by: {{id: "{acme}"}}) {{ name }} }}', by=SERVICE)

    assert [answer.body.get("errors") is None for answer in answers] == [True, True, False]
    assert answers[2].code == "RATE_LIMITED"
    assert answers[2].error["extensions"]["retryAfter"] in MINUTE
    assert elsewhere.payload
    assert all(answer.payload for answer in by_key)
    assert name.data["organization"]["name"] == "G"


@ONLY_SQLITE
async def test_one_membership_is_updated_so_often_by_one_user(store: Store, clock: Clock) -> None:
    async with limited(store, clock, update_rate="2/minute") as api:
        ada = await api.person("ada@example.com")
        acme = await an_organization(api, by=ada)
        members = [await a_member(api, acme, f"{name}@example.com") for name in ("grace", "joan")]

        async def change(member: Caller, role: str) -> Answer:
            input = {"organizationId": acme, "userId": member.id, "role": role}
            return await api.mutate("updateMembership", input, by=ada)

        grace, joan = members
        answers = [await change(grace, role) for role in ("org:admin", "org:member", "org:admin")]
        of_another = await change(joan, "org:admin")

    assert [answer.body.get("errors") is None for answer in answers] == [True, True, False]
    assert answers[2].code == "RATE_LIMITED"
    assert of_another.payload


# --------------------------------------------------------------------------------------- addresses


@ONLY_SQLITE
async def test_calls_without_a_credential_are_counted_by_address(
    store: Store, clock: Clock
) -> None:
    async with limited(store, clock, address_rate="2/minute") as api:
        here = [await from_address(api.app, "192.0.2.1") for _ in range(3)]
        elsewhere = await from_address(api.app, "192.0.2.2")
        ada = await api.person("ada@example.com")
        signed_in = [await api.run(VIEWER, by=ada) for _ in range(3)]

    assert [answer.status_code for answer in here] == [200, 200, 429]
    assert int(here[2].headers["retry-after"]) in MINUTE
    assert elsewhere.status_code == 200
    assert not any(refused(answer) for answer in signed_in)


@ONLY_SQLITE
async def test_an_ipv6_network_is_one_caller(store: Store, clock: Clock) -> None:
    async with limited(store, clock, address_rate="2/minute") as api:
        same = [await from_address(api.app, f"2001:db8::{number}") for number in (1, 2, 3)]
        other = await from_address(api.app, "2001:db8:0:1::1")
        mapped = [await from_address(api.app, "::ffff:192.0.2.9") for _ in range(2)]
        plain = await from_address(api.app, "192.0.2.9")

    assert [answer.status_code for answer in same] == [200, 200, 429]
    assert other.status_code == 200
    assert [answer.status_code for answer in (*mapped, plain)] == [200, 200, 429]


@ONLY_SQLITE
@pytest.mark.parametrize(
    "credential", ["Bearer nonsense", "Bearer sk_0123456789ab_0123456789abcdef0123456789abcdef01"]
)
async def test_rejected_credentials_are_counted_by_address(
    store: Store, clock: Clock, credential: str
) -> None:
    async with limited(store, clock, address_rate="3/minute") as api:
        statuses = [
            (await from_address(api.app, "192.0.2.1", authorization=credential)).status_code
            for _ in range(5)
        ]

    assert statuses == [401, 401, 401, 429, 429]


@ONLY_SQLITE
@pytest.mark.parametrize(("proxies", "is_believed"), [((), False), (("10.0.0.0/8",), True)])
async def test_only_a_trusted_proxy_can_say_who_calls(
    store: Store, clock: Clock, proxies: tuple[str, ...], is_believed: bool
) -> None:
    async with limited(store, clock, address_rate="1/minute", trusted_proxies=proxies) as api:
        statuses = [
            (await from_address(api.app, "10.1.2.3", **{"x-forwarded-for": forwarded})).status_code
            # The last one is the client that the proxy saw; a client can invent those before it.
            for forwarded in ("192.0.2.1", "192.0.2.2", "192.0.2.3, 192.0.2.1")
        ]
        direct = [
            (await from_address(api.app, "198.51.100.1", **{"x-forwarded-for": name})).status_code
            for name in ("192.0.2.7", "192.0.2.8")
        ]

    assert statuses == ([200, 200, 429] if is_believed else [200, 429, 429])
    assert direct == [200, 429]


async def test_the_callers_that_are_counted_are_bounded() -> None:
    counter, rate = ProcessCounter(), to_item("2/minute")
    assert rate
    for number in range(MOST_CALLERS):
        counter.hit(rate, str(number))
    counter.hit(rate, "1")
    for number in range(MOST_CALLERS, MOST_CALLERS + 10):
        counter.hit(rate, str(number))

    assert len(counter.used) == MOST_CALLERS
    # The one that was idle longest is forgotten first.
    assert counter.hit(rate, "0") is None
    assert counter.hit(rate, "1") is not None
    assert counter.hit(rate, str(MOST_CALLERS)) is None


def test_a_window_ends_although_the_time_of_the_machine_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counter, rate = ProcessCounter(), to_item("1/minute")
    assert rate
    began, real = time.monotonic(), time.time
    monkeypatch.setattr(time, "monotonic", lambda: began)
    assert counter.hit(rate, "ada") is None
    assert counter.hit(rate, "ada") == pytest.approx(60)
    monkeypatch.setattr(time, "time", lambda: real() - 3_600)
    monkeypatch.setattr(time, "monotonic", lambda: began + 59)
    assert counter.hit(rate, "ada") == pytest.approx(1)
    monkeypatch.setattr(time, "monotonic", lambda: began + 60)
    assert counter.hit(rate, "ada") is None


async def test_a_client_cannot_fill_the_memory_with_long_ids() -> None:
    limits = RateLimits(Rates(update="1/minute"))
    await limits.count_update("user_1", "a" * 4_096)

    (known,) = limits.process.used
    assert sum(map(len, known)) < 200
    await limits.count_update("user_1", "a" * 4_095)
    with pytest.raises(RateLimited):
        await limits.count_update("user_1", "a" * 4_096)


# ------------------------------------------------------------------------------------ other doors


@ONLY_SQLITE
async def test_sockets_and_event_streams_are_counted_too(store: Store, clock: Clock) -> None:
    app = an_application(store, clock, user_rate="4/minute")
    api = Api(app, store, clock)
    ada = await api.person("ada@example.com")
    async with listening(app) as port, a_socket(port, ada) as socket:
        for id in ("1", "2"):
            await socket.subscribe(VIEWER, id=id)
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"
        async with server_sent(port, ada, VIEWER) as stream:
            served = stream.status_code
        async with server_sent(port, ada, VIEWER) as stream:
            beyond = stream.status_code
        await socket.subscribe(VIEWER, id="3")
        refusal = await socket.receive()
        await socket.send(type="ping")
        still_there = await socket.receive()
    await api.client.aclose()

    assert (served, beyond) == (200, 429)
    assert (refusal["id"], refusal["type"]) == ("3", "error")
    assert refusal["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert still_there["type"] == "pong"


@ONLY_SQLITE
async def test_a_user_has_so_many_sockets(store: Store, clock: Clock) -> None:
    app = an_application(store, clock, max_sockets_per_user=2)
    api = Api(app, store, clock)
    ada, grace = await api.person("ada@example.com"), await api.person("grace@example.com")
    async with listening(app) as port, a_socket(port, ada), a_socket(port, ada) as second:
        async with a_connection(port) as third:
            await third.send(type="connection_init", payload={"authorization": ada.authorization})
            with pytest.raises(ConnectionClosed) as closed:
                await third.receive()
        async with a_socket(port, grace), a_socket(port, SERVICE), a_socket(port, SERVICE):
            pass
        await second.connection.close()
        async with a_socket(port, ada):
            pass
    await api.client.aclose()

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4429


@ONLY_SQLITE
async def test_an_address_has_so_many_sockets(store: Store, clock: Clock) -> None:
    app = an_application(store, clock, max_sockets_per_address=2)
    async with listening(app) as port:
        async with a_connection(port), a_connection(port):
            with pytest.raises(InvalidStatus) as refusal:
                async with a_connection(port):
                    pass
        async with a_connection(port):
            pass

    assert refusal.value.response.status_code == 429
    assert "retry-after" in refusal.value.response.headers


@pytest.mark.parametrize("client", [None, ("", 0), ("a-socket", 0)])
def test_a_client_without_an_address_is_counted_with_its_like(
    client: tuple[str, int] | None,
) -> None:
    scope: dict[str, Any] = {"type": "http", "headers": [], "client": client}

    assert get_network(HTTPConnection(scope)) == "unknown"


def test_seats_are_forgotten_when_they_are_given_back() -> None:
    seats = Seats(1)

    assert seats.take("a")
    assert not seats.take("a")
    seats.give_back("a")
    assert not seats.taken


# --------------------------------------------------------------------------------- shared counters


@ONLY_SQLITE
async def test_two_servers_share_a_rate(database_url: str, clock: Clock) -> None:
    async with redis.running() as url:
        apps = [
            an_application(Store(database_url), clock, address_rate="3/minute", rate_store_url=url)
            for _ in range(2)
        ]
        async with (
            listening(apps[0]) as first,
            listening(apps[1]) as second,
            httpx.AsyncClient() as client,
        ):
            answers = [
                await client.post(f"http://127.0.0.1:{port}/graphql", json={"query": NAME})
                for port in (first, second, first, second, first)
            ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]


@ONLY_SQLITE
async def test_while_the_shared_store_is_unavailable_everybody_is_served(
    store: Store, clock: Clock
) -> None:
    app = an_application(
        store, clock, address_rate="1/minute", rate_store_url="valkey://127.0.0.1:1"
    )

    with capture_logs() as lines:
        statuses = [(await from_address(app, "192.0.2.1")).status_code for _ in range(2)]

    assert statuses == [200, 200]
    assert "rate limit store unavailable" in {line["event"] for line in lines}


@ONLY_SQLITE
async def test_a_shared_store_that_does_not_answer_is_not_waited_for(
    store: Store, clock: Clock
) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    url = f"valkey://127.0.0.1:{silent.sockets[0].getsockname()[1]}"
    app = an_application(store, clock, address_rate="1/minute", rate_store_url=url)

    async with asyncio.timeout(5):
        answer = await from_address(app, "192.0.2.1")
    silent.close()

    assert answer.status_code == 200


async def test_doctor_says_whether_rates_are_shared() -> None:
    alone = await check_rate_limits(settings())
    away = await check_rate_limits(settings(rate_store_url="redis://127.0.0.1:1"))
    async with redis.running() as url:
        shared = await check_rate_limits(settings(rate_store_url=url))

    assert (alone.is_fine, away.is_fine, shared.is_fine) == (True, False, True)
    assert "TENANTRY_RATE_STORE_URL" in alone.detail
    assert "127.0.0.1:1 can't be used" in away.detail
    assert "shared by all processes" in shared.detail


# ---------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("user_rate", "10", "must be"),
        ("user_rate", "0/minute", "must be"),
        ("address_rate", "10 per fortnight", "must be"),
        ("rate_store_url", "http://127.0.0.1", "must be"),
        ("trusted_proxies", ("proxy.example.com",), "'proxy.example.com', which is not an IP"),
        ("trusted_proxies", ("10.0.0.1/8",), "'10.0.0.1/8', which is not an IP"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: object, reason: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(**{name: value})

    assert f"TENANTRY_{name.upper()}" in str(error.value)
    assert reason in str(error.value)


def test_a_rate_can_be_switched_off() -> None:
    assert read_settings(user_rate="off").user_rate is None
    assert read_settings(user_rate="7/second").user_rate == "7/second"
