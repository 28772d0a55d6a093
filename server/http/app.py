"""The ASGI application: what the server consists of, and which path leads where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from resolvers.foundation.rate_limits import RateLimits, Rates
from resolvers.foundation.server import Server
from resolvers.subscriptions.log_reader import LogReader
from schema import Schema, get_schema
from schema.execution.breadth_first.plans import Plans
from schema.execution.documents import Documents
from schema.execution.limits import DocumentLimits
from server.delivery.smtp import OnWritten
from server.delivery.worker import make_worker
from server.http import jwks, stripe
from server.http.backend import router as backend_api
from server.http.clients import Seats
from server.http.graphql import sdl
from server.http.graphql.encoding import Encoder
from server.http.graphql.endpoint import GraphQLEndpoint
from server.http.graphql.websocket import SocketEndpoint
from server.http.lifespan import Lifespan
from server.http.middleware import Application, DirectRoute, make_middleware
from server.http.monitoring import health, metrics
from server.http.pages import graphiql, home, invitation_page, logos, scripts
from server.http.pages.invitation_page import DemoIdentities
from server.identity.authenticator import (
    Authenticator,
    make_digests,
    make_own_provider,
    make_provider,
)
from server.identity.signing import TokenSigner, make_signer
from server.observability.metrics import Reading
from server.observability.observer import make_observer
from server.observability.tracing import Tracing, make_tracing
from server.settings.issuers import Issuer
from server.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class DevelopmentExtras:
    """What only a development server has: an issuer and key of its own, and signed-in pages."""

    issuer: Issuer
    secret_key: str
    # Called for every page, so that a server that runs for days hands out tokens that are valid.
    identities: Callable[[], Sequence[graphiql.MenuIdentity]] = tuple
    documents: Sequence[graphiql.Document] = ()
    # The users as whom an invitation can be accepted on its page.
    accept_as: DemoIdentities | None = None
    # Called with each email that was written to the outbox instead of being sent.
    on_written: OnWritten | None = None
    # Pages and URLs that only a development server has.
    routes: Sequence[BaseRoute] = ()


def make_application(
    settings: Settings,
    server: Server,
    *,
    development: DevelopmentExtras | None = None,
    delivers: bool = True,
    tracing: Tracing | None = None,
) -> Starlette:
    """Makes the application of a server, whose store the application closes when it stops.

    While it runs, it sends mail and webhooks and records expirations, unless `delivers` is false
    because another process does that.
    """
    issuers = (*settings.identity_issuers, *([development.issuer] if development else []))
    # The built-in issuer is the users' issuer only if none is configured.
    if development and not server.issuers:
        server = replace(server, issuers=[development.issuer.issuer])
    signer = make_signer(settings, server)
    log_reader = LogReader(server.store, server.clock)
    tracing = tracing or make_tracing(trusts_traceparent=settings.trust_traceparent)
    observer = make_observer(settings, server, tracing)
    schema = get_schema(
        introspection=_shows_schema(settings), breadth_first=settings.executor == "breadth-first"
    )
    documents = schema.make_documents(_make_document_limits(settings))
    identity = _make_authenticator(settings, server, signer, issuers, development)
    observer.metrics.add_readings(*_make_readings(schema, documents, identity, log_reader))
    endpoint = GraphQLEndpoint(
        schema=schema,
        documents=documents,
        encoder=Encoder(
            maximum=settings.max_answer_bytes,
            allowed_cost=documents.limits.cost,
            shows_hints=_shows_schema(settings),
            shows_cost=settings.is_development,
        ),
        server=server,
        signer=signer,
        log=log_reader,
        identity=identity,
        rate_limits=_make_rate_limits(settings),
        observer=observer,
        page=_choose_page(settings, development),
    )
    on_written = development.on_written if development else None
    worker = make_worker(settings, server, observer, on_written) if delivers else None
    lifespan = Lifespan(server, log_reader, endpoint, worker)
    graphql = Route("/graphql", endpoint)
    app = Application(
        routes=[graphql, *_make_routes(settings, endpoint, lifespan, development)],
        lifespan=lifespan.run,
    )
    app.outer_middleware = [*make_middleware(settings), Middleware(DirectRoute, route=graphql)]
    # A redirect to the path without its trailing slash would repeat the untrusted Host header.
    app.router.redirect_slashes = False
    app.state.server = server
    app.state.log = log_reader
    app.state.observer = observer
    app.state.stop = lifespan.stop
    return app


def _make_readings(
    schema: Schema, documents: Documents, identity: Authenticator, log_reader: LogReader
) -> list[Reading]:
    """The numbers that the caches and the reader of the event log keep."""
    lookups = "Lookups in a cache."
    caches: dict[str, Documents | Authenticator | Plans] = {
        "documents": documents,
        "tokens": identity,
    }
    if schema.plans:
        caches["plans"] = schema.plans
    return [
        Reading(
            "tenantry_subscribers",
            "Open subscriptions.",
            lambda: len(log_reader.streams),
        ),
        *(
            Reading(
                "tenantry_cache_lookups",
                lookups,
                partial(getattr, cache, result),
                {"cache": name, "result": result},
                is_counter=True,
            )
            for name, cache in caches.items()
            for result in ("hits", "misses")
        ),
    ]


def _make_document_limits(settings: Settings) -> DocumentLimits:
    return DocumentLimits(
        tokens=settings.max_tokens,
        operations=settings.max_operations,
        directives=settings.max_directives,
        depth=settings.max_depth,
        aliases=settings.max_aliases,
        root_fields=settings.max_root_fields,
        cost=settings.max_cost,
    )


def _make_rate_limits(settings: Settings) -> RateLimits:
    rates = Rates(
        user=settings.user_rate,
        secret_key=settings.secret_key_rate,
        address=settings.address_rate,
        update=settings.update_rate,
    )
    return RateLimits(rates, settings.rate_store_url)


def _make_authenticator(
    settings: Settings,
    server: Server,
    signer: TokenSigner,
    issuers: Sequence[Issuer],
    development: DevelopmentExtras | None,
) -> Authenticator:
    secret_keys = (*settings.secret_keys, *([development.secret_key] if development else []))
    return Authenticator(
        server,
        {issuer.issuer: make_provider(issuer) for issuer in issuers},
        make_digests(secret_keys),
        make_own_provider(settings.public_url, signer),
    )


def _make_routes(
    settings: Settings,
    endpoint: GraphQLEndpoint,
    lifespan: Lifespan,
    development: DevelopmentExtras | None,
) -> list[BaseRoute]:
    server = endpoint.server
    origins = frozenset([settings.public_origin, *settings.allowed_origins])
    sockets = SocketEndpoint(
        endpoint,
        origins,
        trusts_host=settings.is_development,
        by_address=Seats(settings.max_sockets_per_address),
        by_user=Seats(settings.max_sockets_per_user),
    )
    heartbeats = (endpoint.log.heartbeat, *(lifespan.worker.heartbeats if lifespan.worker else ()))
    return [
        WebSocketRoute("/graphql", sockets),
        *health.routes(server.store, heartbeats),
        sdl.route(endpoint, is_public=_shows_schema(settings)),
        *metrics.routes(settings, endpoint.observer),
        *logos.routes(server.store),
        *scripts.routes(settings),
        *invitation_page.routes(server, development.accept_as if development else None),
        *jwks.routes(server.public_url, endpoint.signer),
        *stripe.routes(settings, server),
        *backend_api.routes(settings, endpoint),
        home.route(has_page=endpoint.page is not None),
        *(graphiql.routes if endpoint.page else []),
        *(development.routes if development else ()),
    ]


def _shows_schema(settings: Settings) -> bool:
    return settings.is_development if settings.introspection is None else settings.introspection


def _choose_page(
    settings: Settings, development: DevelopmentExtras | None
) -> Callable[[], Response] | None:
    """Returns what renders GraphiQL, or None if the page is disabled."""
    if not (settings.is_development if settings.graphiql is None else settings.graphiql):
        return None
    return lambda: graphiql.page(
        endpoint="/graphql",
        identities=development.identities() if development else (),
        documents=development.documents if development else (),
    )
