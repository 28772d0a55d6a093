"""Attacks with forged identity tokens, over HTTP (docs/rules.md, Tokens)."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from structlog.testing import capture_logs

from models.database.store import Store
from server.identity.authenticator import LEEWAY
from tests.support.api import JSON, Api, Clock
from tests.support.servers.tokens import (
    PrivateKey,
    assert_accepted,
    assert_refused,
    assert_tokens_refused,
    base64url,
    claims_at,
    ec_key,
    ed_key,
    issuer_of,
    jwk_of,
    key_set_server,
    one_database,
    part,
    pem_of,
    rsa_key,
    serving,
    signed,
)

pytestmark = one_database

DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


@pytest.fixture
def guarded(store: Store, clock: Clock) -> Api:
    """An application whose one issuer signs with an RSA key that the settings hold."""
    return serving(store, clock, issuer_of(rsa_key()))


def token(clock: Clock, **claims: Any) -> str:
    """A token of that issuer with a good signature; None takes a claim away."""
    return signed(claims_at(clock, **claims), rsa_key())


def headed(clock: Clock, **header: Any) -> str:
    """The same with another header; None takes a name away."""
    return signed(claims_at(clock), rsa_key(), **header)


def with_secret(claims: JSON, algorithm: str, secret: bytes, **header: Any) -> str:
    content = f"{part({'alg': algorithm, 'typ': 'JWT', **header})}.{part(claims)}"
    return f"{content}.{base64url(hmac.new(secret, content.encode(), DIGESTS[algorithm]).digest())}"


def spellings_of(key: PrivateKey) -> list[bytes]:
    """A public key in every form that somebody might take for a shared secret."""
    encoding, kind = serialization.Encoding, serialization.PublicFormat
    pem, public = pem_of(key), key.public_key()
    bare = "".join(line for line in pem.splitlines() if "-----" not in line)
    der = public.public_bytes(encoding.DER, kind.SubjectPublicKeyInfo)
    openssh = public.public_bytes(encoding.OpenSSH, kind.OpenSSH)
    jwk = json.dumps(jwk_of(key))
    found = [pem.encode(), pem.strip().encode(), bare.encode(), der, openssh, jwk.encode(), b""]
    if key is rsa_key():
        found += [public.public_bytes(form, kind.PKCS1) for form in (encoding.PEM, encoding.DER)]
    return found


# ---------------------------------------------------------------------------------------- signature


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", " none", "", None])
async def test_a_token_without_an_algorithm_is_refused(
    guarded: Api, clock: Clock, alg: str | None
) -> None:
    good = token(clock)
    content = f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims_at(clock))}"

    await assert_tokens_refused(
        guarded, f"{content}.", content, f"{content}.AAAA", f"{content}.{good.split('.')[2]}"
    )
    await assert_tokens_refused(guarded, headed(clock, alg=alg))

    await assert_accepted(guarded, good)


@pytest.mark.parametrize("key", [rsa_key, ec_key, ed_key])
async def test_a_public_key_is_no_shared_secret(store: Store, clock: Clock, key: Any) -> None:
    api = serving(store, clock, issuer_of(key()))

    for secret in spellings_of(key()):
        await assert_tokens_refused(
            api, *(with_secret(claims_at(clock), name, secret) for name in DIGESTS)
        )

    await assert_accepted(api, signed(claims_at(clock), key()))


async def test_the_algorithm_is_the_settings_not_the_tokens(store: Store, clock: Clock) -> None:
    api = serving(store, clock, issuer_of(rsa_key(), algorithms=["RS256"]))
    others = [
        "RS384",
        "RS512",
        "PS256",
        "ES256",
        "EdDSA",
        "rs256",
        "RS256 ",
        ["RS256"],
        {"RS256": 1},
        True,
        256,
    ]

    await assert_tokens_refused(api, *(headed(clock, alg=one) for one in others))
    await assert_tokens_refused(
        api, signed(claims_at(clock), ec_key()), signed(claims_at(clock), ed_key())
    )

    await assert_accepted(api, token(clock))


async def test_a_signature_holds_for_these_very_claims(guarded: Api, clock: Clock) -> None:
    good = token(clock)
    head, claims, signature = good.split(".")
    other = part({**claims_at(clock), "sub": "sub|victim"})

    await assert_tokens_refused(
        guarded, f"{head}.{other}.{signature}", f"{head}.{claims}.{signature[:-4]}AAAA"
    )
    await assert_tokens_refused(guarded, signed(claims_at(clock), rsa_key("attacker")))

    await assert_accepted(guarded, good)


# ------------------------------------------------------------------------------------------- header


async def test_a_key_id_is_only_looked_up_in_a_map(store: Store, clock: Clock) -> None:
    async with key_set_server() as server:
        server.publish(jwk_of(rsa_key(), "good"))
        api = serving(store, clock, server.issuer())
        kids = [
            "../../../dev/null",
            "/dev/null",
            "' OR 1=1 --",
            "good' UNION SELECT 'x",
            server.url,
            "file:///etc/passwd",
            "\x00",
            "good\x00",
            "GOOD",
            "",
            "k" * 4096,
            ["good"],
            {"good": 1},
            0,
            True,
        ]

        for kid in kids:
            await assert_tokens_refused(api, headed(clock, kid=kid))
            await assert_tokens_refused(api, with_secret(claims_at(clock), "HS256", b"", kid=kid))

        await assert_accepted(api, signed(claims_at(clock), rsa_key(), "good"))
        assert server.fetches == 1


async def test_a_token_does_not_bring_its_own_key(guarded: Api, clock: Clock) -> None:
    attacker = rsa_key("attacker")
    async with key_set_server() as server:
        server.publish(jwk_of(attacker, "mine"))
        headers: list[JSON] = [
            {"jku": server.url},
            {"x5u": server.url},
            {"jwk": jwk_of(attacker, "mine")},
            {"x5c": [pem_of(attacker)]},
        ]

        for header in headers:
            await assert_tokens_refused(
                guarded, signed(claims_at(clock), attacker, "mine", **header)
            )
            await assert_tokens_refused(guarded, headed(clock, **header))

        await assert_accepted(guarded, token(clock))
        assert server.fetches == 0


async def test_extensions_and_other_types_are_refused(guarded: Api, clock: Clock) -> None:
    unencoded: JSON = {"b64": False, "crit": ["b64"]}
    header = part({"alg": "RS256", **unencoded})
    headers: list[JSON] = [
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": "exp"},
        {"b64": False},
        {"b64": True},
        unencoded,
        *(
            {"typ": kind}
            for kind in (
                "logout+jwt",
                "id+jwt",
                "secevent+jwt",
                "dpop+jwt",
                "JWS",
                "application/logout+jwt",
                "application/application/jwt",
                "application/",
                "text/jwt",
                "",
                5,
                ["JWT"],
            )
        ),
    ]

    await assert_tokens_refused(
        guarded, *(headed(clock, **one) for one in headers), f"{header}..AAAA"
    )

    for kind in ("JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT", None):
        await assert_accepted(guarded, headed(clock, typ=kind))


# ------------------------------------------------------------------------------------------- claims


async def test_issuer_and_audience_match_exactly(guarded: Api, clock: Clock) -> None:
    name = "https://keys.example.com"
    issuers: list[Any] = [
        name.upper(),
        f"{name}/",
        f"{name}.evil.example",
        f" {name}",
        name[:-1],
        [name],
        [],
        {},
        "",
        None,
        True,
    ]
    audiences: list[Any] = [
        "Tenantry",
        "tenantry2",
        "tenant",
        "tenantry ",
        "tenantry x",
        ["Tenantry"],
        ["tenantry2", "x"],
        ["x", "tenant"],
        [["tenantry"]],
        ["tenantry", 5],
        ["tenantry", None],
        [],
        "",
        {},
        {"tenantry": "tenantry"},
        None,
        True,
    ]

    await assert_tokens_refused(guarded, *(token(clock, iss=one) for one in issuers))
    await assert_tokens_refused(guarded, *(token(clock, aud=one) for one in audiences))

    await assert_accepted(guarded, token(clock))


@pytest.mark.parametrize("configured", ["tenantry", ["https://api.example.com", "tenantry"]])
async def test_one_of_the_audiences_of_a_token_is_one_of_the_issuers(
    store: Store, clock: Clock, configured: Any
) -> None:
    api = serving(store, clock, issuer_of(rsa_key(), audience=configured))

    await assert_tokens_refused(
        api, *(token(clock, aud=one) for one in ("account", ["account"], [*"tenantry"], []))
    )

    for audience in ("tenantry", ["tenantry"], ["tenantry", "account"], ["account", "tenantry"]):
        await assert_accepted(api, token(clock, aud=audience))


async def test_an_issuer_is_not_believed_about_anothers_users(store: Store, clock: Clock) -> None:
    other = "https://other.example.com"
    api = serving(store, clock, issuer_of(rsa_key()), issuer_of(ec_key(), other))

    await assert_tokens_refused(api, signed(claims_at(clock), ec_key()), token(clock, iss=other))

    await assert_accepted(api, token(clock))
    await assert_accepted(api, signed(claims_at(clock, other), ec_key()))


async def test_times_are_numbers_that_fit(guarded: Api, clock: Clock) -> None:
    now = int(clock().timestamp())
    no_times: list[Any] = [
        "",
        str(now),
        True,
        [now],
        {},
        -1,
        float("nan"),
        float("inf"),
        float("-inf"),
        10**400,
        1e300,
    ]
    year = 365 * 24 * 3600

    await assert_tokens_refused(
        guarded, token(clock, exp=None), token(clock, exp=0), token(clock, exp=now - year)
    )
    for name in ("exp", "iat", "nbf"):
        await assert_tokens_refused(guarded, *(token(clock, **{name: value}) for value in no_times))
    for name in ("iat", "nbf"):
        await assert_tokens_refused(
            guarded, token(clock, **{name: now + LEEWAY + 1}), token(clock, **{name: now + year})
        )

    await assert_accepted(guarded, token(clock, nbf=now))


async def test_clocks_may_differ_by_a_minute_and_no_more(guarded: Api, clock: Clock) -> None:
    now = int(clock().timestamp())

    await assert_tokens_refused(guarded, token(clock, exp=now - LEEWAY))

    assert LEEWAY <= 60
    await assert_accepted(guarded, token(clock, exp=now - LEEWAY + 1, sub="late"))
    await assert_accepted(guarded, token(clock, iat=now + LEEWAY, nbf=now + LEEWAY, sub="early"))
    await assert_accepted(guarded, token(clock, exp=now + 0.5, iat=now - 0.5, sub="fractions"))


async def test_a_token_that_was_good_a_moment_ago_expires(guarded: Api, clock: Clock) -> None:
    soon = token(clock, exp=int(clock().timestamp()) + 10)
    await assert_accepted(guarded, soon)

    clock.forward(seconds=10 + LEEWAY)

    await assert_refused(guarded, f"Bearer {soon}")


async def test_a_subject_is_a_name_for_somebody(guarded: Api, clock: Clock) -> None:
    subjects: list[Any] = [
        "",
        None,
        5,
        True,
        ["sub"],
        {},
        "x" * 256,
        "nul\x00",
        "line\nbreak",
        "\ud800",
        "\u202eevil",
    ]

    await assert_tokens_refused(guarded, *(token(clock, sub=one) for one in subjects))

    await assert_accepted(guarded, token(clock, sub="x" * 255))


async def test_a_clock_that_is_off_is_refused_and_named_in_the_log(
    guarded: Api, clock: Clock
) -> None:
    fresh = token(clock, exp=int(clock().timestamp()) + 120)

    clock.forward(minutes=-5)
    with capture_logs() as behind:
        await assert_refused(guarded, f"Bearer {fresh}")
    clock.forward(minutes=10)
    with capture_logs() as ahead:
        await assert_refused(guarded, f"Bearer {fresh}")
    clock.forward(minutes=-5)

    assert [
        (line["event"], line["skew_seconds"], line["leeway"])
        for line in behind
        if line["event"] != "request"
    ] == [("token from the future", 300, LEEWAY)]
    assert [
        (line["event"], line["seconds_ago"]) for line in ahead if line["event"] != "request"
    ] == [("token expired", 180)]
    await assert_accepted(guarded, fresh)
