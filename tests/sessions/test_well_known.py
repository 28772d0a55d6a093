"""The documents that others verify our tokens with:
public, cacheable, and never a private number in them.
"""

import jwt
import pytest

from models.database.store import Store
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import ISSUER, Api, Clock, contents
from tests.support.application import make_application
from tests.support.http import ONLY_SQLITE

JWKS, CONFIGURATION = "/.well-known/jwks.json", "/.well-known/openid-configuration"


async def test_the_key_set_holds_the_public_key_and_nothing_else(api: Api) -> None:
    response = await api.client.get(JWKS)

    ((kid, *_),) = (await contents(api.store))["signing_key"]
    (key,) = response.json()["keys"]
    assert len(key.pop("n")) == 342
    assert key == {"alg": "RS256", "e": "AQAB", "kid": kid, "kty": "RSA", "use": "sig"}
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")


async def test_a_client_reads_the_key_set(api: Api) -> None:
    keys = jwt.PyJWKSet.from_dict((await api.client.get(JWKS)).json()).keys

    assert [(key.key_type, key.algorithm_name, key.public_key_use) for key in keys] == [
        ("RSA", "RS256", "sig")
    ]


@ONLY_SQLITE
async def test_discovery_names_the_issuer_whatever_the_host_header_says(
    store: Store, clock: Clock
) -> None:
    chosen = settings(env=Environment.PRODUCTION, public_url="https://orgs.example.com/")
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)

    response = await api.client.get(CONFIGURATION, headers={"host": "evil.example.com"})

    assert response.json() == {
        "issuer": "https://orgs.example.com",
        "jwks_uri": "https://orgs.example.com/.well-known/jwks.json",
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    await api.client.aclose()


@ONLY_SQLITE
@pytest.mark.parametrize("path", [JWKS, CONFIGURATION])
async def test_caches_and_browsers_may_keep_the_documents_for_a_minute(api: Api, path: str) -> None:
    headers = {"origin": "https://anywhere.example.com"}
    first = await api.client.get(path, headers=headers)
    tag = first.headers["etag"]

    again = await api.client.get(path, headers={"if-none-match": tag})
    other = await api.client.get(path, headers={"if-none-match": '"other"'})

    assert first.headers["cache-control"] == "public, max-age=60"
    assert first.headers["access-control-allow-origin"] == "*"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.content) == (200, first.content)


async def test_without_a_database_nobody_keeps_the_answer(clock: Clock) -> None:
    store = Store("postgresql+asyncpg://tenantry@127.0.0.1:1/nowhere")
    api = Api(
        make_application(settings(env=Environment.DEVELOPMENT), store=store, clock=clock),
        store,
        clock,
    )

    response = await api.client.get(JWKS)

    assert (response.status_code, response.headers["cache-control"]) == (503, "no-store")
    assert response.headers["retry-after"] == "1"
    await api.client.aclose()
    await store.close()


@ONLY_SQLITE
async def test_the_documents_are_read_only(api: Api) -> None:
    assert [(await api.client.post(path)).status_code for path in (JWKS, CONFIGURATION)] == [
        405,
        405,
    ]
    assert ISSUER not in (await api.client.get(CONFIGURATION)).text
