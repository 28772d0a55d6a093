"""Who calls: identity providers that publish their
keys, over HTTP, and verified tokens that are kept.
"""

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from models.database.store import Store
from server.identity import authenticator
from server.identity.authenticator import Authenticator, make_provider
from server.identity.key_sets import COOL_DOWN, KEYS_LIVE, KEYS_TRUSTED
from server.identity.tokens import InvalidCredential
from tests.conftest import server_for
from tests.support.api import Api, Clock, contents
from tests.support.servers.tokens import (
    KeySetServer,
    Timer,
    assert_accepted,
    assert_refused,
    base64url,
    caller_of,
    claims_at,
    ec_key,
    eventually,
    issuer_of,
    jwk_of,
    one_database,
    part,
    rsa_key,
    serving,
    signed,
    viewer,
)


@pytest.fixture
def published(store: Store, clock: Clock, server: KeySetServer) -> Api:
    """An application whose one issuer publishes its keys."""
    return serving(store, clock, server.issuer())


def token(clock: Clock, kid: str | None = "good", **claims: Any) -> str:
    return signed(claims_at(clock, **claims), rsa_key(), kid)


# ------------------------------------------------------------------------------- published key sets


@one_database
async def test_a_flood_of_unknown_key_ids_fetches_once_and_known_keys_go_on(
    published: Api, clock: Clock, server: KeySetServer, timer: Timer
) -> None:
    good, claims = token(clock), part(claims_at(clock))
    await assert_accepted(published, good)
    timer.forward(COOL_DOWN)
    before = await contents(published.store)

    for number in range(1_000):
        flood = f"{part({'alg': 'RS256', 'kid': f'kid{number}'})}.{claims}.{base64url(b'x' * 256)}"
        assert (await viewer(published, flood)).status == 401

    assert server.fetches == 2
    assert await contents(published.store) == before
    await assert_accepted(published, good)
    await assert_accepted(published, token(clock, sub="another"))


@one_database
async def test_while_a_fetch_hangs_known_keys_go_on(
    published: Api, clock: Clock, server: KeySetServer, timer: Timer
) -> None:
    await assert_accepted(published, token(clock))
    timer.forward(COOL_DOWN)
    server.open.clear()

    flood = [
        asyncio.create_task(viewer(published, token(clock, f"kid{number}"))) for number in range(50)
    ]
    await eventually(lambda: server.fetches == 2)
    async with asyncio.timeout(2):
        await assert_accepted(published, token(clock))
        await assert_accepted(published, token(clock, sub="another"))

    assert not any(task.done() for task in flood)
    server.open.set()
    assert {answer.status for answer in await asyncio.gather(*flood)} == {401}
    assert server.fetches == 2


@one_database
async def test_a_rotated_key_is_taken_with_one_fetch_and_the_old_one_refused(
    published: Api, clock: Clock, server: KeySetServer, timer: Timer
) -> None:
    old = token(clock)
    await assert_accepted(published, old)
    server.publish(jwk_of(rsa_key("next"), "next"))
    timer.forward(COOL_DOWN)

    await assert_accepted(published, signed(claims_at(clock), rsa_key("next"), "next"))

    await assert_refused(published, f"Bearer {old}")
    await assert_refused(published, f"Bearer {token(clock, sub='another')}")
    assert server.fetches == 2


@one_database
async def test_a_token_that_was_verified_lapses_when_its_key_leaves_the_set(
    published: Api, clock: Clock, server: KeySetServer, timer: Timer
) -> None:
    kept = token(clock)
    await assert_accepted(published, kept)
    server.publish()

    timer.forward(KEYS_LIVE - 1)
    await assert_accepted(published, kept)
    assert server.fetches == 1
    timer.forward(1)
    await assert_accepted(published, kept)

    async with asyncio.timeout(60):
        while (await viewer(published, kept)).status != 401:  # noqa: ASYNC110
            # A request waits for nothing, and the keys are being fetched meanwhile.
            await asyncio.sleep(0.01)
    await assert_refused(published, f"Bearer {kept}")
    assert server.fetches == 2


@one_database
async def test_without_its_issuers_keys_a_token_is_not_called_bad(
    published: Api, clock: Clock, server: KeySetServer, timer: Timer
) -> None:
    server.status = "500 Internal Server Error"
    before = await contents(published.store)

    answer = await viewer(published, token(clock))

    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert await contents(published.store) == before
    server.status = "200 OK"
    timer.forward(COOL_DOWN)
    await assert_accepted(published, token(clock))


@one_database
async def test_an_issuer_that_stays_away_loses_its_trust_and_gets_it_back(
    store: Store, clock: Clock, server: KeySetServer, timer: Timer
) -> None:
    api = serving(store, clock, server.issuer(), issuer_of(ec_key(), "https://other.example.com"))
    await assert_accepted(api, token(clock))
    server.status = "500 Internal Server Error"

    timer.forward(KEYS_TRUSTED - 1)
    await assert_accepted(api, token(clock))
    timer.forward(COOL_DOWN)
    assert (await viewer(api, token(clock))).status == 503

    await assert_accepted(api, signed(claims_at(clock, "https://other.example.com"), ec_key()))
    assert (await api.run("{ instance { slugsEnabled } }")).status == 200
    server.status = "200 OK"
    timer.forward(COOL_DOWN)
    await assert_accepted(api, token(clock))


@one_database
async def test_a_log_line_about_a_key_set_names_it_and_no_token(
    published: Api, clock: Clock, server: KeySetServer
) -> None:
    server.body = b"<html>"
    sent = token(clock)

    with capture_logs() as lines:
        await viewer(published, sent)

    assert [(line["event"], line["url"]) for line in lines if line["event"] != "request"] == [
        ("key set unavailable", server.url)
    ]
    assert not any(piece in json.dumps(lines) for piece in sent.split("."))


# ------------------------------------------------------------------------- verified tokens are kept


async def test_verified_tokens_are_cached_up_to_a_size_and_the_least_used_goes_first(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = issuer_of(rsa_key())
    server = server_for(store, clock, identity_issuers=(issuer,))
    who = Authenticator(server, {issuer.issuer: make_provider(issuer)}, {})
    tokens = [token(clock, sub=f"sub{number}") for number in range(4)]
    monkeypatch.setattr(authenticator, "CACHED_TOKEN_BYTES", 3 * len(tokens[0]))

    for one in (*tokens[:3], tokens[0], tokens[3]):
        await caller_of(who, [f"Bearer {one}"])
    with pytest.raises(InvalidCredential):
        await caller_of(who, [f"Bearer {signed(claims_at(clock), rsa_key('attacker'))}"])

    assert [getattr(one.claims, "subject", None) for one in who.verified.values()] == [
        "sub2",
        "sub0",
        "sub3",
    ]
    assert who.verified_size == sum(one.size for one in who.verified.values())


@one_database
async def test_a_token_that_is_verified_twice_at_once_is_cached_once(
    store: Store, clock: Clock, server: KeySetServer
) -> None:
    issuer = server.issuer()
    identity = server_for(store, clock, identity_issuers=(issuer,))
    who = Authenticator(identity, {issuer.issuer: make_provider(issuer)}, {})
    new = token(clock)

    await asyncio.gather(*(who.authenticate([f"Bearer {new}"]) for _ in range(3)))

    assert len(who.verified) == 1
    assert who.verified_size == len(new)
