"""Limits on what one document can ask for, measured in one pass before validation.

Each fragment is measured once, and that counts wherever it is spread. A document whose fragments
double at every level is measured in the time that its text takes to read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from math import ceil
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TokenKind,
    TypeMetaFieldDef,
    VariableNode,
    get_named_type,
    is_introspection_type,
    is_leaf_type,
    value_from_ast_untyped,
)

from models.errors.input import to_camel_case
from models.errors.request import LimitExceeded
from resolvers.lists.page_requests import DEFAULT_SIZE, MAXIMUM_OFFSET, MAXIMUM_SIZE

# How many entries a list without pages is taken to have: the roles of an organization, say.
LIST_SIZE = 10
# The same for the lists of introspection, which are shorter on average.
INTROSPECTION_LIST_SIZE = 2
# How many fields cost as much as one entry of a list.
FIELDS_PER_ENTRY = 10
# How many entries that an offset skips cost as much as one field. The database reads them, too.
SKIPPED_PER_FIELD = 10
# Doubling fragments multiply to numbers of hundreds of digits; above this they are all alike.
SATURATED = 10**9
META_FIELDS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
# The most characters of a name, which an answer can repeat for every entry of its lists, and of a
# number. GraphQL itself limits neither.
WORD_LENGTH = 256
WORDS = {TokenKind.NAME, TokenKind.INT, TokenKind.FLOAT}
SENTENCES = {
    "word_length": "A name or a number can have at most {:,} characters.",
    "operations": "A document can have at most {:,} operations.",
    "directives": "An operation can have at most {:,} directives.",
    "depth": "Fields can be nested at most {:,} levels deep.",
    "aliases": "A selection set can have at most {:,} aliases.",
    "root_fields": "A mutation can have at most {:,} fields.",
    "cost": "An operation can have a cost of at most {:,}.",
}

Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """The most that one document can ask for."""

    # Also the most comments, which aren't tokens.
    tokens: int = 2_000
    operations: int = 10
    # Of one operation, with those of all fragments.
    directives: int = 20
    # Levels of fields. Those of introspection are limited by graphql-core.
    depth: int = 10
    # In one selection set, with those of its fragments.
    aliases: int = 15
    # Of one mutation.
    root_fields: int = 10
    # Entries of lists, as the sizes of their pages multiply, and a tenth for each field.
    cost: int = 20_000


@dataclass(frozen=True, slots=True)
class Size:
    """How large a selection set is, with everything below it."""

    depth: int = 0
    # Of the selection set itself, like `fields`.
    aliases: int = 0
    fields: int = 0
    # The most aliases of any selection set below.
    aliases_below: int = 0
    # In fields: an entry of a list costs ten.
    cost: int = 0

    def __add__(self, other: "Size") -> "Size":
        """The size of both side by side."""
        return Size(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, SATURATED),
            min(self.fields + other.fields, SATURATED),
            max(self.aliases_below, other.aliases_below),
            min(self.cost + other.cost, SATURATED),
        )


@dataclass(frozen=True, slots=True)
class OperationSize:
    """How large an operation is, in the names of the limits."""

    node: OperationDefinitionNode
    depth: int
    aliases: int
    root_fields: int
    directives: int
    cost: int
    # The variables that its cost depends on.
    variables: frozenset[str]


def measure_document(
    schema: GraphQLSchema, document: DocumentNode, limits: DocumentLimits
) -> dict[str, OperationSize]:
    """Measures each operation without variables, by name; "" is the one that has none.

    Raises LimitExceeded for the first limit that the document or one of its operations exceeds. A
    cost that depends on variables is checked when they are known.
    """
    check_limit("word_length", WORD_LENGTH, max(map(len, find_words(document)), default=0))
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    check_limit("operations", limits.operations, len(operations))
    sizes: dict[str, OperationSize] = {}
    for operation in operations:
        size = measure_operation(schema, document, operation, {})
        for limit in ("directives", "depth", "aliases"):
            check_limit(limit, getattr(limits, limit), getattr(size, limit))
        if not size.variables:
            check_limit("cost", limits.cost, size.cost)
        if operation.operation is OperationType.MUTATION:
            check_limit("root_fields", limits.root_fields, size.root_fields)
        sizes[operation.name.value if operation.name else ""] = size
    return sizes


def find_words(document: DocumentNode) -> Iterator[str]:
    """The names and numbers of a document."""
    token = document.loc.start_token if document.loc else None
    while token:
        if token.kind in WORDS:
            yield token.value or ""
        token = token.next


def check_limit(limit: str, allowed: int, asked: int) -> None:
    """Raises LimitExceeded."""
    if asked > allowed:
        raise LimitExceeded(
            f"{SENTENCES[limit].format(allowed)} This one has {asked:,}.",
            limit=to_camel_case(limit),
            allowed=allowed,
            asked=asked,
        )


def measure_operation(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
) -> OperationSize:
    """Measures an operation of a document that may be invalid; variables may be missing."""
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value
    }
    meter = Meter(schema, {**defaults, **variables})
    for fragment in sort_fragments(document):
        parent = schema.get_type(fragment.type_condition.name.value)
        meter.fragments[fragment.name.value] = meter.measure(fragment, parent)
    size = meter.measure(operation, schema.get_root_type(operation.operation))
    for definition in operation.variable_definitions or ():
        meter.directives += len(definition.directives or ())
    return OperationSize(
        node=operation,
        depth=size.depth,
        aliases=max(size.aliases, size.aliases_below),
        root_fields=size.fields,
        directives=meter.directives,
        cost=ceil(size.cost / FIELDS_PER_ENTRY),
        variables=frozenset(meter.used),
    )


def sort_fragments(document: DocumentNode) -> list[FragmentDefinitionNode]:
    """The fragments, each after those that it spreads; none if they form a cycle.

    A document with a cycle is invalid, and validation says where.
    """
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    spreads = {name: set(find_spreads(node.selection_set)) for name, node in fragments.items()}
    try:
        order = list(TopologicalSorter(spreads).static_order())
    except CycleError:
        return []
    return [fragments[name] for name in order if name in fragments]


def find_spreads(selections: SelectionSetNode) -> Iterator[str]:
    """The names of the fragments that are spread anywhere in a selection set."""
    waiting = [selections]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                yield selection.name.value
            elif isinstance(selection, (FieldNode, InlineFragmentNode)) and selection.selection_set:
                waiting.append(selection.selection_set)


def find_field(parent: GraphQLNamedType | None, name: str) -> Any:
    """The `GraphQLField` of a type; None where there is none, which validation rejects."""
    if name in META_FIELDS:
        return META_FIELDS[name]
    if isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)):
        return parent.fields.get(name)
    return None


def get_type(field: Any) -> GraphQLNamedType:
    """The type of a field, or of the entries of a list."""
    return cast(GraphQLNamedType, get_named_type(field.type))


@dataclass(slots=True)
class Meter:
    """Measures what is selected, with the variables that the sizes of pages come from."""

    schema: GraphQLSchema
    variables: dict[str, Any]
    # The fragments that were measured; one that is missing is invalid.
    fragments: dict[str, Size] = field(default_factory=dict[str, Size])
    # What was counted on the way.
    directives: int = 0
    used: set[str] = field(default_factory=set[str])

    def measure(
        self,
        node: OperationDefinitionNode | FragmentDefinitionNode | FieldNode | InlineFragmentNode,
        parent: GraphQLNamedType | None,
    ) -> Size:
        """The size of what a node selects of a type; None stands for a type that does not exist."""
        self.directives += len(node.directives or ())
        size = Size()
        for selection in node.selection_set.selections if node.selection_set else ():
            if isinstance(selection, FieldNode):
                size += self.measure_field(selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                self.directives += len(selection.directives or ())
                size += self.fragments.get(selection.name.value, Size())
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self.schema.get_type(condition.name.value) if condition else parent
                size += self.measure(selection, inner)
        return size

    def measure_field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Size:
        name = node.name.value
        field = find_field(parent, name)
        below = self.measure(node, field and get_type(field))
        cost = below.cost
        if field and not is_leaf_type(get_type(field)):
            entries = self.count_entries(node, field, parent)
            cost = cost if entries is None else entries * (FIELDS_PER_ENTRY + cost)
            cost += (self.read_integer(node, "offset", MAXIMUM_OFFSET) or 0) // SKIPPED_PER_FIELD
        return Size(
            depth=1 if name in META_FIELDS else 1 + below.depth,
            aliases=1 if node.alias else 0,
            fields=0 if name == "__typename" else 1,
            aliases_below=max(below.aliases, below.aliases_below),
            cost=1 + cost,
        )

    def count_entries(
        self, node: FieldNode, field: Any, parent: GraphQLNamedType | None
    ) -> int | None:
        """How many entries a field can have; None if it is not a list, or the list of a page."""
        if "first" in field.args:
            return self.read_page_size(node)
        if not str(field.type).startswith("[") or find_field(parent, "pageInfo"):
            return None
        if "ids" in field.args:
            ids = self.read_argument(node, "ids")
            return min(len(cast(list[Any], ids)), MAXIMUM_SIZE) if isinstance(ids, list) else 1
        if not is_introspection_type(get_type(field)):
            return LIST_SIZE
        return len(self.schema.type_map) if node.name.value == "types" else INTROSPECTION_LIST_SIZE

    def read_page_size(self, node: FieldNode) -> int:
        """What `first` or `last` asks for, within what a page can have."""
        for name in ("first", "last"):
            size = self.read_integer(node, name, MAXIMUM_SIZE)
            if size is not None:
                return size
        return DEFAULT_SIZE

    def read_integer(self, node: FieldNode, name: str, maximum: int) -> int | None:
        value = self.read_argument(node, name)
        if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
            return int(min(max(value, 0), maximum))
        return None

    def read_argument(self, node: FieldNode, name: str) -> Any:
        """The value of an argument, which nothing has checked yet."""
        for argument in node.arguments or ():
            if argument.name.value == name:
                if isinstance(argument.value, VariableNode):
                    self.used.add(argument.value.name.value)
                return value_from_ast_untyped(argument.value, self.variables)
        return None
