"""Variables and arguments are read as graphql-core reads them, and converted as Strawberry does."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import FieldNode, GraphQLObjectType, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_argument_values, get_variable_values
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types.arguments import convert_arguments

from schema import get_schema
from schema.execution.breadth_first.argument_readers import Unusual, make_reader
from schema.execution.breadth_first.conversion import make_conversion
from schema.execution.breadth_first.resolvers import find_field
from schema.execution.breadth_first.variables import Variables

CORE: Any = get_schema()._schema  # pyright: ignore[reportPrivateUsage]

VARIABLES: list[tuple[str, dict[str, Any]]] = [
    ("$a: ID!", {"a": "x"}),
    ("$a: ID!", {"a": None}),
    ("$a: ID!", {}),
    ("$a: ID!", {"a": 5}),
    ("$a: String", {"a": None, "b": 1}),
    ("$a: String", {}),
    ("$a: String", {"a": 5}),
    ("$a: Int", {"a": 2**31 - 1}),
    ("$a: Int", {"a": 2**31}),
    ("$a: Int", {"a": True}),
    ("$a: Int", {"a": 5.0}),
    ("$a: Boolean", {"a": 1}),
    ("$a: Int = 3", {}),
    ("$a: Int = 3", {"a": None}),
    ("$a: Int! = 3", {}),
    ("$a: Int! = 3", {"a": None}),
    ("$a: [String!]", {"a": ["x", None]}),
    ("$a: [String!]", {"a": "x"}),
    ("$a: OrganizationOrder", {"a": {"field": "NAME"}}),
    ("$a: OrganizationOrder", {"a": {"field": "WRONG"}}),
    ("$a: OrganizationBy!", {"a": {}}),
    ("$a: OrganizationBy!", {"a": {"id": "x", "slug": "y"}}),
    ("$a: OrganizationBy!", {"a": {"id": None}}),
    ("$a: ID!, $b: ID!", {"a": 1.5, "b": None}),
]


def find_operation(text: str) -> OperationDefinitionNode:
    (operation,) = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation


@pytest.mark.parametrize(("definitions", "given"), VARIABLES)
def test_variables_are_read_as_graphql_core_reads_them(
    definitions: str, given: dict[str, Any]
) -> None:
    operation = find_operation(f"query({definitions}) {{ __typename }}")
    expected = get_variable_values(CORE, operation.variable_definitions or (), given)
    variables = Variables(CORE, operation)
    # The second time as well, because what is found the first time is kept.
    for _ in range(2):
        found = variables.read(given)
        if isinstance(expected, list):
            assert list(map(str, found)) == list(map(str, expected))
        else:
            assert not isinstance(found, list)
            assert found.coerced == expected.coerced
            assert [*found.sources] == [*expected.sources]


def test_variables_that_are_nested_too_deeply_are_an_error() -> None:
    nested = build_schema("type Query { find(by: By): Int } input By { by: By }")
    value: Any = None
    for _ in range(2_000):
        value = {"by": value}

    found = Variables(nested, find_operation("query($a: By) { find(by: $a) }")).read({"a": value})

    assert isinstance(found, list)
    assert [error.message for error in found] == ["Variable values are nested too deeply."]


MEMBER = "organizationId: $id, userId: $id"
# The root type, the variables, the field, what is given, and whether graphql-core has to read it.
ARGUMENTS: list[tuple[str, str, str, dict[str, Any], bool]] = [
    ("Query", "$id: ID!", "organization(by: { id: $id })", {"id": "x"}, False),
    ("Query", "$id: ID", "organization(by: { id: $id })", {}, False),
    ("Query", "$id: ID", "organization(by: { id: $id })", {"id": None}, False),
    ("Query", "$id: ID, $s: String", "organization(by: { id: $id, slug: $s })", {"id": "x"}, False),
    ("Query", "$by: OrganizationBy!", "organization(by: $by)", {"by": {"id": "x"}}, False),
    ("Query", "", 'organization(by: { id: "x", slug: "y" })', {}, True),
    ("Query", "$n: Int", "organizations(first: $n)", {"n": 5}, False),
    ("Query", "$n: Int", "organizations(first: $n)", {"n": None}, False),
    ("Query", "$n: Int", "organizations(first: $n)", {}, False),
    ("Query", "$o: OrganizationOrder", "organizations(orderBy: $o)", {"o": None}, False),
    ("Query", "$o: OrganizationOrder", "organizations(orderBy: $o)", {"o": {}}, False),
    ("Query", '$id: ID = "x"', "node(id: $id)", {"id": None}, True),
    ("Query", "", 'organizations(first: 5, query: "x")', {}, False),
    ("Query", "$id: ID!", "nodes(ids: [$id])", {"id": "x"}, True),
    ("Query", "$ids: [ID!]!", "nodes(ids: $ids)", {"ids": ["x", "y"]}, False),
    (
        "Mutation",
        "$id: ID!, $role: String!",
        f"updateMembership(input: {{ {MEMBER}, role: $role }})",
        {"id": "x", "role": "y"},
        False,
    ),
    (
        "Mutation",
        "$id: ID!, $role: String",
        f"createMembership(input: {{ {MEMBER}, role: $role }})",
        {"id": "x"},
        False,
    ),
    (
        "Mutation",
        "$id: ID!, $data: JSONObject",
        f"createMembership(input: {{ {MEMBER}, publicMetadata: {{ a: $data }} }})",
        {"id": "x", "data": {"b": 1}},
        True,
    ),
    (
        "Mutation",
        "$input: CreateMembershipsInput!",
        "createMemberships(input: $input)",
        {"input": {"organizationId": "x", "members": [{"userId": "y"}], "role": None}},
        False,
    ),
    (
        "Mutation",
        "$name: String",
        'updateUser(input: { userId: "x", firstName: $name, lastName: null })',
        {"name": None},
        False,
    ),
]


def attempt(read: Callable[[], dict[str, Any]]) -> dict[str, Any] | str:
    try:
        return read()
    except StrawberryInputCoercionError as error:
        return str(error)


@pytest.mark.parametrize(("root", "definitions", "field", "given", "is_unusual"), ARGUMENTS)
def test_arguments_are_read_and_converted_as_the_libraries_do(
    root: str, definitions: str, field: str, given: dict[str, Any], is_unusual: bool
) -> None:
    header = f"({definitions})" if definitions else ""
    operation = find_operation(f"{root.lower()} Test{header} {{ {field} }}")
    (node,) = operation.selection_set.selections
    assert isinstance(node, FieldNode)
    type_ = CORE.get_type(root)
    assert isinstance(type_, GraphQLObjectType)
    definition = type_.fields[node.name.value]
    values: Any = get_variable_values(CORE, operation.variable_definitions or (), given)
    read = make_reader(definition, node)
    if is_unusual:
        with pytest.raises(Unusual):
            read(values.coerced)
        return
    found = attempt(lambda: read(values.coerced))
    assert found == attempt(lambda: get_argument_values(definition, node, values))
    if isinstance(found, str):
        return
    api_field = find_field(definition)
    assert api_field
    expected = convert_arguments(
        found,
        api_field.arguments,
        get_schema().schema_converter.scalar_registry,
        get_schema().config,
    )
    assert make_conversion(api_field.arguments, get_schema().config)(found) == expected
