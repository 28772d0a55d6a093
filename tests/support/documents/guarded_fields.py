"""Every guarded field of the SDL, with the smallest document for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from graphql.execution.values import get_directive_values

from models.keys.scopes import KeyScope
from schema import get_schema
from schema.foundation.sdl import sdl
from tests.support.api import JSON, Answer

# How to get to the objects that have guarded fields, and the scope that this needs.
PARENTS = {
    "Query": ("{{ {field} }}", None),
    "Mutation": ("mutation {{ {field} }}", None),
    "Organization": (
        '{{ organization(by: {{ id: "{id}" }}) {{ {field} }} }}',
        KeyScope.ORGANIZATIONS_READ,
    ),
    "Role": ("{{ roles {{ {field} }} }}", KeyScope.ROLES_READ),
}
LEAVES: JSON = {
    "Boolean": "true",
    "DateTime": '"2026-01-01T00:00:00Z"',
    "Int": "1",
    "JSONObject": "{}",
    "String": '"x"',
}


@cache
def built() -> GraphQLSchema:
    return build_schema(sdl(get_schema()))


@dataclass(frozen=True)
class Field:
    parent: str
    name: str
    actor: str
    permission: str | None
    scope: KeyScope | None
    definition: GraphQLField

    def document(self, organization_id: str) -> str:
        """Writes the smallest document with the field, for an organization."""
        given = [
            f"{name}: {_value(argument, organization_id)}"
            for name, argument in self.definition.args.items()
            if is_required_argument(argument)
        ]
        arguments = f"({', '.join(given)})" if given else ""
        field = f"{self.name}{arguments}{_selection(self.definition)}"
        return PARENTS[self.parent][0].format(field=field, id=organization_id)

    def names_an_organization(self) -> bool:
        (argument,) = self.definition.args.values()
        return "organizationId" in named(argument).fields


def named(of: Any) -> Any:
    """The type of a field or an argument, without its lists and exclamation marks."""
    return cast(Any, get_named_type)(of.type)


def _value(of: Any, organization_id: str) -> str:
    if str(of.type).startswith("["):
        return "[]"
    inner = named(of)
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    if not isinstance(inner, GraphQLInputObjectType):
        return LEAVES.get(inner.name, f'"{organization_id}"')
    chosen = {
        name: field
        for name, field in inner.fields.items()
        if is_required_input_field(field) or name == "organizationId"
    }
    if inner.is_one_of:
        name = "id" if "id" in inner.fields else next(iter(inner.fields))
        chosen = {name: inner.fields[name]}
    given = [f"{name}: {_value(field, organization_id)}" for name, field in chosen.items()]
    return f"{{ {', '.join(given)} }}"


def _selection(field: GraphQLField) -> str:
    type_ = named(field)
    if is_leaf_type(type_):
        return ""
    return " { nodes { id } }" if "nodes" in type_.fields else " { __typename }"


def _guarded() -> Iterator[Field]:
    directive = built().get_directive("requires")
    assert directive
    for type_ in built().type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name == "Subscription":
            continue
        for name, definition in type_.fields.items():
            # The types of the introspection aren't in the SDL.
            if not definition.ast_node:
                continue
            if guard := get_directive_values(directive, definition.ast_node):
                scope = KeyScope(guard["scope"]) if "scope" in guard else None
                permission = guard.get("permission")
                yield Field(type_.name, name, guard["actor"], permission, scope, definition)


FIELDS = list(_guarded())
OF_SERVICES = [field for field in FIELDS if field.actor != "USER" and field.scope]


def refusal(answer: Answer) -> JSON:
    """What refuses a field; empty if nothing does."""
    errors: list[JSON] = answer.body.get("errors", [])
    extensions: JSON = errors[0]["extensions"] if errors else {}
    assert extensions.get("code") not in {"GRAPHQL_VALIDATION_FAILED", "INTERNAL"}, answer.body
    return extensions
