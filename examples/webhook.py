"""A service that takes webhooks: `uvicorn examples.webhook:app`, with the endpoint's secret in WEBHOOK_SECRET."""

import os

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

SECRET = os.environ["WEBHOOK_SECRET"]
known: dict[str, str] = {}
"""What happened, by the event's id: a real service keeps that in its database, with what it did about it."""
newest: dict[str, int] = {}
"""The cursor of the newest event of each object: webhooks can arrive in any order."""


async def webhooks(request: Request) -> Response:
    try:
        event = Webhook(SECRET).verify(await request.body(), dict(request.headers))
    except WebhookVerificationError:
        return PlainTextResponse("That is not signed by Tenantry.\n", 400)
    object_id, cursor = event["data"]["id"], int(event["cursor"])
    if cursor > newest.get(object_id, 0):
        newest[object_id] = cursor
        known[request.headers["webhook-id"]] = event["type"]
    return Response(status_code=204)


app = Starlette(routes=[Route("/webhooks", webhooks, methods=["POST"])])
