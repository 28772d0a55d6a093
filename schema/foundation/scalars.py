"""The scalars of the contract."""

from datetime import UTC, datetime
from typing import Any, NewType

import orjson
import strawberry
import structlog
from graphql import GraphQLError

from models.base import UNREADABLE, dumps

JSONObject = NewType("JSONObject", dict[str, Any])
DateTime = NewType("DateTime", datetime)

# What JavaScript and every other reader of JSON keeps exactly (RFC 7493).
LARGEST_NUMBER = 2**53 - 1

log = structlog.stdlib.get_logger("tenantry.graphql")


def _parse_object(value: Any) -> JSONObject:
    """A JSON object that comes back unchanged from every database.

    Raises GraphQLError for anything else.
    """
    if not isinstance(value, dict):
        raise GraphQLError("A JSON object is wanted here, not a string, a number or a list.")
    waiting: list[Any] = [value]
    while waiting:
        match waiting.pop():
            case dict() as one:  # pyright: ignore[reportUnknownVariableType]
                waiting += [*one.keys(), *one.values()]
            case list() as one:  # pyright: ignore[reportUnknownVariableType]
                waiting += one
            case str() as text if "\0" in text:
                raise GraphQLError("The JSON object holds a NUL character.")
            case str() | bool() | None:
                pass
            case int() | float() as number if abs(number) <= LARGEST_NUMBER:
                pass
            case _:
                raise GraphQLError(
                    f"Numbers in a JSON object must be between -{LARGEST_NUMBER} and"
                    f" {LARGEST_NUMBER}."
                )
    return JSONObject(value)  # pyright: ignore[reportUnknownArgumentType]


def _json(value: JSONObject) -> orjson.Fragment:
    """The object as JSON of its own: what is wrong with
    it is an error of its field, not of the whole answer.
    """
    try:
        return orjson.Fragment(dumps(value))
    except RecursionError:
        log.error("stored JSON too deep")
        return orjson.Fragment(dumps(UNREADABLE))


def _serialize_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parse_time(text: Any) -> DateTime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise GraphQLError("A time is written as in 2026-11-21T09:30:00.123Z.") from error
    if moment.tzinfo is None:
        raise GraphQLError("A time needs its zone, as in 2026-11-21T09:30:00.123Z.")
    return DateTime(moment)


SCALARS: dict[object, Any] = {
    JSONObject: strawberry.scalar(
        name="JSONObject",
        description="A JSON object, never a string or a list, with numbers between"
        " -9007199254740991 and"
        " 9007199254740991.",
        serialize=_json,
        parse_value=_parse_object,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A time in UTC as RFC 3339 writes it, such as 2026-11-21T09:30:00.123Z.",
        serialize=_serialize_time,
        parse_value=_parse_time,
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    ),
}
