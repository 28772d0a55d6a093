"""The callers of your pages, and the API of a Tenantry server."""

from tenantry_auth.auth import Auth, SignedOutReason
from tenantry_auth.errors import ConfigurationError, Unavailable
from tenantry_auth.tenantry import Tenantry
from tenantry_auth.webhooks import verify_webhook

__all__ = [
    "Auth",
    "ConfigurationError",
    "SignedOutReason",
    "Tenantry",
    "Unavailable",
    "verify_webhook",
]
