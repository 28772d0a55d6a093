"""How results of operations become JSON."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from models.errors.request import LimitExceeded
from schema.execution.limits import OperationSize
from schema.foundation.errors import format_error, format_errors

HINT = re.compile(r" Did you mean [^?]*\?")

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """A body with its JSON, which is encoded only once."""

    body: Body
    json: bytes
    # Whether this is the stored answer to an earlier request with the same idempotency key.
    is_replayed: bool = False


@dataclass(frozen=True, slots=True)
class Encoder:
    """Encodes the results of operations."""

    # The size in bytes of an answer, and the cost of an operation, that are allowed.
    maximum: int
    allowed_cost: int
    # Whether errors suggest similar names for a misspelled one; off if the schema is hidden.
    shows_hints: bool
    # Whether answers say what their operation cost.
    shows_cost: bool

    def encode(
        self,
        result: ExecutionResult,
        *,
        executed: bool,
        is_applied: bool = False,
        size: OperationSize | None = None,
    ) -> EncodedBody:
        """Encodes a result; `is_applied` is for that of a mutation."""
        body = make_body(result, executed=executed)
        if self.shows_cost and size:
            body["extensions"] = {"cost": {"asked": size.cost, "allowed": self.allowed_cost}}
        if not self.shows_hints:
            remove_hints(body)
        return limit_size(encode(body), self.maximum, is_applied=is_applied)

    def encode_event(
        self, result: ExecutionResult, answers: dict[Hashable, Any], *, executed: bool
    ) -> EncodedBody:
        """Encodes a result of a subscription once for the subscribers that share its data."""
        if result.errors:
            return self.encode(result, executed=executed)
        data, encoded = answers.get(EncodedBody, (None, None))
        if encoded is None or data is not result.data:
            encoded = self.encode(result, executed=executed)
            answers[EncodedBody] = result.data, encoded
        return encoded


def encode(body: Body) -> EncodedBody:
    return EncodedBody(body, orjson.dumps(body))


def make_body(result: ExecutionResult, *, executed: bool) -> Body:
    """Makes the body of a result; one that was not executed at all has no `data`, not even null."""
    if not result.errors:
        return {"data": result.data}
    errors = format_errors(result.errors, executed=executed)
    if result.data is None and not any(error.path for error in result.errors):
        return {"errors": errors}
    return {"errors": errors, "data": result.data}


def remove_hints(body: Body) -> None:
    """Removes the suggestions of similar names, which would reveal a hidden schema."""
    for error in body.get("errors", ()):
        error["message"] = HINT.sub("", error["message"])


def limit_size(encoded: EncodedBody, maximum: int, *, is_applied: bool) -> EncodedBody:
    """Replaces a body that is too large with an error that says if a mutation was applied."""
    size = len(encoded.json)
    if size <= maximum:
        return encoded
    sentence = f"The response has {size} bytes, more than the limit of {maximum}."
    sentence += " The changes were applied. Read them" if is_applied else " Request less at once,"
    sentence += " with fewer fields or smaller pages."
    extensions: dict[str, Any] = {"limit": "answerBytes", "allowed": maximum, "asked": size}
    if is_applied:
        extensions["applied"] = True
    limit = LimitExceeded(sentence, **extensions)
    error = GraphQLError(sentence, original_error=limit)
    return encode({"errors": [format_error(error, executed=True)], "data": None})
