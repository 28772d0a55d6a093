"""The middleware around every route: response headers, the Host header, and CORS."""

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.http.responses import RETRY_SOON
from server.settings.settings import Settings

OWN_NAMES = ["127.0.0.1", "localhost"]


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
EXPOSED_HEADERS = ("Retry-After", "Idempotency-Replayed")


# The headers of every response; one that a cache can keep has another Cache-Control.
SAFE_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class HeadersMiddleware:
    """Adds SAFE_HEADERS to every response, also to those that reject a WebSocket.

    It stands around everything else, so that errors pass through it as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            if message["type"].endswith("http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except asyncio.CancelledError:
            if scope["type"] == "http" and not has_begun:
                response = PlainTextResponse("The server is stopping.\n", 503, RETRY_SOON)
                await response(scope, receive, send_with_headers)
            raise


def make_middleware(settings: Settings) -> list[Middleware]:
    middleware: list[Middleware] = []
    if settings.trusted_proxies:
        # Only these can say with X-Forwarded-For who the client is.
        middleware.append(
            Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
        )
    if settings.is_development:
        # A development server hands out credentials, so it answers only to its own names, whatever
        # another name resolves to.
        middleware.append(
            Middleware(TrustedHostMiddleware, allowed_hosts=OWN_NAMES, www_redirect=False)
        )
    if settings.allowed_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=["POST"],
                allow_headers=[*ALLOWED_HEADERS, *settings.allowed_headers],
                expose_headers=EXPOSED_HEADERS,
                max_age=600,
            )
        )
    return middleware
