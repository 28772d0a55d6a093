"""Every list of the API, with documents that use each of its arguments."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    ast_from_value,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    print_ast,
)

from schema import get_schema
from tests.support.api import JSON

CORE: Any = get_schema()._schema  # pyright: ignore[reportPrivateUsage]
SLICES = frozenset({"first", "after", "last", "before", "offset"})
SELECTED = "nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@dataclass(frozen=True)
class ListField:
    """A field with pages, and a document that sends it with its own arguments as variables."""

    parent: str
    name: str
    arguments: Mapping[str, Any]
    has_count: bool

    def write(self, around: str) -> str:
        """Writes the document; `around` has the fields above with `LIST` in place of this one."""
        declared = ", ".join(
            f"${name}: {one.type}{_write_default(one)}" for name, one in self.arguments.items()
        )
        given = ", ".join(f"{name}: ${name}" for name in self.arguments)
        selected = f"totalCount {SELECTED}" if self.has_count else SELECTED
        return (
            f"query({declared}) {around.replace('LIST', f'{self.name}({given}) {{ {selected} }}')}"
        )

    def choose_values(self, filters: Mapping[str, Any]) -> Iterator[JSON]:
        """Chooses values for the arguments: none, each order, and each filter by itself."""
        yield {}
        for name, argument in self.arguments.items():
            if name in SLICES:
                continue
            for value in _list_values(get_named_type(argument.type), filters.get(name)):
                is_single = isinstance(value, list) and not is_list_type(argument.type)
                yield {name: value[0] if is_single else value}


def _write_default(argument: Any) -> str:
    default = ast_from_value(argument.default_value, argument.type)
    return f" = {print_ast(default)}" if default else ""


def _list_values(type_: Any, value: Any) -> list[Any]:
    if isinstance(type_, GraphQLInputObjectType):
        orders = get_named_type(type_.fields["field"].type).values
        directions = get_named_type(type_.fields["direction"].type).values
        return [
            {"field": field, "direction": direction} for field in orders for direction in directions
        ]
    if isinstance(type_, GraphQLEnumType) and value is None:
        return [[one] for one in type_.values]
    if type_ is GraphQLBoolean:
        return [True]
    assert value is not None, "a filter needs a value"
    return [value]


def find_lists() -> list[ListField]:
    """Finds all fields of the schema that take `first`."""
    return [
        ListField(type_.name, name, field.args, "totalCount" in get_named_type(field.type).fields)
        for type_ in CORE.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if "first" in field.args
    ]


def select_everything(type_: Any, depth: int) -> str:
    """Selects all fields without required arguments, and the objects below down to a depth."""
    selected = ["__typename"]
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(named):
            selected.append(name)
        elif depth and isinstance(named, GraphQLObjectType):
            selected.append(f"{name} {select_everything(named, depth - 1)}")
    return "{ " + " ".join(selected) + " }"


def select_payload(mutation: str) -> str:
    """Selects the objects in the payload of a mutation, with everything in them."""
    payload = get_named_type(CORE.type_map["Mutation"].fields[mutation].type)
    objects = {name: get_named_type(field.type) for name, field in payload.fields.items()}
    return " ".join(
        f"{name} {select_everything(type_, 1)}"
        for name, type_ in objects.items()
        if isinstance(type_, GraphQLObjectType) and name != "userErrors"
    )
