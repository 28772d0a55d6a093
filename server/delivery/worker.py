"""What works beside the requests, or alone: mail, webhooks, and the sweep of what lapsed."""

import asyncio
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from models.database.heartbeats import Heartbeat
from resolvers.server import Server
from server.delivery.mail import MailSender, make_mail_sender
from server.delivery.smtp import OnWritten
from server.delivery.webhook_client import WebhookClient
from server.delivery.webhooks import WebhookSender
from server.settings.settings import Settings

# How long what is on its way may take once the worker is stopped.
STOP_SECONDS = 7.0


@cache
def load_trust_store() -> ssl.SSLContext:
    """Whom we believe over TLS; reading all those
    certificates takes a while, and they stay the same.
    """
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """Both senders of one store; several may run on it."""

    mail: MailSender
    webhooks: WebhookSender

    @property
    def heartbeats(self) -> tuple[Heartbeat, ...]:
        return (self.mail.heartbeat, self.webhooks.heartbeat, self.mail.sweep_heartbeat)

    async def run(self) -> None:
        """Until it is cancelled; then what is on its way gets a moment to arrive."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.mail.run())
            group.create_task(self.webhooks.run())


class Background:
    """Endless work beside something else."""

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.task = asyncio.create_task(coroutine)
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stop(self) -> None:
        """Lets it finish what it has begun, and gives it up when that takes too long."""
        if not self.task.cancelling():
            self.task.cancel()
            asyncio.get_running_loop().call_later(STOP_SECONDS, self._given_up.cancel)

    async def ended(self) -> None:
        """Waits until it has ended, or is given up."""
        await asyncio.wait([self.task, self._given_up], return_when=asyncio.FIRST_COMPLETED)


def make_webhook_sender(server: Server) -> WebhookSender:
    """The sender of webhooks of these settings; receivers know the instance by its public URL."""
    return WebhookSender(
        store=server.store,
        clock=server.clock,
        calls=WebhookClient(server.webhook_targets, load_trust_store()),
        storage=server.webhook_cipher,
        instance_id=server.public_url,
    )


def make_worker(settings: Settings, server: Server, tell: OnWritten | None = None) -> Worker:
    """All the work of these settings; in development
    without a mail server, letters are told of by `tell`.
    """
    return Worker(make_mail_sender(settings, server, tell), make_webhook_sender(server))
