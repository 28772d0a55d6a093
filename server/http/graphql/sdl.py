"""`/schema.graphql`: the schema as text, for secret keys only unless introspection is enabled."""

from functools import cache, partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from schema.foundation.sdl import sdl
from server.http.graphql.endpoint import GraphQLEndpoint
from server.http.graphql.responses import make_error_response


def route(endpoint: GraphQLEndpoint, *, is_public: bool) -> Route:
    get_text = cache(partial(sdl, endpoint.schema))

    async def show(request: Request) -> Response:
        try:
            credential = await endpoint.identity.authenticate(
                request.headers.getlist("authorization")
            )
            context = await endpoint.make_context(credential, request)
        except Exception as error:
            return make_error_response(error)
        if not is_public and not context.is_service:
            return PlainTextResponse("Only a secret key can read the schema.\n", 403)
        return PlainTextResponse(get_text(), media_type="text/plain; charset=utf-8")

    return Route("/schema.graphql", show)
