"""A body that the protocol hands over at once has the limits of one that is received in parts."""

import pytest
from starlette.requests import Request

from server.http.requests import BODY_BYTES, TAKE_BODY, HttpError, read_body


async def test_a_body_that_has_arrived_is_limited() -> None:
    headers = [(b"content-type", b"application/json")]
    large = {"take_body": lambda: bytes(BODY_BYTES + 1)}
    request = Request({"type": "http", "headers": headers, "extensions": {TAKE_BODY: large}})

    with pytest.raises(HttpError) as refused:
        await read_body(request)

    assert refused.value.status == 413
