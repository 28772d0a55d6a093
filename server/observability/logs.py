"""Logs: one line for each event, with IDs but without addresses, tokens or bodies."""

import io
import logging
import re
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, TextIO

import orjson
import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import ExcInfo

from models.validation.text import escape_controls
from server.observability.records import RequestRecord, current_record
from server.settings.settings import Settings

# Paths that monitors and the pages of the demo ask for every few seconds.
QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics", "/demo", "/dev/outbox"})
# Addresses of email and of machines, and what is as long as a token, in what libraries say.
PERSONAL = re.compile(
    r"[^\s'\"<>()\[\],;:=]+@[^\s'\"<>()\[\],;:=]+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    r"|(?i:\b(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}\b)"
    r"|\b[as]k_[\w-]+"
    r"|(?=[\w-]*\d)[\w-]{20,}"
)

Event = MutableMapping[str, Any]

log = structlog.stdlib.get_logger("tenantry.requests")


def configure(settings: Settings) -> None:
    """Writes logs and the warnings of libraries to standard error.

    JSON lines in production, text for people in development.
    """
    shared: list[Any] = [
        add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any
    if settings.logs_json:
        # A traceback omits the values of local variables: tokens and addresses are among them.
        shared += [ExceptionRenderer(ExceptionDictTransformer(show_locals=False)), mask_exceptions]
        renderer = structlog.processors.JSONRenderer()
    else:
        shared.append(escape_values)
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=write_traceback
        )
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[remove, renderer], foreign_pre_chain=[mask_message, *shared]
        )
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    # Anybody can cause its warnings as often as they like, for example with malformed requests.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True, eq=False)
class RequestLog:
    """Writes a line for each request.

    JSON doesn't pass through structlog, whose processors would cost more than all the rest that is
    recorded of a small request.
    """

    level: int
    # None writes text for people.
    output: BinaryIO | None

    def write(self, record: RequestRecord) -> None:
        level = logging.DEBUG if record.route in QUIET_ROUTES else logging.INFO
        if level < self.level:
            return
        fields = record.to_fields()
        if self.output is None:
            log.log(level, "request", **fields)
            return
        fields |= {
            "event": "request",
            "level": logging.getLevelName(level).lower(),
            "timestamp": datetime.now(UTC),
        }
        line = orjson.dumps(fields, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
        self.output.write(line)
        self.output.flush()


def make_request_log(settings: Settings) -> RequestLog:
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    return RequestLog(level, sys.stderr.buffer if settings.logs_json else None)


def add_request_id(logger: Any, method: str, event: Event) -> Event:
    if record := current_record.get():
        event["request_id"] = record.request_id
    return event


def mask(text: str) -> str:
    """Replaces addresses, and what could be a token."""
    return PERSONAL.sub("***", text)


def mask_message(logger: Any, method: str, event: Event) -> Event:
    """Masks the message of a library, which may quote what a client sent."""
    event["event"] = mask(str(event["event"]))
    return event


def mask_exceptions(logger: Any, method: str, event: Event) -> Event:
    """Masks the messages of exceptions, which may quote what a client sent."""
    pending: list[Any] = [*event.get("exception", ())]
    while pending:
        exception = pending.pop()
        exception["exc_value"] = mask(exception["exc_value"])
        exception["exc_notes"] = [mask(note) for note in exception["exc_notes"]]
        pending += [nested for group in exception["exceptions"] for nested in group]
    return event


def escape_values(logger: Any, method: str, event: Event) -> Event:
    """Escapes the control characters in values, which a terminal would obey."""
    return {
        key: escape_controls(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def write_traceback(file: TextIO, error: ExcInfo) -> None:
    """Writes the traceback, masked and with its control characters escaped."""
    lines = io.StringIO()
    structlog.dev.plain_traceback(lines, error)
    file.write("\n".join(map(escape_controls, mask(lines.getvalue()).split("\n"))))
