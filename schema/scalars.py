"""The scalars of the contract."""

from datetime import UTC, datetime
from typing import Any, NewType

import orjson
import strawberry
from graphql import GraphQLError

JSONObject = NewType("JSONObject", dict[str, Any])
DateTime = NewType("DateTime", datetime)


def _object(value: Any) -> JSONObject:
    """A JSON object that every database can keep; raises GraphQLError for anything else."""
    if not isinstance(value, dict):
        raise GraphQLError("A JSON object is wanted here, not a string, a number or a list.")
    try:
        text = orjson.dumps(value)
    except TypeError as error:
        raise GraphQLError(
            "The JSON object holds something that JSON can't keep: a too large number or broken text."
        ) from error
    if rb"\u0000" in text:
        raise GraphQLError("The JSON object holds a NUL character.")
    return JSONObject(value)  # pyright: ignore[reportUnknownArgumentType]


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(text: Any) -> DateTime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise GraphQLError("A time is written as in 2026-11-21T09:30:00.123Z.") from error
    if moment.tzinfo is None:
        raise GraphQLError("A time needs its zone, as in 2026-11-21T09:30:00.123Z.")
    return DateTime(moment)


SCALARS: dict[object, Any] = {
    JSONObject: strawberry.scalar(
        name="JSONObject", description="A JSON object, never a string or a list.",
        serialize=lambda value: value, parse_value=_object,
    ),  # fmt: skip
    DateTime: strawberry.scalar(
        name="DateTime", description="A time in UTC as RFC 3339 writes it, such as 2026-11-21T09:30:00.123Z.",
        serialize=_shown, parse_value=_read,
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    ),
}  # fmt: skip
