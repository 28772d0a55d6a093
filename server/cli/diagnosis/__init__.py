"""What `tenantry doctor` looks at.

Doctor runs in a process of its own. Work that no worker has done shows in the database: that's
where it looks for overdue mail, webhooks and expirations. A log reader that is stuck shows only in
its own server: if one listens on this machine, doctor asks it.
"""

from server.cli.diagnosis.configuration import check_settings
from server.cli.diagnosis.connections import (
    check_mail,
    check_name_servers,
    check_provider,
    check_rate_limits,
    check_server,
    describe_tokens,
)
from server.cli.diagnosis.database import check_database
from server.cli.diagnosis.findings import Finding
from server.settings.settings import Settings, SettingsError


async def examine(
    settings: Settings, port: int | None = None, error: SettingsError | None = None
) -> list[Finding]:
    """Checks everything that can be checked without changing anything.

    Invalid settings have their defaults, so what they are needed for is left out.
    """
    invalid = error.invalid if error else frozenset[str]()
    findings = check_settings(settings, error)
    if "database_url" not in invalid:
        findings += await check_database(settings, invalid)
    findings += await check_server(port, settings)
    if "rate_store_url" not in invalid:
        findings.append(await check_rate_limits(settings))
    if invalid.isdisjoint({"smtp_url", "mail_from", "public_url"}):
        findings.append(await check_mail(settings))
    if "dns_servers" not in invalid:
        findings.append(await check_name_servers(settings))
    for issuer in settings.identity_issuers:
        findings += [await check_provider(issuer), describe_tokens(issuer)]
    return findings
