"""The headers of a webhook, with its signature by Standard Webhooks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from standardwebhooks import Webhook

USER_AGENT = f"Tenantry/{version('tenantry')}"
# Standard Webhooks uses the first; the libraries of Svix look for the second.
HEADER_PREFIXES = ("webhook", "svix")
CURSOR_HEADER = "tenantry-cursor"


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
