"""Sends and receives mail: a real mail server on loopback, with responses that tests choose."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from models.database.store import Store
from models.database.tables import metadata
from models.keys.ticket_keys import derive_ticket_keys
from models.mail import Mail
from resolvers.invitations.tickets import TicketKind, make_ticket
from server.delivery.cleanup import Cleanup
from server.delivery.mail import MailChannel, MailResult
from server.delivery.queue import DeliveryQueue
from server.delivery.smtp import Smtp, Transport
from tests.conftest import server_for
from tests.support.api import SECRET, Answer, Api, Clock
from tests.support.data.factories import Acme

KEYS = derive_ticket_keys((SECRET,))
PUBLIC_URL = "https://orgs.example.com"
SENDER = "Acme Accounts <no-reply@example.com>"
OK = "250 OK"


Try = Callable[[EmailMessage], Exception | None]


@dataclass
class Post:
    """A mail server that keeps messages; `recipient`, `sender` and `content` choose its replies.

    After the reply to a message, it waits for `wait`.
    """

    letters: list[EmailMessage] = field(default_factory=list[EmailMessage])
    envelopes: list[Envelope] = field(default_factory=list[Envelope])
    recipient: Callable[[str], str] = lambda address: OK
    sender: Callable[[], str] = lambda: OK
    content: Callable[[EmailMessage], str] = lambda letter: OK
    wait: Callable[[EmailMessage], Awaitable[None]] | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def addresses(self) -> list[str]:
        """The recipients, one entry a message."""
        return sorted(address for envelope in self.envelopes for address in envelope.rcpt_tos)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.sender()
        if answer == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipient(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=SMTPUTF8)
        answer = self.content(letter)
        if answer == OK:
            self.letters.append(letter)
            self.envelopes.append(envelope)
        if self.wait:
            await self.wait(letter)
        return answer


@dataclass
class Memory:
    """A transport that keeps the messages; `answer` returns an error to reject one."""

    answer: Try = lambda message: None
    tried: list[EmailMessage] = field(default_factory=list[EmailMessage])
    letters: list[EmailMessage] = field(default_factory=list[EmailMessage])
    pause: float = 0

    async def send(self, message: EmailMessage) -> None:
        self.tried.append(message)
        await asyncio.sleep(self.pause)
        if refused := self.answer(message):
            raise refused
        self.letters.append(message)


@asynccontextmanager
async def listening(post: Post, **options: Any) -> AsyncGenerator[Post]:
    """Runs a mail server on loopback, on a port of its own or the one that it had before."""
    loop = asyncio.get_running_loop()
    made: dict[str, Any] = {"enable_SMTPUTF8": True, "hostname": "mail.example.com", **options}
    server = await loop.create_server(lambda: SMTP(post, loop=loop, **made), "127.0.0.1", post.port)
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()
        await server.wait_closed()


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1."""

    path: Path

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.path)
        return context


def a_certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(today - timedelta(days=1)).not_valid_after(
        today + timedelta(days=1)
    )
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = built.add_extension(address, critical=False).sign(key, hashes.SHA256())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, pkcs8, serialization.NoEncryption())
    path = folder / "mail-server.pem"
    path.write_bytes(private + signed.public_bytes(pem))
    return Certificate(path)


def delivery(store: Store, clock: Clock, transport: Transport | str) -> DeliveryQueue[MailResult]:
    """Makes a queue of emails; a transport can be given as the URL of a mail server."""
    server = server_for(store, clock, public_url=PUBLIC_URL)
    channel = MailChannel(
        server=server,
        transport=Smtp(transport) if isinstance(transport, str) else transport,
        sender=SENDER,
    )
    return DeliveryQueue(server, channel)


def cleanup(store: Store, clock: Clock) -> Cleanup:
    """Makes a cleanup that keeps events for 30 days."""
    return Cleanup(server_for(store, clock), timedelta(days=30))


class Endless(Protocol):
    """Something that runs until it is cancelled."""

    async def run(self) -> None: ...


@asynccontextmanager
async def working(*workers: Endless) -> AsyncGenerator[list[asyncio.Task[None]]]:
    """Runs the workers during the block, and then stops them as a server does."""
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def until(condition: Callable[[], Awaitable[bool] | bool], seconds: float = 60) -> None:
    """Waits until the condition is true."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)


async def invited(api: Api, acme: Acme, *addresses: str, **input: Any) -> list[Any]:
    """Invites each address, and returns the invitations as the administrator sees them."""
    selection = "invitation { id url emailAddress }"
    values = {"organizationId": acme.id, **input}
    return [
        (
            await api.mutate(
                "createInvitation", {**values, "emailAddress": one}, selection, by=acme.admin
            )
        ).payload["invitation"]
        for one in addresses
    ]


async def mails(store: Store) -> list[Mail]:
    """Loads the rows of emails, oldest first."""
    table = metadata.tables["mail"]
    async with store.read() as connection:
        rows = await connection.execute(select(table).order_by(table.c.id))
        return [Mail(**row) for row in rows.mappings()]


async def shown_mail(api: Api, acme: Acme) -> dict[str, Any]:
    """Returns the email of each invitation as the administrator sees it, by address."""
    document = """query($id: ID!) { organization(by: { id: $id }) { invitations { nodes {
        emailAddress mail { status attempts lastError sentAt } } } } }"""
    admin = await api.person(acme.admin.email)
    answer: Answer = await api.run(document, {"id": acme.id}, by=admin)
    return {
        one["emailAddress"]: one["mail"]
        for one in answer.data["organization"]["invitations"]["nodes"]
    }


async def mail_ticket(api: Api, invitation_id: str, kind: TicketKind = TicketKind.MAIL) -> str:
    """Makes the current ticket of an invitation: the one in its email, or one of another kind."""
    table = metadata.tables["invitation"]
    async with api.store.read() as connection:
        found = await connection.execute(select(table.c.nonce).where(table.c.id == invitation_id))
        return make_ticket(KEYS, kind, invitation_id, found.scalar_one())


def link_in(letter: EmailMessage) -> str:
    """Returns the link in the text of a message."""
    (link,) = [line for line in text_of(letter).splitlines() if "ticket=" in line]
    return link


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return part.get_content()
