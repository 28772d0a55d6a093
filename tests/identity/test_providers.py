"""Tokens and key sets as well-known providers write them, from the HTTP request to the viewer.

The files of `tests/identity/providers/` have the shapes that the providers document. Negative times
are seconds before now.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from models.database.store import Store
from tests.support.api import JSON, Clock
from tests.support.tokens import (
    bearer,
    jwk_of,
    key_set_server,
    rsa_key,
    serving,
    signed,
)

SAMPLES = {path.stem: path for path in (Path(__file__).parent / "providers").glob("*.json")}
PROVIDERS = {
    "auth0": "Auth0",
    "clerk": "Clerk",
    "cognito": "Amazon Cognito",
    "entra-id": "Microsoft Entra ID",
    "google": "Google",
    "keycloak": "Keycloak",
    "okta": "Okta",
    "zitadel": "Zitadel",
}
README = Path(__file__).parents[2] / "README.md"
ME = """{ viewer { user {
    externalId identifier emailAddress emailVerified firstName lastName imageUrl } } }"""


def load(name: str) -> JSON:
    return json.loads(SAMPLES[name].read_text())


@pytest.mark.parametrize("name", sorted(SAMPLES))
async def test_a_token_of_a_provider_is_its_user(store: Store, clock: Clock, name: str) -> None:
    sample, now = load(name), int(clock().timestamp())
    kid = sample["header"]["kid"]
    times: JSON = {
        claim: now + value
        for claim, value in sample["claims"].items()
        if isinstance(value, int) and value < 0
    }
    claims: JSON = {
        **sample["claims"],
        **times,
        "iss": sample["issuer"]["issuer"],
        "iat": now,
        "exp": now + 3600,
    }
    header: JSON = {"typ": None, **sample["header"]}
    async with key_set_server() as server:
        others = enumerate(sample["other_keys"])
        server.publish(
            *(jwk_of(rsa_key(f"other{number}"), f"{number}", **key) for number, key in others),
            jwk_of(rsa_key(), kid, **sample["key"]),
        )
        issuer = server.issuer().model_validate({"jwks_url": server.url, **sample["issuer"]})
        api = serving(store, clock, issuer)

        answer = await api.run(ME, by=bearer(signed(claims, rsa_key(), **header)))
        forged = await api.run(ME, by=bearer(signed(claims, rsa_key("attacker"), **header)))
        elsewhere = {**claims, "aud": "another"}
        misplaced = await api.run(ME, by=bearer(signed(elsewhere, rsa_key(), **header)))

    assert answer.data["viewer"]["user"] == {"externalId": claims["sub"], **sample["user"]}
    assert (forged.status, misplaced.status) == (401, 401)


def test_the_readme_names_the_providers_and_what_their_samples_need() -> None:
    rows = [line for line in README.read_text().splitlines() if line.startswith("| **")]
    settings: dict[str, Any] = {name: load(name)["issuer"].get("claims") for name in SAMPLES}

    assert [row.split("**")[1] for row in rows] == sorted(PROVIDERS.values())
    for name, title in PROVIDERS.items():
        (row,) = [row for row in rows if row.startswith(f"| **{title}**")]
        for sample, claims in settings.items():
            if sample.startswith(name) and claims:
                assert all(f'"{claim}": ' in row for claim in claims), (sample, row)
    assert {name for name in SAMPLES if not name.startswith(tuple(PROVIDERS))} == set()
