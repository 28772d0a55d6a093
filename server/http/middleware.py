"""The middleware around every route: response headers, the Host header, and CORS."""

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.settings.settings import Settings

OWN_NAMES = ["127.0.0.1", "localhost"]


class NoSniffMiddleware:
    """Adds `X-Content-Type-Options: nosniff` to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self.app(scope, receive, send_with_header)


def make_middleware(settings: Settings) -> list[Middleware]:
    middleware = [Middleware(NoSniffMiddleware)]
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
                allow_headers=["authorization", "content-type"],
                expose_headers=["Retry-After"],
                max_age=600,
            )
        )
    return middleware
