"""Parses requests strictly, because the libraries below answer malformed bodies with status 500."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import Scope

from models.errors.request import BadUserInput, PersistedQueryNotSupported, RequestError
from schema.foundation.scalars import TOO_SMALL, is_too_small

BODY_BYTES = 256 * 1024
DRAINED_BYTES = 64 * BODY_BYTES
BODY_SECONDS = 5

# The extension in the scope of a request that takes its body, if all of it has arrived.
TAKE_BODY = "tenantry.take_body"

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
JSON_TYPE = re.compile(r"application/json\s*(;\s*(charset\s*=\s*\"?utf-8\"?\s*)?)?", re.IGNORECASE)
QUALITY = re.compile(r";\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)")
# How many parsed Accept headers are remembered, and how long one of them can be.
KEPT_HEADERS, SHORT = 128, 256
# An escape of NUL, in JSON and in GraphQL alike. Two backslashes are an escaped backslash.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u(?:0000|\{0+\})")


CONTAINS_NUL = "NUL characters are not allowed."

# What a number smaller than every double has: an exponent, or many zeros. As one pattern with
# alternatives, they would be looked for at every character.
SMALL_EXPONENT, MANY_ZEROS = re.compile(rb"[eE]-0*\d\d"), b"." + b"0" * 300
# A string, whatever it contains, or a number.
STRING_OR_NUMBER = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|(-?\d[\d.eE+-]*)')


class HttpError(Exception):
    """A request that is rejected before any GraphQL runs, with a status and a sentence."""

    def __init__(self, status: int, error: RequestError, **headers: str) -> None:
        super().__init__(str(error))
        self.status = status
        self.error = error
        self.headers = headers


def bad_request(status: int, sentence: str, **headers: str) -> HttpError:
    return HttpError(status, BadUserInput(sentence), **headers)


@dataclass(frozen=True, slots=True)
class Operation:
    """The operation in the body of a request."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


def parse_accept(accept: str) -> Mapping[str, float]:
    """Parses an Accept header into the quality of each media type."""
    return _parse_short(accept) if len(accept) <= SHORT else _parse(accept)


def _parse(accept: str) -> Mapping[str, float]:
    qualities: dict[str, float] = {}
    for part in accept.lower().split(","):
        quality = QUALITY.search(part)
        qualities[part.partition(";")[0].strip()] = float(quality[1]) if quality else 1.0
    return qualities


_parse_short = lru_cache(KEPT_HEADERS)(_parse)


def _get_json_qualities(qualities: Mapping[str, float]) -> tuple[float, float]:
    """Returns the qualities of the newer and of the older content type."""
    default = qualities.get("application/*", qualities.get("*/*", 0.0))
    return qualities.get(GRAPHQL_JSON, default), qualities.get(JSON, default)


def choose_content_type(accept: str) -> str:
    """Chooses EVENT_STREAM only if the client prefers it, and GRAPHQL_JSON only if it is named.

    Raises HttpError if the client accepts no content type of ours.
    """
    chosen = _choose_short(accept) if len(accept) <= SHORT else _choose(accept)
    if chosen is None:
        raise bad_request(406, f"The Accept header must allow {GRAPHQL_JSON} or {JSON}.")
    return chosen


def _choose(accept: str) -> str | None:
    qualities = parse_accept(accept or "*/*")
    newer, older = _get_json_qualities(qualities)
    if qualities.get(EVENT_STREAM, 0.0) > max(newer, older):
        return EVENT_STREAM
    if not newer and not older:
        return None
    if newer > older or (newer == older and GRAPHQL_JSON in qualities):
        return GRAPHQL_JSON
    return JSON


_choose_short = lru_cache(KEPT_HEADERS)(_choose)


def accepts_stream(accept: str) -> bool:
    """Whether the client accepts server-sent events, among others perhaps."""
    return parse_accept(accept).get(EVENT_STREAM, 0.0) > 0


def wants_page(request: Request) -> bool:
    """Whether a GET comes from a browser, not from a client that sends a query the wrong way."""
    accept = ",".join(request.headers.getlist("accept"))
    return "query" not in request.query_params and any(
        kind in (accept or "*/*") for kind in ("text/html", "*/*")
    )


def get_values(connection: HTTPConnection, name: bytes) -> list[str]:
    """Returns the values of the headers with this name in lower case; there can be several."""
    headers: Sequence[tuple[bytes, bytes]] = connection.scope["headers"]
    return [value.decode("latin-1") for key, value in headers if key == name]


async def read_body(request: Request) -> bytes:
    """Reads a JSON body within its limits of size and time; raises HttpError."""
    coding = get_values(request, b"content-encoding")
    if coding and coding[0].lower() != "identity":
        raise bad_request(415, "Compressed bodies are not supported.")
    if not JSON_TYPE.fullmatch(",".join(get_values(request, b"content-type")).strip()):
        raise bad_request(415, f"The Content-Type must be {JSON}.")
    body = _take_body(request.scope)
    if body is not None:
        _check_size(len(body))
        return body
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read_all(request)
    except TimeoutError as error:
        raise bad_request(
            408, f"The body must arrive within {BODY_SECONDS} seconds.", Connection="close"
        ) from error


def _take_body(scope: Scope) -> bytes | None:
    """Returns the body if it's known that all of it has arrived, so that nothing is awaited."""
    extension = scope.get("extensions", {}).get(TAKE_BODY)
    return extension and extension["take_body"]()


def _check_size(size: int) -> None:
    if size > BODY_BYTES:
        raise bad_request(
            413, f"A request can have at most {BODY_BYTES // 1024} KB.", Connection="close"
        )


async def _read_all(request: Request) -> bytes:
    """Keeps reading a body that is too large, up to DRAINED_BYTES, and discards the rest.

    A client whose connection is closed while it sends would not see the response.
    """
    body, size, has_more = bytearray(), 0, True
    while has_more and size <= DRAINED_BYTES:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, has_more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size <= BODY_BYTES:
            body += part
    _check_size(size)
    return bytes(body)


def read_operation(body: bytes) -> Operation:
    """Parses a body; raises HttpError for anything that is not one GraphQL request."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_request(400, "The body must be valid JSON.") from error
    if not isinstance(data, dict):
        raise bad_request(400, "The body must be one JSON object. Batches are not supported.")
    return parse_operation(data, body)  # pyright: ignore[reportUnknownArgumentType]


def parse_operation(data: dict[str, Any], text: bytes) -> Operation:
    """Parses an operation that was decoded from this JSON text; raises HttpError."""
    query, name = data.get("query"), data.get("operationName")
    variables: Any = data.get("variables")
    extensions: Any = data.get("extensions")
    if not query and isinstance(extensions, dict) and "persistedQuery" in extensions:
        # Status 200: clients then send the same operation again with its query.
        raise HttpError(200, PersistedQueryNotSupported())
    if not isinstance(query, str) or not query.strip():
        raise bad_request(400, "The body must contain a query.")
    if not isinstance(name, (str, NoneType)):
        raise bad_request(400, "operationName must be a string.")
    if not isinstance(variables, (dict, NoneType)):
        raise bad_request(400, "variables must be an object.")
    if not isinstance(extensions, (dict, NoneType)):
        raise bad_request(400, "extensions must be an object.")
    if "\\u" in query and NUL.search(query):
        raise bad_request(400, CONTAINS_NUL)
    ensure_exact(text)
    return Operation(query, variables, name or None)  # pyright: ignore[reportUnknownArgumentType]


def ensure_exact(text: bytes) -> None:
    """Rejects JSON that can't be stored as it is: with a NUL, or a number that becomes zero."""
    if b"\\u0000" in text and NUL.search(text.decode()):
        raise bad_request(400, CONTAINS_NUL)
    # Looking for these is fast, and without one of them, no number becomes zero.
    if (b"e-" in text or b"E-" in text or MANY_ZEROS in text) and _contains_too_small(text):
        raise bad_request(400, TOO_SMALL)


def _contains_too_small(text: bytes) -> bool:
    """Whether a number in the JSON, outside of all strings, has silently become zero."""
    return (MANY_ZEROS in text or bool(SMALL_EXPONENT.search(text))) and any(
        match[1] and is_too_small(match[1].decode()) for match in STRING_OR_NUMBER.finditer(text)
    )
