"""Mail: sends emails, as a channel of the delivery queue."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, ClassVar
from urllib.parse import urlsplit

import structlog

from models.database.session import DatabaseSession
from models.errors.request import Unavailable
from models.invitations import InvitationStatus, get_status
from models.mail import MailKind, MailStatus
from models.users import make_full_name
from models.validation.text import escape_controls
from resolvers.delivery.mail import MAIL_QUEUE, load_due_mail_ids, load_invitation
from resolvers.delivery.queue import Claim
from resolvers.foundation.server import Server
from resolvers.invitations.tickets import TicketKind, make_accept_url
from server.delivery.messages import Envelope, InvitationEmail, Undeliverable, render
from server.delivery.notices import make_notice, render_notice
from server.delivery.queue import Attempt, DeliveryQueue
from server.delivery.retries import MAIL_PAUSES, get_pause
from server.delivery.smtp import OnWritten, Outbox, Smtp, TemporaryFailure, Transport
from server.observability.observer import Observer
from server.settings.names import VAR
from server.settings.settings import Settings

OUTBOX = VAR / "outbox"
ERROR_LENGTH = 300
# Whatever could be a ticket: spam filters quote the link that they object to.
SECRETS = re.compile(r"[\w-]{32,}", re.ASCII)
OVERTAKEN = (
    "The invitation was accepted, declined, revoked, or resent before this email was sent, or the"
    " email was no longer needed."
)
UNREACHABLE = "The email couldn't be sent. The operator can find the reason in the server's log."

log = structlog.stdlib.get_logger("tenantry.delivery")

# The columns of an email that an attempt changes.
MailResult = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class MailChannel:
    """Sends emails over a transport."""

    name: ClassVar = "mail"
    table: ClassVar = MAIL_QUEUE
    # Mail servers limit the number of connections.
    at_once: ClassVar = 10

    server: Server
    # None if the server can't send mail: the emails wait.
    transport: Transport | None
    sender: str

    async def fan_out(self) -> bool:
        """Does nothing: the transaction that creates an invitation also creates its email."""
        return False

    async def find_due(self, now: datetime, sending: Collection[Claim]) -> Sequence[str]:
        """Finds the emails that have waited longest."""
        if self.transport is None:
            return []
        return await load_due_mail_ids(self.server.store, now, sending, self.at_once - len(sending))

    async def attempt(self, claim: Claim, started_at: datetime) -> MailResult:
        """Sends an email, unless nobody needs it anymore."""
        assert self.transport, "without a transport, nothing is claimed"
        try:
            message = await self.render(claim)
            if message is None:
                return make_result(
                    claim, MailStatus.DROPPED, attempts=claim.attempts - 1, last_error=OVERTAKEN
                )
            await self.transport.send(message)
        except Unavailable:
            # The database was unavailable, so this was no attempt.
            return make_result(
                claim,
                MailStatus.QUEUED,
                attempts=claim.attempts - 1,
                next_attempt_at=self.server.clock(),
            )
        except Undeliverable as error:
            return make_result(claim, MailStatus.FAILED, last_error=describe_error(error))
        except Exception as error:
            # Only the kind and the code: what a mail server says can contain an address.
            cause = error.__cause__ or error
            log.warning(
                "mail not sent",
                id=claim.id,
                attempts=claim.attempts,
                error=type(cause).__name__,
                code=getattr(cause, "code", None),
            )
            pause = get_pause(MAIL_PAUSES, claim.attempts)
            if pause is None:
                return make_result(claim, MailStatus.FAILED, last_error=describe_error(error))
            return make_result(
                claim,
                MailStatus.QUEUED,
                next_attempt_at=self.server.clock() + pause,
                last_error=describe_error(error),
            )
        return make_result(claim, MailStatus.SENT, sent_at=self.server.clock(), last_error=None)

    @property
    def _host(self) -> str:
        return urlsplit(self.server.public_url).hostname or "localhost"

    async def render(self, claim: Claim) -> EmailMessage | None:
        """Renders the message; None if it is no longer needed."""
        now = self.server.clock()
        if claim.row.kind == MailKind.INVITATION.value:
            email = await self.make_email(claim)
            return render(email, now) if email else None
        notice = await make_notice(self.server, claim.row)
        if notice is None:
            return None
        envelope = Envelope(claim.id, notice.address, self.sender, self._host)
        return render_notice(notice, envelope, now)

    async def make_email(self, claim: Claim) -> InvitationEmail | None:
        """Makes the email; None if the invitation was settled, sent again, or deleted."""
        invitation = await load_invitation(self.server.store, claim.row.invitation_id)
        if invitation is None or invitation.nonce != claim.row.nonce:
            return None
        status = get_status(invitation.status, invitation.expires_at, self.server.clock())
        if status is not InvitationStatus.PENDING:
            return None
        return InvitationEmail(
            id=claim.id,
            address=invitation.email_address,
            organization=invitation.organization_name,
            product=invitation.product,
            role=invitation.role_name,
            inviter=make_full_name(invitation.first_name, invitation.last_name),
            link=make_accept_url(self.server, TicketKind.MAIL, invitation.id, invitation.nonce),
            expires_at=invitation.expires_at,
            sender=self.sender,
            host=self._host,
        )

    def get_outcome(self, attempt: Attempt[MailResult]) -> str:
        status: str = attempt.result["status"]
        return "retried" if status == MailStatus.QUEUED.value else status

    def get_trace_attributes(self, claim: Claim) -> dict[str, str]:
        return {
            "tenantry.mail.id": claim.id,
            "tenantry.invitation.id": claim.row.invitation_id or "",
        }

    async def settle(
        self, session: DatabaseSession, attempts: Sequence[Attempt[MailResult]], now: datetime
    ) -> None:
        """Writes the results to the emails."""
        results = [(attempt.claim, attempt.result) for attempt in attempts]
        await self.table.settle(session, results, now)


def make_result(claim: Claim, status: MailStatus, **changes: Any) -> MailResult:
    """Makes the columns of an email after an attempt; what isn't given stays as it is."""
    return {
        "status": status.value,
        "attempts": claim.attempts,
        "next_attempt_at": claim.row.next_attempt_at,
        "last_error": claim.row.last_error,
        "sent_at": None,
        **changes,
    }


def describe_error(error: Exception) -> str:
    """Describes a failure for managers, on one line.

    It contains what the mail server said about the message, but nothing about the server.
    """
    if not isinstance(error, (Undeliverable, TemporaryFailure)):
        return UNREACHABLE
    # aiosmtplib decodes bytes that aren't UTF-8 to lone surrogates, which no database stores.
    line = " ".join(str(error).encode(errors="replace").decode().split())
    return SECRETS.sub("…", escape_controls(line))[:ERROR_LENGTH]


def make_mail_queue(
    settings: Settings,
    server: Server,
    on_written: OnWritten | None = None,
    observer: Observer | None = None,
) -> DeliveryQueue[MailResult]:
    """Makes the queue of emails; `on_written` is called for each one written to the outbox."""
    transport: Transport | None = None
    if settings.smtp_url:
        transport = Smtp(settings.smtp_url)
    elif settings.is_development:
        transport = Outbox(OUTBOX, on_written) if on_written else Outbox(OUTBOX)
    return DeliveryQueue(server, MailChannel(server, transport, settings.sender), observer)
