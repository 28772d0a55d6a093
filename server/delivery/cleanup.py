"""Cleanup: stores which invitations have expired, and deletes what is no longer needed."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from models.database.heartbeats import Heartbeat
from models.database.store import shield
from models.errors.request import Unavailable
from models.images import KEPT_FOR
from resolvers.authority.access import SYSTEM
from resolvers.delivery.cleanup import (
    delete_old_mails_and_sessions,
    load_organizations_with_expired_invitations,
)
from resolvers.events.retention import delete_old_events, load_newest_time
from resolvers.foundation.idempotency import delete_old_answers
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import begin
from resolvers.members.invitation_expiry import expire_overdue_of
from resolvers.organizations.images import delete_unused_images
from resolvers.stripe.receive import EVENTS_KEPT, delete_old_stripe_events
from server.delivery.queue import RETRY_SECONDS
from server.settings.settings import Settings

CLEANUP_SECONDS = 60.0
# How long emails are kept after their invitation was deleted, and sessions after their end.
RETENTION = timedelta(days=30)
# A clock that leaps ahead by more than this is trusted only if it stays there for a while.
LEAP = timedelta(days=30)
TRUSTED_AFTER = timedelta(hours=1)

log = structlog.stdlib.get_logger("tenantry.delivery")


@dataclass(slots=True, eq=False)
class Cleanup:
    """Cleans up one database; several processes can do so at the same time."""

    server: Server
    event_retention: timedelta
    # The last time of a clock that was trusted.
    trusted: datetime | None = None
    # When the clock leapt ahead of that, as it shows the time itself.
    leapt_at: datetime | None = None
    heartbeat: Heartbeat = field(default_factory=partial(Heartbeat, "the sweep"))

    async def run(self) -> None:
        """Cleans up now and then until it is cancelled; a cleanup that fails is repeated soon."""
        while True:
            self.heartbeat.begin()
            pause = RETRY_SECONDS
            try:
                await shield(self.clean_up())
                self.heartbeat.rest()
                pause = CLEANUP_SECONDS
            except Unavailable:
                log.warning("cleanup postponed")
            except Exception:
                log.exception("cleanup failed")
            await asyncio.sleep(pause)

    async def clean_up(self) -> None:
        """Cleans up once, unless the clock can't be trusted: nothing of this can be undone."""
        store, now = self.server.store, self.server.clock()
        if not await self._is_clock_trusted(now):
            return
        for organization_id in await load_organizations_with_expired_invitations(store, now):
            try:
                async with begin(self.server, SYSTEM) as tx:
                    await expire_overdue_of(tx, organization_id)
            except Unavailable:
                raise
            except Exception:
                # One organization must not keep the others, and the log, from being cleaned up.
                log.exception("organization not cleaned up", id=organization_id)
            self.heartbeat.beat()
        await delete_old_mails_and_sessions(store, now - RETENTION)
        await delete_unused_images(store, now - KEPT_FOR)
        await delete_old_answers(store, now)
        await delete_old_stripe_events(store, now - EVENTS_KEPT)
        await delete_old_events(store, now - self.event_retention, self.heartbeat.beat)

    async def _is_clock_trusted(self, now: datetime) -> bool:
        """Whether the clock is not far ahead of the last trusted time, or of the newest event."""
        known = self.trusted or await load_newest_time(self.server.store) or now
        if now > known + LEAP:
            if self.leapt_at is None or now < self.leapt_at:
                log.warning("clock jumped ahead", days=(now - known).days)
                self.leapt_at = now
            if now < self.leapt_at + TRUSTED_AFTER:
                return False
        self.trusted, self.leapt_at = now, None
        return True


def make_cleanup(settings: Settings, server: Server) -> Cleanup:
    """Makes the cleanup of a database."""
    return Cleanup(server, timedelta(days=settings.event_retention_days))
