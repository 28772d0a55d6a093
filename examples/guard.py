"""A page that is guarded by a session token: TENANTRY_URL=… APP_ORIGIN=… uvicorn examples.guard:app"""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tenantry_auth import Tenantry

tenantry = Tenantry(os.environ["TENANTRY_URL"], authorized_parties=[os.environ["APP_ORIGIN"]])


async def settings(request: Request) -> Response:
    auth = await tenantry.authenticate(request)
    if not auth.is_authenticated:
        return PlainTextResponse("Sign in first.\n", 401, {"WWW-Authenticate": "Bearer"})
    if auth.org_slug != request.path_params["slug"]:
        return RedirectResponse("/dashboard", 303)
    if not auth.has(role="org:admin"):
        return RedirectResponse(f"/orgs/{auth.org_slug}", 303)
    if not auth.has(permission="org:sys_profile:manage"):
        return RedirectResponse("/unauthorized", 303)
    return PlainTextResponse(f"Admin settings for {auth.org_slug}\n")


app = Starlette(routes=[Route("/orgs/{slug}/settings", settings)])
