"""The letters of invitations: what they say, and the ways they can leave."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTPUTF8, Policy
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from models.errors import FormatInvalid
from models.validation.addresses import normalize_address
from models.validation.text import contains_link

# How long one letter may take, from the first packet to the last answer; well within the lease on
# it.
#
# Long, for a server that is slow to say yes has often taken the letter: who gives up too early
# sends it twice.
SEND_SECONDS = 180
QUIT_SECONDS = 2
CHECK_SECONDS = 10
# A name longer than this is no name: it could tell a story.
SHOWN_LENGTH = 80
# Invisible, and no part of a word: mail programs make links of whatever looks like an address.
WORD_JOINER = "\u2060"
ENCODED_WORD = "=?"
LINKING = re.compile(r"(?<=[./:@\\\u3002\uff0e\uff61\uff0f\uff1a\uff20])(?=\S)")
# 5xx answers that are about us, who have not signed in as the server wants, and not about the
# address.
SESSION_CODES = {530, 534, 535, 538}

templates = Environment(
    loader=PackageLoader("server.delivery"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    auto_reload=False,
)


class Undeliverable(Exception):
    """The address, or the letter itself, was refused for good: trying again changes nothing."""


class TemporaryFailure(Exception):
    """The mail server wants the letter again later; the text is its answer."""


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


OnWritten = Callable[[EmailMessage, Path], None]


class Transport(Protocol):
    """A way for a message to leave.

    Raises Undeliverable when it never will, anything else when it may later.
    """

    async def send(self, message: EmailMessage) -> None: ...


@dataclass(frozen=True, slots=True)
class Outbox:
    """A folder: for development, where nobody runs a mail server.

    Its letters hold tickets, so it is the owner's.
    """

    folder: Path
    # Says what was written where; for the console of who develops.
    on_written: OnWritten = lambda message, path: None

    async def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        path = self.folder / f"{name}.eml"
        path.write_bytes(message.as_bytes(policy=SMTPUTF8))
        self.on_written(message, path)


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server: `smtp://` with STARTTLS where it is
    offered, and where a password is sent; `smtps://` with TLS.
    """

    url: str

    async def send(self, message: EmailMessage) -> None:
        async with self._connected(SEND_SECONDS) as client:
            await _hand_over(client, message)

    async def check(self) -> None:
        """Connects and signs in, and sends nothing; raises what is wrong."""
        async with self._connected(CHECK_SECONDS) as client:
            await client.noop()

    @asynccontextmanager
    async def _connected(self, seconds: float) -> AsyncGenerator[aiosmtplib.SMTP]:
        client = aiosmtplib.SMTP(**smtp_options(self.url))
        try:
            async with asyncio.timeout(seconds):
                await client.connect()
                yield client
            with suppress(
                Exception
            ):  # The letter is taken: whatever happens now, it must not be sent again.
                async with asyncio.timeout(QUIT_SECONDS):
                    await client.quit()
        finally:
            client.close()


def smtp_options(url: str) -> dict[str, Any]:
    """What the client is given.

    A server that need not prove itself, for no password is sent, is not asked to.
    """
    parts = urlsplit(url)
    is_tls, signs_in = parts.scheme == "smtps", bool(parts.username)
    return {
        "hostname": parts.hostname,
        "port": parts.port or (465 if is_tls else 587),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": is_tls,
        "start_tls": False if is_tls else (True if signs_in else None),
        "validate_certs": is_tls or signs_in,
        "timeout": SEND_SECONDS,
    }


async def _hand_over(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    sender = message["From"].addresses[0].addr_spec
    try:
        await client.send_message(message, sender=sender, recipients=[str(message["To"])])
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _told(error.recipients[0]) from error
    except aiosmtplib.SMTPDataError as error:
        raise _told(error) from error
    except (aiosmtplib.SMTPNotSupported, ValueError) as error:
        raise Undeliverable("The mail server can't deliver to such an address.") from error


def _told(answer: aiosmtplib.SMTPResponseException) -> Undeliverable | TemporaryFailure:
    """A 5xx answer about the address or the letter is final."""
    is_final = answer.code >= 500 and answer.code not in SESSION_CODES
    return (Undeliverable if is_final else TemporaryFailure)(f"{answer.code} {answer.message}")
