"""Random documents of a schema with their variables: valid ones, and some that nearly are.

@given(requests(schema, {"organizationId": [acme.id]}))
def test_no_document_is_a_fault_of_the_server(request): ...
"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Lexer,
    Source,
    TokenKind,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

JSON = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

# The deepest field, and the most fields of a selection set.
DEPTH = 4
WIDTH = 4
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["", " ", "a", "org:admin", "%_\\", "\0", "\u202e", "é" * 300, "x" * 5_000]),
)
NUMBERS = st.integers(-(2**33), 2**33) | st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**63, 10**200])
TIMES = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | TEXTS
OBJECTS: st.SearchStrategy[Any] = st.dictionaries(
    st.from_regex(r"[A-Za-z_]\w{0,5}", fullmatch=True).filter(str.isascii),
    st.none() | st.booleans() | NUMBERS | TEXTS | st.lists(NUMBERS, max_size=3),
    max_size=3,
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Int": NUMBERS,
    "Float": st.floats(allow_nan=False, allow_infinity=False),
    "Boolean": st.booleans(),
    "DateTime": TIMES,
    "JSONObject": OBJECTS,
}
PUNCTUATION = ["{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "...", "=", "|", "&"]


@dataclass(frozen=True)
class EnumName:
    """A value of an enum, which a literal writes without quotes."""

    name: str


def write_literal(value: Any) -> str:
    """A value as a document writes it."""
    match value:
        case EnumName(name):
            return name
        case dict():
            return (
                "{" + ", ".join(f"{key}: {write_literal(one)}" for key, one in value.items()) + "}"
            )
        case list():
            return "[" + ", ".join(map(write_literal, value)) + "]"
        case _:
            return json.dumps(value)


def to_json(value: Any) -> Any:
    """A value as a variable."""
    match value:
        case EnumName(name):
            return name
        case dict():
            return {key: to_json(one) for key, one in value.items()}
        case list():
            return [to_json(one) for one in value]
        case _:
            return value


@dataclass
class Writer:
    """Writes one document, and notes its variables and fragments."""

    draw: Draw
    schema: GraphQLSchema
    # Values that exist, by the name of the argument or input field.
    known: Mapping[str, Sequence[Any]]
    declared: dict[str, str] = field(default_factory=dict[str, str])
    variables: JSON = field(default_factory=dict[str, Any])
    fragments: list[str] = field(default_factory=list[str])
    names: int = 0

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    def make_name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    # --------------------------------------------------------------------------------------- values

    def make_value(self, type_: Any, name: str, depth: int = 0) -> Any:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        elif depth and self.chance(5):
            return None
        if isinstance(type_, GraphQLList):
            size = self.draw(st.integers(0, 3))
            return [self.make_value(type_.of_type, name, depth + 1) for _ in range(size)]
        if isinstance(type_, GraphQLEnumType):
            return EnumName(self.draw(st.sampled_from(sorted(type_.values))))
        if isinstance(type_, GraphQLInputObjectType):
            return self.make_object(type_, depth)
        if name in self.known and self.chance(80):
            return self.draw(st.sampled_from(self.known[name]))
        return self.draw(SCALARS.get(str(type_), TEXTS))

    def make_object(self, type_: GraphQLInputObjectType, depth: int) -> JSON:
        if type_.is_one_of:
            key = self.draw(st.sampled_from(sorted(type_.fields)))
            return {key: self.make_value(GraphQLNonNull(type_.fields[key].type), key, depth + 1)}
        return {
            key: self.make_value(field.type, key, depth + 1)
            for key, field in type_.fields.items()
            if isinstance(field.type, GraphQLNonNull) or (depth < DEPTH and self.chance(40))
        }

    def write_argument(self, name: str, type_: Any) -> str:
        value = self.make_value(type_, name)
        if self.chance(50):
            return f"{name}: {write_literal(value)}"
        variable = self.make_name()
        self.declared[variable] = str(type_)
        self.variables[variable] = to_json(value)
        return f"{name}: ${variable}"

    # ----------------------------------------------------------------------------------- selections

    def write_selections(self, type_: Any, depth: int) -> str:
        if isinstance(type_, GraphQLUnionType) or (
            isinstance(type_, GraphQLInterfaceType) and self.chance(50)
        ):
            possible = sorted(self.schema.get_possible_types(type_), key=lambda one: one.name)
            one = self.draw(st.sampled_from(possible))
            return f"{{ __typename ... on {one.name} {self.write_selections(one, depth)} }}"
        fields = [
            self.write_field(name, type_.fields[name], depth)
            for name in self.choose_fields(type_, depth)
        ]
        text = "{ " + " ".join(fields or ["__typename"]) + " }"
        if self.chance(15):
            return f"{{ ... @include(if: true) {text} }}"
        if self.chance(15):
            name = self.make_name()
            self.fragments.append(f"fragment {name} on {type_.name} {text}")
            return f"{{ ...{name} }}"
        return text

    def choose_fields(self, type_: Any, depth: int) -> list[str]:
        names = sorted(
            name
            for name, field in type_.fields.items()
            if depth < DEPTH or is_leaf_type(get_named_type(field.type))
        )
        if not names:
            return []
        return self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=WIDTH))

    def write_field(self, name: str, field: Any, depth: int) -> str:
        arguments = [
            self.write_argument(key, argument.type)
            for key, argument in field.args.items()
            if isinstance(argument.type, GraphQLNonNull) or self.chance(30)
        ]
        written = f"({', '.join(arguments)})" if arguments else ""
        named = get_named_type(field.type)
        below = "" if is_leaf_type(named) else f" {self.write_selections(named, depth + 1)}"
        # An alias of its own, because the same field may be chosen with other arguments.
        return f"{self.make_name()}: {name}{written}{below}"

    def write_operation(self, root: GraphQLObjectType, kind: str) -> JSON:
        if kind == "query":
            selections = self.write_selections(root, 0)
        else:
            name = self.draw(st.sampled_from(sorted(root.fields)))
            selections = "{ " + self.write_field(name, root.fields[name], 0) + " }"
        declared = ", ".join(f"${name}: {type_}" for name, type_ in self.declared.items())
        head = f"{kind} Fuzz({declared})" if declared else f"{kind} Fuzz"
        query = " ".join([head, selections, *self.fragments])
        return {"query": query, "variables": self.variables, "operationName": "Fuzz"}


@st.composite
def requests(
    draw: Draw,
    schema: GraphQLSchema,
    known: Mapping[str, Sequence[Any]],
    kinds: Sequence[str] = ("query", "mutation"),
) -> JSON:
    """A valid operation with its variables, as the body of a request.

    `known` has values that exist, by the name of the argument or input field. A value may still be
    one that its scalar rejects.
    """
    kind = draw(st.sampled_from(kinds))
    roots = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    root = roots[kind]
    assert root
    return Writer(draw, schema, known).write_operation(root, kind)


def split(query: str) -> list[str]:
    """The tokens of a document that can be read."""
    lexer, tokens = Lexer(Source(query)), list[str]()
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        tokens.append(query[token.start : token.end])
    return tokens


@st.composite
def nearly_valid(draw: Draw, valid: st.SearchStrategy[JSON]) -> JSON:
    """A request in which tokens are missing, exchanged or added, or variables are other ones."""
    request = draw(valid)
    tokens = split(request["query"])
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(tokens) - 1))
        other = draw(st.sampled_from([*tokens, *PUNCTUATION, '"', '"""', "#", "\ufeff", "\0", "é"]))
        tokens[at : at + draw(st.integers(0, 1))] = draw(
            st.sampled_from([[], [other], [other] * 3])
        )
        if not tokens:
            break
    variables = {
        name: draw(st.just(value) | JSON_VALUES) for name, value in request["variables"].items()
    }
    return {**request, "query": " ".join(tokens), "variables": variables}


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
