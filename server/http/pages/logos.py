"""Logos: those that were uploaded, and generated ones.

A generated logo is a pattern from an id alone, which reveals nothing about the organization.
"""

import hashlib
import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.base import parse_prefix
from models.database.store import Store
from models.errors.request import Unavailable
from resolvers.organizations.images import IMAGES, load_image
from server.http.graphql.responses import RETRY_SOON

YEAR = 31_536_000
NAME = re.compile(r"[0-9a-f]{64}\.(png|jpeg|webp)", re.ASCII)
HEADERS = {
    # What a URL shows never changes.
    "Cache-Control": f"public, max-age={YEAR}, immutable",
    # Even if a browser opened it as a page, nothing in it would run.
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 5 5" width="120" height="120"'
    ' shape-rendering="crispEdges">'
    '<rect width="5" height="5" fill="hsl({hue} 45% 92%)"/><path fill="hsl({hue} 55% 45%)"'
    ' d="{squares}"/></svg>'
)


def draw_logo(id: str) -> str:
    """Draws a symmetric pattern of five by five squares."""
    digest = hashlib.sha256(id.encode()).digest()
    filled = [
        (column, row) for row in range(5) for column in range(3) if digest[row * 3 + column] % 2
    ]
    mirrored = {square for column, row in filled for square in ((column, row), (4 - column, row))}
    squares = "".join(f"M{column} {row}h1v1h-1z" for column, row in sorted(mirrored))
    return DRAWING.format(hue=digest[-1] * 360 // 256, squares=squares)


def _not_found() -> Response:
    return PlainTextResponse("The image doesn't exist.", 404)


def routes(store: Store) -> list[Route]:
    async def show_generated(request: Request) -> Response:
        id = request.path_params["id"]
        if parse_prefix(id) is None:
            return _not_found()
        return Response(draw_logo(id), media_type="image/svg+xml", headers=HEADERS)

    async def show_uploaded(request: Request) -> Response:
        name = request.path_params["name"]
        match = NAME.fullmatch(name)
        if match is None:
            return _not_found()
        try:
            data = await load_image(store, name)
        except Unavailable:
            return PlainTextResponse("The image can't be loaded right now.", 503, RETRY_SOON)
        if data is None:
            return _not_found()
        return Response(data, media_type=f"image/{match[1]}", headers=HEADERS)

    return [
        Route(f"{IMAGES}/{{id}}.svg", show_generated),
        Route(f"{IMAGES}/{{name}}", show_uploaded),
    ]
