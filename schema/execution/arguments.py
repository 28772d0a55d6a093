"""Trims and limits the texts and lists of all arguments, before any resolver sees them.

The limits protect the server, and are wide. Rules for single values, such as the length of a name,
come later, with an error that names the input.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, cast

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    is_introspection_type,
)

from models.errors.request import LimitExceeded
from schema.execution.breadth_first.resolvers import PreparedResolver

TEXT_LENGTH = 4_096
# A search, which can be as long as the longest name.
QUERY_LENGTH = 256
# The values of a filter, and the ids of `nodes`.
FILTER_VALUES = 100
# The entries of a list in the input of a mutation.
LIST_LENGTH = 1_000
# The name of a list's limit in errors, if not "filter".
LIMITS = {"ids": "nodes"}
TEXTS = frozenset({"String", "ID"})


def limit_arguments(schema: GraphQLSchema) -> None:
    """Makes every field trim and limit its arguments, before they are converted for Python."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not is_introspection_type(type_):
            fields: Any = type_.fields
            for field in fields.values():
                types = {name: argument.type for name, argument in field.args.items()}
                if types and field.resolve:
                    field.resolve = _limit(field.resolve, types)
                if types and field.subscribe:
                    field.subscribe = PreparedResolver(field.subscribe, partial(clean_all, types))


def _limit(resolve: Any, types: Mapping[str, Any]) -> PreparedResolver:
    clean = partial(clean_all, types)
    if not isinstance(resolve, PreparedResolver):
        return PreparedResolver(resolve, clean)
    convert = resolve.prepare

    def prepare(arguments: dict[str, Any]) -> dict[str, Any]:
        return convert(clean(arguments))

    return replace(resolve, prepare=prepare)


def clean_all(types: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a field, trimmed; raises LimitExceeded for what is too long."""
    return {
        name: clean(value, types[name], name, LIST_LENGTH if name == "input" else FILTER_VALUES)
        for name, value in arguments.items()
    }


def clean(value: Any, type_: Any, name: str, list_length: int) -> Any:
    """Returns the value with its texts trimmed; raises LimitExceeded if one is too long."""
    named = cast(Any, type_).of_type if isinstance(type_, GraphQLNonNull) else type_
    if value is None:
        return None
    if isinstance(named, GraphQLScalarType) and named.name in TEXTS:
        maximum = QUERY_LENGTH if name == "query" else TEXT_LENGTH
        _check_length(len(value), maximum, name, "characters", limit=name)
        # An ID has one spelling.
        return value.strip() if named.name == "String" else value
    if isinstance(named, GraphQLList):
        limit = name if list_length == LIST_LENGTH else LIMITS.get(name, "filter")
        _check_length(len(value), list_length, name, "values", limit)
        inner: Any = named.of_type  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return [clean(entry, inner, name, list_length) for entry in value]
    if isinstance(named, GraphQLInputObjectType):
        return {
            key: clean(entry, named.fields[key].type, key, list_length)
            for key, entry in value.items()
        }
    return value


def _check_length(length: int, maximum: int, name: str, unit: str, limit: str) -> None:
    if length > maximum:
        raise LimitExceeded(
            f"{name} can have at most {maximum} {unit}; this one has {length}.",
            limit=limit,
            allowed=maximum,
            asked=length,
        )
