"""Enrolls the users of domains whose mode was switched on, in batches."""

from dataclasses import dataclass, field
from functools import partial

import structlog

from models.database.heartbeats import Heartbeat
from models.database.store import shield
from models.errors.request import Unavailable
from resolvers.authority.access import SYSTEM
from resolvers.domains.batches import enroll_batch, load_due_domains
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import begin
from server.delivery.queue import POLL_SECONDS

log = structlog.stdlib.get_logger("tenantry.delivery")


@dataclass(slots=True, eq=False)
class Enrollment:
    """Enrolls users on one database; several processes can do so at the same time."""

    server: Server
    heartbeat: Heartbeat = field(default_factory=partial(Heartbeat, "the enrollment of users"))

    async def run(self) -> None:
        """Enrolls until it is cancelled; what fails is tried again soon."""
        async with self.server.store.wakeup.listen() as waiter:
            while True:
                self.heartbeat.begin()
                try:
                    await shield(self.enroll_due())
                    self.heartbeat.rest()
                except Unavailable:
                    log.warning("enrollment postponed")
                except Exception:
                    log.exception("enrollment failed")
                await waiter.wait(POLL_SECONDS)

    async def enroll_due(self) -> None:
        """Enrolls everyone who is due now."""
        for organization_id, domain_id in await load_due_domains(
            self.server.store, self.server.clock()
        ):
            try:
                has_more = True
                while has_more:
                    has_more = await self._enroll_batch(organization_id, domain_id)
            except Unavailable:
                raise
            except Exception:
                # One domain must not keep the others from enrolling users.
                log.exception("domain enrolls nobody", id=domain_id)

    async def _enroll_batch(self, organization_id: str, domain_id: str) -> bool:
        async with begin(self.server, SYSTEM) as tx:
            has_more = await enroll_batch(tx, organization_id, domain_id)
        self.heartbeat.beat()
        return has_more
