"""The demo of the packages for browsers, at `/demo/`."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from os import PathLike, stat_result
from pathlib import PurePosixPath
from stat import S_ISREG

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Scope

from server.http.pages.assets import FOLDER, Assets

DEMO = FOLDER / "demo"
INDEX = "index.html"
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            # Logos can be of any origin; those that are about to be uploaded have no URL yet.
            "img-src 'self' https: data: blob:",
            "font-src 'self'",
            # The demo shows itself in two frames, and the outbox in one.
            "frame-src 'self'",
            "frame-ancestors 'self'",
            "form-action 'self'",
            "base-uri 'none'",
        )
    ),
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
MISSING = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Tenantry · Demo</title><link rel="icon" href="data:,"></head>
<body>
<p>The demo is not built yet: run <code>make install</code>, then load this page again.</p>
</body>
</html>
"""


class Demo(Assets):
    """The files of the demo; a path without a file shows the page of its folder, or the first one.

    Its pages read the path themselves, so that they can be loaded again anywhere.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405)
        for candidate in _list_candidates(path):
            # Of a path that no file can have, the look-up raises an error.
            with suppress(OSError, ValueError):
                file, stat = await asyncio.to_thread(self.lookup_path, candidate)
                if stat and S_ISREG(stat.st_mode):
                    return self.file_response(file, stat, scope)
        if PurePosixPath(path).suffix:
            raise HTTPException(404)
        return HTMLResponse(MISSING, 503, HEADERS)

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        return response


def _list_candidates(path: str) -> Iterator[str]:
    """Lists the files that a path can stand for."""
    yield path
    # A missing script isn't a page.
    if not PurePosixPath(path).suffix:
        yield f"{path}/{INDEX}"
        yield f"{path.partition('/')[0]}/{INDEX}"
        yield INDEX


async def _add_slash(request: Request) -> Response:
    return RedirectResponse("/demo/")


def routes() -> list[BaseRoute]:
    return [
        Route("/demo", _add_slash),
        Mount("/demo", Demo(directory=DEMO, check_dir=False), name="demo"),
    ]
