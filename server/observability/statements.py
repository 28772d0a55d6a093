"""Counts the statements of a store, and traces them with their text but without values."""

from collections.abc import Callable

from models.database.store import Store
from models.tracing import current_tracer
from server.observability.metrics import Metrics
from server.observability.records import current_record
from server.observability.tracing import Tracing

KINDS = {"S": "select", "W": "select", "I": "insert", "U": "update", "D": "delete"}
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK")


def watch_statements(store: Store, metrics: Metrics, tracing: Tracing | None) -> None:
    """Counts every statement from now on, except those that begin or end a transaction."""
    system = store.url.get_backend_name()
    counters = {
        kind: metrics.statements.labels(system, kind) for kind in (*KINDS.values(), "other")
    }

    def watch(text: str) -> Callable[[BaseException | None], None] | None:
        if text.startswith(TRANSACTION_CONTROL):
            return None
        counters[KINDS.get(text[0], "other")].inc()
        if record := current_record.get():
            record.statements += 1
        if tracing is None or tracing is not current_tracer.get():
            return None
        attributes = {"db.system.name": system, "db.query.text": text}
        span = tracing.start(text.split(None, 1)[0].upper(), attributes)
        span.__enter__()

        def end(error: BaseException | None) -> None:
            span.__exit__(type(error) if error else None, error, None)

        return end

    store.listeners.append(watch)
