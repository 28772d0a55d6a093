"""The record of a request: what its log line and the metrics say about it."""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from os import urandom
from time import perf_counter
from typing import TYPE_CHECKING, Any

from resolvers.authority.access import Actor

# Most commands write a log and need no GraphQL.
if TYPE_CHECKING:
    from schema.execution.documents import Document

# The operations and kinds that are not in our own or the operator's documents.
OTHER = "other"
# Only the forms that proxies generate: anything else could hold an address or a token.
REQUEST_ID = re.compile(
    rb"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25}",
    re.IGNORECASE,
)
TRACEPARENT = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
ORGANIZATION_ID = re.compile(r"org_[0-9a-hjkmnp-tv-z]{26}")


def choose_request_id(headers: Mapping[bytes, bytes]) -> str:
    """Takes the ID from `X-Request-Id`, else the trace ID of `traceparent`, else a new one."""
    if match := REQUEST_ID.fullmatch(headers.get(b"x-request-id", b"")):
        return match[0].decode()
    if match := TRACEPARENT.fullmatch(headers.get(b"traceparent", b"")):
        return match[1].decode()
    return urandom(16).hex()


def find_organization_id(variables: Mapping[str, Any] | None) -> str | None:
    """Finds the organization that the variables name, if it has the form of an ID."""
    given: Any = variables or {}
    for values in (given, given.get("input")):
        value = values.get("organizationId") if isinstance(values, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if isinstance(value, str) and ORGANIZATION_ID.fullmatch(value):
            return value
    return None


@dataclass(slots=True, eq=False)
class RequestRecord:
    """A request to any path, or an operation on a socket."""

    request_id: str
    # http, sse or websocket.
    transport: str
    started_at: float = field(default_factory=perf_counter)
    # The pattern of the path, never the path itself.
    route: str = OTHER
    # Whether it was answered as GraphQL.
    is_operation: bool = False
    operation: str = OTHER
    kind: str = OTHER
    status: int | None = None
    statements: int = 0
    actor: Actor | None = None
    organization_id: str | None = None
    # The codes of the errors and of the user errors in the answers.
    error_codes: set[str] = field(default_factory=set[str])
    user_error_codes: set[str] = field(default_factory=set[str])

    @property
    def seconds(self) -> float:
        return perf_counter() - self.started_at

    @property
    def outcome(self) -> str:
        if self.error_codes or (self.status or 0) >= 400:
            return "error"
        if self.status is None:
            return "abandoned"
        return "user_error" if self.user_error_codes else "ok"

    def set_operation(
        self, document: "Document", name: str | None, known_operations: frozenset[str]
    ) -> None:
        """Sets the kind of an operation, and its name if that is in a known document."""
        node = document.get_operation(name)
        if document.errors or node is None:
            return
        self.kind = node.operation.value
        if node.name and node.name.value in known_operations:
            self.operation = node.name.value

    def add_errors(self, errors: Iterable[Any]) -> None:
        self.error_codes.update(error["extensions"]["code"] for error in errors)

    @property
    def is_stream(self) -> bool:
        return self.kind == "subscription"

    def to_fields(self) -> dict[str, Any]:
        """The fields of the log line, without those that are empty."""
        session = self.actor.session if self.actor else None
        fields: dict[str, Any] = {
            "request_id": self.request_id,
            "transport": self.transport,
            "route": self.route,
            "operation": self.operation if self.is_operation else None,
            "kind": self.kind if self.is_operation else None,
            "status": self.status,
            "outcome": self.outcome,
            "duration_ms": round(self.seconds * 1000, 1),
            "statements": self.statements,
            "actor_type": self.actor.type.value if self.actor else None,
            "actor_id": self.actor.id if self.actor else None,
            "organization_id": self.organization_id
            or (session.organization_id if session else None),
            "errors": sorted(self.error_codes) or None,
            "user_errors": sorted(self.user_error_codes) or None,
        }
        return {name: value for name, value in fields.items() if value is not None}


# The request that is being answered.
current_record: ContextVar[RequestRecord | None] = ContextVar("current_record", default=None)


def get_record() -> RequestRecord:
    """Returns the record of this request; one that nobody reads outside of a request."""
    return current_record.get() or RequestRecord("", OTHER)
