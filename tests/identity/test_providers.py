"""Tokens and key sets as well-known providers write them, from the HTTP request to the viewer.

The files of `tests/identity/providers/` have the shapes that the providers document. Negative times
are seconds before now. The settings are those of `docs/authentication/`.
"""

import json
import re
from pathlib import Path

import pytest

from models.database.store import Store
from server.settings.issuers import Issuer
from tests.support.api import JSON, Clock
from tests.support.servers.tokens import (
    bearer,
    ec_key,
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
    "firebase": "Firebase Authentication",
    "google": "Google",
    "keycloak": "Keycloak",
    "okta": "Okta",
    "supabase": "Supabase Auth",
    "zitadel": "Zitadel",
}
PAGES = Path(__file__).parents[2] / "docs" / "authentication"
ISSUERS = re.compile(r"export TENANTRY_IDENTITY_ISSUERS='(.*?)'", re.DOTALL)
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
    makes = ec_key if header["alg"] == "ES256" else rsa_key
    key, attacker = makes(), makes("attacker")
    async with key_set_server() as server:
        others = enumerate(sample["other_keys"])
        server.publish(
            *(jwk_of(rsa_key(f"other{number}"), f"{number}", **key) for number, key in others),
            jwk_of(key, kid, **sample["key"]),
        )
        issuer = server.issuer().model_validate({"jwks_url": server.url, **sample["issuer"]})
        api = serving(store, clock, issuer)

        answer = await api.run(ME, by=bearer(signed(claims, key, **header)))
        forged = await api.run(ME, by=bearer(signed(claims, attacker, **header)))
        elsewhere = {**claims, "aud": "another"}
        misplaced = await api.run(ME, by=bearer(signed(elsewhere, key, **header)))

    assert answer.data["viewer"]["user"] == {"externalId": claims["sub"], **sample["user"]}
    assert (forged.status, misplaced.status) == (401, 401)


def issuers_of(page: str) -> list[JSON]:
    """Returns the issuers that a page tells the reader to configure."""
    return [
        issuer
        for found in ISSUERS.findall((PAGES / f"{page}.md").read_text())
        for issuer in json.loads(found)
    ]


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_page_of_a_provider_has_the_settings_of_its_samples(name: str) -> None:
    """An access token that the page advises against has another audience."""
    (page,) = [page for page in PROVIDERS if name.startswith(page)]
    documented = issuers_of(page)
    expected = load(name)["issuer"]
    if name.endswith("-access-token"):
        expected = {**expected, "audience": documented[0]["audience"]}

    assert all(issuer["jwks_url"].startswith("https://") for issuer in documented)
    assert expected in [
        {key: value for key, value in issuer.items() if key != "jwks_url"} for issuer in documented
    ]


def test_every_provider_has_a_page_with_its_name() -> None:
    titles = {page: (PAGES / f"{page}.md").read_text().splitlines()[0] for page in PROVIDERS}
    overview = (PAGES / "README.md").read_text()

    assert titles == {page: f"# {title}" for page, title in PROVIDERS.items()}
    assert all(
        f"({page}.md) | the " in overview or f"({page}.md) | a " in overview for page in titles
    )


def test_every_issuer_of_the_pages_is_accepted_by_the_settings() -> None:
    for path in PAGES.glob("*.md"):
        for issuer in issuers_of(path.stem):
            Issuer.model_validate(issuer)
