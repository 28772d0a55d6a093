"""`POST /billing/stripe`: signed events of Stripe (rule 49)."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from models.base import JSONObject
from models.errors.request import Unavailable
from resolvers.authority.access import SYSTEM
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import begin
from resolvers.stripe.receive import ReportedEvent, receive_event
from resolvers.stripe.states import Unreadable, find_subscription_id, parse_state
from server.http.requests import HttpError, read_body
from server.settings.settings import Settings

PATH = "/billing/stripe"
# How far the time of a signature can be from now, either way.
TOLERANCE_SECONDS = 300
EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,250}")
TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)

log = structlog.stdlib.get_logger("tenantry.stripe")


class Rejected(Exception):
    """The request isn't an event that Stripe has signed; nothing of it is stored."""


def verify(body: bytes, header: str, secrets: Sequence[str], now: datetime) -> None:
    """Compares every signature with every secret, in constant time; raises Rejected."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not TIMESTAMP.fullmatch(times[0]) or not signatures:
        raise Rejected("The header Stripe-Signature is missing or malformed.")
    signed = times[0].encode() + b"." + body
    expected = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    matches = [
        hmac.compare_digest(one.encode(), signature.encode())
        for one in expected
        for signature in signatures
    ]
    if not any(matches):
        raise Rejected("No signature matches. Check TENANTRY_STRIPE_WEBHOOK_SECRETS.")
    if abs(now.timestamp() - int(times[0])) > TOLERANCE_SECONDS:
        raise Rejected(f"The signature is more than {TOLERANCE_SECONDS} seconds off.")


@dataclass(frozen=True, slots=True, eq=False)
class StripeEndpoint:
    """Receives events; what they say is read from Stripe, if a key allows that."""

    server: Server
    secrets: Sequence[str]
    can_read: bool
    is_live: bool

    async def receive(self, request: Request) -> Response:
        try:
            body = await read_body(request)
            header = ",".join(request.headers.getlist("stripe-signature"))
            verify(body, header, self.secrets, self.server.clock())
            await self._store(self._parse(body))
        except HttpError as error:
            return JSONResponse({"error": str(error)}, error.status, error.headers)
        except Rejected as error:
            log.warning("stripe event rejected", reason=str(error))
            return JSONResponse({"error": str(error)}, 400)
        except Unavailable as error:
            return JSONResponse({"error": str(error)}, 503, {"Retry-After": "1"})
        return JSONResponse({"received": True})

    def _parse(self, body: bytes) -> ReportedEvent | None:
        """Parses an event; returns None for one of the other mode, raises Rejected for no event."""
        try:
            event: Any = orjson.loads(body)
            id, created, is_live = event["id"], event["created"], event["livemode"]
            object: Any = event["data"]["object"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise Rejected("The body is not an event.") from error
        is_event = isinstance(id, str) and EVENT_ID.fullmatch(id) and type(created) is int
        if not is_event:
            raise Rejected("The body is not an event.")
        if is_live is not self.is_live:
            log.warning("stripe event of the other mode ignored", id=id)
            return None
        subscription_id = find_subscription_id(object)
        if self.can_read or subscription_id is None:
            return ReportedEvent(id, created, subscription_id)
        try:
            state = parse_state(cast(JSONObject, object))
        except Unreadable:
            # An invoice, for example, doesn't contain the subscription that it is for.
            return ReportedEvent(id, created, None)
        return ReportedEvent(id, created, subscription_id, state, cast(JSONObject, object))

    async def _store(self, event: ReportedEvent | None) -> None:
        if event is None:
            return
        async with begin(self.server, SYSTEM) as tx:
            has_work = await receive_event(tx, event)
        if has_work:
            self.server.store.wakeup.notify()


def routes(settings: Settings, server: Server) -> list[BaseRoute]:
    """Returns the route; none unless there are secrets to verify signatures with."""
    if not settings.stripe_webhook_secrets:
        return []
    endpoint = StripeEndpoint(
        server,
        settings.stripe_webhook_secrets,
        settings.stripe_api_key is not None,
        settings.is_stripe_live,
    )
    return [Route(PATH, endpoint.receive, methods=["POST"])]
