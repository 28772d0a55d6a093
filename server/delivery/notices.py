"""The emails about domains and membership requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from models.mail import MailKind
from models.users import make_full_name
from resolvers.delivery.notices import load_code, load_recipient
from resolvers.domains.proofs import make_code
from resolvers.foundation.server import Server
from server.delivery.messages import Envelope, compose, to_plain_text


@dataclass(frozen=True, slots=True)
class Notice:
    """What an email says to one address."""

    address: str
    subject: str
    paragraphs: Sequence[str]
    # Shown in large digits after the first paragraph.
    code: str | None = None


async def make_notice(server: Server, mail: Any) -> Notice | None:
    """Makes the notice of a mail row; None if it is no longer needed."""
    match MailKind(mail.kind):
        case MailKind.DOMAIN_CODE:
            return await _make_code_notice(server, mail)
        case MailKind.DOMAIN_LOST:
            return await _make_loss_notice(server, mail)
        case MailKind.MEMBERSHIP_REQUEST:
            return await _make_request_notice(server, mail)
        case MailKind.INVITATION:
            raise AssertionError("an invitation is not a notice")


async def _make_code_notice(server: Server, mail: Any) -> Notice | None:
    row = await load_code(
        server.store, mail.organization_id, mail.domain, mail.nonce, mail.inviter_id
    )
    if row is None or row.affiliation_expires_at <= server.clock():
        return None
    name = make_full_name(row.first_name, row.last_name)
    asker = to_plain_text(name) if name else "Somebody"
    organization, domain = to_plain_text(row.organization_name), to_plain_text(mail.domain)
    until = f"{row.affiliation_expires_at.astimezone(UTC):%H:%M} UTC"
    return Notice(
        row.affiliation_email_address,
        f"Your code to verify a domain for {organization}",
        [
            f"{asker} wants to verify that the domain {domain} belongs to {organization}, and"
            " named your address. This is the code:",
            f"Pass it on only if {organization} is your organization. With it, {organization} can"
            f" invite everyone who has a verified address at {domain}, and let them ask to join.",
            f"The code expires at {until}. If you weren't expecting this email, you can ignore it.",
        ],
        make_code(server.ticket_keys, row.id, mail.nonce),
    )


async def _make_loss_notice(server: Server, mail: Any) -> Notice | None:
    row = await load_recipient(server.store, mail.organization_id, mail.recipient_id)
    if row is None:
        return None
    organization, domain = to_plain_text(row.organization_name), to_plain_text(mail.domain)
    return Notice(
        row.email_address,
        f"{organization} has lost a verified domain",
        [
            f"The domain {domain} now belongs to another organization: it has proven its ownership,"
            " or the operator has decided so. The domain is no longer verified in your organization"
            f" {organization}.",
            "The domain enrolls nobody now. Its pending invitations and suggestions have ended;"
            " members stay.",
            "If the domain is yours, prove its ownership with a DNS record, or ask the operator.",
        ],
    )


async def _make_request_notice(server: Server, mail: Any) -> Notice | None:
    row = await load_recipient(server.store, mail.organization_id, mail.recipient_id)
    if row is None or not row.has_requests:
        return None
    organization = to_plain_text(row.organization_name)
    return Notice(
        row.email_address,
        f"Somebody wants to join {organization}",
        [
            f"A person with a verified address at a domain of {organization} asks to become a"
            " member.",
            "Accept or reject the request where you manage the members of the organization.",
            "You get this email at most once a day, however many requests there are.",
        ],
    )


def render_notice(notice: Notice, envelope: Envelope, now: datetime) -> EmailMessage:
    """Renders the message, as plain text and HTML."""
    values = {"paragraphs": notice.paragraphs, "code": notice.code}
    return compose(envelope, notice.subject, "notice", values, now)
