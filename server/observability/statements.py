"""Counts the statements of a store, and traces them with their text but without values."""

from collections.abc import Callable
from functools import partial

from models.database.store import Store
from models.tracing import current_tracer
from server.observability.metrics import Metrics, Reading
from server.observability.records import OTHER, current_record
from server.observability.tracing import Tracing

KINDS = {"S": "select", "W": "select", "I": "insert", "U": "update", "D": "delete"}
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK")


def watch_statements(store: Store, metrics: Metrics, tracing: Tracing | None) -> None:
    """Counts every statement from now on, except those that begin or end a transaction."""
    system = store.url.get_backend_name()
    # Counters of the library lock; these are only changed on the event loop.
    counts = dict.fromkeys((*KINDS.values(), OTHER), 0)
    metrics.add_readings(
        *(
            Reading(
                "tenantry_statements",
                "Statements sent to the database.",
                partial(counts.__getitem__, kind),
                {"database": system, "kind": kind},
                is_counter=True,
            )
            for kind in counts
        )
    )

    def watch(text: str) -> Callable[[BaseException | None], None] | None:
        kind = KINDS.get(text[0], OTHER)
        if kind is OTHER and text.startswith(TRANSACTION_CONTROL):
            return None
        counts[kind] += 1
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
