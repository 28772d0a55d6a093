"""What a request asks for: strict about everything that
comes in, for the stack beneath answers odd bodies with 500.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from models.errors import BadUserInput, RequestError

BODY_BYTES = 256 * 1024
DRAINED_BYTES = 64 * BODY_BYTES
BODY_SECONDS = 5

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
JSON_TYPE = re.compile(r"application/json\s*(;\s*(charset\s*=\s*\"?utf-8\"?\s*)?)?", re.IGNORECASE)
QUALITY = re.compile(r";\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)")
# An escape that stands for NUL, in JSON and in GraphQL alike: two backslashes before the letter are
# a backslash.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u(?:0000|\{0+\})")


class HttpError(Exception):
    """A request that is answered before any GraphQL, with a status and a sentence."""

    def __init__(self, status: int, error: RequestError, **headers: str) -> None:
        super().__init__(str(error))
        self.status = status
        self.error = error
        self.headers = headers


def bad_request(status: int, sentence: str, **headers: str) -> HttpError:
    return HttpError(status, BadUserInput(sentence), **headers)


@dataclass(frozen=True, slots=True)
class Operation:
    """What the body of a request asks for."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


def _qualities(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept.lower().split(","):
        quality = QUALITY.search(part)
        found[part.partition(";")[0].strip()] = float(quality[1]) if quality else 1.0
    return found


def choose_content_type(accept: str) -> str:
    """What the client reads: the newer type only where it is asked for by name. Raises Refused."""
    wanted = _qualities(accept or "*/*")
    anything = wanted.get("application/*", wanted.get("*/*", 0.0))
    newer, older = wanted.get(GRAPHQL_JSON, anything), wanted.get(JSON, anything)
    if not newer and not older:
        raise bad_request(406, f"This answers {GRAPHQL_JSON} or {JSON}.")
    return GRAPHQL_JSON if newer > older or (newer == older and GRAPHQL_JSON in wanted) else JSON


def wants_page(request: Request) -> bool:
    """Whether a GET comes from somebody who looks, not
    from a client that sends a query the wrong way.
    """
    accept = ",".join(request.headers.getlist("accept"))
    return "query" not in request.query_params and any(
        kind in (accept or "*/*") for kind in ("text/html", "*/*")
    )


async def _read_all(request: Request) -> bytes:
    """What is too much is read on for a while and thrown
    away: who is cut off while sending sees no answer.
    """
    body, taken = bytearray(), 0
    async for part in request.stream():
        taken += len(part)
        if taken <= BODY_BYTES:
            body += part
        elif taken > DRAINED_BYTES:
            break
    if taken > BODY_BYTES:
        raise bad_request(
            413, f"A request has {BODY_BYTES // 1024} KB at most.", Connection="close"
        )
    return bytes(body)


async def read_body(request: Request) -> bytes:
    """The body, as far as it may go and while it may take; raises Refused."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise bad_request(415, "A compressed body is not read here.")
    if not JSON_TYPE.fullmatch(",".join(request.headers.getlist("content-type")).strip()):
        raise bad_request(415, f"Send the request as {JSON}.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read_all(request)
    except TimeoutError as error:
        raise bad_request(
            408, f"The body did not come within {BODY_SECONDS} seconds.", Connection="close"
        ) from error


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_request(400, "The body is no JSON.") from error
    if not isinstance(data, dict):
        raise bad_request(400, "The body is one JSON object; batches are not taken.")
    return data  # pyright: ignore[reportUnknownVariableType]


def read_operation(body: bytes) -> Operation:
    """The operation in a body; raises Refused for anything that is not one GraphQL request."""
    return parse_operation(_parse_object(body), body)


def parse_operation(data: dict[str, Any], body: bytes) -> Operation:
    """The operation that was read from this text; raises Refused."""
    query, variables, name = (data.get(key) for key in ("query", "variables", "operationName"))
    if not isinstance(query, str) or not query.strip():
        raise bad_request(400, "The body has no query.")
    if not isinstance(name, (str, type(None))):
        raise bad_request(400, "operationName is a string.")
    for key in ("variables", "extensions"):
        if not isinstance(data.get(key), (dict, type(None))):
            raise bad_request(400, f"{key} is an object.")
    if _holds_nul(body, query):
        raise bad_request(400, "NUL characters are not taken.")
    return Operation(query, variables, name or None)


def _holds_nul(body: bytes, query: str) -> bool:
    """PostgreSQL takes no NUL in a text; one can be
    written in the JSON, and in a string of the document.
    """
    return bool(NUL.search(query)) or (b"\\u0000" in body and bool(NUL.search(body.decode())))


def wants_stream(accept: str) -> bool:
    """Whether the client reads server-sent events."""
    return _qualities(accept).get(EVENT_STREAM, 0.0) > 0
