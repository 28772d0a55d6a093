"""Transports for email: a mail server, or a folder for development."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from server.delivery.messages import Undeliverable

# How long sending can take, from the first packet to the last answer. It is much shorter than the
# lease, but long: a server that answers slowly has often accepted the message, which would be sent
# twice if the client gave up.
SEND_SECONDS = 180
QUIT_SECONDS = 2
CHECK_SECONDS = 10
# 5xx answers about the session, which isn't signed in as the server requires, and not about the
# address.
SESSION_CODES = {530, 534, 535, 538}


class TemporaryFailure(Exception):
    """The mail server asks for another attempt later; the text is its answer."""


OnWritten = Callable[[EmailMessage, Path], None]


class Transport(Protocol):
    """Sends messages."""

    async def send(self, message: EmailMessage) -> None:
        """Raises Undeliverable if another attempt changes nothing, and other errors otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Outbox:
    """Writes messages to a folder, for development without a mail server.

    They contain tickets, so only the owner of the folder can read it.
    """

    folder: Path
    # Called with each message and its file, so that the console can show them.
    on_written: OnWritten = lambda message, path: None

    async def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        path = self.folder / f"{name}.eml"
        path.write_bytes(message.as_bytes(policy=SMTPUTF8))
        self.on_written(message, path)


@dataclass(frozen=True, slots=True)
class Smtp:
    """Sends messages to a mail server.

    `smtp://` uses STARTTLS if the server offers it, and requires it for a password; `smtps://` uses
    TLS.
    """

    url: str

    async def send(self, message: EmailMessage) -> None:
        sender, recipient = message["From"].addresses[0].addr_spec, str(message["To"])
        async with self._connect(SEND_SECONDS) as client:
            try:
                await client.send_message(message, sender=sender, recipients=[recipient])
            except aiosmtplib.SMTPRecipientsRefused as error:
                raise to_failure(error.recipients[0]) from error
            except aiosmtplib.SMTPDataError as error:
                raise to_failure(error) from error
            except (aiosmtplib.SMTPNotSupported, ValueError) as error:
                raise Undeliverable("The mail server can't deliver to this address.") from error

    async def check(self) -> None:
        """Connects and signs in without sending anything; raises an error if that fails."""
        async with self._connect(CHECK_SECONDS) as client:
            await client.noop()

    @asynccontextmanager
    async def _connect(self, seconds: float) -> AsyncGenerator[aiosmtplib.SMTP]:
        client = aiosmtplib.SMTP(**smtp_options(self.url))
        try:
            async with asyncio.timeout(seconds):
                await client.connect()
                yield client
            # The server has accepted the message: an error now must not cause another attempt.
            with suppress(Exception):
                async with asyncio.timeout(QUIT_SECONDS):
                    await client.quit()
        finally:
            client.close()


def smtp_options(url: str) -> dict[str, Any]:
    """Makes the options of the client.

    The certificate of the server is checked only if there is TLS from the start or a password.
    """
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    signs_in = bool(parts.username)
    start_tls = True if signs_in else None
    return {
        "hostname": parts.hostname,
        "port": parts.port or (465 if is_tls else 587),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": is_tls,
        "start_tls": False if is_tls else start_tls,
        "validate_certs": is_tls or signs_in,
        "timeout": SEND_SECONDS,
    }


def to_failure(answer: aiosmtplib.SMTPResponseException) -> Undeliverable | TemporaryFailure:
    """Makes the error for a reply: 5xx about the address or the message is permanent."""
    is_permanent = answer.code >= 500 and answer.code not in SESSION_CODES
    return (Undeliverable if is_permanent else TemporaryFailure)(f"{answer.code} {answer.message}")
