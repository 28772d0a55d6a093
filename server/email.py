"""The letters of invitations: what they say, and the ways they can leave."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

SEND_SECONDS = 60
"""How long one letter may take; less than the lease that a worker has on it."""
WORD_JOINER = "\u2060"
"""Invisible, and no part of a word: mail programs make links of whatever looks like an address."""

templates = Environment(
    loader=PackageLoader("server"), autoescape=select_autoescape(["html"]), undefined=StrictUndefined, auto_reload=False
)


class Undeliverable(Exception):
    """The address, or the letter itself, was refused for good: trying again changes nothing."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An invitation's letter, before it is written."""

    id: str
    address: str
    organization: str
    role: str
    inviter: str | None
    link: str
    expires_at: datetime
    sender: str
    host: str
    """The name of this server, for the Message-ID: the same on every try, so that receivers can tell a copy."""


def unlinked(text: str) -> str:
    """Text that somebody typed, which no mail program takes for a link."""
    return re.sub(r"(?<=[./:@])(?=\S)", WORD_JOINER, text)


def written(letter: Letter, now: datetime) -> EmailMessage:
    """The message, as text and as HTML."""
    message = EmailMessage()
    organization = unlinked(letter.organization)
    subject = f"You are invited to join {organization}"
    values = {
        "subject": subject,
        "organization": organization,
        "role": unlinked(letter.role),
        "inviter": unlinked(letter.inviter) if letter.inviter else None,
        "address": unlinked(letter.address),
        "link": letter.link,
        "until": f"{letter.expires_at.astimezone(UTC):%d %B %Y, %H:%M} UTC",
    }
    message["From"], message["To"], message["Subject"] = letter.sender, letter.address, subject
    message["Date"], message["Message-ID"] = format_datetime(now), f"<{letter.id}@{letter.host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(templates.get_template("invitation.txt").render(values))
    message.add_alternative(templates.get_template("invitation.html").render(values), subtype="html")
    return message


class Transport(Protocol):
    """A way for a message to leave; raises Undeliverable when it never will, anything else when it may later."""

    async def send(self, message: EmailMessage) -> None: ...


@dataclass(frozen=True, slots=True)
class Outbox:
    """A folder: for development, where nobody runs a mail server."""

    folder: Path

    async def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        (self.folder / f"{name}.eml").write_bytes(message.as_bytes())


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server: `smtp://` with STARTTLS where it is offered, and where a password is sent; `smtps://` with TLS."""

    url: str

    async def send(self, message: EmailMessage) -> None:
        try:
            await aiosmtplib.send(message, **self._options(urlsplit(self.url)))
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise self._told([(one.code, one.message) for one in error.recipients]) or error from error
        except aiosmtplib.SMTPDataError as error:
            raise self._told([(error.code, error.message)]) or error from error
        except (aiosmtplib.SMTPNotSupported, UnicodeError) as error:
            raise Undeliverable("the mail server can't deliver to such an address") from error

    def _options(self, parts: SplitResult) -> dict[str, Any]:
        is_tls = parts.scheme == "smtps"
        return {
            "hostname": parts.hostname,
            "port": parts.port or (465 if is_tls else 587),
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": is_tls,
            "start_tls": True if parts.username and not is_tls else (False if is_tls else None),
            "timeout": SEND_SECONDS,
        }

    def _told(self, answers: list[tuple[int, str]]) -> Undeliverable | None:
        """A 5xx answer about the address or the letter is final."""
        final = [f"{code} {text}" for code, text in answers if code >= 500]
        return Undeliverable("; ".join(final)) if final and len(final) == len(answers) else None
