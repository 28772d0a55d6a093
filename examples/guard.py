"""A page that is guarded by a session token alone: TENANTRY_PUBLIC_URL=… APP_ORIGIN=… uvicorn examples.guard:app"""

import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from examples.session_token import permissions, verified


def settings(request: Request) -> Response:
    """Not async: the first token fetches the keys, which takes a while; Starlette runs this in a thread."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        claims = verified(token if scheme.lower() == "bearer" else "")
    except jwt.PyJWTError:
        return PlainTextResponse("Sign in first.\n", 401, {"WWW-Authenticate": "Bearer"})
    organization = claims.get("o", {})
    if organization.get("slg") != request.path_params["slug"]:
        return RedirectResponse("/dashboard", 303)
    if organization["rol"] != "admin":
        return RedirectResponse(f"/orgs/{organization['slg']}", 303)
    if "org:sys_profile:manage" not in permissions(claims):
        return RedirectResponse("/unauthorized", 303)
    return PlainTextResponse(f"Admin settings for {organization['slg']}\n")


app = Starlette(routes=[Route("/orgs/{slug}/settings", settings)])
