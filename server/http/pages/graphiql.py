"""The GraphiQL page and its assets, all served by this server."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from starlette.responses import HTMLResponse
from starlette.routing import Mount

from server.http.pages.assets import FOLDER, Assets

ASSETS = FOLDER / "graphiql"

HEADERS = {
    "Cache-Control": "no-store",
    # Monaco sets styles from scripts, and draws its underlines and arrows as data URLs.
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "worker-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tenantry · GraphiQL</title>
<link rel="icon" href="/graphiql/assets/icon.svg">
<link rel="stylesheet" href="/graphiql/assets/graphiql.css">
<script type="application/json" id="config">{config}</script>
<script type="module" src="/graphiql/assets/graphiql.js"></script>
</head>
<body><div id="graphiql"></div><noscript>GraphiQL needs JavaScript.</noscript></body>
</html>
"""

MISSING = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Tenantry · GraphiQL</title><link rel="icon" href="data:,"></head>
<body>
<p>GraphiQL is not built yet: run <code>make install</code>, then load this page again.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class MenuIdentity:
    """A user or service to sign in as, under a unique label; without authorization, nobody."""

    label: str
    detail: str
    authorization: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """An example operation, opened in a tab of its own."""

    name: str
    query: str
    variables: dict[str, object]


routes = [
    Mount("/graphiql/assets", Assets(directory=ASSETS, check_dir=False), name="graphiql-assets")
]


def page(
    *, endpoint: str, identities: Sequence[MenuIdentity], documents: Sequence[Document]
) -> HTMLResponse:
    """Renders GraphiQL for the endpoint, signed in as the first identity."""
    if not (ASSETS / "graphiql.js").is_file():
        return HTMLResponse(MISSING, status_code=503, headers=HEADERS)
    config = {
        "endpoint": endpoint,
        "identities": [asdict(identity) for identity in identities],
        "documents": [asdict(document) for document in documents],
    }
    return HTMLResponse(PAGE.format(config=script_json(config)), headers=HEADERS)


def script_json(value: object) -> str:
    """Encodes JSON for the inside of a script element."""
    # ASCII output already escapes U+2028; without these three characters nothing can open or close
    # a tag or a comment.
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
