"""The ways for an email to leave: a mail server, or a folder where there is none."""

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

# How long one letter may take, from the first packet to the last answer; well within the lease on
# it.
#
# Long, for a server that is slow to say yes has often taken the letter: who gives up too early
# sends it twice.
SEND_SECONDS = 180
QUIT_SECONDS = 2
CHECK_SECONDS = 10
# 5xx answers that are about us, who have not signed in as the server wants, and not about the
# address.
SESSION_CODES = {530, 534, 535, 538}


class TemporaryFailure(Exception):
    """The mail server wants the letter again later; the text is its answer."""


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
