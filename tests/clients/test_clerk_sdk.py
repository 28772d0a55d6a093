"""Session tokens as others verify them: the vendor's own
SDK, by our public key alone, and PyJWT, by our key set.
"""

import importlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.api import JSON
from tests.support.processes.commands import tenantry
from tests.support.processes.session_tokens import (
    ADA,
    COMPANY,
    GRACE,
    LAB,
    MALLORY,
    ORIGIN,
    Issuing,
    expired,
    issuing,
)

pytestmark = pytest.mark.slow

SDK = Path(__file__).parent / "clerk"
NODE = Path(sys.executable).with_name("node")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    with issuing(tmp_path_factory.mktemp("issuing")) as here:
        here.add_permission("org:admin", "org:invoices:approve")
        here.add_permission("org:member", "org:invoices:read")
        yield here


@pytest.fixture
def recipe(here: Issuing, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The recipe of the guide, for the server at hand."""
    monkeypatch.setenv("TENANTRY_PUBLIC_URL", here.issuer)
    monkeypatch.setenv("APP_ORIGIN", ORIGIN)
    return importlib.reload(importlib.import_module("examples.session_token"))


def public_key(here: Issuing, token: str) -> Path:
    """The PEM of the one key, as a JavaScript service is given it."""
    key = (
        jwt.PyJWKClient(f"{here.issuer}/.well-known/jwks.json").get_signing_key_from_jwt(token).key
    )
    assert isinstance(key, RSAPublicKey)
    path = here.folder / "public.pem"
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def seen_by_sdk(here: Issuing, token: str, *arguments: str, pem: Path | None = None) -> JSON:
    """What `@clerk/backend` makes of a token, without a call to anybody."""
    given = [
        NODE,
        SDK / "clerk-verify.mjs",
        pem or public_key(here, token),
        token,
        "--modules",
        SDK,
    ]
    run = subprocess.run([*given, *arguments], capture_output=True, text=True, timeout=60)
    assert run.stdout, run.stderr
    return json.loads(run.stdout)


def allowed(seen: JSON) -> list[bool]:
    return [check["result"] for check in seen["has"]]


KNOWN = ("--azp", ORIGIN)


# ------------------------------------------------------------------------------------- vendor's SDK


@pytest.mark.sample
@pytest.mark.parametrize("format", ["V2", "V1"])
def test_the_sdk_reads_organization_role_and_permissions(here: Issuing, format: str) -> None:
    checks = {
        "role=org:admin": True,
        "role=org:member": False,
        "permission=org:sys_memberships:manage": True,
        "permission=org:sys_profile:delete": True,
        "permission=org:invoices:approve": True,
        "permission=org:invoices:read": False,
        "role=org:admin,permission=org:invoices:approve": True,
    }

    seen = seen_by_sdk(
        here, here.token(ADA, COMPANY, format), *KNOWN, "--issuer", here.issuer, *checks
    )

    assert (seen["ok"], seen["sessionStatus"]) == (True, "active")
    assert (seen["orgId"], seen["orgSlug"], seen["orgRole"]) == (
        here.organization(COMPANY),
        COMPANY,
        "org:admin",
    )
    assert allowed(seen) == [*checks.values()]


@pytest.mark.parametrize("format", ["V2", "V1"])
def test_the_sdk_sees_a_member_as_a_member(here: Issuing, format: str) -> None:
    checks = (
        "role=org:member",
        "permission=org:sys_memberships:read",
        "permission=org:invoices:read",
    )
    lacks = (
        "role=org:admin",
        "permission=org:sys_memberships:manage",
        "permission=org:invoices:approve",
    )

    seen = seen_by_sdk(here, here.token(GRACE, COMPANY, format), *KNOWN, *checks, *lacks)

    assert (seen["ok"], seen["orgRole"]) == (True, "org:member")
    assert allowed(seen) == [True, True, True, False, False, False]


def test_two_tabs_of_one_session_hold_tokens_of_two_organizations(here: Issuing) -> None:
    identity = here.identity(ADA)
    company, lab = here.organization(COMPANY), here.organization(LAB)
    opened = here.mutate("createSession", {"organizationId": company}, identity)
    session_id = opened["session"]["id"]
    other = here.mutate(
        "createSessionToken", {"sessionId": session_id, "organizationId": lab}, identity
    )
    again = here.mutate("createSessionToken", {"sessionId": session_id}, identity)

    seen = [
        seen_by_sdk(here, payload["token"]["jwt"], *KNOWN) for payload in (opened, other, again)
    ]

    assert [one["orgId"] for one in seen] == [company, lab, company]
    assert {one["sessionId"] for one in seen} == {session_id}


def test_a_pending_session_is_signed_out_for_the_sdk(here: Issuing) -> None:
    token = here.token(MALLORY)

    seen, told = (
        seen_by_sdk(here, token, *KNOWN),
        seen_by_sdk(here, token, *KNOWN, "--allow-pending"),
    )

    assert (seen["ok"], seen["isAuthenticated"], seen["userId"]) == (False, False, None)
    assert (told["ok"], told["sessionStatus"], told["orgId"]) == (True, "pending", None)


def tampered(token: str) -> str:
    """The same signature under another role."""
    head, _, signature = token.split(".")
    said: Any = jwt.decode(token, options={"verify_signature": False})
    said["o"]["rol"] = "admin"
    return f"{head}.{jwt.encode(said, 'x' * 32).split('.')[1]}.{signature}"


def test_the_sdk_refuses_what_it_should(here: Issuing, recipe: ModuleType) -> None:
    good = here.token(GRACE, COMPANY)
    bad = tampered(good)
    old = expired(here)

    reasons = [
        seen_by_sdk(here, good, "--azp", "https://evil.example.com")["request"]["reason"],
        seen_by_sdk(here, good, "--issuer", "https://evil.example.com")["request"]["reason"],
        seen_by_sdk(here, bad, *KNOWN, pem=public_key(here, good))["request"]["reason"],
        seen_by_sdk(here, old, *KNOWN)["request"]["reason"],
    ]

    assert reasons[:3] == [
        "token-invalid-authorized-parties",
        "token-invalid-issuer",
        "token-invalid-signature",
    ]
    assert reasons[3].startswith("session-token-expired")
    assert seen_by_sdk(here, good, *KNOWN)["ok"]
    for token in (bad, old):
        with pytest.raises(jwt.PyJWTError):
            recipe.verified(token)


# -------------------------------------------------------------------------------------------- PyJWT


@pytest.mark.parametrize(("email", "slug"), [(ADA, COMPANY), (ADA, LAB), (GRACE, COMPANY)])
def test_the_recipe_gives_the_same_answer_as_the_sdk(
    here: Issuing, recipe: ModuleType, email: str, slug: str
) -> None:
    token = here.token(email, slug)
    found, seen = recipe.verified(token), seen_by_sdk(here, token, *KNOWN)

    assert (found["sub"], found["sid"]) == (seen["userId"], seen["sessionId"])
    assert (found["o"]["id"], found["o"]["slg"]) == (seen["orgId"], seen["orgSlug"])
    assert f"org:{found['o']['rol']}" == seen["orgRole"]
    assert recipe.permissions(found) == set(seen["orgPermissions"])


def test_the_recipe_refuses_another_application_and_a_pending_session(
    here: Issuing, recipe: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = here.token(GRACE, COMPANY)

    assert recipe.verified(token)
    with pytest.raises(jwt.InvalidTokenError):
        recipe.verified(here.token(MALLORY))
    monkeypatch.setattr(recipe, "ORIGINS", {"https://other.example.com"})
    with pytest.raises(jwt.InvalidTokenError):
        recipe.verified(token)


def test_a_key_set_client_follows_a_rotation(here: Issuing) -> None:
    client = jwt.PyJWKClient(f"{here.issuer}/.well-known/jwks.json", cooldown_duration=0)
    old = here.token(ADA, COMPANY)
    client.get_signing_key_from_jwt(old)

    assert tenantry("keys", "rotate-signing", folder=here.folder).returncode == 0
    # As if the two minutes had passed before which the new key doesn't sign.
    with sqlite3.connect(here.database) as connection:
        connection.execute("UPDATE signing_key SET retired_at = created_at WHERE NOT is_current")

    for token in (old, expired(here)):
        key = client.get_signing_key_from_jwt(token)
        assert jwt.decode(token, key, ["RS256"], issuer=here.issuer, options={"verify_exp": False})[
            "sub"
        ]
    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(expired(here))["kid"]
