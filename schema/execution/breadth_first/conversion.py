"""Converts the arguments of graphql-core to those of Strawberry, such as input objects.

Strawberry looks at the types of an input each time; here that is done once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass
from typing import Any

from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.lazy_type import LazyType
from strawberry.types.maybe import Some

Arguments = dict[str, Any]
Convert = Callable[[Any], Any]


class Unconvertible(Exception):
    """A type whose values only Strawberry converts."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """An argument, or a field of an input."""

    name: str
    python_name: str
    # None if the value stays as it is.
    convert: Convert | None


def make_conversion(
    arguments: Sequence[StrawberryArgument], config: StrawberryConfig
) -> Callable[[Arguments], Arguments]:
    """Makes a function that converts all arguments of a field; raises Unconvertible."""
    parts = [
        Part(
            config.name_converter.from_argument(argument),
            argument.python_name,
            _make_convert(argument.type, config),
        )
        for argument in arguments
    ]
    return lambda given: _convert_parts(parts, given)


def _convert_parts(parts: Sequence[Part], given: Mapping[str, Any]) -> Arguments:
    converted: Arguments = {}
    for part in parts:
        if part.name in given:
            value = given[part.name]
            converted[part.python_name] = part.convert(value) if part.convert else value
    return converted


def _make_convert(type_: Any, config: StrawberryConfig) -> Convert | None:
    """Makes what converts values of a type; None if they stay as they are."""
    if isinstance(type_, StrawberryMaybe):
        return _make_maybe_convert(type_.of_type, config)
    if isinstance(type_, StrawberryOptional):
        return _make_convert(type_.of_type, config)
    if isinstance(type_, LazyType):
        return _make_convert(type_.resolve_type(), config)
    if isinstance(type_, StrawberryList):
        convert = _make_convert(type_.of_type, config) or _keep
        # A copy, because graphql-core gives the same default to each request.
        return lambda values: None if values is None else list(map(convert, values))
    if has_object_definition(type_):
        return _make_input_convert(type_, config)
    # graphql-core has converted scalars and enums.
    return None


def _keep(value: Any) -> Any:
    return value


def _make_maybe_convert(type_: Any, config: StrawberryConfig) -> Convert:
    """Makes the function for a type that distinguishes a null from a value that is left out."""
    if not isinstance(type_, StrawberryOptional):
        raise Unconvertible
    convert = _make_convert(type_, config) or _keep
    return lambda value: Some(convert(value))


def _make_input_convert(type_: Any, config: StrawberryConfig) -> Convert:
    definition: StrawberryObjectDefinition = type_.__strawberry_definition__
    if definition.from_input is not None:
        raise Unconvertible
    # The fields of an input without a default are null if they are left out.
    fields: list[Any] = definition.fields
    absent = {
        field.python_name: None
        for field in fields
        if field.default_value is MISSING and field.default_factory is MISSING
    }
    parts = [
        Part(
            config.name_converter.from_field(field),
            field.python_name,
            _make_convert(field.resolve_type(type_definition=definition), config),
        )
        for field in fields
    ]

    def convert(given: Arguments | None) -> Any:
        return None if given is None else type_(**absent | _convert_parts(parts, given))

    return convert
