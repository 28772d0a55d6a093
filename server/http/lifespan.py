"""What runs while the server runs: how the worker starts, and how everything stops in order."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette

from resolvers.foundation.server import Server
from resolvers.subscriptions.log_reader import LogReader
from server.delivery.worker import Background, Worker
from server.http.graphql.endpoint import GraphQLEndpoint
from server.http.key_uses import keep_storing_key_uses, store_key_uses

# How long operations may continue after their clients have left, once the server stops.
FINISH_SECONDS = 2.0


@dataclass(slots=True, eq=False)
class Lifespan:
    """The lifespan of one application."""

    server: Server
    log: LogReader
    endpoint: GraphQLEndpoint
    # None if another process sends mail and webhooks.
    worker: Worker | None
    background: Background | None = field(default=None, init=False)

    @asynccontextmanager
    async def run(self, app: Starlette) -> AsyncGenerator[None]:
        stalls = asyncio.create_task(self.endpoint.observer.metrics.measure_stalls())
        key_uses = asyncio.create_task(keep_storing_key_uses(self.server))
        if self.worker:
            self.background = Background(self.worker.run())
        yield
        stalls.cancel()
        key_uses.cancel()
        if self.background:
            self.background.stop()
            await self.background.ended()
        if self.endpoint.running:
            await asyncio.wait(self.endpoint.running, timeout=FINISH_SECONDS)
        await self.log.wait_closed()
        await self.endpoint.rate_limits.close()
        await store_key_uses(self.server)
        await self.server.store.close()
        if tracing := self.endpoint.observer.tracing:
            await asyncio.to_thread(tracing.shut_down)

    def stop(self) -> None:
        """Ends subscriptions and the worker, while running requests are still answered."""
        self.log.close()
        if self.background:
            self.background.stop()
