"""The letters of invitations: what they say, and the ways they can leave."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from models.errors import FormatInvalid
from models.validation.addresses import normalize_address
from models.validation.text import contains_link

# A name longer than this is no name: it could tell a story.
SHOWN_LENGTH = 80
# Invisible, and no part of a word: mail programs make links of whatever looks like an address.
WORD_JOINER = "\u2060"
ENCODED_WORD = "=?"
LINKING = re.compile(r"(?<=[./:@\\\u3002\uff0e\uff61\uff0f\uff1a\uff20])(?=\S)")

templates = Environment(
    loader=PackageLoader("server.delivery"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    auto_reload=False,
)


class Undeliverable(Exception):
    """The address, or the letter itself, was refused for good: trying again changes nothing."""


@dataclass(frozen=True, slots=True)
class InvitationEmail:
    """An invitation's letter, before it is written."""

    id: str
    address: str
    organization: str
    role: str
    inviter: str | None
    link: str
    expires_at: datetime
    sender: str
    # The name of this server, for the Message-ID: the same on every try, so that receivers can tell
    # a copy.
    host: str


class Subject(str):
    """A subject that reaches the reader character by character.

    The email package decodes encoded words (RFC 2047) in every header that it parses, and Python
    3.11.0 to 3.11.9 and 3.12.0 to 3.12.4 write the line feeds in them as new headers. It doesn't
    parse an object that has a `name` and a `fold` of its own.
    """

    name = "Subject"

    def fold(self, *, policy: Policy) -> str:
        is_plain = self.isascii() and ENCODED_WORD not in self
        header = Header(self, "us-ascii" if is_plain else "utf-8", header_name=self.name)
        return f"{self.name}: {header.encode(linesep=policy.linesep)}{policy.linesep}"


class Recipient(str):
    """An address that is sent as it is, for the same reason."""

    name = "To"

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def to_plain_text(text: str) -> str:
    """Text that somebody typed, on one line, not too long,
    and such that no mail program takes it for a link.
    """
    line = "".join(character for character in " ".join(text.split()) if character.isprintable())
    short = line if len(line) <= SHOWN_LENGTH else f"{line[: SHOWN_LENGTH - 1]}…"
    if contains_link(short):
        short = short.replace(ENCODED_WORD, f"={WORD_JOINER}?")
    return LINKING.sub(WORD_JOINER, short)


def to_mailbox(address: str) -> Recipient:
    """The address as typed, with a domain that is not
    ASCII in the form that every mail server understands.

    Raises Undeliverable for a stored address that isn't accepted anymore.
    """
    try:
        ascii_domain = normalize_address(address).rpartition("@")[2]
    except FormatInvalid as error:
        raise Undeliverable("The address is not an email address.") from error
    local, _, domain = address.rpartition("@")
    return Recipient(f"{local}@{domain if domain.isascii() else ascii_domain}")


def render(letter: InvitationEmail, now: datetime) -> EmailMessage:
    """The message, as text and as HTML."""
    organization = to_plain_text(letter.organization)
    subject = f"You are invited to join {organization}"
    values = {
        "subject": subject,
        "organization": organization,
        "role": to_plain_text(letter.role),
        "inviter": to_plain_text(letter.inviter) if letter.inviter else None,
        "address": LINKING.sub(WORD_JOINER, letter.address),
        "link": letter.link,
        "until": f"{letter.expires_at.astimezone(UTC):%d %B %Y, %H:%M} UTC",
    }
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        letter.sender,
        to_mailbox(letter.address),
        Subject(subject),
    )
    message["Date"], message["Message-ID"] = format_datetime(now), f"<{letter.id}@{letter.host}>"
    message["Auto-Submitted"] = "auto-generated"
    text = templates.get_template("invitation.txt").render(values)
    message.set_content(text, cte="7bit" if text.isascii() else "8bit")
    message.add_alternative(
        templates.get_template("invitation.html").render(values), subtype="html"
    )
    return message
