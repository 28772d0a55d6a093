"""`/metrics`, for Prometheus."""

import hmac

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.observability.observer import Observer
from server.settings.settings import Settings


def routes(settings: Settings, observer: Observer) -> list[BaseRoute]:
    """In production, the metrics are there only for the bearer of the token."""
    token = settings.metrics_token
    if token is None and not settings.is_development:
        return []

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if token and not hmac.compare_digest(given, f"Bearer {token}".encode()):
            return PlainTextResponse(
                "Send the value of TENANTRY_METRICS_TOKEN in the header Authorization: Bearer"
                " <token>.\n",
                401,
                {"WWW-Authenticate": "Bearer"},
            )
        return Response(
            await observer.render_metrics(),
            media_type=CONTENT_TYPE_LATEST,
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/metrics", metrics)]
