"""The delivery worker: sends what was queued, tries
again with growing pauses, and writes down what lapsed.
"""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete, or_, update
from sqlmodel import col, select

from models.database.heartbeats import Heartbeat
from models.database.store import shield
from models.errors import Unavailable
from models.invitations import PENDING, Invitation, InvitationStatus, get_status
from models.mail import LEASE, Mail, MailStatus, get_retry_delay
from models.organizations import Organization
from models.roles import Role
from models.sessions import Session
from models.users import User
from models.validation.text import escape_controls
from resolvers.access import SYSTEM
from resolvers.events.retention import delete_old_events, newest_time
from resolvers.invitations.tickets import TicketKind, make_accept_url
from resolvers.members.expiry import expire_overdue_of
from resolvers.pages import AnyRow
from resolvers.server import Server
from resolvers.transaction import begin
from server.delivery.clock_watch import TOLERANCE, Leap, SetBack
from server.delivery.messages import InvitationEmail, Undeliverable, render
from server.delivery.smtp import OnWritten, Outbox, Smtp, TemporaryFailure, Transport
from server.settings.names import VAR
from server.settings.settings import Settings

OUTBOX = VAR / "outbox"
POLL_SECONDS = 1.0
SWEEP_SECONDS = 60.0
# How long letters that are on their way when the worker stops are waited for.
GRACE_SECONDS = 5.0
RETRY_SECONDS = 1.0
# Letters sent side by side: a slow one holds up no other, and mail servers limit connections.
AT_ONCE = 10
# How long the rows of mails outlive their invitation, and those of sessions their end.
KEPT = timedelta(days=30)
ERROR_LENGTH = 300
# What could be a ticket: spam filters like to quote the link that they object to.
SECRETS = re.compile(r"[\w-]{32,}", re.ASCII)
OVERTAKEN = "The invitation was settled or sent again before this mail went out."
UNREACHABLE = (
    "The email could not be sent; the operator of this service can find the reason in its log."
)

log = structlog.stdlib.get_logger("tenantry.delivery")


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that this worker, and for the length of the lease nobody else, sends."""

    id: str
    invitation_id: str | None
    nonce: str
    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True, eq=False)
class MailSender:
    """Sends letters from the store by a transport; several may run on one store."""

    server: Server
    # None where mail can't be sent: what is queued waits, and the sweep goes on.
    transport: Transport | None
    sender: str
    events_kept: timedelta
    # The letters on their way, by the task that sends them.
    sending: dict[asyncio.Task[None], str] = field(default_factory=dict[asyncio.Task[None], str])
    set_back: SetBack = field(default_factory=SetBack)
    leap: Leap = field(default_factory=Leap)
    heartbeat: Heartbeat = field(default_factory=partial(Heartbeat, "the mail worker"))
    sweep_heartbeat: Heartbeat = field(default_factory=partial(Heartbeat, "the sweep"))

    async def run(self) -> None:
        """Until it is cancelled; then the letters on their way get a moment to arrive."""
        sweeping = asyncio.create_task(self._keep_sweeping())
        self.heartbeat.beat()
        try:
            while True:
                for claim in await self._claimed(AT_ONCE - len(self.sending)):
                    self._begin(claim)
                await self._after_one()
        finally:
            self.heartbeat.rest()
            sweeping.cancel()
            await self._let_arrive()
            await asyncio.wait([sweeping])

    def _begin(self, claim: Claim) -> asyncio.Task[None]:
        task = asyncio.create_task(self._send(claim))
        self.sending[task] = claim.id
        task.add_done_callback(self.sending.pop)
        return task

    async def _claimed(self, number: int) -> list[Claim]:
        """What is due; a database that is away for a while is waited for."""
        try:
            claims = await shield(self._claim(number))
            self.heartbeat.beat()
            return claims
        except Unavailable:
            log.warning("mail_queue_away")
        except Exception:
            log.exception("mail_queue_failed")
        return []

    async def _after_one(self) -> None:
        """Waits until there is room for more, or it is time to look again."""
        if self.sending:
            await asyncio.wait(
                [*self.sending], timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        else:
            await asyncio.sleep(POLL_SECONDS)

    async def _let_arrive(self) -> None:
        if not self.sending:
            return
        _, late = await asyncio.wait([*self.sending], timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    # ----------------------------------------------------------------------------------------- mail

    async def deliver(self) -> int:
        """Sends some of what is due now, side by side,
        and waits for it; how many letters were tried.
        """
        claims = await self._claim(AT_ONCE)
        await asyncio.gather(*map(self._begin, claims))
        return len(claims)

    async def _claim(self, number: int) -> list[Claim]:
        now = self.server.clock()
        if self.transport is None or number == 0:
            return []
        if self.set_back.is_noticed(now):
            await self._stop_waiting(now)
        self.set_back.note(now)
        if not await self._is_anything_due(now):
            return []
        async with self.server.store.write() as session:
            due = self._due(select(Mail), now).order_by(col(Mail.next_attempt_at)).limit(number)
            mails = (await session.execute(due.with_for_update(skip_locked=True))).scalars().all()
            for mail in mails:
                mail.claimed_until, mail.attempts, mail.updated_at = (
                    now + LEASE,
                    mail.attempts + 1,
                    now,
                )
            return [
                Claim(one.id, one.invitation_id, one.nonce, one.attempts, now + LEASE)
                for one in mails
            ]

    async def _stop_waiting(self, now: datetime) -> None:
        """After the clock was set back: what would wait
        for the time that it was before is due now.
        """
        waiting = update(Mail).where(
            col(Mail.status) == MailStatus.QUEUED.value,
            col(Mail.next_attempt_at) > now,
            col(Mail.updated_at) > now + TOLERANCE,
        )
        async with self.server.store.write() as session:
            await session.execute(waiting.values(next_attempt_at=now, updated_at=now))

    async def _is_anything_due(self, now: datetime) -> bool:
        async with self.server.store.read() as connection:
            return (
                await connection.execute(self._due(select(Mail.id), now).limit(1))
            ).first() is not None

    def _due(self, statement: Any, now: datetime) -> Any:
        """What may be claimed; never what this worker
        sends itself, whatever the clock says of its lease.
        """
        if self.sending:
            statement = statement.where(col(Mail.id).not_in([*self.sending.values()]))
        return statement.where(
            col(Mail.status) == MailStatus.QUEUED.value,
            col(Mail.next_attempt_at) <= now,
            or_(col(Mail.claimed_until).is_(None), col(Mail.claimed_until) <= now),
        )

    async def _send(self, claim: Claim) -> None:
        try:
            await self._settle(claim, await self._outcome(claim))
        except Exception:
            log.exception("mail_not_settled", id=claim.id)

    async def _outcome(self, claim: Claim) -> dict[str, Any]:
        """What to write down of a letter once it was tried."""
        assert self.transport, "without one nothing is claimed"
        try:
            letter = await self._letter(claim)
            if letter is None:
                return {
                    "status": MailStatus.DROPPED.value,
                    "attempts": claim.attempts - 1,
                    "last_error": OVERTAKEN,
                }
            await self.transport.send(render(letter, self.server.clock()))
        except Unavailable:
            return {"attempts": claim.attempts - 1}
        except Undeliverable as error:
            return {"status": MailStatus.FAILED.value, "last_error": _shown(error)}
        except Exception as error:
            self._log(claim, error.__cause__ or error)
            return self._put_off(claim, error)
        return {"status": MailStatus.SENT.value, "sent_at": self.server.clock(), "last_error": None}

    def _log(self, claim: Claim, error: BaseException) -> None:
        """Kind and code only: what a mail server says may hold an address."""
        code = getattr(error, "code", None)
        log.warning(
            "mail_not_sent",
            id=claim.id,
            attempts=claim.attempts,
            error=type(error).__name__,
            code=code,
        )

    def _put_off(self, claim: Claim, error: Exception) -> dict[str, Any]:
        pause = get_retry_delay(claim.attempts)
        if pause is None:
            return {"status": MailStatus.FAILED.value, "last_error": _shown(error)}
        return {"next_attempt_at": self.server.clock() + pause, "last_error": _shown(error)}

    async def _settle(self, claim: Claim, values: dict[str, Any]) -> None:
        """Writes down what became of a letter, unless the
        lease is over and it is another worker's by now.

        A database that is away meanwhile is waited for: a letter that is not marked as sent is sent
        again.
        """
        statement = update(Mail).where(
            col(Mail.id) == claim.id, col(Mail.claimed_until) == claim.until
        )
        while True:
            with suppress(Unavailable):
                async with self.server.store.write() as session:
                    await session.execute(
                        statement.values(
                            claimed_until=None, updated_at=self.server.clock(), **values
                        )
                    )
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _letter(self, claim: Claim) -> InvitationEmail | None:
        """What to write; None when the invitation is settled, was sent again since, or is gone."""
        row = await self._invitation(claim)
        if row is None or row.nonce != claim.nonce:
            return None
        if (
            get_status(row.status, row.expires_at, self.server.clock())
            is not InvitationStatus.PENDING
        ):
            return None
        return InvitationEmail(
            id=claim.id,
            address=row.email_address,
            organization=row.organization_name,
            role=row.role_name,
            inviter=" ".join(name for name in (row.first_name, row.last_name) if name) or None,
            link=make_accept_url(self.server, TicketKind.MAIL, row.id, row.nonce),
            expires_at=row.expires_at,
            sender=self.sender,
            host=urlsplit(self.server.public_url).hostname or "localhost",
        )

    async def _invitation(self, claim: Claim) -> AnyRow | None:
        statement: Any = (
            select(Invitation)
            .add_columns(
                col(Organization.name).label("organization_name"),
                col(Role.name).label("role_name"),
                col(User.first_name),
                col(User.last_name),
            )
            .join(Organization, col(Organization.id) == col(Invitation.organization_id))
            .join(Role, col(Role.id) == col(Invitation.role_id))
            .outerjoin(User, col(User.id) == col(Invitation.inviter_id))
            .where(col(Invitation.id) == claim.invitation_id)
        )
        async with self.server.store.read() as connection:
            return (await connection.execute(statement)).one_or_none()

    # ---------------------------------------------------------------------------------------- sweep

    async def _keep_sweeping(self) -> None:
        """A sweep that fails is tried again soon."""
        while True:
            self.sweep_heartbeat.begin()
            is_done = await self._has_swept()
            await asyncio.sleep(SWEEP_SECONDS if is_done else RETRY_SECONDS)

    async def _has_swept(self) -> bool:
        try:
            await shield(self.sweep())
        except Unavailable:
            log.warning("sweep_put_off")
        except Exception:
            log.exception("sweep_failed")
        else:
            self.sweep_heartbeat.rest()
            return True
        return False

    async def sweep(self) -> None:
        """Writes down which invitations lapsed; forgets
        mails, sessions and events that are long over.

        None of that can be undone, so a clock that is suddenly more than a month ahead is not
        trusted for an hour.
        """
        now = self.server.clock()
        if self.leap.is_noticed(now, await newest_time(self.server.store)):
            return
        lapsed = select(col(Invitation.organization_id)).where(
            col(Invitation.status) == PENDING, col(Invitation.expires_at) <= now
        )
        async with self.server.store.read() as connection:
            organization_ids = (await connection.execute(lapsed.distinct())).scalars().all()
        for organization_id in organization_ids:
            try:
                async with begin(self.server, SYSTEM) as tx:
                    await expire_overdue_of(tx, organization_id)
            except Unavailable:
                raise
            except Exception:
                # One organization must not keep the others, and the log, from being cleaned up.
                log.exception("organization_not_swept", id=organization_id)
            self.sweep_heartbeat.beat()
        over = (
            col(Mail.invitation_id).is_(None),
            col(Mail.status) != MailStatus.QUEUED.value,
            col(Mail.created_at) < now - KEPT,
        )
        async with self.server.store.write() as session:
            await session.execute(delete(Mail).where(*over))
            await session.execute(delete(Session).where(col(Session.expires_at) < now - KEPT))
        await delete_old_events(
            self.server.store, now - self.events_kept, self.sweep_heartbeat.beat
        )


def make_mail_sender(
    settings: Settings, server: Server, tell: OnWritten | None = None
) -> MailSender:
    """The worker of these settings; in development
    without a mail server, letters are told of by `tell`.
    """
    return MailSender(
        server=server,
        transport=_transport(settings, tell),
        sender=settings.sender,
        events_kept=timedelta(days=settings.event_retention_days),
    )


def _transport(settings: Settings, tell: OnWritten | None) -> Transport | None:
    if settings.smtp_url:
        return Smtp(settings.smtp_url)
    return Outbox(OUTBOX, *([tell] if tell else [])) if settings.is_development else None


def _shown(error: Exception) -> str:
    """What a manager may read: what the mail server said of
    the letter, on one line, and nothing of its whereabouts.
    """
    if not isinstance(error, (Undeliverable, TemporaryFailure)):
        return UNREACHABLE
    # aiosmtplib decodes bytes that aren't UTF-8 to lone surrogates, which no database stores.
    line = " ".join(str(error).encode(errors="replace").decode().split())
    return SECRETS.sub("…", escape_controls(line))[:ERROR_LENGTH]
