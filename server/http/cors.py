"""What pages of other origins can send and read (CORS)."""

import structlog
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.settings.settings import Settings

log = structlog.stdlib.get_logger("tenantry.http")

# The headers that clients and their tracing add to requests from a page of another origin.
ALLOWED_HEADERS = (
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
    "authorization",
    "b3",
    "baggage",
    "content-type",
    "graphql-preflight",
    "idempotency-key",
    "sentry-trace",
    "traceparent",
    "tracestate",
    "x-apollo-cache-key",
    "x-apollo-operation-id",
    "x-apollo-operation-name",
    "x-apollo-operation-type",
    "x-datadog-origin",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-trace-id",
    "x-request-id",
    "x-requested-with",
)
EXPOSED_HEADERS = ("Retry-After", "Idempotency-Replayed", "X-Request-Id")
# Chromium remembers a preflight for no longer than this.
MAX_AGE = 7_200


# The Backend API is for servers, whose secret key no page may know.
BACKEND_PATHS = ("/v1/", "/api_keys")


class Cors(CORSMiddleware):
    """Lets pages read what isn't for servers only."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(BACKEND_PATHS):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class DevelopmentCors(Cors):
    """Says in the log why a browser doesn't let a page call this server, and what to set."""

    def preflight_response(self, request_headers: Headers) -> Response:
        origin = request_headers["origin"]
        if not self.is_allowed_origin(origin):
            log.warning(
                "preflight refused",
                origin=origin,
                detail=f"To let its pages call this server, add {origin} to"
                " TENANTRY_ALLOWED_ORIGINS.",
            )
        return super().preflight_response(request_headers)


def make_cors(settings: Settings) -> Middleware:
    return Middleware(
        DevelopmentCors if settings.is_development else Cors,
        allow_origins=settings.allowed_origins,
        allow_methods=["POST"],
        allow_headers=[*ALLOWED_HEADERS, *settings.allowed_headers],
        expose_headers=EXPOSED_HEADERS,
        max_age=MAX_AGE,
    )
