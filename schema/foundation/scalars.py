"""The scalars of the contract, which read a literal and a variable alike."""

import base64
import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, NewType

import orjson
import strawberry
import structlog
from graphql import (
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from models.base import UNREADABLE, dumps
from models.validation.json_objects import check_json_object

JSONObject = NewType("JSONObject", dict[str, Any])
DateTime = NewType("DateTime", datetime)
Base64 = NewType("Base64", bytes)

TOO_SMALL = "Numbers must be 0 or at least 5e-324. Smaller ones would become 0."
# RFC 3339, with a zone, and `t` and `z` in either case. A leap second is read as the second after.
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII
)
TIME_EXPECTED = "A time must be written like 2026-11-21T09:30:00.123Z, with a time zone."

log = structlog.stdlib.get_logger("tenantry.graphql")


# ----------------------------------------------------------------------------------- JSON objects


def _parse_object(value: Any) -> JSONObject:
    """Checks a JSON object, which comes back unchanged from every database.

    Raises GraphQLError for anything else.
    """
    try:
        return JSONObject(check_json_object(value))
    except ValueError as error:
        raise GraphQLError(str(error)) from error


def _parse_object_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> JSONObject:
    """Reads a literal as JSON reads it, with the values of the variables in it.

    A field whose variable is absent is absent, and an entry of a list is null. While a document is
    validated, no variable has a value yet.
    """
    return _parse_object(_read_literal(node, variables or {}))


def _read_literal(node: ValueNode, variables: dict[str, Any]) -> Any:
    match node:
        case ObjectValueNode(fields=fields):
            read = [(field.name.value, _read_literal(field.value, variables)) for field in fields]
            return {name: value for name, value in read if value is not Undefined}
        case ListValueNode(values=values):
            read = [_read_literal(value, variables) for value in values]
            return [None if value is Undefined else value for value in read]
        case VariableNode():
            return _to_json(variables.get(node.name.value, Undefined))
        case IntValueNode(value=text) | FloatValueNode(value=text):
            return _read_number(text)
        case _:
            return value_from_ast_untyped(node)


def _to_json(value: Any) -> Any:
    """A variable's value as the client sent it."""
    match value:
        case datetime():
            return _serialize_time(value)
        case Enum():
            return value.name
        case _:
            return value


def is_too_small(number: str) -> bool:
    """Whether a number that is not zero would be read as zero."""
    digits = number.lower().partition("e")[0]
    return float(number) == 0 and not set(digits) <= set("-.0")


def _read_number(text: str) -> int | float:
    """Reads a number as orjson reads it in the variables; one that is too large stays so."""
    if is_too_small(text):
        raise GraphQLError(TOO_SMALL)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return float("inf")


def _serialize_object(value: JSONObject) -> orjson.Fragment:
    """Serializes the object by itself, so that a fault in it is an error of its field alone."""
    try:
        return orjson.Fragment(dumps(value))
    except RecursionError:
        log.error("stored JSON too deep")
        return orjson.Fragment(dumps(UNREADABLE))


# ------------------------------------------------------------------------------------------- times


def _serialize_time(moment: datetime) -> str:
    moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    # Twice as fast as `isoformat`. The text is quoted, and without a fraction if that is zero.
    text = orjson.dumps(moment, option=orjson.OPT_UTC_Z).decode()
    return f"{text[1:24]}Z" if moment.microsecond else f"{text[1:20]}.000Z"


def _parse_time(text: Any) -> DateTime:
    """Reads a time of RFC 3339 in UTC, cut to the milliseconds that the API shows."""
    match = TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise GraphQLError(TIME_EXPECTED)
    minute, second, fraction, zone = match.groups()
    is_leap_second = second == "60"
    second = "59" if is_leap_second else second
    milliseconds = f"{fraction or '':0<3.3}"
    try:
        moment = datetime.fromisoformat(f"{minute}:{second}.{milliseconds}{zone}".upper())
        moment += timedelta(seconds=is_leap_second)
        return DateTime(moment.astimezone(UTC))
    except ValueError as error:
        raise GraphQLError(TIME_EXPECTED) from error
    except OverflowError as error:
        raise GraphQLError("A time must be in the years 1 to 9999 in UTC.") from error


# ---------------------------------------------------------------------------------------- bytes


def _parse_base64(text: Any) -> Base64:
    if not isinstance(text, str):
        raise GraphQLError("The data must be a string in Base64.")
    try:
        return Base64(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise GraphQLError(
            "The data must be in Base64 with padding, without line breaks and without a data: URL."
        ) from error


def _serialize_base64(data: Base64) -> str:
    return base64.b64encode(data).decode()


SCALARS: dict[object, Any] = {
    JSONObject: strawberry.scalar(
        name="JSONObject",
        description="A JSON object. Numbers in it must be between -9007199254740991 and"
        " 9007199254740991.",
        serialize=_serialize_object,
        parse_value=_parse_object,
        parse_literal=_parse_object_literal,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A date and time in RFC 3339 format, in UTC with milliseconds, such as"
        " 2026-11-21T09:30:00.123Z. Inputs can have any time zone.",
        serialize=_serialize_time,
        parse_value=_parse_time,
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    ),
    Base64: strawberry.scalar(
        name="Base64",
        description="Bytes in Base64 (RFC 4648, section 4), with padding.",
        serialize=_serialize_base64,
        parse_value=_parse_base64,
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc4648#section-4",
    ),
}
