"""Generated logos: patterns from an id alone, which reveal nothing about the organization."""

import hashlib

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.base import parse_prefix

YEAR = 31_536_000
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


async def image(request: Request) -> Response:
    id = request.path_params["id"]
    if parse_prefix(id) is None:
        return PlainTextResponse("The image doesn't exist.", 404)
    headers = {
        "Cache-Control": f"public, max-age={YEAR}, immutable",
        "Content-Security-Policy": "default-src 'none'",
    }
    return Response(draw_logo(id), media_type="image/svg+xml", headers=headers)


routes = [Route("/images/{id}.svg", image)]
