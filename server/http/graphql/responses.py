"""How GraphQL results and errors become the bodies and statuses of HTTP responses."""

import re
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.responses import Response
from strawberry.types import ExecutionResult

from models.errors.request import (
    IdempotencyMismatch,
    LimitExceeded,
    RateLimited,
    RequestError,
    Unauthenticated,
)
from schema.foundation.errors import format_error, format_errors
from server.http.requests import GRAPHQL_JSON, JSON, HttpError
from server.identity.tokens import InvalidCredential
from server.observability.records import get_record

INVALID_TOKEN = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
RETRY_SOON = {"Retry-After": "1"}
CONTENT_TYPES = {
    name: (b"content-type", f"{name}; charset=utf-8".encode()) for name in (GRAPHQL_JSON, JSON)
}
HINT = re.compile(r" Did you mean [^?]*\?")

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """A body with its JSON, which is encoded only once."""

    body: Body
    json: bytes
    # Whether this is the stored answer to an earlier request with the same idempotency key.
    is_replayed: bool = False


def encode(body: Body) -> EncodedBody:
    return EncodedBody(body, orjson.dumps(body))


def make_body(result: ExecutionResult, *, executed: bool) -> Body:
    """Makes the body of a result; one that was not executed at all has no `data`, not even null."""
    if not result.errors:
        return {"data": result.data}
    errors = format_errors(result.errors, executed=executed)
    if result.data is None and not any(error.path for error in result.errors):
        return {"errors": errors}
    return {"errors": errors, "data": result.data}


def remove_hints(body: Body) -> None:
    """Removes the suggestions of similar names, which would reveal a hidden schema."""
    for error in body.get("errors", ()):
        error["message"] = HINT.sub("", error["message"])


def limit_size(encoded: EncodedBody, maximum: int, *, is_applied: bool) -> EncodedBody:
    """Replaces a body that is too large with an error that says if a mutation was applied."""
    size = len(encoded.json)
    if size <= maximum:
        return encoded
    sentence = f"The response has {size} bytes, more than the limit of {maximum}."
    sentence += " The changes were applied. Read them" if is_applied else " Request less at once,"
    sentence += " with fewer fields or smaller pages."
    extensions: dict[str, Any] = {"limit": "answerBytes", "allowed": maximum, "asked": size}
    if is_applied:
        extensions["applied"] = True
    limit = LimitExceeded(sentence, **extensions)
    error = GraphQLError(sentence, original_error=limit)
    return encode({"errors": [format_error(error, executed=True)], "data": None})


class JSONResponse(Response):
    """A response that is encoded already; Starlette makes the headers again each time."""

    background = None

    def __init__(self, body: bytes, content_type: str) -> None:
        self.status_code = 200
        self.body = body
        self.raw_headers = [(b"content-length", b"%d" % len(body)), CONTENT_TYPES[content_type]]


def make_response(encoded: EncodedBody, content_type: str) -> Response:
    """Makes the response to an operation.

    With the newer content type, a request that could not be executed at all has status 400, or 422
    if its idempotency key belongs to another request; with the older one it has 200.
    """
    if not encoded.is_replayed and "errors" not in encoded.body:
        return JSONResponse(encoded.json, content_type)
    status, headers = 200, dict[str, str]()
    if errors := encoded.body.get("errors", ()):
        if "data" not in encoded.body and content_type == GRAPHQL_JSON:
            codes = {error["extensions"]["code"] for error in errors}
            status = 422 if IdempotencyMismatch.code in codes else 400
        pauses = [pause for error in errors if (pause := error["extensions"].get("retryAfter"))]
        if pauses:
            headers["Retry-After"] = str(max(pauses))
    if encoded.is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(encoded.json, status, headers, f"{content_type}; charset=utf-8")


def make_error_response(error: Exception, content_type: str = JSON) -> Response:
    """Makes the response to a request that failed as a whole; unexpected errors are logged."""
    http_error = _to_http_error(error)
    cause = http_error.error if http_error else error
    formatted = format_error(GraphQLError(str(cause), original_error=cause), executed=False)
    get_record().add_errors([formatted])
    status = http_error.status if http_error else 500
    if status == 200 and content_type == GRAPHQL_JSON:
        status = 400
    return Response(
        orjson.dumps({"errors": [formatted]}),
        status,
        http_error.headers if http_error else None,
        f"{content_type}; charset=utf-8",
    )


def _to_http_error(error: Exception) -> HttpError | None:
    """Returns None for an error that nobody expected."""
    match error:
        case HttpError():
            return error
        case InvalidCredential():
            return HttpError(
                401, Unauthenticated(f"The credential is invalid: {error}."), **INVALID_TOKEN
            )
        case RateLimited():
            return HttpError(429, error, **{"Retry-After": str(error.extensions["retryAfter"])})
        case RequestError():
            return HttpError(503, error, **RETRY_SOON)
        case _:
            return None
