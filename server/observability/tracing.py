"""Traces for OpenTelemetry, whose packages are imported only if an exporter is configured."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from models.tracing import AttributeValue, Span

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

# The standard variables of which each configures an exporter.
EXPORTER_VARIABLES = (
    "OTEL_TRACES_EXPORTER",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
)
SCOPE = "tenantry"

log = structlog.stdlib.get_logger("tenantry.server")


@dataclass(frozen=True, slots=True, eq=False)
class Tracing:
    """A tracer of OpenTelemetry; exceptions leave their type, because messages hold values."""

    provider: "TracerProvider"
    # Whether a request continues the trace that its `traceparent` names.
    trusts_traceparent: bool = False

    @contextmanager
    def start(
        self,
        name: str,
        attributes: Mapping[str, AttributeValue],
        traceparent: str | None = None,
    ) -> Generator[Span]:
        from opentelemetry.trace import Status, StatusCode

        with self.provider.get_tracer(SCOPE).start_as_current_span(
            name,
            context=self._read_parent(traceparent),
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def _read_parent(self, traceparent: str | None) -> "Context | None":
        """Returns None for a span within the current one."""
        if not self.trusts_traceparent or traceparent is None:
            return None
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        return TraceContextTextMapPropagator().extract({"traceparent": traceparent})

    def shut_down(self) -> None:
        """Sends what is left; blocks."""
        self.provider.shutdown()


def is_exporter_configured() -> bool:
    """Whether the standard variables name an exporter."""
    is_disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return (
        not is_disabled
        and os.environ.get("OTEL_TRACES_EXPORTER") != "none"
        and any(os.environ.get(name) for name in EXPORTER_VARIABLES)
    )


def make_tracing(*, trusts_traceparent: bool) -> Tracing | None:
    """Makes the tracing of a process, or None without an exporter or without the packages."""
    if not is_exporter_configured():
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
    except ImportError:
        log.warning("traces unavailable", reason="install the extra tenantry[traces]")
        return None
    name = os.environ.get("OTEL_SERVICE_NAME", "tenantry")
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
    is_console = os.environ.get("OTEL_TRACES_EXPORTER") == "console"
    exporter = ConsoleSpanExporter() if is_console else OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider, trusts_traceparent)
