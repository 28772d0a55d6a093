"""The ASGI application: what answers on which path."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from models import base, migrations
from models.errors import Denial
from models.store import Store
from resolvers.tickets import ticket_keys
from resolvers.work import Clock
from schema import build
from schema.context import Surroundings
from schema.sdl import sdl
from server import graphiql, images
from server.endpoint import Endpoint, refusal, unauthenticated
from server.identity import BadCredential, Identity, digests, provider_of
from server.settings import Issuer, Settings

FETCH_SECONDS = 5.0
DEVELOPMENT_SECRET = "x" * 32

Page = Callable[[], Response]


@dataclass(frozen=True, slots=True)
class Development:
    """What only a development server has: its own issuer and key, and a page that is signed in."""

    issuer: Issuer
    secret_key: str
    identities: Sequence[graphiql.Identity] = field(default=())
    documents: Sequence[graphiql.Document] = field(default=())

    def page(self) -> Response:
        return graphiql.page(endpoint="/graphql", identities=self.identities, documents=self.documents)


def surroundings(settings: Settings, store: Store, clock: Clock, issuers: Sequence[Issuer]) -> Surroundings:
    names = tuple(issuer.issuer for issuer in issuers)
    keys = ticket_keys(settings.secret or (DEVELOPMENT_SECRET,))
    return Surroundings(store, clock, settings.public_url, names, settings.link_schemes, keys, can_mail=True)


def _middleware(settings: Settings) -> list[Middleware]:
    """A development server hands out credentials: it answers only to its own name, whatever a name server says."""
    found = [Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"], www_redirect=False)]
    chosen = found if settings.is_development else []
    if settings.allowed_origins:
        allowed = {"allow_methods": ["POST"], "allow_headers": ["authorization", "content-type"], "max_age": 600}
        chosen.append(Middleware(CORSMiddleware, allow_origins=list(settings.allowed_origins), **allowed))
    return chosen


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")


def _readyz(store: Store) -> Route:
    async def readyz(request: Request) -> Response:
        """Whether requests can be answered: the database is there and at this program's step."""
        try:
            step = await migrations.current(store)
        except Denial:
            return JSONResponse({"ready": False, "reason": "the database can't be reached"}, 503)
        if step != migrations.head():
            return JSONResponse({"ready": False, "reason": "the database is not migrated"}, 503)
        return JSONResponse({"ready": True})

    return Route("/readyz", readyz)


def _schema_route(endpoint: Endpoint, *, public: bool) -> Route:
    text = sdl(endpoint.schema)

    async def show(request: Request) -> Response:
        try:
            context = await endpoint.context(request.headers.getlist("authorization"))
        except BadCredential as error:
            return refusal(unauthenticated(error))
        if not public and not context.is_service:
            return PlainTextResponse("The schema is shown to secret keys only.\n", 403)
        return PlainTextResponse(text, media_type="text/plain; charset=utf-8")

    return Route("/schema.graphql", show)


def _graphiql_routes(development: Development | None) -> list[BaseRoute]:
    async def show(request: Request) -> Response:
        return development.page() if development else graphiql.page(endpoint="/graphql", identities=(), documents=())

    return [Route("/graphql", show, methods=["GET"]), *graphiql.routes]


def application(
    settings: Settings, *, store: Store, clock: Clock = base.now, development: Development | None = None
) -> Starlette:
    """The application over a store that the caller made; it closes the store when it stops."""
    client = httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False)
    issuers = (*settings.identity_issuers, *([development.issuer] if development else []))
    keys = (*settings.secret_keys, *([development.secret_key] if development else []))
    providers = {issuer.issuer: provider_of(issuer, client) for issuer in issuers}
    identity = Identity(store, clock, providers, digests(keys))
    shows_schema = settings.is_development if settings.introspection is None else settings.introspection
    shows_page = settings.is_development if settings.graphiql is None else settings.graphiql
    endpoint = Endpoint(build(introspection=shows_schema), surroundings(settings, store, clock, issuers), identity)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await client.aclose()
        await store.close()

    routes: list[BaseRoute] = [
        Route("/healthz", healthz),
        _readyz(store),
        _schema_route(endpoint, public=shows_schema),
        *images.routes,
        *(_graphiql_routes(development) if shows_page else []),
        Route("/graphql", endpoint, methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=_middleware(settings), lifespan=lifespan)
