"""Raw HTTP requests to `/graphql`."""

import re

import httpx
import pytest

from tests.support.api import JSON, Api

# For what no database has a part in.
ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GRAPHQL_JSON = "application/graphql-response+json"
FINE = b'{"query": "{ __typename }"}'
CODES = {"BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED"}
# What a client must never read.
INNARDS = re.compile(
    r"Traceback|File"
    r" \"|orjson|strawberry|starlette|sqlal|asyncpg|sqlite|graphql-core|python|<class",
    re.IGNORECASE,
)


async def post(api: Api, body: bytes, **headers: str | None) -> httpx.Response:
    given = {
        "content-type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return await api.client.post(
        "/graphql",
        content=body,
        headers={name: value for name, value in given.items() if value is not None},
    )


def fault(response: httpx.Response) -> JSON:
    """Returns the only error of a rejected request, which reveals nothing about the code."""
    assert not INNARDS.search(response.text), response.text
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    assert error["extensions"]["code"] in CODES
    return error
