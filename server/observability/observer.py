"""The observer of an application: it records requests, and says how the queues are doing."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from time import monotonic

from models.database.revision import head
from models.errors.request import Unavailable
from models.tracing import current_tracer
from resolvers.delivery.backlog import load_backlogs
from resolvers.foundation.server import Server
from server.observability.logs import RequestLog, make_request_log
from server.observability.metrics import Metrics, Reading
from server.observability.records import RequestRecord, current_record
from server.observability.statements import watch_statements
from server.observability.tracing import Tracing
from server.settings.operations import load_ready_operation_names
from server.settings.settings import Settings

# How long the numbers of the queues are kept, however often the metrics are read.
BACKLOG_SECONDS = 5.0


@dataclass(slots=True, eq=False)
class Observer:
    """Writes the log line of each request, and keeps the metrics and the tracer."""

    server: Server
    metrics: Metrics
    log: RequestLog
    known_operations: frozenset[str]
    tracing: Tracing | None = None
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)
    counted_at: float = float("-inf")

    def observe(self, record: RequestRecord) -> "Observation":
        """Records a request until the block ends, then logs and counts it."""
        return Observation(self, record)

    def observe_delivery(self, queue: str, outcome: str, seconds: float) -> None:
        self.metrics.observe_delivery(queue, outcome, seconds)

    async def render_metrics(self) -> bytes:
        """Renders the metrics, with the queues counted a moment ago."""
        async with self.counting:
            if monotonic() - self.counted_at >= BACKLOG_SECONDS:
                self.counted_at = monotonic()
                await self._count_backlogs()
        return self.metrics.render()

    async def _count_backlogs(self) -> None:
        now = self.server.clock()
        try:
            backlogs = await load_backlogs(self.server.store, now)
        except Unavailable:
            self.metrics.database_up.set(0)
            return
        self.metrics.database_up.set(1)
        for name, backlog in backlogs.items():
            age = (now - backlog.oldest_due_at).total_seconds() if backlog.oldest_due_at else 0.0
            self.metrics.queue_due.labels(name).set(backlog.count)
            self.metrics.queue_age.labels(name).set(age)


class Observation:
    """The block in which a request is recorded."""

    __slots__ = ("_observer", "_record", "_reset_record", "_reset_tracer")

    def __init__(self, observer: Observer, record: RequestRecord) -> None:
        self._observer = observer
        self._record = record

    def __enter__(self) -> None:
        self._reset_record = current_record.set(self._record)
        self._reset_tracer = current_tracer.set(self._observer.tracing)

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        current_tracer.reset(self._reset_tracer)
        current_record.reset(self._reset_record)
        if self._record.is_operation:
            self._observer.metrics.observe_operation(self._record)
        self._observer.log.write(self._record)


def make_observer(settings: Settings, server: Server, tracing: Tracing | None = None) -> Observer:
    """Makes the observer, which counts the statements of the server's store from now on."""
    metrics = Metrics(version=version("tenantry"), revision=head())
    watch_statements(server.store, metrics, tracing)
    store = server.store
    for name, pool in (("reader", store.readers), ("writer", store.writers)):
        connections = {"in_use": pool.used, "idle": pool.idle}
        metrics.add_readings(
            *(
                Reading(
                    "tenantry_pool_connections",
                    "Connections to the database.",
                    partial(len, group),
                    {"pool": name, "state": state},
                )
                for state, group in connections.items()
            )
        )
    known = load_ready_operation_names() | settings.operation_names
    return Observer(server, metrics, make_request_log(settings), known, tracing)
