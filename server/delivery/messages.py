"""The messages of emails, in the first place those of invitations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from models.errors.input import FormatInvalid
from models.validation.addresses import normalize_address
from models.validation.text import clean_name, contains_link

# The rest of a longer name is left out: it could be a message of its own.
SHOWN_LENGTH = 80
# Invisible. It keeps mail programs from making a link of text that looks like an address.
WORD_JOINER = "\u2060"
ENCODED_WORD = "=?"
LINKING = re.compile(r"(?<=[./:@\\\u3002\uff0e\uff61\uff0f\uff1a\uff20])(?=\S)")

templates = Environment(
    loader=PackageLoader("server.delivery"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    auto_reload=False,
)


def split_into_elements(text: str) -> Markup:
    """HTML of which mail programs don't make a link, and that copies as it is."""
    span = Markup("<span>{}</span>")
    return Markup().join(span.format(part) for part in LINKING.split(text))


templates.filters["split_into_elements"] = split_into_elements


class Undeliverable(Exception):
    """The address or the message was rejected permanently: another attempt changes nothing."""


@dataclass(frozen=True, slots=True)
class InvitationEmail:
    """What the email of an invitation says."""

    id: str
    address: str
    organization: str
    # The name of the product that the organization uses, if the instance has one.
    product: str | None
    role: str
    inviter: str | None
    link: str
    expires_at: datetime
    sender: str
    # The name of this server, for the Message-ID. That is the same in every attempt, so that
    # receivers recognize a copy.
    host: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends an email to whom, under which ID."""

    id: str
    address: str
    sender: str
    # The name of this server, for the Message-ID. That is the same in every attempt, so that
    # receivers recognize a copy.
    host: str


class Subject(str):
    """A subject that readers see exactly as it is.

    The email package decodes encoded words (RFC 2047) in every header that it parses, and Python
    3.11.0 to 3.11.9 and 3.12.0 to 3.12.4 write the line feeds in them as new headers. It doesn't
    parse an object that has its own `name` and `fold`.
    """

    name = "Subject"

    def fold(self, *, policy: Policy) -> str:
        is_plain = self.isascii() and ENCODED_WORD not in self
        header = Header(self, "us-ascii" if is_plain else "utf-8", header_name=self.name)
        return f"{self.name}: {header.encode(linesep=policy.linesep)}{policy.linesep}"


class Recipient(str):
    """An address that is sent exactly as it is, for the same reason."""

    name = "To"

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def to_plain_text(text: str) -> str:
    """User input on one line, shortened, and so that mail programs don't make links of it."""
    line = clean_name(text) or ""
    short = line if len(line) <= SHOWN_LENGTH else f"{line[: SHOWN_LENGTH - 1]}…"
    if contains_link(short):
        short = short.replace(ENCODED_WORD, f"={WORD_JOINER}?")
    return LINKING.sub(WORD_JOINER, short)


def to_shown_address(address: str) -> str:
    """The address as people copy it.

    A mail program can make a link of it, which is to the reader. But a link in its local part is
    broken: whoever invites chooses what follows a plus sign.
    """
    local = address.rpartition("@")[0]
    return LINKING.sub(WORD_JOINER, address) if contains_link(local) else address


def to_mailbox(address: str) -> Recipient:
    """Keeps the address as entered, but with an ASCII domain that every mail server understands.

    Raises Undeliverable if a stored address isn't accepted anymore.
    """
    try:
        ascii_domain = normalize_address(address).rpartition("@")[2]
    except FormatInvalid as error:
        raise Undeliverable("The address is not a valid email address.") from error
    local, _, domain = address.rpartition("@")
    return Recipient(f"{local}@{domain if domain.isascii() else ascii_domain}")


def render(email: InvitationEmail, now: datetime) -> EmailMessage:
    """Renders the message, as plain text and HTML."""
    organization = to_plain_text(email.organization)
    subject = f"You're invited to join {organization}"
    values = {
        "organization": organization,
        "product": to_plain_text(email.product) if email.product else None,
        "role": to_plain_text(email.role),
        "inviter": to_plain_text(email.inviter) if email.inviter else None,
        "address": to_shown_address(email.address),
        "link": email.link,
        "until": f"{email.expires_at.astimezone(UTC):%d %B %Y, %H:%M} UTC",
    }
    envelope = Envelope(email.id, email.address, email.sender, email.host)
    return compose(envelope, subject, "invitation", values, now)


def compose(
    envelope: Envelope, subject: str, template: str, values: Mapping[str, object], now: datetime
) -> EmailMessage:
    """Makes a message of the templates with this name."""
    values = {"subject": subject, **values}
    message = EmailMessage()
    message["From"] = envelope.sender
    message["To"] = to_mailbox(envelope.address)
    message["Subject"] = Subject(subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{envelope.id}@{envelope.host}>"
    message["Auto-Submitted"] = "auto-generated"
    text = templates.get_template(f"{template}.txt").render(values)
    message.set_content(text, cte="7bit" if text.isascii() else "8bit")
    message.add_alternative(
        templates.get_template(f"{template}.html").render(values), subtype="html"
    )
    return message
