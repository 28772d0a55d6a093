"""How encoded results and errors become HTTP responses."""

import orjson
from graphql import GraphQLError
from starlette.responses import Response

from models.errors.request import (
    IdempotencyMismatch,
    RateLimited,
    RequestError,
    Unauthenticated,
)
from schema.foundation.errors import format_error
from server.http.graphql.encoding import EncodedBody
from server.http.requests import GRAPHQL_JSON, JSON, HttpError
from server.identity.tokens import InvalidCredential
from server.observability.records import get_record

INVALID_TOKEN = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
RETRY_SOON = {"Retry-After": "1"}
CONTENT_TYPES = {
    name: (b"content-type", f"{name}; charset=utf-8".encode()) for name in (GRAPHQL_JSON, JSON)
}


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
