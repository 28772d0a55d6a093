"""The types of the settings of Stripe."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from server.settings.values import CommaSeparated, is_safe_url, parse_url, to_none_if_empty

STRIPE_SECRET = re.compile(r"whsec_[A-Za-z0-9_+/=-]{16,}")
STRIPE_KEY = re.compile(r"[rs]k_(live|test)_[A-Za-z0-9_]{10,}")


def check_webhook_secrets(value: tuple[str, ...]) -> tuple[str, ...]:
    for secret in value:
        if not STRIPE_SECRET.fullmatch(secret):
            raise ValueError(
                "must list the signing secrets of Stripe webhook endpoints, which start with whsec_"
            )
    return value


def check_stripe_key(value: str) -> str:
    if not STRIPE_KEY.fullmatch(value):
        raise ValueError(
            "must be an API key of Stripe that starts with rk_live_, rk_test_, sk_live_, or"
            " sk_test_"
        )
    return value


def check_stripe_url(value: str) -> str:
    parts = parse_url(value)
    if not is_safe_url(parts) or parts.query or parts.fragment:
        raise ValueError("must be an https URL without a query or a fragment")
    return value.rstrip("/")


WebhookSecrets = Annotated[CommaSeparated, AfterValidator(check_webhook_secrets)]
StripeKey = Annotated[
    Annotated[str, AfterValidator(check_stripe_key)] | None, BeforeValidator(to_none_if_empty)
]
StripeUrl = Annotated[str, AfterValidator(check_stripe_url)]
