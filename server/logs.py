"""Logs: one line an event with ids, never an address, a token or a body."""

import logging

import structlog

from server.settings import Settings


def configure(settings: Settings) -> None:
    """JSON lines in production, for a person in development; other libraries' warnings come along."""
    as_json = settings.log_format == "json" if settings.log_format else not settings.is_development
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks if as_json else structlog.processors.StackInfoRenderer(),
    ]
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    formatter = structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
