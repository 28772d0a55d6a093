"""Logs: one line an event with ids, never an address, a token or a body."""

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


def _processors(*, as_json: bool) -> tuple[list[Any], Any]:
    """A trace goes without the values of local variables: tokens and addresses are among them."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        without_locals = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
        return [*shared, without_locals], structlog.processors.JSONRenderer()
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=_traceback
    )
    return [*shared, _escape], renderer


def _escape(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leaves nothing in the values that a terminal would obey; JSON has escapes of its own."""
    return {
        key: escape_controls(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def _traceback(file: TextIO, error: ExcInfo) -> None:
    lines = io.StringIO()
    structlog.dev.plain_traceback(lines, error)
    file.write("\n".join(map(escape_controls, lines.getvalue().split("\n"))))


def configure(settings: Settings) -> None:
    """JSON lines in production, for a person in development,
    all to standard error; libraries' warnings come along.
    """
    as_json = settings.log_format == "json" if settings.log_format else not settings.is_development
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared, renderer = _processors(as_json=as_json)
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
    # What it warns of, such as a request that is no HTTP, anybody can send as often as they like.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
