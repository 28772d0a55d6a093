"""The worker: mail, webhooks, cleanup, and enrollment, beside the requests of a server or alone."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from models.database.heartbeats import Heartbeat
from resolvers.foundation.server import Server
from resolvers.stripe.queue import Reading
from server.delivery.cleanup import Cleanup, make_cleanup
from server.delivery.enrollment import Enrollment
from server.delivery.mail import MailResult, make_mail_queue
from server.delivery.queue import DeliveryQueue
from server.delivery.smtp import OnWritten
from server.delivery.stripe import make_stripe_queue
from server.delivery.webhook_client import Answer
from server.delivery.webhooks import make_webhook_queue
from server.observability.observer import Observer
from server.settings.settings import Settings

# How long a worker that is stopped can take to finish.
STOP_SECONDS = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """All background work on one database; several workers can share it."""

    mail: DeliveryQueue[MailResult]
    webhooks: DeliveryQueue[Answer]
    cleanup: Cleanup
    enrollment: Enrollment
    # None if Stripe isn't set up.
    stripe: DeliveryQueue[Reading] | None = None

    @property
    def heartbeats(self) -> tuple[Heartbeat, ...]:
        stripe = (self.stripe.heartbeat,) if self.stripe else ()
        return (
            self.mail.heartbeat,
            self.webhooks.heartbeat,
            self.cleanup.heartbeat,
            self.enrollment.heartbeat,
            *stripe,
        )

    async def run(self) -> None:
        """Works until it is cancelled, then waits briefly for what it is sending."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.mail.run())
            group.create_task(self.webhooks.run())
            group.create_task(self.cleanup.run())
            group.create_task(self.enrollment.run())
            if self.stripe:
                group.create_task(self.stripe.run())


class Background:
    """A coroutine that runs beside something else."""

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.task = asyncio.create_task(coroutine)
        self._abandoned: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stop(self) -> None:
        """Cancels it, and abandons it if it takes too long to finish."""
        if not self.task.cancelling():
            self.task.cancel()
            asyncio.get_running_loop().call_later(STOP_SECONDS, self._abandoned.cancel)

    async def ended(self) -> None:
        """Waits until it has ended or is abandoned."""
        await asyncio.wait([self.task, self._abandoned], return_when=asyncio.FIRST_COMPLETED)


def make_worker(
    settings: Settings,
    server: Server,
    observer: Observer | None = None,
    on_written: OnWritten | None = None,
) -> Worker:
    """The worker; `on_written` is called for each email that is written to the outbox."""
    return Worker(
        make_mail_queue(settings, server, on_written, observer),
        make_webhook_queue(server, observer),
        make_cleanup(settings, server),
        Enrollment(server),
        make_stripe_queue(settings, server, observer),
    )
