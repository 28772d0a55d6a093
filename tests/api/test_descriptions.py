"""Every description in the schema says, in a sentence of its own, what a client needs to know."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from schema import get_schema
from schema.foundation.sdl import sdl

SENTENCE = re.compile(r"[A-Z][^\n]*[^.\s]\.")
# More places than that need a description each that says what is particular about them.
MOST_PLACES = 5
FEWEST_WORDS = 3


@cache
def built() -> GraphQLSchema:
    return build_schema(sdl(get_schema()))


def is_guarded(type_name: str, field_name: str) -> bool:
    field = get_schema().get_field_for_type(field_name, type_name)
    return field is not None and bool(field.directives)


@cache
def descriptions() -> dict[str, str | None]:
    return dict(find_descriptions())


def find_descriptions() -> Iterator[tuple[str, str | None]]:
    """Everything that a client can see, with its description."""
    for name, type_ in built().type_map.items():
        if is_introspection_type(type_) or is_specified_scalar_type(type_):
            continue
        yield name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{value}", one.description) for value, one in type_.values.items())
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", one.description) for field, one in type_.fields.items())
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            yield from find_field_descriptions(name, type_)
    requires = built().get_directive("requires")
    assert requires
    yield "@requires", requires.description


def find_field_descriptions(
    of: str, type_: GraphQLObjectType | GraphQLInterfaceType
) -> Iterator[tuple[str, str | None]]:
    for name, field in type_.fields.items():
        if not any(name in interface.fields for interface in type_.interfaces):
            yield f"{of}.{name}", field.description
        yield from (
            (f"{of}.{name}({argument})", one.description) for argument, one in field.args.items()
        )


def test_everything_is_described_in_sentences() -> None:
    assert len(descriptions()) > 700
    assert [
        name for name, text in descriptions().items() if not SENTENCE.fullmatch(text or "")
    ] == []


def test_no_description_is_a_placeholder() -> None:
    assert [
        name
        for name, text in descriptions().items()
        if len((text or "").split()) < FEWEST_WORDS or "{" in (text or "")
    ] == []


def test_a_description_is_shared_by_few() -> None:
    places = defaultdict[str | None, list[str]](list)
    for name, text in descriptions().items():
        places[text].append(name)

    assert {text: names for text, names in places.items() if len(names) > MOST_PLACES} == {}


@pytest.mark.parametrize(
    "name",
    [
        "The input of `createRole`.",
        "A page of a list of users.",
        "A page of a list of API keys.",
        "A page of a list of webhook deliveries.",
    ],
)
def test_names_are_filled_in(name: str) -> None:
    assert name in descriptions().values()


def test_nullable_fields_say_when_they_are_null() -> None:
    """Those with a guard are null with an error, which the description of the guard says."""
    silent = [
        f"{type_.name}.{name}"
        for type_ in built().type_map.values()
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType))
        and not is_introspection_type(type_)
        for name, field in type_.fields.items()
        if not isinstance(field.type, GraphQLNonNull)
        and not is_guarded(type_.name, name)
        and not re.search(r"\bnull\b", field.description or "", re.IGNORECASE)
    ]

    assert silent == []
