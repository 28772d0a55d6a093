"""Logs: one line per event, with ids but without addresses, tokens or bodies."""

import io
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import ExcInfo

from models.validation.text import escape_controls
from server.settings.settings import Settings


def configure(settings: Settings) -> None:
    """Writes logs and the warnings of libraries to standard error.

    JSON lines in production, text for people in development.
    """
    as_json = settings.log_format == "json" if settings.log_format else not settings.is_development
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any
    if as_json:
        # A traceback omits the values of local variables: tokens and addresses are among them.
        shared.append(ExceptionRenderer(ExceptionDictTransformer(show_locals=False)))
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
        structlog.stdlib.ProcessorFormatter(processors=[remove, renderer], foreign_pre_chain=shared)
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    # Anybody can cause its warnings as often as they like, for example with malformed requests.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


def escape_values(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Escapes the control characters in values, which a terminal would obey."""
    return {
        key: escape_controls(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def write_traceback(file: TextIO, error: ExcInfo) -> None:
    """Writes the traceback with its control characters escaped."""
    lines = io.StringIO()
    structlog.dev.plain_traceback(lines, error)
    file.write("\n".join(map(escape_controls, lines.getvalue().split("\n"))))
