"""The middleware around every route: response headers, the Host header, and CORS."""

from collections.abc import Generator
from contextlib import contextmanager

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.observability.observer import Observer
from server.observability.records import RequestRecord, choose_request_id
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
REQUEST_ID = "X-Request-Id"
EXPOSED_HEADERS = ("Retry-After", "Idempotency-Replayed", REQUEST_ID)
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class ObservationMiddleware:
    """Records every request and socket, and answers with the ID of the request."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self.app = app
        self.observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        door = "http" if scope["type"] == "http" else "websocket"
        record = RequestRecord(choose_request_id(headers), door)

        async def send_with_id(message: Message) -> None:
            match message["type"]:
                case "http.response.start":
                    record.status = message["status"]
                    MutableHeaders(scope=message)[REQUEST_ID] = record.request_id
                case "websocket.accept":
                    record.status = 101
                    MutableHeaders(scope=message)[REQUEST_ID] = record.request_id
                case _:
                    pass
            await send(message)

        with self.observer.observe(record), self._trace(scope, record, headers):
            try:
                await self.app(scope, receive, send_with_id)
            except Exception:
                record.status = record.status or 500
                raise
            finally:
                if route := scope.get("route"):
                    record.route = route.path

    @contextmanager
    def _trace(self, scope: Scope, record: RequestRecord, headers: Headers) -> Generator[None]:
        tracing = self.observer.tracing
        if tracing is None:
            yield
            return
        # A client can choose any word as the method.
        method = scope.get("method", "GET")
        method = method if method in METHODS else "_OTHER"
        attributes = {"http.request.method": method, "tenantry.request.id": record.request_id}
        with tracing.start(method, attributes, headers.get("traceparent")) as span:
            try:
                yield
            finally:
                span.set_attribute("http.route", record.route)
                span.set_attribute("http.response.status_code", record.status or 0)


class HeadersMiddleware:
    """Adds `nosniff` to every response, and `no-store` unless the response can be cached."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_header)


def make_middleware(settings: Settings, observer: Observer) -> list[Middleware]:
    middleware = [Middleware(ObservationMiddleware, observer), Middleware(HeadersMiddleware)]
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
