"""The content of a webhook: its body, the same in every attempt, and its signed headers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

from standardwebhooks import Webhook

from models.base import dumps, to_milliseconds
from resolvers.lists.pages import AnyRow

USER_AGENT = f"Tenantry/{version('tenantry')}"
# Standard Webhooks uses the first; the libraries of Svix look for the second.
HEADER_PREFIXES = ("webhook", "svix")
CURSOR_HEADER = "tenantry-cursor"


def make_body(event: AnyRow, instance_id: str) -> bytes:
    """Makes the event's envelope (docs/rules.md, Webhooks), including the private metadata."""
    private: dict[str, Any] = {}
    if event.private_metadata is not None:
        private = {"private_metadata": event.private_metadata}
    return dumps(
        {
            "type": event.type,
            "object": "event",
            "data": event.data | private,
            "timestamp": to_milliseconds(event.occurred_at),
            "cursor": str(event.event_cursor),
            "instance_id": instance_id,
            "event_attributes": {"http_request": {"client_ip": "", "user_agent": ""}},
        }
    )


def make_signed_headers(
    id: str, cursor: int, body: bytes, at: datetime, secrets: Sequence[str]
) -> Mapping[str, str]:
    """The headers of an attempt, signed with each secret; during a rotation there are two.

    The signature covers the body, which contains the cursor too, but not the header of the cursor.
    """
    signatures = [Webhook(secret).sign(id, at, body.decode()) for secret in secrets]
    values = {"id": id, "timestamp": str(int(at.timestamp())), "signature": " ".join(signatures)}
    signed = {
        f"{prefix}-{name}": value for prefix in HEADER_PREFIXES for name, value in values.items()
    }
    return {
        **signed,
        CURSOR_HEADER: str(cursor),
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "connection": "close",
    }
