"""tenantry-auth on the tokens of requests."""

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request

from tenantry_auth import Auth, ConfigurationError, Tenantry
from tests.support.api import JSON
from tests.support.servers.fake_tenantry import (
    CLAIMS,
    KEY,
    NOW,
    ORIGIN,
    OTHER,
    URL,
    Fake,
    bearing,
    seen,
    token,
)


async def test_a_token_signs_in_with_its_organization() -> None:
    auth = await seen(token())

    assert auth.is_authenticated
    assert (auth.user_id, auth.session_id) == ("user_1", "sess_1")
    assert (auth.org_id, auth.org_slug, auth.org_role) == ("org_1", "engines", "org:admin")
    assert auth.permissions == {
        "org:reports:read",
        "org:sys_memberships:manage",
        "org:sys_memberships:read",
    }
    with pytest.raises(AttributeError):
        auth.user_id = "user_2"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"role": "org:admin"}, True),
        ({"role": "admin", "permission": "org:reports:read"}, True),
        ({"role": "admin", "permission": "org:reports:manage"}, False),
        ({"feature": "reports"}, True),
        ({"feature": "u:reports"}, False),
        ({"plan": "org:pro"}, True),
        ({"plan": "x:pro"}, False),
        ({}, False),
    ],
)
async def test_everything_that_is_asked_must_hold(asked: JSON, expected: bool) -> None:
    assert (await seen(token())).has(**asked) is expected


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://other.example.com"}, "token-invalid-issuer"),
        ({"aud": "billing"}, "token-invalid-audience"),
        ({"azp": "https://evil.example.com"}, "token-invalid-authorized-party"),
        ({"azp": None}, "token-invalid-authorized-party"),
        ({"sid": None}, "token-invalid"),
        ({"sid": 7}, "token-invalid"),
        ({"exp": None}, "token-invalid"),
        ({"iat": NOW + 6}, "token-not-active-yet"),
        ({"iat": NOW + 4}, None),
        ({"nbf": NOW + 6}, "token-not-active-yet"),
        ({"exp": "soon"}, "token-invalid"),
        ({"exp": NOW - 6}, "token-expired"),
        ({"exp": NOW - 4}, None),
        ({"exp": NOW - 6, "azp": "https://evil.example.com"}, "token-invalid-authorized-party"),
        ({"sts": "pending"}, "session-pending"),
    ],
)
async def test_claims_that_are_not_for_us_sign_out(claims: JSON, reason: str | None) -> None:
    auth = await seen(token(**claims))

    assert auth.reason == reason
    assert auth.is_authenticated is (reason is None)
    assert auth.is_stale is (reason == "token-expired")


async def test_permissions_that_are_no_number_grant_nothing() -> None:
    auth = await seen(token(o={**CLAIMS["o"], "fpm": "x,2"}))

    assert auth.permissions == {"org:sys_memberships:read"}


async def test_one_origin_can_be_given_as_text() -> None:
    transport = httpx.MockTransport(Fake().handle)
    tenantry = Tenantry(URL, ORIGIN, transport=transport, clock=lambda: NOW)
    auth = await tenantry.authenticate(bearing(token()))

    assert auth.user_id == "user_1"


async def test_a_pending_session_can_be_told_apart() -> None:
    auth = await seen(token(sts="pending"), treat_pending_as_signed_out=False)

    assert auth.user_id == "user_1"


async def test_forged_tokens_sign_out() -> None:
    head, claims, _ = token().split(".")
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = f"{head}.{claims}"
    reasons = {
        token(OTHER): "token-invalid-signature",
        f"{body}.{token(sub='user_2').split('.')[2]}": "token-invalid-signature",
        jwt.encode(CLAIMS, "", algorithm="none"): "token-invalid-algorithm",
        jwt.encode(CLAIMS, pem.hex(), algorithm="HS256"): "token-invalid-algorithm",
        jwt.encode(CLAIMS, KEY, "RS256", {"kid": "key_1", "typ": "at+jwt"}): "token-invalid",
        "nonsense": "token-invalid",
        "a.b.c": "token-invalid",
    }

    assert {text: (await seen(text)).reason for text in reasons} == reasons


async def test_a_token_is_found_behind_the_cookie_of_a_parent_domain() -> None:
    foreign, stale = token(OTHER), token(exp=NOW - 300)

    async def read(*tokens: str) -> Auth:
        cookie = "; ".join(f"tenantry_session={one}" for one in tokens).encode()
        request = Request({"type": "http", "headers": [(b"cookie", cookie)]})
        return await Fake().tenantry().authenticate(request)

    assert (await read("", foreign, stale, token())).user_id == "user_1"
    assert (await read(foreign, stale)).is_stale
    assert (await read(stale, foreign)).is_stale


async def test_the_cookie_can_have_another_name() -> None:
    tenantry = Fake().tenantry(cookie_name="__Host-session")
    cookie = f"__Host-session={token()}; tenantry_session={token(sub='user_2')}".encode()
    request = Request({"type": "http", "headers": [(b"cookie", cookie)]})

    assert (await tenantry.authenticate(request)).user_id == "user_1"


async def test_the_cookie_counts_without_a_bearer_token() -> None:
    tenantry = Fake().tenantry()
    cookie = (b"cookie", f"a=b; tenantry_session={token()}; c=d".encode())
    request = Request({"type": "http", "headers": [cookie, (b"authorization", b"Basic YTpi")]})

    assert (await tenantry.authenticate(request)).user_id == "user_1"
    assert (await tenantry.authenticate(Request({"type": "http", "headers": []}))) == Auth(
        reason="no-token"
    )


async def test_arguments_that_are_missing_are_named() -> None:
    with pytest.raises(ConfigurationError, match="secret_key"):
        await Fake().tenantry(None).authenticate(bearing(token()), organization="lab")
    with pytest.raises(ConfigurationError, match="secret_key"):
        _ = Fake().tenantry(None).client
    for url in ("tenantry.example.com", "https://"):
        with pytest.raises(ConfigurationError, match="url"):
            Tenantry(url, [ORIGIN])
    for key in ("sk_1\nsk_2", "sk_1 ", "sk_…"):
        with pytest.raises(ConfigurationError, match=r"^secret_key .* Copy it again.$"):
            Fake().tenantry(key)
    for parties in ([], ["app.example.com"], [f"{ORIGIN}/"]):
        with pytest.raises(ConfigurationError, match="authorized_parties"):
            Tenantry(URL, parties)
