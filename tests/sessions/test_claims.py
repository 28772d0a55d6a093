"""The claims of session tokens, format by format (rule 30)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors.input import TokenTooLarge
from resolvers.sessions.claims import (
    ActiveOrganization,
    TokenContent,
    TokenFormat,
    count_token_bytes,
    encode_permissions,
    make_claims,
)
from tests.support.servers.tokens import rsa_key

SYSTEM = frozenset(
    f"org:sys_{right}"
    for right in (
        "profile:manage",
        "profile:delete",
        "memberships:read",
        "memberships:manage",
        "domains:read",
    )
)
ACME = ActiveOrganization("org_01h", "acme", "org:admin", SYSTEM | {"org:teams:read"})
CONTENT = TokenContent(
    issuer="https://orgs.example.com",
    user_id="user_01h",
    session_id="sess_01h",
    is_pending=False,
    now=datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC),
    authorized_party="https://app.example.com",
    organization=ACME,
    memberships=[("org_01h", "org:admin"), ("org_02h", "org:member"), ("org_03h", "org:billing")],
    signed_in_at=datetime(2026, 1, 2, 2, 0, 4, tzinfo=UTC),
)
ISSUED_AT = 1_767_323_045
COMMON = {
    "iss": "https://orgs.example.com",
    "sub": "user_01h",
    "sid": "sess_01h",
    "azp": "https://app.example.com",
    "iat": ISSUED_AT,
    "nbf": ISSUED_AT - 10,
    "exp": ISSUED_AT + 60,
    "fva": [64, -1],
    "sts": "active",
}


def made(format: TokenFormat, content: TokenContent = CONTENT) -> dict[str, Any]:
    """The claims without the random one."""
    found = make_claims(format, content)
    assert len(found.pop("jti")) == 20
    return found


def with_permissions(*keys: str) -> TokenContent:
    return replace(CONTENT, organization=replace(ACME, permissions=frozenset(keys)))


def decoded(found: dict[str, Any]) -> list[str]:
    """The permissions as the vendor's SDK reads them, step by step (rule 30)."""
    features = [part[2:] for part in found.get("fea", "").split(",") if part.startswith("o:")]
    actions, masks = (found["o"].get(name, "").split(",") for name in ("per", "fpm"))
    return [
        f"org:{feature}:{action}"
        for feature, mask in zip(features, masks, strict=False)
        for bit, action in enumerate(actions)
        if int(mask) >> bit & 1
    ]


# ----------------------------------------------------------------------------------------------- V2


def test_v2_holds_the_organization_with_system_permissions() -> None:
    assert made(TokenFormat.V2) == COMMON | {
        "v": 2,
        "fea": "o:sys_domains,o:sys_memberships,o:sys_profile,o:teams",
        "o": {
            "id": "org_01h",
            "slg": "acme",
            "rol": "admin",
            "per": "delete,manage,read",
            "fpm": "4,6,3,4",
        },
    }


def test_a_worked_example() -> None:
    keys = ["org:dashboard:manage", "org:dashboard:read", "org:teams:read"]

    assert encode_permissions(keys) == ("o:dashboard,o:teams", {"per": "manage,read", "fpm": "3,2"})


def test_what_is_not_there_is_left_out() -> None:
    alone = replace(CONTENT, organization=None, authorized_party=None, is_pending=True)
    expected = {**COMMON, "v": 2, "sts": "pending"}
    del expected["azp"]

    assert made(TokenFormat.V2, alone) == expected
    bare = replace(CONTENT, organization=replace(ACME, slug=None, permissions=frozenset()))
    assert made(TokenFormat.V2, bare) == COMMON | {"v": 2, "o": {"id": "org_01h", "rol": "admin"}}


def test_each_token_has_an_id_of_its_own() -> None:
    assert (
        make_claims(TokenFormat.V2, CONTENT)["jti"] != make_claims(TokenFormat.V2, CONTENT)["jti"]
    )


WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
PERMISSIONS = st.frozensets(st.builds("org:{}:{}".format, WORDS, WORDS), max_size=40)


@given(PERMISSIONS)
def test_what_is_decoded_is_what_was_granted(permissions: frozenset[str]) -> None:
    features, encoded = encode_permissions(permissions)

    found = decoded({"fea": features, "o": encoded})

    assert len(found) == len(set(found))
    assert set(found) == permissions


def largest_claim(permissions: frozenset[str]) -> str | None:
    """The claim that is too large; None for a token that is made, and is short enough."""
    try:
        found = make_claims(TokenFormat.V2, with_permissions(*permissions))
    except TokenTooLarge as error:
        return (error.meta or {})["claim"]
    return None if signed_length(found) <= 4_096 else "too long"


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 400))
def test_a_token_stays_under_its_limit_or_names_a_claim(
    features: int, actions: int, count: int
) -> None:
    permissions = frozenset(
        f"org:feature_{n % features}:action_{n // 2 % actions}" for n in range(count)
    )

    assert largest_claim(permissions) in {None, "fea", "o.per", "o.fpm"}


# ------------------------------------------------------------------------------------ V1 and LEGACY


def test_v1_spells_permissions_out() -> None:
    assert made(TokenFormat.V1) == COMMON | {
        "org_id": "org_01h",
        "org_slug": "acme",
        "org_role": "org:admin",
        "org_permissions": sorted(ACME.permissions),
        "orgs": {"org_01h": "org:admin", "org_02h": "org:member", "org_03h": "org:billing"},
    }


def test_legacy_speaks_of_roles_as_in_2022() -> None:
    assert made(TokenFormat.LEGACY) == COMMON | {
        "org_id": "org_01h",
        "org_role": "admin",
        "orgs": {"org_01h": "admin", "org_02h": "basic_member", "org_03h": "billing"},
    }


@pytest.mark.parametrize("format", [TokenFormat.V1, TokenFormat.LEGACY])
def test_without_an_organization_only_the_memberships_are_told(format: TokenFormat) -> None:
    found = made(format, replace(CONTENT, organization=None))

    assert found.keys() - COMMON.keys() == {"orgs"}


@pytest.mark.parametrize("format", [TokenFormat.V1, TokenFormat.LEGACY])
def test_orgs_holds_the_fifty_newest(format: TokenFormat) -> None:
    memberships = [(f"org_{number}", "org:member") for number in range(60)]

    found = make_claims(format, replace(CONTENT, memberships=memberships))

    assert [*found["orgs"]] == [f"org_{number}" for number in range(50)]


def test_orgs_gives_way_to_the_rest_of_the_token() -> None:
    """Somebody with many memberships still gets a token: the oldest are left out, as beyond"
    " fifty."""
    memberships = [(f"org_{number:026}", "org:administrator") for number in range(60)]

    found = make_claims(TokenFormat.V1, replace(CONTENT, memberships=memberships))

    assert 30 < len(found["orgs"]) < 50
    assert 4_000 < count_token_bytes(found) <= 4_096


# --------------------------------------------------------------------------------------------- size


def two_hundred(features: int) -> list[str]:
    return [f"org:feature_{number % features}:action_{number // features}" for number in range(200)]


@pytest.mark.parametrize("features", [1, 4, 20, 50, 100])
def test_two_hundred_custom_permissions_make_a_token_under_4_kb(features: int) -> None:
    content = with_permissions(*SYSTEM, *two_hundred(features))

    found = make_claims(TokenFormat.V2, content)

    assert (
        set(decoded(found)) == content.organization.permissions if content.organization else False
    )
    assert signed_length(found) <= 4_096


@pytest.mark.parametrize(
    ("format", "keys", "claim"),
    [
        (
            TokenFormat.V2,
            [f"org:{'long_feature_name'}_{number}:read" for number in range(200)],
            "fea",
        ),
        (
            TokenFormat.V2,
            [f"org:feature:a_rather_long_action_{number}" for number in range(200)],
            "o.per",
        ),
        (TokenFormat.V2, [f"org:f{number}:a{number}" for number in range(200)], "o.fpm"),
        (TokenFormat.V1, two_hundred(20), "org_permissions"),
    ],
)
def test_a_token_that_is_too_large_says_which_claim(
    format: TokenFormat, keys: list[str], claim: str
) -> None:
    with pytest.raises(TokenTooLarge, match=f"Its largest claim is {claim}") as error:
        make_claims(format, with_permissions(*keys))

    assert error.value.meta == {"claim": claim, "limit": 4_096}
    assert error.value.code == "token_too_large"


KEY = rsa_key()


def signed_length(found: dict[str, Any]) -> int:
    return len(jwt.encode(found, KEY, "RS256", headers={"kid": "k" * 43}))


@pytest.mark.parametrize("format", TokenFormat)
def test_the_length_is_known_before_it_is_signed(format: TokenFormat) -> None:
    found = make_claims(format, CONTENT)

    assert 0 <= count_token_bytes(found) - signed_length(found) <= 1
