"""What settings a production server and a worker need."""

from server.settings.names import ISSUER
from server.settings.settings import Settings, SettingsError
from server.settings.values import SECRET_BYTES, is_safe_url, parse_url


def ensure_production(settings: Settings) -> None:
    """Rejects what is safe on a developer's machine only; raises SettingsError."""
    wrong = find_unsafe_delivery(settings)
    if not settings.identity_issuers:
        wrong.append(
            "TENANTRY_IDENTITY_ISSUERS is missing: without an identity provider nobody can sign in."
        )
    if any(issuer.issuer == ISSUER for issuer in settings.identity_issuers):
        wrong.append(f"TENANTRY_IDENTITY_ISSUERS names {ISSUER}, which is for development only.")
    if wrong:
        raise SettingsError(wrong)


def ensure_worker(settings: Settings) -> None:
    """Rejects settings that a worker can't send valid links with; raises SettingsError."""
    if settings.is_development:
        return
    if wrong := find_unsafe_delivery(settings):
        raise SettingsError(wrong)


def find_unsafe_delivery(settings: Settings) -> list[str]:
    """Finds what is wrong with the links and the mail that people get, one sentence for each."""
    wrong: list[str] = []
    has_public_url = "public_url" in settings.model_fields_set
    if not settings.secret:
        wrong.append(f"TENANTRY_SECRET is missing: give at least {SECRET_BYTES} random bytes.")
    if not has_public_url:
        wrong.append(
            "TENANTRY_PUBLIC_URL is missing: give the https URL that people reach this server at."
        )
    elif not is_safe_url(parse_url(settings.public_url)):
        wrong.append("TENANTRY_PUBLIC_URL: give the https URL that people reach this server at.")
    if has_public_url and settings.smtp_url and not settings.has_sender:
        wrong.append(
            "TENANTRY_MAIL_FROM is missing: TENANTRY_PUBLIC_URL has no domain that mail can come"
            " from. Give a sender, such as Acme <hello@example.com>."
        )
    return wrong
