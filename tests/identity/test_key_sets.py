"""Key sets of identity providers: which keys are taken from them, and when they are fetched."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.identity import key_sets
from server.identity.key_sets import COOL_DOWN, KEY_SET_BYTES, KEYS_LIVE, KEYS_TRUSTED, KeySet
from tests.support.api import JSON
from tests.support.servers.tokens import (
    KeySetServer,
    Timer,
    ec_key,
    eventually,
    jwk_of,
    rsa_key,
)


@pytest.fixture
async def keys(server: KeySetServer, timer: Timer) -> AsyncIterator[KeySet]:
    keys = KeySet(server.url, ("RS256",))
    yield keys
    if keys.fetching:
        server.open.set()
        await keys.fetching


async def has(keys: KeySet, kid: str | None) -> bool:
    return await keys.find_key(kid) is not None


# ------------------------------------------------------------------------------------ when to fetch


async def test_a_set_is_fetched_when_it_is_first_needed_and_once_for_all_who_wait(
    keys: KeySet, server: KeySetServer
) -> None:
    assert server.fetches == 0

    assert all(await asyncio.gather(*(has(keys, "good") for _ in range(50))))

    assert server.fetches == 1


async def test_unknown_key_ids_fetch_once_per_cool_down(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    assert await has(keys, "good")

    for period in range(3):
        timer.forward(COOL_DOWN)
        for number in range(100):
            assert not await has(keys, f"kid{number}")
        assert server.fetches == 2 + period


async def test_a_new_key_is_found_and_the_old_one_gone_with_one_fetch(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    old = await keys.find_key("good")
    assert old
    timer.forward(COOL_DOWN)

    server.publish(jwk_of(rsa_key("next"), "next"))

    assert await has(keys, "next")
    assert not await has(keys, "good")
    assert not keys.holds(old)
    assert server.fetches == 2


async def test_a_known_key_does_not_wait_while_others_wait_for_unknown_ones(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    assert await has(keys, "good")
    timer.forward(COOL_DOWN)
    server.open.clear()

    waiting = [asyncio.create_task(has(keys, f"kid{number}")) for number in range(20)]
    await eventually(lambda: server.fetches == 2)

    async with asyncio.timeout(1):
        assert await has(keys, "good")
    assert not any(task.done() for task in waiting)
    server.open.set()
    assert not any(await asyncio.gather(*waiting))
    assert server.fetches == 2


async def test_an_old_set_goes_on_while_a_new_one_is_on_its_way(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    assert await has(keys, "good")
    timer.forward(KEYS_LIVE)
    server.open.clear()
    server.publish()

    async with asyncio.timeout(1):
        assert await has(keys, "good")
    await eventually(lambda: server.fetches == 2)
    server.open.set()

    await eventually(lambda: not keys.keys)
    assert not await has(keys, "good")


async def test_asking_whether_a_verified_tokens_key_is_still_there_fetches_an_old_set(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    known = await keys.find_key("good")
    assert known
    server.publish()
    timer.forward(KEYS_LIVE)

    assert keys.holds(known)

    await eventually(lambda: not keys.holds(known))
    assert server.fetches == 2


async def test_the_same_key_fetched_again_is_the_same_key(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    known = await keys.find_key("good")
    assert known
    timer.forward(COOL_DOWN)
    assert not await has(keys, "unknown")

    assert server.fetches == 2
    assert keys.holds(known)


async def test_another_key_under_the_same_id_is_another_key(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    known = await keys.find_key("good")
    assert known
    server.publish(jwk_of(rsa_key("next"), "good"))
    timer.forward(COOL_DOWN)

    assert not await has(keys, "unknown")

    assert await has(keys, "good")
    assert not keys.holds(known)


async def test_while_the_issuer_is_away_its_keys_go_on_for_an_hour(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    known = await keys.find_key("good")
    assert known
    server.status = "503 Service Unavailable"

    while timer.seconds < 1_000 + KEYS_TRUSTED - COOL_DOWN:
        timer.forward(COOL_DOWN)
        assert not await has(keys, "unknown")
        assert await has(keys, "good")
        assert keys.holds(known)
        assert keys.are_known
    assert server.fetches == KEYS_TRUSTED / COOL_DOWN

    timer.forward(COOL_DOWN)
    assert not await has(keys, "good")
    assert not keys.holds(known)
    assert not keys.are_known

    server.status = "200 OK"
    timer.forward(COOL_DOWN)
    assert await has(keys, "good")
    assert keys.holds(known)


async def test_a_server_that_hangs_is_given_up(
    keys: KeySet, server: KeySetServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_sets, "FETCH_SECONDS", 0.05)
    server.open.clear()

    with capture_logs() as lines:
        assert not await has(keys, "good")

    assert not keys.are_known
    assert [(line["event"], line["error"]) for line in lines] == [
        ("key set unavailable", "TimeoutError")
    ]


async def test_who_stops_waiting_does_not_stop_the_fetch(
    keys: KeySet, server: KeySetServer
) -> None:
    server.open.clear()
    impatient = asyncio.create_task(has(keys, "good"))
    await eventually(lambda: server.fetches == 1)

    impatient.cancel()
    await asyncio.wait({impatient})
    server.open.set()

    assert await has(keys, "good")
    assert server.fetches == 1


# ---------------------------------------------------------------------------- what is taken from it

BROKEN = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"keys"',
    b"{}",
    b'{"keys": null}',
    b'{"keys": {}}',
    b'{"keys": "good"}',
    b"\xff\xfe",
    b'{"keys": ' + b"[" * 100_000,
    b'{"keys": []}' + b" " * KEY_SET_BYTES,
    b"<html>",
]


@pytest.mark.parametrize("body", BROKEN)
async def test_a_broken_or_too_large_set_changes_nothing(
    keys: KeySet, server: KeySetServer, timer: Timer, body: bytes
) -> None:
    assert await has(keys, "good")
    timer.forward(COOL_DOWN)
    server.body = body

    assert not await has(keys, "next")

    assert server.fetches == 2
    assert await has(keys, "good")
    assert keys.fetched_at == 1_000


@pytest.mark.parametrize(
    "status", ["302 Found", "404 Not Found", "204 No Content", "500 Internal Server Error"]
)
async def test_only_a_success_is_a_key_set_and_redirects_are_not_followed(
    keys: KeySet, server: KeySetServer, timer: Timer, status: str
) -> None:
    assert await has(keys, "good")
    timer.forward(COOL_DOWN)
    server.publish(jwk_of(rsa_key("next"), "next"))
    server.status, server.headers = status, [f"Location: {server.url}"]
    server.body = b"" if status.startswith("204") else server.body

    assert not await has(keys, "next")

    assert server.fetches == 2
    assert await has(keys, "good")


async def test_what_is_compressed_is_not_unpacked(keys: KeySet, server: KeySetServer) -> None:
    server.body, server.headers = gzip.compress(server.body), ["Content-Encoding: gzip"]

    assert not await has(keys, "good")
    assert b"accept-encoding: identity\r\n" in server.request.lower()


async def test_a_server_that_is_not_there_gives_no_keys() -> None:
    for url in (
        "http://127.0.0.1:1/jwks.json",
        "http://127.0.0.1:99999/",
        "http://[::1",
        "nonsense",
    ):
        keys = KeySet(url, ("RS256",))

        assert await keys.find_key("good") is None
        assert not keys.are_known


async def test_an_empty_set_withdraws_every_key(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    assert await has(keys, "good")
    server.publish()
    timer.forward(COOL_DOWN)

    with capture_logs() as lines:
        assert not await has(keys, "next")

    assert not await has(keys, "good")
    assert keys.are_known
    assert [line["event"] for line in lines] == ["key set without usable keys"]


async def test_a_token_without_key_id_is_the_only_keys(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    assert await has(keys, None)
    timer.forward(COOL_DOWN)

    server.publish(jwk_of(rsa_key()), jwk_of(rsa_key("next")), jwk_of(rsa_key("third"), "third"))
    assert await has(keys, "third")

    assert not await has(keys, None)


async def test_an_id_that_two_keys_share_names_neither_unless_one_is_for_another_algorithm(
    keys: KeySet, server: KeySetServer, timer: Timer
) -> None:
    server.publish(jwk_of(rsa_key(), "same"), jwk_of(ec_key(), "same"))
    assert await has(keys, "same")
    timer.forward(COOL_DOWN)

    server.publish(jwk_of(rsa_key(), "same"), jwk_of(rsa_key("next"), "same"))
    assert not await has(keys, "new")

    assert not await has(keys, "same")


NULLS: JSON = dict.fromkeys(("use", "alg", "key_ops", "x5c", "x5t", "d", "k"))
TAKEN: list[JSON] = [
    {},
    NULLS,
    {"use": "sig", "alg": "RS256", "key_ops": ["verify"]},
    {"key_ops": ["sign", "verify"]},
    {"x5t": "4dZ0uBQQzZSmFUYWSSWeVEE0nAs", "x5c": ["MIIC"], "issuer": "https://example.com/v2.0"},
    {"ext": True, "nbf": 1_790_000_000, "exp": None},
]


@pytest.mark.parametrize("members", TAKEN)
async def test_a_key_is_taken_with_members_that_are_null_or_unknown(
    keys: KeySet, server: KeySetServer, members: JSON
) -> None:
    server.publish(jwk_of(rsa_key(), "good", **members))

    assert await has(keys, "good")
    assert not await has(keys, "other")


async def test_a_key_whose_id_is_null_is_a_key_without_one(
    keys: KeySet, server: KeySetServer
) -> None:
    server.publish(jwk_of(rsa_key(), kid=None) | {"kid": None})

    assert await has(keys, None)
    assert not await has(keys, "None")


SKIPPED: list[Any] = [
    None,
    [],
    "key",
    {},
    {"kty": "AKP", "kid": "other", "alg": "ML-DSA-44", "pub": "AA"},
    {"kty": None, "kid": "other"},
    {"kty": "RSA", "kid": "other", "use": "sig", "x5c": ["MIIC"]},
    {"kty": "RSA", "kid": "other", "n": "AQAB", "e": "AQAB"},
    {"kty": "EC", "kid": "other", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kty": "EC", "kid": "other", "crv": "brainpoolP256r1", "x": "AA", "y": "AA"},
    {"kty": "OKP", "kid": "other", "crv": "X25519", "x": "A" * 43},
    {"kty": "OKP", "kid": "other", "crv": "Ed448", "x": "A" * 76},
    {"kty": "oct", "kid": "other", "k": "c2VjcmV0", "alg": "HS256"},
    jwk_of(ec_key(), "other"),
    jwk_of(rsa_key("other"), "other", use="enc"),
    jwk_of(rsa_key("other"), "other", use="enc", alg="RSA-OAEP"),
    jwk_of(rsa_key("other"), "other", alg="RSA-OAEP"),
    jwk_of(rsa_key("other"), "other", alg="PS256"),
    jwk_of(rsa_key("other"), "other", key_ops=["encrypt", "wrapKey"]),
    jwk_of(rsa_key("other"), "other", key_ops=[]),
    jwk_of(rsa_key("other"), "other", d="AQAB"),
    jwk_of(rsa_key("small", 1024), "other"),
    jwk_of(rsa_key("other")) | {"kid": 5},
    jwk_of(rsa_key("other")) | {"kid": ["other"]},
]


@pytest.mark.parametrize("entry", SKIPPED)
async def test_what_is_no_key_for_signatures_is_skipped_next_to_a_good_one(
    keys: KeySet, server: KeySetServer, entry: Any
) -> None:
    server.publish(entry, jwk_of(rsa_key(), "good"), entry)

    assert await has(keys, "good")
    assert await has(keys, None)
    assert not await has(keys, "other")


async def test_a_key_that_is_listed_twice_is_one_key(keys: KeySet, server: KeySetServer) -> None:
    server.publish(jwk_of(rsa_key(), "good"), jwk_of(rsa_key(), "good", alg="RS256", use="sig"))

    assert await has(keys, "good")
    assert await has(keys, None)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-16",
        "application/jwk-set+json",
        "text/plain",
        "application/octet-stream",
        "nonsense",
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
async def test_the_content_type_does_not_matter(
    keys: KeySet, server: KeySetServer, content_type: str, mark: bytes
) -> None:
    server.headers, server.body = [f"Content-Type: {content_type}"], mark + server.body

    assert await has(keys, "good")


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "temporarily_unavailable"}',
        b'{"keys": null, "error": {"code": 429}}',
        b'{"message": "Too many requests", "keys": "none"}',
        b'{"4b835cb": "-----BEGIN CERTIFICATE-----"}',
    ],
)
async def test_an_error_with_status_200_changes_nothing(
    keys: KeySet, server: KeySetServer, timer: Timer, body: bytes
) -> None:
    assert await has(keys, "good")
    timer.forward(COOL_DOWN)
    server.body = body

    with capture_logs() as lines:
        assert not await has(keys, "next")

    assert [line["event"] for line in lines] == ["key set unavailable"]
    assert await has(keys, "good")
