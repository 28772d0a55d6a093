"""The packages for browsers as scripts, for pages without a build step."""

import hashlib
from functools import lru_cache
from os import PathLike, stat_result
from pathlib import Path
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Scope

from server.http.pages.assets import FOLDER, Assets
from server.settings.settings import Settings

SCRIPTS = FOLDER / "js"
YEAR = 31_536_000
# How many characters of the hash are in the query.
HASH_LENGTH = 16
NAMES = frozenset({"tenantry.js", "tenantry-ui.js"})
MISSING = "The scripts are not built yet: run make install, then load this URL again."


class Scripts(Assets):
    """Scripts, which pages of every origin can load.

    With the hash of its content in the query, as `Content-Location` has it, a script is kept for
    ever. Without it, a browser asks each time whether it has changed.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code == 404 and path in NAMES:
                raise HTTPException(404, MISSING) from error
            raise

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        hash = _compute_hash(Path(full_path), stat_result.st_mtime_ns)
        # The path of the request can contain line breaks, and this can't.
        name = Path(full_path).name
        if name in NAMES:
            response.headers["Content-Location"] = f"/js/{name}?v={hash}"
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if parse_qs(scope["query_string"].decode("latin-1")).get("v") == [hash]:
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response


@lru_cache(64)
def _compute_hash(path: Path, changed_at: int) -> str:
    """Computes the hash of a file, once for each time that it changes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_LENGTH]


def routes(settings: Settings) -> list[Mount]:
    if not settings.scripts:
        return []
    return [Mount("/js", Scripts(directory=SCRIPTS, check_dir=False), name="scripts")]
