"""The servers that Tenantry uses, and one of its own that runs on this machine."""

from urllib.parse import urlsplit

import httpx
from limits.errors import StorageError

from resolvers.foundation.rate_limits import RateLimits, Rates
from server.cli.diagnosis.findings import Finding
from server.delivery.mail import OUTBOX
from server.delivery.smtp import Smtp
from server.dns import has_answer
from server.identity.authenticator import make_provider
from server.settings.issuers import Issuer
from server.settings.settings import Settings

DEFAULT_PORT = 8000
# Longer than a server takes to answer why it isn't ready.
READY_SECONDS = 12.0


async def check_server(port: int | None, settings: Settings) -> list[Finding]:
    """Whether a server that listens on this machine is ready.

    Without a port, there need not be one at the usual port.
    """
    is_expected = port is not None
    port = port or urlsplit(settings.public_url).port or DEFAULT_PORT
    try:
        async with httpx.AsyncClient(timeout=READY_SECONDS, trust_env=False) as client:
            answer = (await client.get(f"http://127.0.0.1:{port}/readyz")).json()
            is_ready = answer["ready"]
    except httpx.TimeoutException:
        return [Finding("Server", False, f"port {port} doesn't respond")]
    except (httpx.TransportError, ValueError, LookupError, TypeError) as error:
        if not is_expected:
            return []
        detail = (
            "has no server"
            if isinstance(error, httpx.TransportError)
            else "has a server that isn't Tenantry"
        )
        return [Finding("Server", False, f"port {port} {detail}; check --port")]
    detail = "is ready" if is_ready else f"is not ready: {answer.get('reason')}"
    return [Finding("Server", bool(is_ready), f"port {port} {detail}")]


async def check_provider(issuer: Issuer) -> Finding:
    what = f"Identity provider {issuer.issuer}"
    if issuer.public_key:
        return Finding(what, True, f"one public key, {', '.join(issuer.algorithms)}")
    keys = make_provider(issuer).keys
    await keys.find_key(None)
    number = len(getattr(keys, "keys", {}))
    if not keys.are_known:
        return Finding(
            what,
            False,
            f"{issuer.jwks_url} returns no key set; check the URL, and that this machine can reach"
            " it",
        )
    if number == 0:
        return Finding(
            what, False, f"{issuer.jwks_url} has no usable key for {', '.join(issuer.algorithms)}"
        )
    return Finding(what, True, f"{number} {'key' if number == 1 else 'keys'} at {issuer.jwks_url}")


async def check_rate_limits(settings: Settings) -> Finding:
    """Whether the counters that processes share can be reached."""
    if settings.rate_store_url is None:
        return Finding(
            "Rate limits",
            True,
            "counted in each process; if several serve, set TENANTRY_RATE_STORE_URL to share them",
        )
    limits = RateLimits(Rates(), settings.rate_store_url)
    place = urlsplit(settings.rate_store_url).netloc.rpartition("@")[2]
    try:
        await limits.ping()
    except (StorageError, OSError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        return Finding(
            "Rate limits", False, f"TENANTRY_RATE_STORE_URL: {place} can't be used: {reason}"
        )
    finally:
        await limits.close()
    return Finding("Rate limits", True, f"shared by all processes at {place}")


def describe_tokens(issuer: Issuer) -> Finding:
    """What the tokens of an identity provider must hold, and which claims are read."""
    names = issuer.claims
    audience = " or ".join(sorted(issuer.audiences))
    verified = (
        "always verified, because claims.email_verified is true"
        if names.email_verified is True
        else f"verified if {names.email_verified} is true"
    )
    return Finding(
        f"Tokens of {issuer.issuer}",
        True,
        f"must have sub, exp, and aud with {audience}; address from {names.email}, {verified};"
        f" names from {names.given_name} and {names.family_name}, or {names.name};"
        f" username from {names.username}; picture from {names.picture}",
    )


async def check_mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        instead = (
            f"email is written to {OUTBOX}"
            if settings.is_development
            else "invitations need notify: false"
        )
        return Finding("Email", True, f"TENANTRY_SMTP_URL is not set: {instead}")
    place = urlsplit(settings.smtp_url).netloc.rpartition("@")[2]
    try:
        await Smtp(settings.smtp_url).check()
    except Exception as error:
        # Whatever fails on somebody else's server is the finding.
        reason = " ".join(str(error).split()) or type(error).__name__
        return Finding("Email", False, f"TENANTRY_SMTP_URL: {place} can't be used: {reason}")
    return Finding("Email", True, f"{place} accepts email from {settings.sender}")


async def check_name_servers(settings: Settings) -> Finding:
    """Whether name servers answer, which look for the TXT records of domains."""
    place = ", ".join(settings.dns_servers) or "those of the system"
    if await has_answer(settings.dns_servers):
        return Finding("Name servers", True, f"{place} answer")
    sentence = (
        f"{place} didn't answer: a DNS record can't verify a domain, only a code can. Set"
        " TENANTRY_DNS_SERVERS to name servers that this machine can reach."
    )
    return Finding("Name servers", True, sentence, is_risk=True)
