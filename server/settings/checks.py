"""What settings a production server and a worker need."""

import os
import ssl
from ipaddress import ip_network
from urllib.parse import urlsplit

from server.settings.names import ISSUER
from server.settings.secrets import SECRET_BYTES
from server.settings.settings import Settings, SettingsError
from server.settings.values import LOOPBACK, is_safe_url, parse_url


def ensure_production(settings: Settings) -> None:
    """Rejects what is safe on a developer's machine only; raises SettingsError."""
    wrong = [*find_unsafe_delivery(settings), *find_unusable_authorities()]
    if not settings.identity_issuers:
        wrong.append(
            "TENANTRY_IDENTITY_ISSUERS is missing. Without an identity provider, nobody can sign"
            " in."
        )
    if any(issuer.issuer == ISSUER for issuer in settings.identity_issuers):
        wrong.append(
            f"TENANTRY_IDENTITY_ISSUERS must not contain {ISSUER}, which is for development only."
        )
    if wrong:
        raise SettingsError(wrong)


def ensure_worker(settings: Settings) -> None:
    """Rejects settings that a worker can't send valid links with; raises SettingsError."""
    if settings.is_development:
        return
    wrong = [*find_unsafe_delivery(settings), *find_unusable_authorities()]
    if settings.metrics_port and not settings.metrics_token:
        wrong.append(
            "TENANTRY_METRICS_TOKEN is missing. Without it, nothing can be read at"
            " TENANTRY_METRICS_PORT. Set it to the output of: openssl rand -hex 24"
        )
    if wrong:
        raise SettingsError(wrong)


def find_risks(settings: Settings) -> list[str]:
    """What a production server starts with although it is less safe, with what to set instead."""
    networks = ", ".join(map(str, settings.webhook_networks))
    smtp_url = urlsplit(settings.smtp_url or "")
    rate_store = urlsplit(settings.rate_store_url or "")
    risks = {
        "TENANTRY_INTROSPECTION is true: anyone can read the whole schema. Set it to false unless"
        " the API is public.": settings.introspection,
        "TENANTRY_GRAPHIQL is true: the page is for developers. Set it to false.": (
            settings.graphiql
        ),
        f"TENANTRY_PUBLIC_URL is {settings.public_url}: links in email lead to the reader's own"
        " machine. Set the https URL that people reach this server at.": (
            parse_url(settings.public_url).hostname in LOOPBACK
        ),
        f"TENANTRY_WEBHOOK_NETWORKS allows {networks}: anyone who manages webhooks can reach"
        " every service there. Remove the networks that no receiver needs.": networks,
        "TENANTRY_SMTP_URL is not set: invitations can't be sent by email, only with"
        " notify: false. Set it to the URL of a mail server.": not settings.smtp_url,
        "TENANTRY_SMTP_URL starts with smtp:// and has no user: invitation links can be sent"
        " unencrypted. Set smtps://, or a user and a password.": (
            smtp_url.scheme == "smtp" and not smtp_url.username
        ),
        "TENANTRY_STRIPE_API_KEY is not set: subscriptions are as the newest event says, and a lost"
        " event is never noticed. Set a restricted key that can read subscriptions.": (
            settings.stripe_webhook_secrets and not settings.stripe_api_key
        ),
        "TENANTRY_STRIPE_API_KEY is a test key: real payments have no effect. Set a live key.": (
            settings.stripe_api_key and not settings.is_stripe_live
        ),
        "TENANTRY_METRICS_TOKEN is not set: /metrics is not available. Set it to the output"
        " of: openssl rand -hex 24": not settings.metrics_token,
        "TENANTRY_SECRET_KEYS holds keys that only a restart can revoke. Create keys with"
        " `tenantry keys create`, and remove these.": settings.secret_keys,
        "TENANTRY_TRUST_TRACEPARENT is true: a client can choose the trace of its requests. Set it"
        " to false unless a proxy replaces the header.": settings.trust_traceparent,
        "TENANTRY_USER_RATE is off: one user can keep the server busy. Set a rate, such as"
        " 1000/minute.": settings.user_rate is None,
        "TENANTRY_ADDRESS_RATE is off: anyone can try credentials without limit. Set a rate, such"
        " as 300/minute.": settings.address_rate is None,
        "TENANTRY_TRUSTED_PROXIES allows every address: clients can choose the address that limits"
        " count. Set the addresses of your proxies.": any(
            ip_network(proxy).prefixlen == 0 for proxy in settings.trusted_proxies
        ),
        "TENANTRY_RATE_STORE_URL isn't encrypted: others on the network can change the counters."
        " Set a valkeys:// URL.": (
            rate_store.scheme in {"redis", "valkey"} and rate_store.hostname not in LOOPBACK
        ),
        f"TENANTRY_MAX_COST is {settings.max_cost}: one request can delay all others for seconds."
        " Set at most 100000.": settings.max_cost > 100_000,
        f"TENANTRY_LOG_LEVEL is {settings.log_level}: requests are not logged. Set it to info.": (
            settings.log_level in {"warning", "error"}
        ),
    }
    risky_origins = [origin for origin in settings.allowed_origins if is_risky_origin(origin)]
    return [
        *(sentence for sentence, is_risk in risks.items() if is_risk),
        *(
            f"TENANTRY_ALLOWED_ORIGINS contains {origin}: others can serve their own pages there."
            " Remove it, or set its https origin."
            for origin in risky_origins
        ),
    ]


def is_risky_origin(origin: str) -> bool:
    """Whether others than its owner can serve pages of the origin: locally, or on the network."""
    parts = parse_url(origin)
    return parts.hostname in LOOPBACK or parts.scheme != "https"


def find_unsafe_delivery(settings: Settings) -> list[str]:
    """Finds what is wrong with the links and the mail that people get, one sentence for each."""
    wrong: list[str] = []
    has_public_url = "public_url" in settings.model_fields_set
    if not settings.secret:
        wrong.append(
            f"TENANTRY_SECRET is missing. Set it to at least {SECRET_BYTES} random bytes, such as"
            " the output of: openssl rand -base64 48"
        )
    if not has_public_url:
        wrong.append("TENANTRY_PUBLIC_URL is missing. Set it to the https URL of this server.")
    elif not is_safe_url(parse_url(settings.public_url)):
        wrong.append(
            "TENANTRY_PUBLIC_URL must be an https URL: the one that people reach this server at."
        )
    if has_public_url and settings.smtp_url and not settings.has_sender:
        wrong.append(
            "TENANTRY_MAIL_FROM is missing, and TENANTRY_PUBLIC_URL has no domain to send email"
            " from. Set a sender, such as Acme <hello@example.com>."
        )
    return wrong


def find_unusable_authorities() -> list[str]:
    """Finds what is wrong with the certificate authorities that the environment names.

    They are used later, when the server first sends a request over TLS.
    """
    path = os.environ.get("SSL_CERT_FILE")
    if not path:
        return []
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        problem = "contains no certificates"
    except OSError as error:
        problem = f"can't be read: {error.strerror}"
    else:
        return []
    return [
        f"SSL_CERT_FILE is {path}, which {problem}. Set it to a file of certificates in PEM"
        " format, or don't set it."
    ]
