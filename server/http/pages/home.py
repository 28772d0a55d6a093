"""`/`: leads to GraphiQL, or says to whoever opens it what this server is for."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

TEXT = """\
This is a Tenantry server. Applications use it, so it has no page to sign in on.

If you were invited, open the link in your invitation email.

For developers:
  /graphql    the API: send GraphQL requests with POST
  /healthz    whether the server runs
  /readyz     whether it can answer requests
"""


def route(*, has_page: bool) -> Route:
    return Route("/", redirect_to_page if has_page else show_text)


async def redirect_to_page(request: Request) -> Response:
    return RedirectResponse("/graphql")


async def show_text(request: Request) -> Response:
    return PlainTextResponse(TEXT)
