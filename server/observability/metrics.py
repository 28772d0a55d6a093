"""The metrics of one application, in a registry of its own."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from server.observability.records import RequestRecord

# When each series began is of no use, and would double their number.
disable_created_metrics()

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
STALL_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
# How often the lateness of a timer is measured.
STALL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that is read when the metrics are collected."""

    name: str
    help: str
    read: Callable[[], float]
    labels: dict[str, str] = field(default_factory=dict[str, str])
    is_counter: bool = False


@dataclass(eq=False)
class Readings(Collector):
    """Numbers that other parts of the application keep for themselves."""

    readings: list[Reading] = field(default_factory=list[Reading])

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Any] = {}
        for reading in self.readings:
            family = CounterMetricFamily if reading.is_counter else GaugeMetricFamily
            metric = families.setdefault(
                reading.name, family(reading.name, reading.help, labels=[*reading.labels])
            )
            metric.add_metric([*reading.labels.values()], reading.read())
        return families.values()


class Metrics:
    """Counters, gauges and histograms; every label has a bounded number of values."""

    def __init__(self, *, version: str, revision: str) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "tenantry_requests",
            "Completed operations, by the name of a known document, or by endpoint.",
            ["operation", "kind", "transport", "outcome"],
            registry=registry,
        )
        self.durations = Histogram(
            "tenantry_request_duration_seconds",
            "Duration of queries and mutations.",
            ["operation", "kind"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.errors = Counter(
            "tenantry_errors", "Top-level errors by code.", ["code"], registry=registry
        )
        self.user_errors = Counter(
            "tenantry_user_errors", "User errors by code.", ["code"], registry=registry
        )
        self.stalls = Histogram(
            "tenantry_loop_stall_seconds",
            "Delay of a timer of the event loop.",
            buckets=STALL_BUCKETS,
            registry=registry,
        )
        self.sockets = Gauge("tenantry_open_sockets", "Open WebSockets.", registry=registry)
        self.event_streams = Gauge(
            "tenantry_event_streams",
            "Open streams of server-sent events.",
            registry=registry,
        )
        self.deliveries = Counter(
            "tenantry_deliveries",
            "Attempts to send an email or a webhook.",
            ["queue", "outcome"],
            registry=registry,
        )
        self.delivery_durations = Histogram(
            "tenantry_delivery_duration_seconds",
            "Duration of attempts to send.",
            ["queue"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.queue_due = Gauge(
            "tenantry_queue_due", "Rows that are due to be sent.", ["queue"], registry=registry
        )
        self.queue_age = Gauge(
            "tenantry_queue_oldest_due_age_seconds",
            "Time since the oldest row became due.",
            ["queue"],
            registry=registry,
        )
        self.database_up = Gauge(
            "tenantry_database_up",
            "Whether the database responded when the queues were counted.",
            registry=registry,
        )
        build = Gauge(
            "tenantry_build_info",
            "The version, and the database revision that it requires.",
            ["version", "revision"],
            registry=registry,
        )
        build.labels(version, revision).set(1)
        # Finding a series by its labels costs ten times as much as counting.
        self._series: dict[tuple[str, str, str, str], tuple[Counter, Histogram]] = {}
        self._readings = Readings()
        registry.register(self._readings)
        ProcessCollector(registry=registry)

    def add_readings(self, *readings: Reading) -> None:
        self._readings.readings.extend(readings)

    def observe_operation(self, record: RequestRecord) -> None:
        key = record.operation, record.kind, record.transport, record.outcome
        requests, durations = self._series.get(key) or self._add_series(key)
        requests.inc()
        if not record.is_stream:
            durations.observe(record.seconds)
        for code in record.error_codes:
            self.errors.labels(code).inc()
        for code in record.user_error_codes:
            self.user_errors.labels(code).inc()

    def _add_series(self, key: tuple[str, str, str, str]) -> tuple[Counter, Histogram]:
        series = self._series[key] = (self.requests.labels(*key), self.durations.labels(*key[:2]))
        return series

    def observe_delivery(self, queue: str, outcome: str, seconds: float) -> None:
        self.deliveries.labels(queue, outcome).inc()
        self.delivery_durations.labels(queue).observe(seconds)

    async def measure_stalls(self) -> None:
        """Measures how late a timer fires, until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_at = loop.time() + STALL_SECONDS
            await asyncio.sleep(STALL_SECONDS)
            self.stalls.observe(max(0.0, loop.time() - due_at))

    def render(self) -> bytes:
        return generate_latest(self.registry)
