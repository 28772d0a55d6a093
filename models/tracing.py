"""Spans of a trace; without a tracer they cost next to nothing."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Protocol

AttributeValue = str | int | Sequence[str]


class Span(Protocol):
    """A step of an operation. Its attributes never hold personal data."""

    def set_attribute(self, key: str, value: AttributeValue) -> None: ...


class Tracer(Protocol):
    """Starts spans, each within the one that is current."""

    def start(
        self, name: str, attributes: Mapping[str, AttributeValue]
    ) -> AbstractContextManager[Span]: ...


# The tracer of the request or the delivery that is running.
current_tracer: ContextVar[Tracer | None] = ContextVar("current_tracer", default=None)


class NoSpan:
    """Stands in for a span while nothing is traced."""

    def set_attribute(self, key: str, value: AttributeValue) -> None: ...


NO_SPAN: AbstractContextManager[Span] = nullcontext(NoSpan())


def start_span(
    name: str, attributes: Mapping[str, AttributeValue] | None = None
) -> AbstractContextManager[Span]:
    """Starts a span that ends with the block."""
    tracer = current_tracer.get()
    return NO_SPAN if tracer is None else tracer.start(name, attributes or {})
