"""Verifies the webhooks of the server."""

from collections.abc import Mapping
from typing import Any


def verify_webhook(body: bytes | str, headers: Mapping[str, str], secret: str) -> dict[str, Any]:
    """Returns the event. `secret` is that of the endpoint, and begins with `whsec_`.

    Raises `standardwebhooks.webhooks.WebhookVerificationError` if the body isn't signed with it, or
    is older than five minutes.
    """
    from standardwebhooks import Webhook
    from standardwebhooks.webhooks import WebhookVerificationError

    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    webhook = Webhook(secret)
    try:
        return webhook.verify(body, {name: headers.get(name, "") for name in names})
    except ValueError as error:
        raise WebhookVerificationError("The signature or the body can't be read.") from error
