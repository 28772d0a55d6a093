"""Counts the statements of a store, and traces them with their text but without values."""

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import event

from models.database.store import Store
from models.tracing import Span, current_tracer
from server.observability.metrics import Metrics
from server.observability.records import current_record
from server.observability.tracing import Tracing

KINDS = {"S": "select", "W": "select", "I": "insert", "U": "update", "D": "delete"}
# Events of the dialect cost much less than those of the engine.
EXECUTIONS = ("do_execute", "do_executemany", "do_execute_no_params")
SPAN = "tenantry.span"


def watch_statements(store: Store, metrics: Metrics, tracing: Tracing | None) -> None:
    """Counts every statement from now on, except those that begin a transaction."""
    system = store.url.get_backend_name()
    counters = {
        kind: metrics.statements.labels(system, kind) for kind in (*KINDS.values(), "other")
    }

    def count(cursor: Any, text: str, *rest: Any) -> None:
        if text.startswith("BEGIN"):
            return
        counters[KINDS.get(text[0], "other")].inc()
        if record := current_record.get():
            record.statements += 1

    for engine in (store.reader.sync_engine, store.writer.sync_engine):
        for name in EXECUTIONS:
            event.listen(engine, name, count)
        if tracing:
            _trace_statements(engine, system, tracing)


def _trace_statements(engine: Any, system: str, tracing: Tracing) -> None:
    def begin(connection: Any, cursor: Any, text: str, *rest: Any) -> None:
        if text.startswith("BEGIN") or tracing is not current_tracer.get():
            return
        attributes = {"db.system.name": system, "db.query.text": text}
        span = tracing.start(text.split(None, 1)[0].upper(), attributes)
        span.__enter__()
        connection.info[SPAN] = span

    def end(connection: Any, *rest: Any) -> None:
        span: AbstractContextManager[Span] | None = connection.info.pop(SPAN, None)
        if span:
            span.__exit__(None, None, None)

    def fail(context: Any) -> None:
        if context.connection is not None and (span := context.connection.info.pop(SPAN, None)):
            error = context.original_exception
            span.__exit__(type(error), error, None)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)
