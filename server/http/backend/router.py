"""The routes of the Backend API: who can call, and what every endpoint does alike."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from models.base import dumps
from models.tracing import start_span
from resolvers.authority.access import ensure_reach
from schema.foundation.context import Context
from server.http.backend.catalogue import ENDPOINTS
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.errors import Fault, Rejected, make_error_response
from server.http.backend.unsupported import UNSUPPORTED
from server.http.clients import get_network
from server.http.graphql.endpoint import GraphQLEndpoint
from server.http.jwks import load_key_set
from server.http.requests import JSON
from server.identity.tokens import InvalidCredential
from server.observability.records import ORGANIZATION_ID, get_record
from server.settings.settings import Settings

PREFIX = "/v1"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

# A slash within an ID would lead to another endpoint, and no ID contains a NUL.
HIDDEN = re.compile(rb"%(2f|00)", re.IGNORECASE)
UNKNOWN = Rejected(
    404, Fault("resource_not_found", "This endpoint doesn't exist. See the guide Backend API.")
)


@dataclass(frozen=True, slots=True, eq=False)
class BackendApi:
    """Answers the endpoints with what the GraphQL endpoint of the application consists of."""

    graphql: GraphQLEndpoint

    async def answer(self, endpoint: Endpoint[Any], request: Request) -> Response:
        """Answers a call, whose operation is finished even if its client disconnects."""
        self._record(endpoint, request)
        try:
            context = await self._authenticate(request)
            if HIDDEN.search(request.scope["raw_path"]):
                raise UNKNOWN
            context.use_scope(endpoint.scope)
            _ensure_reach(endpoint, context)
            return await self.graphql.run_to_completion(self._run(endpoint, context, request))
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            return make_error_response(error)

    def _record(self, endpoint: Endpoint[Any], request: Request) -> None:
        record = get_record()
        record.is_operation = True
        record.operation = f"{endpoint.method} {endpoint.path}"
        record.kind = "query" if endpoint.method == "GET" else "mutation"
        organization_id = request.path_params.get("organization_id", "")
        if ORGANIZATION_ID.fullmatch(organization_id):
            record.organization_id = organization_id

    async def _authenticate(self, request: Request) -> Context:
        """Reads the caller from the store; raises InvalidCredential for all but a secret key."""
        rate_limits, network = self.graphql.rate_limits, get_network(request)
        try:
            header = request.headers.getlist("authorization")
            credential = self.graphql.identity.authenticate_service(header)
            context = await self.graphql.make_context(credential, request)
        except InvalidCredential:
            await rate_limits.count_rejected(network)
            raise
        await rate_limits.count_fields(context.actor, network, fields=1)
        return context

    async def _run(self, endpoint: Endpoint[Any], context: Context, request: Request) -> Response:
        is_query, record = endpoint.method == "GET", get_record()
        given: BaseModel = await endpoint.read_input(request)
        try:
            with start_span(record.kind, {"http.route": endpoint.path}):
                result = await endpoint.handler(Call(context, request.path_params), given)
        finally:
            await context.clear_loaders()
            record.organization_id = context.changed_organization_id or record.organization_id
        return self._encode(result, is_query=is_query)

    def _encode(self, result: Any, *, is_query: bool) -> Response:
        """Encodes the answer; clients parse only a type without a charset as JSON."""
        if result is None:
            return Response(status_code=204)
        json, maximum = dumps(result), self.graphql.encoder.maximum
        if is_query and len(json) > maximum:
            sentence = f"The response has {len(json)} bytes, more than the limit of {maximum}."
            sentence += " Request less at once, with a smaller limit."
            raise Rejected(422, Fault("form_param_value_too_large", sentence, "limit"))
        return Response(json, media_type=JSON)

    async def show_keys(self, request: Request) -> Response:
        """Returns the public keys of session tokens, to callers without a secret key too."""
        try:
            return Response(dumps(await load_key_set(self.graphql.signer)), media_type=JSON)
        except Exception as error:
            return make_error_response(error)

    async def refuse(self, rejected: Rejected, request: Request) -> Response:
        """Refuses a call of an endpoint that doesn't exist, as long as a secret key calls."""
        try:
            await self._authenticate(request)
            raise rejected
        except Exception as error:
            return make_error_response(error)


def _ensure_reach(endpoint: Endpoint[Any], context: Context) -> None:
    """Keeps keys for certain organizations from changing what belongs to the instance."""
    if endpoint.method != "GET" and "{organization_id}" not in endpoint.path:
        ensure_reach(context.caller, None)


def routes(settings: Settings, graphql: GraphQLEndpoint) -> list[BaseRoute]:
    """Returns the routes; none if the Backend API is disabled."""
    if not settings.backend_api:
        return []
    api = BackendApi(graphql)
    return [*_make_routes(api), *_make_refusals(api)]


def _make_routes(api: BackendApi) -> Iterable[Route]:
    yield Route(f"{PREFIX}/jwks", api.show_keys, methods=["GET"])
    for endpoint in ENDPOINTS:
        yield Route(endpoint.path, partial(api.answer, endpoint), methods=[endpoint.method])


def _make_refusals(api: BackendApi) -> Iterable[Route]:
    """Makes the routes of what isn't supported, and of all that doesn't exist."""
    for path, instead in UNSUPPORTED.items():
        rejected = Rejected(501, Fault("not_supported", instead))
        for each in (path, f"{path}/{{rest:path}}"):
            yield Route(each, partial(api.refuse, rejected), methods=METHODS)
    yield Route(f"{PREFIX}/{{rest:path}}", partial(api.refuse, UNKNOWN), methods=METHODS)
