"""What a webhook says: its body, the same on every try, and the headers that prove who sent it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

from standardwebhooks import Webhook

from models.base import dumps, to_milliseconds
from resolvers.pages import AnyRow

USER_AGENT = f"Tenantry/{version('tenantry')}"
# Standard Webhooks has the one; the original's library looks for the other.
NAMINGS = ("webhook", "svix")


def make_body(event: AnyRow, instance_id: str) -> bytes:
    """The event in the envelope that docs/rules.md describes
    under Webhooks, with what only secret keys may see.
    """
    private: dict[str, Any] = (
        {} if event.private_metadata is None else {"private_metadata": event.private_metadata}
    )
    return dumps(
        {
            "type": event.type,
            "object": "event",
            "data": event.data | private,
            "timestamp": to_milliseconds(event.occurred_at),
            "instance_id": instance_id,
            "event_attributes": {"http_request": {"client_ip": "", "user_agent": ""}},
        }
    )


def make_headers(id: str, body: bytes, at: datetime, secrets: Sequence[str]) -> Mapping[str, str]:
    """The headers of a try, signed with each of the secrets: during a rotation there are two."""
    signatures = [Webhook(secret).sign(id, at, body.decode()) for secret in secrets]
    signed = {"id": id, "timestamp": str(int(at.timestamp())), "signature": " ".join(signatures)}
    named = {f"{naming}-{name}": value for naming in NAMINGS for name, value in signed.items()}
    return {
        **named,
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "connection": "close",
    }
