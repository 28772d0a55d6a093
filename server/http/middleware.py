"""The middleware around every route: response headers, the Host header, and CORS."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from models.tracing import NO_SPAN, Span, current_tracer
from server.http.cors import make_cors
from server.http.graphql.responses import RETRY_SOON
from server.http.responses import RecordedSend
from server.observability.logs import QUIET_ROUTES
from server.observability.observer import Observer
from server.observability.records import RequestRecord, choose_request_id
from server.observability.tracing import Tracing
from server.settings.settings import Settings

OWN_NAMES = ["127.0.0.1", "localhost"]

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class RequestMiddleware:
    """Records every request and socket, and adds the headers that all responses have.

    It stands around everything else, so that errors pass through it as well.
    """

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self.app = app
        self.observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = dict[bytes, bytes](scope["headers"])
        record = RequestRecord(choose_request_id(headers), scope["type"])
        recorded_send = RecordedSend(scope, send, record)
        with self.observer.observe(record):
            if self.observer.tracing is None:
                await self._answer(scope, receive, recorded_send, record)
            else:
                with self._start_span(self.observer.tracing, scope, record, headers) as span:
                    try:
                        await self._answer(scope, receive, recorded_send, record)
                    finally:
                        span.set_attribute("http.route", record.route)
                        if record.status:
                            span.set_attribute("http.response.status_code", record.status)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, record: RequestRecord
    ) -> None:
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:
            if scope["type"] == "http" and not record.status:
                response = PlainTextResponse("The server is shutting down.\n", 503, RETRY_SOON)
                await response(scope, receive, send)
            raise
        except Exception:
            if scope["type"] == "http" and not record.status:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, send)
            record.status = record.status or 500
            raise
        finally:
            if route := scope.get("route"):
                record.route = route.path

    def _start_span(
        self, tracing: Tracing, scope: Scope, record: RequestRecord, headers: Mapping[bytes, bytes]
    ) -> AbstractContextManager[Span]:
        if scope["path"] in QUIET_ROUTES:
            current_tracer.set(None)
            return NO_SPAN
        # A client can choose any word as the method.
        method = scope.get("method", "GET")
        method = method if method in METHODS else "_OTHER"
        attributes = {"http.request.method": method, "tenantry.request.id": record.request_id}
        traceparent = headers.get(b"traceparent", b"").decode("latin-1")
        return tracing.start(method, attributes, traceparent)


class DirectRoute:
    """Calls the endpoint of a path, without looking through all routes.

    Nearly all requests are for one path. Its WebSockets take the usual way.
    """

    def __init__(self, app: ASGIApp, route: Route) -> None:
        self.app = app
        self.route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self.route.path:
            scope["route"] = self.route
            await self.route.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class Application(Starlette):
    """Records requests, and adds headers, even if no route handles an error."""

    # What stands between that and Starlette's own middleware.
    outer_middleware: Sequence[Middleware] = ()

    def build_middleware_stack(self) -> ASGIApp:
        app = super().build_middleware_stack()
        for factory, positional, named in reversed(self.outer_middleware):
            app = factory(app, *positional, **named)
        return RequestMiddleware(app, self.state.observer)


def make_middleware(settings: Settings) -> list[Middleware]:
    middleware: list[Middleware] = []
    if settings.trusted_proxies:
        # Only these can set X-Forwarded-For, which says who the client is.
        middleware.append(
            Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
        )
    if settings.is_development:
        # A development server hands out credentials, so it answers only to its own names, whatever
        # another name resolves to.
        middleware.append(
            Middleware(TrustedHostMiddleware, allowed_hosts=OWN_NAMES, www_redirect=False)
        )
    if settings.allowed_origins or settings.is_development:
        middleware.append(make_cors(settings))
    return middleware
