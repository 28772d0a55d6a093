"""The ASGI application: what answers on which path."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial

import httpx
import structlog
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models import base, webhooks
from models.database.store import Store
from models.keys import encryption
from resolvers.invitations.tickets import derive_ticket_keys
from resolvers.subscriptions.log_reader import LogReader
from resolvers.transaction import Clock
from schema import build
from schema import schema as open_schema
from schema.execution.documents import Documents
from schema.foundation.context import ServerContext
from schema.foundation.sdl import sdl
from server.delivery.smtp import OnWritten
from server.delivery.worker import Background, load_trust_store, make_worker
from server.http import graphiql, invitation_page, jwks, logos
from server.http.graphql import GraphQLEndpoint, make_error_response
from server.http.invitation_page import DemoIdentities
from server.http.readiness import Readiness
from server.http.websocket import SocketEndpoint
from server.identity.authenticator import (
    Authenticator,
    make_digests,
    make_own_provider,
    make_provider,
)
from server.identity.signing import make_signer
from server.settings.issuers import Issuer
from server.settings.settings import Settings, make_webhook_targets

FETCH_SECONDS = 5.0
# How long operations that nobody waits for any more may go on when the server stops.
FINISH_SECONDS = 2.0
OWN_NAMES = ["127.0.0.1", "localhost"]

log = structlog.stdlib.get_logger("tenantry.server")


@dataclass(frozen=True, slots=True)
class DevelopmentExtras:
    """What only a development server has: its own issuer and key, and a page that is signed in."""

    issuer: Issuer
    secret_key: str
    # Made anew for every page: a server that runs for days still hands out tokens that live.
    identities: Callable[[], Sequence[graphiql.MenuIdentity]] = tuple
    documents: Sequence[graphiql.Document] = ()
    # Whom the page of an invitation can be answered as.
    accept_as: DemoIdentities | None = None
    # Says, on the console, which letter was written where.
    tell: OnWritten | None = None

    def page(self) -> Response:
        return graphiql.page(
            endpoint="/graphql", identities=self.identities(), documents=self.documents
        )


class NoSniffing:
    """Tells browsers, with every answer, to believe its type."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self.app(scope, receive, marked)


def make_server_context(
    settings: Settings, store: Store, clock: Clock, issuers: Sequence[Issuer]
) -> ServerContext:
    names = tuple(issuer.issuer for issuer in issuers)
    return ServerContext(
        store=store,
        clock=clock,
        public_url=settings.public_url,
        issuers=names,
        link_schemes=settings.link_schemes,
        ticket_keys=derive_ticket_keys(settings.secret),
        can_mail=settings.smtp_url is not None or settings.is_development,
        allowed_origins=settings.allowed_origins,
        signer=make_signer(settings, store, clock),
        log=LogReader(store, clock),
        webhook_storage=encryption.make_cipher(settings.secret, webhooks.PURPOSE),
        targets=make_webhook_targets(settings),
    )


def _middleware(settings: Settings) -> list[Middleware]:
    """A development server hands out credentials: it answers
    only to its own name, whatever a name server says.
    """
    chosen = [Middleware(NoSniffing)]
    if settings.is_development:
        chosen.append(
            Middleware(TrustedHostMiddleware, allowed_hosts=OWN_NAMES, www_redirect=False)
        )
    if settings.allowed_origins:
        chosen.append(_cors(settings.allowed_origins))
    return chosen


def _cors(origins: Sequence[str]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["POST"],
        allow_headers=["authorization", "content-type"],
        expose_headers=["Retry-After"],
        max_age=600,
    )


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")


def _schema_route(endpoint: GraphQLEndpoint, *, public: bool) -> Route:
    text = cache(partial(sdl, endpoint.schema))

    async def show(request: Request) -> Response:
        try:
            credential = await endpoint.identity.authenticate(
                request.headers.getlist("authorization")
            )
            context = await endpoint.make_context(credential, request.headers)
        except Exception as error:
            return make_error_response(error)
        if not public and not context.is_service:
            return PlainTextResponse("The schema is shown to secret keys only.\n", 403)
        return PlainTextResponse(text(), media_type="text/plain; charset=utf-8")

    return Route("/schema.graphql", show)


def _bare_page() -> Response:
    return graphiql.page(endpoint="/graphql", identities=(), documents=())


async def to_the_page(request: Request) -> Response:
    return RedirectResponse("/graphql")


def make_application(
    settings: Settings,
    *,
    store: Store,
    clock: Clock = base.now,
    development: DevelopmentExtras | None = None,
    delivers: bool = True,
) -> Starlette:
    """The application over a store that the caller made; it closes the store when it stops.

    While it runs it sends mail and webhooks and writes down what lapsed, unless another process is
    left to do that.
    """
    client = httpx.AsyncClient(
        timeout=FETCH_SECONDS, follow_redirects=False, verify=load_trust_store()
    )
    issuers = (*settings.identity_issuers, *([development.issuer] if development else []))
    keys = (*settings.secret_keys, *([development.secret_key] if development else []))
    providers = {issuer.issuer: make_provider(issuer, client) for issuer in issuers}
    around = make_server_context(settings, store, clock, issuers)
    identity = Authenticator(
        store,
        clock,
        providers,
        make_digests(keys),
        make_own_provider(settings.public_url, around.signer),
    )
    shows_schema = (
        settings.is_development if settings.introspection is None else settings.introspection
    )
    shows_page = settings.is_development if settings.graphiql is None else settings.graphiql
    schema = open_schema if shows_schema else build(introspection=False)
    page = development.page if development else _bare_page
    documents = Documents(schema.validation_errors, settings.max_tokens)
    endpoint = GraphQLEndpoint(
        schema,
        documents,
        settings.max_answer_bytes,
        around,
        identity,
        page if shows_page else None,
        shows_schema,
    )
    origins = frozenset([settings.public_origin, *settings.allowed_origins])
    sockets = SocketEndpoint(endpoint, origins, trusts_host=settings.is_development)
    worker = (
        make_worker(settings, store, clock, development.tell if development else None)
        if delivers
        else None
    )

    heartbeats = (around.log.heartbeat, *(worker.heartbeats if worker else ()))
    background: list[Background] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        background.extend([Background(worker.run())] if worker else [])
        yield
        for one in background:
            one.stop()
            await one.ended()
        if endpoint.running:
            await asyncio.wait(endpoint.running, timeout=FINISH_SECONDS)
        await around.log.wait_closed()
        await client.aclose()
        await store.close()

    def stop() -> None:
        """Ends what runs for ever, while running requests are still answered."""
        around.log.close()
        for one in background:
            one.stop()

    routes: list[BaseRoute] = [
        Route("/graphql", endpoint),
        WebSocketRoute("/graphql", sockets),
        Route("/healthz", healthz),
        Route("/readyz", Readiness(store, heartbeats).show),
        _schema_route(endpoint, public=shows_schema),
        *logos.routes,
        *invitation_page.routes(around, development.accept_as if development else None),
        *jwks.routes(around),
        *([Route("/", to_the_page), *graphiql.routes] if shows_page else []),
    ]
    app = Starlette(routes=routes, middleware=_middleware(settings), lifespan=lifespan)
    # The redirect to a path without its last slash would name the host that the Host header names.
    app.router.redirect_slashes = False
    app.state.log = around.log
    app.state.stop = stop
    return app
