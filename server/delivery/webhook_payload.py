"""The body of a webhook, which is the same in every attempt."""

from typing import Any

from models.base import dumps, to_milliseconds
from resolvers.lists.pages import AnyRow


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
