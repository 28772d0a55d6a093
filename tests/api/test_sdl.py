"""The schema as clients read it: guarded, described, exported, and what the contract promises."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    build_schema,
    get_introspection_query,
    parse,
    print_ast,
)

from models.keys.scopes import KeyScope
from schema import get_schema
from schema.foundation.sdl import sdl
from tests.support.api import INPUTS, Api

HERE = Path(__file__).parents[2]
EXPORTED = HERE / "graphql" / "schema.graphql"
CONTRACT = HERE.parent / "shared" / "api.graphql"
# What needs no credential: a frontend asks it before anybody has signed in.
OPEN = {"Query": {"viewer", "instance", "invitationByTicket"}}


@cache
def document() -> DocumentNode:
    return parse(sdl(get_schema()))


@cache
def built() -> GraphQLSchema:
    return build_schema(sdl(get_schema()))


def definitions(of: DocumentNode) -> dict[str, Any]:
    """Everything in a document that has a name, by its kind and name."""
    return {
        f"{one.kind} {one.name.value}": one
        for one in map(_any, of.definitions)
        if hasattr(one, "name")
    }


def _any(node: Node) -> Any:
    return node


def parts(node: Any, name: str) -> dict[str, Any]:
    return {part.name.value: part for part in getattr(node, name, None) or ()}


def fields(of: str) -> dict[str, FieldDefinitionNode]:
    return parts(definitions(document())[f"object_type_definition {of}"], "fields")


# Values that clients can receive besides those of the contract.
OWN_VALUES = {
    "enum_type_definition ActorType": {"API_KEY"},
    "enum_type_definition PermissionReason": {"API_KEY_LACKS_PERMISSION", "GRANTED_TO_API_KEY"},
}


def guards(field: Any) -> dict[str, str]:
    """The arguments of the field's `@requires`, with the default of the one that can be left out."""
    for one in field.directives or ():
        if one.name.value == "requires":
            return {"actor": "ANY"} | {
                name: print_ast(given.value) for name, given in parts(one, "arguments").items()
            }
    return {}


# ------------------------------------------------------------------------------------------- guards


def all_fields() -> Iterator[tuple[str, FieldDefinitionNode]]:
    for type_ in map(_any, document().definitions):
        for name, field in parts(type_, "fields").items():
            yield f"{type_.name.value}.{name}", field


def test_every_guarded_field_is_nullable() -> None:
    guarded = {
        name: field
        for name, field in all_fields()
        if guards(field) and not name.startswith("Subscription.")
    }

    assert "Organization.memberships" in guarded
    assert [name for name, field in guarded.items() if print_ast(field.type).endswith("!")] == []


def test_every_field_that_a_secret_key_can_use_names_a_scope() -> None:
    usable = {
        name: guard["scope"].strip('"') if "scope" in guard else None
        for name, field in all_fields()
        if (guard := guards(field)) and guard["actor"] != "USER"
    }

    # These two need the scope of each object that they return.
    assert {name for name, scope in usable.items() if scope is None} == {
        "Query.node",
        "Query.nodes",
    }
    assert set(usable.values()) - {None} <= set(KeyScope)
    writing = {scope for name, scope in usable.items() if name.startswith("Mutation.")}
    assert [scope for scope in writing if not str(scope).endswith((":write", ":manage"))] == []


def test_every_mutation_is_guarded() -> None:
    assert [name for name, field in fields("Mutation").items() if not guards(field)] == []


def test_every_query_is_guarded_or_open_on_purpose() -> None:
    assert {name for name, field in fields("Query").items() if not guards(field)} == OPEN["Query"]


def test_every_mutation_takes_one_input_and_gives_a_payload_that_can_be_null() -> None:
    for name, field in fields("Mutation").items():
        arguments = {
            argument.name.value: print_ast(argument.type) for argument in field.arguments or ()
        }
        payload = built().get_type(print_ast(field.type))

        own = f"{name[0].upper()}{name[1:]}Input"
        assert arguments == {"input": f"{INPUTS.get(name, own)}!"}, name
        assert isinstance(payload, GraphQLObjectType), name
        assert [one.name for one in payload.interfaces] == ["Payload"], name


# ------------------------------------------------------------------------------------------- export


def test_the_exported_schema_is_this_schema() -> None:
    assert EXPORTED.read_text() == sdl(get_schema())


def test_the_exported_schema_is_sorted() -> None:
    names = [one.name.value for one in map(_any, document().definitions) if hasattr(one, "name")]

    assert names == sorted(names)
    for type_ in map(_any, document().definitions):
        for name in ("fields", "values"):
            assert list(parts(type_, name)) == sorted(parts(type_, name))


async def test_introspection_shows_the_whole_schema(api: Api) -> None:
    query = get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True)

    shown = (await api.run(query)).data["__schema"]

    types = {one["name"] for one in shown["types"] if not one["name"].startswith("__")}
    assert types == {name for name in built().type_map if not name.startswith("__")}
    assert "requires" in {one["name"] for one in shown["directives"]}


async def test_what_can_be_left_out_has_no_null_as_its_default(api: Api) -> None:
    inputs = "name defaultValue type { kind }"
    query = f"{{ __schema {{ types {{ name inputFields {{ {inputs} }} fields {{ name args {{ {inputs} }} }} }} }} }}"

    types = (await api.run(query)).data["__schema"]["types"]

    found = [one for type_ in types for one in type_["inputFields"] or ()]
    found += [one for type_ in types for field in type_["fields"] or () for one in field["args"]]
    assert len(found) > 100
    assert [one["name"] for one in found if one["defaultValue"] == "null"] == []
    assert "= null" not in sdl(get_schema())


# ----------------------------------------------------------------------------------------- contract

# Fields and arguments of the contract that belong to later issues, as all of its `extend` do.
LATER: dict[str, set[str]] = {}
LATER_ARGUMENTS: dict[str, set[str]] = {}
# Arguments that can be left out, and that the contract doesn't have: for numbered pages.
ADDED_ARGUMENTS = {"Organization.apiKeys": {"last", "before", "offset"}}

contracted = pytest.mark.skipif(
    not CONTRACT.exists(), reason="the contract is not part of the repository"
)


@cache
def promised() -> dict[str, Any]:
    return definitions(parse(CONTRACT.read_text()))


def in_both() -> list[tuple[str, Any, Any]]:
    ours = definitions(document())
    return [(name, one, ours[name]) for name, one in promised().items() if name in ours]


def signature(node: Any) -> dict[str, Any]:
    """What a client relies on in a field, an argument or an input field."""
    default = getattr(node, "default_value", None)
    return {
        "type": print_ast(node.type),
        "default": print_ast(default) if default else None,
        # The contract names no scopes: each field has one, as another test here says.
        "guards": {name: value for name, value in guards(node).items() if name != "scope"},
        "arguments": {name: signature(one) for name, one in parts(node, "arguments").items()},
    }


def extensions() -> Iterator[Any]:
    """What the contract adds to types in its later parts."""
    return (
        one
        for one in map(_any, parse(CONTRACT.read_text()).definitions)
        if one.kind.endswith("_extension")
    )


def later_values(name: str) -> set[str]:
    """The values that later parts add to an enum."""
    kind = name.replace("_definition ", "_extension ")
    return {
        value
        for one in extensions()
        if f"{one.kind} {one.name.value}" == kind
        for value in parts(one, "values")
    }


# Fields of the parts that are built, to see that their extensions are compared.
EXTENDED = {"Organization.domains", "Viewer.suggestions", "Mutation.createDomain"}


@contracted
def test_what_later_parts_add_is_as_the_contract_has_it() -> None:
    ours = {
        one.name.value: one for one in map(_any, document().definitions) if hasattr(one, "name")
    }
    compared = set[str]()
    for one in extensions():
        kept = parts(ours.get(one.name.value), "fields")
        for name, field in parts(one, "fields").items():
            if name in kept:
                place = f"{one.name.value}.{name}"
                compared.add(place)
                ours_now = signature(kept[name])
                for argument in ADDED_ARGUMENTS.get(place, ()):
                    added = ours_now["arguments"].pop(argument)
                    assert not added["type"].endswith("!"), argument
                assert ours_now == signature(field), place

    assert compared >= EXTENDED | set(ADDED_ARGUMENTS)


@contracted
def test_every_field_is_as_the_contract_has_it() -> None:
    later = dict(LATER_ARGUMENTS)
    for _, theirs, ours in in_both():
        kept = parts(ours, "fields")
        for name, field in parts(theirs, "fields").items():
            if name in kept:
                place = f"{theirs.name.value}.{name}"
                wanted = signature(field)
                for argument in later.pop(place, set[str]()):
                    del wanted["arguments"][argument]
                assert signature(kept[name]) == wanted, place
    assert later == {}


@contracted
def test_nothing_of_the_contract_is_missing_but_what_comes_later() -> None:
    assert len(in_both()) > 50
    for type_name, theirs, ours in in_both():
        missing = set(parts(theirs, "fields")) - set(parts(ours, "fields"))
        assert missing == LATER.get(theirs.name.value, set()), type_name


@contracted
def test_every_value_interface_and_directive_is_as_the_contract_has_it() -> None:
    for name, theirs, ours in in_both():
        values = set(parts(theirs, "values"))
        allowed = values | later_values(name) | OWN_VALUES.get(name, set())
        assert values <= set(parts(ours, "values")) <= allowed, name
        for listed in ("interfaces", "directives"):
            both = [
                {print_ast(part) for part in getattr(one, listed, None) or ()}
                for one in (theirs, ours)
            ]
            assert both[0] <= both[1], name
    theirs, ours = (
        of["directive_definition requires"] for of in (promised(), definitions(document()))
    )
    assert [one.value for one in ours.locations] == [one.value for one in theirs.locations]
    own = {name: signature(one) for name, one in parts(ours, "arguments").items()}
    # Part 12 of the contract adds it in a comment, because SDL can't extend a directive.
    assert own.pop("scope")["type"] == "String"
    assert own == {name: signature(one) for name, one in parts(theirs, "arguments").items()}


@contracted
def test_nothing_is_of_another_kind_than_in_the_contract() -> None:
    kinds = {
        one.name.value: one.kind
        for one in promised().values()
        if not one.kind.endswith("_extension")
    }

    for one in definitions(document()).values():
        assert kinds.get(one.name.value, one.kind) == one.kind
