"""Random valid documents with random variables, for any schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OverlappingFieldsCanBeMergedRule,
    get_named_type,
    is_leaf_type,
    parse,
    validate,
)

from schema.execution.breadth_first.output_types import get_nullable, is_list, is_required

# A longer document takes long to validate.
LONGEST = 3_000
# Makes a value of a scalar, for an argument with this name.
MakeScalar = Callable[[Random, str, str], Any]


# What the types of graphql-core are not declared for.
get_named: Callable[[Any], Any] = get_named_type
make_required: Callable[[Any], Any] = GraphQLNonNull


@dataclass(frozen=True)
class RandomDocument:
    text: str
    variables: Mapping[str, Any]

    @cached_property
    def tree(self) -> DocumentNode:
        return parse(self.text)


def make_scalar(random: Random, type_: str, name: str) -> Any:
    match type_:
        case "Int":
            return random.choice([0, 1, 2, 3])
        case "Float":
            return random.choice([0.5, 2.0])
        case "Boolean":
            return random.random() < 0.5
        case _:
            return random.choice(["a", "b", "ä"])


@dataclass
class Generator:
    """Writes an operation; what it writes is valid but for fields that can't be merged."""

    schema: GraphQLSchema
    random: Random
    make_scalar: MakeScalar = make_scalar
    # Fields that are never selected.
    avoided: frozenset[str] = frozenset()
    depth: int = 4
    width: int = 5
    types: dict[str, str] = field(default_factory=dict[str, str])
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    fragments: dict[str, str] = field(default_factory=dict[str, str])

    def write(self) -> RandomDocument:
        assert self.schema.query_type
        selections = self.write_selections(self.schema.query_type, self.depth)
        declared = ", ".join(f"${name}: {type_}" for name, type_ in self.types.items())
        head = f"query({declared})" if declared else "query"
        return RandomDocument(
            "\n".join([f"{head} {selections}", *self.fragments.values()]), self.variables
        )

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def write_selections(self, type_: Any, depth: int) -> str:
        parts = [
            self.write_selection(type_, depth) for _ in range(self.random.randint(1, self.width))
        ]
        return f"{{ {' '.join(parts)} }}"

    def write_selection(self, type_: Any, depth: int) -> str:
        roll = self.random.random()
        if isinstance(type_, GraphQLUnionType) or roll < 0.2:
            return self.write_fragment(type_, depth)
        if roll < 0.25:
            return f"{self.write_alias()}__typename{self.write_conditions()}"
        fields = [
            name
            for name, one in type_.fields.items()
            if name not in self.avoided and (depth > 0 or is_leaf_type(get_named(one.type)))
        ]
        if not fields:
            return "__typename"
        return self.write_field(type_, self.random.choice(fields), depth)

    def write_field(self, type_: Any, name: str, depth: int) -> str:
        definition = type_.fields[name]
        arguments = [
            f"{key}: {self.write_value(key, argument.type)}"
            for key, argument in definition.args.items()
            if is_required(argument.type) or self.chance(0.4)
        ]
        # Two fields with other arguments can't be merged.
        alias = f"a{self.random.randrange(10**6)}: " if arguments else self.write_alias()
        text = f"{alias}{name}"
        if arguments:
            text += f"({', '.join(arguments)})"
        text += self.write_conditions()
        named = get_named(definition.type)
        return text if is_leaf_type(named) else f"{text} {self.write_selections(named, depth - 1)}"

    def write_alias(self) -> str:
        return (
            f"{self.random.choice('xyz')}{self.random.randrange(4)}: " if self.chance(0.2) else ""
        )

    def write_fragment(self, type_: Any, depth: int) -> str:
        others = [type_]
        if isinstance(type_, (GraphQLInterfaceType, GraphQLUnionType)):
            others += self.schema.get_possible_types(type_)
        elif isinstance(type_, GraphQLObjectType):
            others += type_.interfaces
        inner = self.random.choice(others)
        conditions = self.write_conditions()
        if isinstance(inner, GraphQLUnionType):
            return f"__typename{conditions}"
        if self.chance(0.5):
            return f"... on {inner}{conditions} {self.write_selections(inner, depth)}"
        known = [name for name, text in self.fragments.items() if f" on {inner} " in text]
        if known and self.chance(0.5):
            return f"...{self.random.choice(known)}{conditions}"
        body = self.write_selections(inner, depth)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = f"fragment {name} on {inner} {body}"
        return f"...{name}{conditions}"

    def write_conditions(self) -> str:
        if not self.chance(0.12):
            return ""
        directive = self.random.choice(["skip", "include"])
        condition = self.write_value("if", GraphQLNonNull(GraphQLBoolean))
        return f" @{directive}(if: {condition})"

    def write_value(self, name: str, type_: Any) -> str:
        value = self.make_value(name, type_)
        if self.chance(0.4):
            variable = f"v{len(self.types)}"
            self.types[variable] = str(type_)
            if is_required(type_) or self.chance(0.8):
                self.variables[variable] = value
            return f"${variable}"
        return self.print_value(value, type_)

    def make_value(self, name: str, type_: Any) -> Any:
        """A value as it is in the variables of a request."""
        if not is_required(type_) and self.chance(0.15):
            return None
        inner: Any = get_nullable(type_)
        if is_list(inner):
            entry = make_required(get_named(inner))
            return [self.make_value(name, entry) for _ in range(self.random.randrange(3))]
        if isinstance(inner, GraphQLEnumType):
            return self.random.choice([*inner.values])
        if isinstance(inner, GraphQLInputObjectType):
            return self.make_object(inner)
        return self.make_scalar(self.random, str(inner), name)

    def make_object(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        if type_.is_one_of:
            name = self.random.choice([*type_.fields])
            return {name: self.make_value(name, GraphQLNonNull(type_.fields[name].type))}
        return {
            name: self.make_value(name, one.type)
            for name, one in type_.fields.items()
            if is_required(one.type) or self.chance(0.7)
        }

    def print_value(self, value: Any, type_: Any) -> str:
        if value is None:
            return "null"
        if is_required(type_):
            return self.print_value(value, type_.of_type)
        if isinstance(type_, GraphQLEnumType):
            return value
        if is_list(type_):
            return f"[{', '.join(self.print_value(one, type_.of_type) for one in value)}]"
        if isinstance(type_, GraphQLInputObjectType):
            pairs = (
                f"{key}: {self.print_value(one, type_.fields[key].type)}"
                for key, one in value.items()
            )
            return f"{{{', '.join(pairs)}}}"
        return orjson.dumps(value).decode()


def write_document(schema: GraphQLSchema, random: Random, **options: Any) -> RandomDocument:
    """Writes a random document that is valid."""
    while True:
        document = Generator(schema, random, **options).write()
        # The only rule that a generator doesn't follow.
        rules = [OverlappingFieldsCanBeMergedRule]
        if len(document.text) < LONGEST and not validate(schema, document.tree, rules):
            return document
