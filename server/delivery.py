"""The delivery worker: sends what was queued, tries again with growing pauses, and writes down what lapsed."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete, or_, update
from sqlmodel import col, select

from models.errors import Denial
from models.invitations import PENDING, Invitation, InvitationStatus, status_at
from models.mail import LEASE, Mail, MailStatus, pause_after
from models.organizations import Organization
from models.roles import Role
from models.store import Store
from models.users import User
from resolvers.access import SYSTEM
from resolvers.expiry import sweep
from resolvers.pages import AnyRow
from resolvers.tickets import TicketKind, mint
from resolvers.work import Clock, work_on
from server.email import Letter, Transport, Undeliverable, written

POLL_SECONDS = 1.0
SWEEP_SECONDS = 60.0
BATCH = 20
KEPT = timedelta(days=30)
"""How long the rows of mails are kept, for the rate limits and for whoever asks what became of a mail."""
ERROR_LENGTH = 300

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
class Delivery:
    """Sends letters from the store by a transport; several may run on one store."""

    store: Store
    clock: Clock
    transport: Transport
    ticket_keys: Sequence[bytes]
    public_url: str
    sender: str

    async def run(self) -> None:
        """Until it is cancelled: a database that is away for a while is waited for."""
        swept_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            with suppress(Denial):
                if loop.time() - swept_at > SWEEP_SECONDS:
                    await self.sweep()
                    swept_at = loop.time()
                while await self.deliver():
                    pass
            await asyncio.sleep(POLL_SECONDS)

    # ------------------------------------------------------------------------------------------------------ mail

    async def deliver(self) -> int:
        """Sends what is due, side by side; how many letters were tried."""
        claims = await self._claim()
        await asyncio.gather(*map(self._send, claims))
        return len(claims)

    async def _claim(self) -> list[Claim]:
        now = self.clock()
        if not await self._is_anything_due(now):
            return []
        async with self.store.write() as session:
            due = self._due(select(Mail), now).order_by(col(Mail.next_attempt_at)).limit(BATCH)
            mails = (await session.execute(due.with_for_update(skip_locked=True))).scalars().all()
            for mail in mails:
                mail.claimed_until, mail.attempts, mail.updated_at = now + LEASE, mail.attempts + 1, now
            return [Claim(one.id, one.invitation_id, one.nonce, one.attempts, now + LEASE) for one in mails]

    async def _is_anything_due(self, now: datetime) -> bool:
        async with self.store.read() as connection:
            return (await connection.execute(self._due(select(Mail.id), now).limit(1))).first() is not None

    def _due(self, statement: Any, now: datetime) -> Any:
        return statement.where(
            col(Mail.status) == MailStatus.QUEUED.value,
            col(Mail.next_attempt_at) <= now,
            or_(col(Mail.claimed_until).is_(None), col(Mail.claimed_until) <= now),
        )

    async def _send(self, claim: Claim) -> None:
        letter = await self._letter(claim)
        if letter is None:
            await self._settle(claim, status=MailStatus.DROPPED.value)
            return
        try:
            await self.transport.send(written(letter, self.clock()))
        except Undeliverable as error:
            await self._settle(claim, status=MailStatus.FAILED.value, last_error=_shown(error))
        except Exception as error:
            log.warning("mail_not_sent", id=claim.id, attempts=claim.attempts, error=type(error).__name__)
            await self._put_off(claim, error)
        else:
            await self._settle(claim, status=MailStatus.SENT.value, sent_at=self.clock(), last_error=None)

    async def _put_off(self, claim: Claim, error: Exception) -> None:
        pause = pause_after(claim.attempts)
        if pause is None:
            await self._settle(claim, status=MailStatus.FAILED.value, last_error=_shown(error))
        else:
            await self._settle(claim, next_attempt_at=self.clock() + pause, last_error=_shown(error))

    async def _settle(self, claim: Claim, **values: Any) -> None:
        """Writes down what became of a letter, unless the lease is over and it is another worker's by now."""
        statement = update(Mail).where(col(Mail.id) == claim.id, col(Mail.claimed_until) == claim.until)
        async with self.store.write() as session:
            await session.execute(statement.values(claimed_until=None, updated_at=self.clock(), **values))

    async def _letter(self, claim: Claim) -> Letter | None:
        """What to write; None when the invitation is settled, was sent again since, or is gone."""
        row = await self._invitation(claim)
        if row is None or row.nonce != claim.nonce:
            return None
        if status_at(row.status, row.expires_at, self.clock()) is not InvitationStatus.PENDING:
            return None
        ticket = mint(self.ticket_keys, TicketKind.MAIL, row.id, row.nonce)
        return Letter(
            id=claim.id,
            address=row.email_address,
            organization=row.organization_name,
            role=row.role_name,
            inviter=" ".join(name for name in (row.first_name, row.last_name) if name) or None,
            link=f"{self.public_url}/invitations/accept?ticket={ticket}",
            expires_at=row.expires_at,
            sender=self.sender,
            host=urlsplit(self.public_url).hostname or "localhost",
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
        async with self.store.read() as connection:
            return (await connection.execute(statement)).one_or_none()

    # ----------------------------------------------------------------------------------------------------- sweep

    async def sweep(self) -> None:
        """Writes down what lapsed, organization by organization, and forgets mails that are long over."""
        now = self.clock()
        lapsed = select(col(Invitation.organization_id)).where(
            col(Invitation.status) == PENDING, col(Invitation.expires_at) <= now
        )
        async with self.store.read() as connection:
            organization_ids = (await connection.execute(lapsed.distinct())).scalars().all()
        for organization_id in organization_ids:
            async with work_on(self.store, SYSTEM, self.clock) as work:
                await sweep(work, organization_id)
        over = (col(Mail.status) != MailStatus.QUEUED.value) & (col(Mail.created_at) < now - KEPT)
        async with self.store.write() as session:
            await session.execute(delete(Mail).where(over))


def _shown(error: Exception) -> str:
    """What a manager may read: the mail server's answer, on one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:ERROR_LENGTH]
