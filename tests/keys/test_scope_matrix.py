"""Every guarded field of the SDL for every kind of key, with the smallest document for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from graphql.execution.values import get_directive_values

from models.keys.scopes import KeyScope, add_implied
from schema import schema
from schema.foundation.sdl import sdl
from tests.support.api import JSON, SERVICE, Answer, Api, Caller, contents
from tests.support.billing import switch_billing
from tests.support.factories import Acme, an_organization
from tests.support.keys import a_key
from tests.support.tokens import one_database

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
    return build_schema(sdl(schema))


@dataclass(frozen=True)
class Field:
    parent: str
    name: str
    actor: str
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
        return "organizationId" in get_named_type(argument.type).fields  # pyright: ignore[reportAttributeAccessIssue]


def _value(of: GraphQLArgument | GraphQLInputField, organization_id: str) -> str:
    inner: Any = of.type
    while isinstance(inner, (GraphQLNonNull, GraphQLList)):
        if isinstance(inner, GraphQLList):
            return "[]"
        inner = inner.of_type
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
        chosen = dict([next(iter(inner.fields.items()))])
    given = [f"{name}: {_value(field, organization_id)}" for name, field in chosen.items()]
    return f"{{ {', '.join(given)} }}"


def _selection(field: GraphQLField) -> str:
    type_ = get_named_type(field.type)
    if is_leaf_type(type_):
        return ""
    if isinstance(type_, GraphQLObjectType) and "nodes" in type_.fields:
        node = get_named_type(type_.fields["nodes"].type)
        return f" {{ nodes {{ {'id' if 'id' in node.fields else '__typename'} }} }}"  # pyright: ignore[reportAttributeAccessIssue]
    return " { __typename }"


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
                yield Field(type_.name, name, guard["actor"], scope, definition)


FIELDS = list(_guarded())
OF_SERVICES = [field for field in FIELDS if field.actor != "USER" and field.scope]


def refusal(answer: Answer) -> JSON:
    """What refuses a field; empty if nothing does."""
    errors = answer.body.get("errors") or [{"extensions": {}}]
    extensions: JSON = errors[0]["extensions"]
    assert extensions.get("code") not in {"GRAPHQL_VALIDATION_FAILED", "INTERNAL"}, answer.body
    return extensions


def missing(scope: KeyScope | None) -> JSON:
    return {"code": "FORBIDDEN", "reason": "missing_scope", "scopes": [scope]}


def test_the_matrix_has_every_kind_of_field() -> None:
    assert {field.parent for field in FIELDS} == set(PARENTS)
    assert len(OF_SERVICES) > 80
    used = {field.scope for field in OF_SERVICES}
    metadata = {KeyScope.PRIVATE_METADATA_READ, KeyScope.PRIVATE_METADATA_WRITE}
    assert used == set(KeyScope) - metadata


@one_database
async def test_a_key_without_the_scope_of_a_field_is_refused(api: Api, acme: Acme) -> None:
    """It has all other scopes, also those for the parent of the field."""
    keys: dict[KeyScope, Caller] = {}
    for scope in KeyScope:
        others = [one for one in KeyScope if scope not in add_implied([one])]
        _, keys[scope] = await a_key(api, scopes=others)
    before = await contents(api.store)

    for field in OF_SERVICES:
        if field.scope is None or field.scope == PARENTS[field.parent][1]:
            continue
        answer = await api.run(field.document(acme.id), by=keys[field.scope])
        assert refusal(answer) == missing(field.scope), field

    assert await contents(api.store) == before


@one_database
async def test_a_key_with_the_scope_of_a_field_is_not(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    # What deletes the organization comes last.
    for field in sorted(OF_SERVICES, key=lambda field: field.name == "deleteOrganization"):
        scopes = {one for one in (field.scope, PARENTS[field.parent][1]) if one}
        if field.name in {"createWebhookEndpoint", "updateWebhookEndpoint"}:
            # What an endpoint is sent.
            scopes |= {KeyScope.EVENTS_READ, KeyScope.PRIVATE_METADATA_READ}
        if field.name == "createSecretKey":
            # The document names no scopes, so that the new key has all of them.
            scopes = set(KeyScope)
        _, narrowed = await a_key(api, scopes=sorted(scopes))
        for caller in (narrowed, SERVICE):
            if (field.name, caller) == ("deleteOrganization", SERVICE):
                continue
            answer = await api.run(field.document(acme.id), by=caller)
            assert refusal(answer).get("code") not in {"FORBIDDEN", "NOT_FOUND"}, field


@one_database
async def test_a_key_for_another_organization_reads_and_changes_nothing(
    api: Api, acme: Acme
) -> None:
    rival = await an_organization(api, by=SERVICE, name="Rival")
    _, key = await a_key(api, organization_ids=[rival])
    before = await contents(api.store)

    for field in OF_SERVICES:
        answer = await api.run(field.document(acme.id), by=key)
        told = refusal(answer)
        if field.parent == "Mutation":
            expected = ("NOT_FOUND", "organization_not_found_or_unauthorized")
            if not field.names_an_organization():
                expected = ("FORBIDDEN", "organization_scoped_key")
            assert (told["code"], told["reason"]) == expected, field
        elif field.scope in {KeyScope.WEBHOOKS_MANAGE, KeyScope.KEYS_MANAGE}:
            assert told["reason"] == "organization_scoped_key", field
        elif field.parent == "Organization":
            assert answer.data == {"organization": None}, field
        else:
            assert not any(id in str(answer.body) for id in (acme.id, acme.admin.id)), field

    assert await contents(api.store) == before


@one_database
async def test_who_signed_in_needs_no_scope(api: Api, acme: Acme) -> None:
    """The fields of services name another reason, and all others are judged by permissions."""
    for field in FIELDS:
        answer = refusal(await api.run(field.document(acme.id), by=acme.outsider))
        assert answer.get("reason") not in {"missing_scope", "organization_scoped_key"}, field
        if field.actor == "SERVICE" and field.parent != "Role":
            assert answer["reason"] == "secret_key_required", field


@one_database
async def test_a_key_is_refused_what_only_people_do(api: Api, acme: Acme) -> None:
    _, key = await a_key(api, scopes=[KeyScope.ORGANIZATIONS_WRITE])
    for field in FIELDS:
        if field.actor == "USER":
            for caller in (SERVICE, key):
                told = refusal(await api.run(field.document(acme.id), by=caller))
                assert told["reason"] == "user_required", field
