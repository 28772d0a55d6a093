"""Selections: the fields of an object type at one position of a document."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.execution.executor import Executor
from graphql.execution.values import get_argument_values

from schema.execution.breadth_first.argument_readers import (
    Arguments,
    Unusual,
    contains_variables,
    make_reader,
)
from schema.execution.breadth_first.builders import Entry, compile_builder
from schema.execution.breadth_first.output_types import OutputType, is_leaf
from schema.execution.breadth_first.resolvers import (
    AT_HAND,
    RELATION,
    PreparedResolver,
    find_attribute,
    find_batch,
    find_option,
)

TYPENAME = "__typename"

# The names of relations, each with the columns that are selected of it; with none, it's all.
Joins = tuple[tuple[str, tuple[str, ...]], ...]
Builder = Callable[[Sequence[Any]], list[dict[str, Any]]]


@dataclass(slots=True, eq=False)
class FieldPlan:
    """A field at one position of a document, with the nodes that select it."""

    key: str
    parent_type: GraphQLObjectType
    definition: GraphQLField
    type: OutputType
    details: FieldDetailsList
    # Called for each parent, with arguments that are prepared already.
    resolve: Callable[..., Any]
    # The attribute of the parent that is the value, or the path to it.
    attribute: str | None
    # Takes all parents at once and returns their values.
    batch: Callable[..., Any] | None
    # What the rows of the parents can be joined with instead.
    relation: str | None
    # Finds the values of all parents if they were joined.
    at_hand: Callable[..., Sequence[Any] | None] | None
    # What graphql-core reads from the document; None if it depends on variables.
    arguments: Arguments | None
    # Reads them from the variables.
    read_arguments: Callable[[Mapping[str, Any]], Arguments]
    selections: dict[GraphQLObjectType, "Selection"] = field(
        default_factory=dict[GraphQLObjectType, "Selection"]
    )
    # What its rows are joined with, once its resolver has asked for that.
    joins: Joins | None = None

    @property
    def nodes(self) -> list[FieldNode]:
        return [detail.node for detail in self.details]

    @property
    def name(self) -> str:
        return self.details[0].node.name.value

    @property
    def full_name(self) -> str:
        return f"{self.parent_type}.{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """How the objects of a selection are created from rows that were joined with others."""

    build: Builder
    # The fields that `build` leaves out.
    remaining: Sequence[FieldPlan]


@dataclass(eq=False)
class Selection:
    """The fields that are selected of an object type at one position, by response key."""

    type: GraphQLObjectType
    fields: Sequence[FieldPlan]
    # The response keys in order, each with what is known without calling a resolver.
    entries: Sequence[Entry]
    # Known once `look_ahead` has found something to join.
    joined: Joined | None = None

    @cached_property
    def build(self) -> Builder:
        """Makes the objects of many parents; their remaining fields are still None."""
        return compile_builder(tuple(self.entries))

    @cached_property
    def remaining(self) -> list[FieldPlan]:
        """The fields that `build` leaves out."""
        built = {entry.key for entry in self.entries if entry.is_built}
        return [one for one in self.fields if one.key not in built]

    def build_without_values(self, sources: Sequence[Any]) -> list[dict[str, Any]]:
        """Makes the objects without reading an attribute, because one of them can't be read."""
        empty = {entry.key: entry.constant for entry in self.entries}
        return [dict(empty) for _ in sources]


def plan_selection(
    executor: Executor[Any], type_: GraphQLObjectType, grouped: GroupedFieldSet
) -> Selection:
    """Plans the fields that graphql-core has collected for a type."""
    fields: list[FieldPlan] = []
    entries: list[Entry] = []
    for key, details in grouped.items():
        name = details[0].node.name.value
        definition = executor.schema.get_field(type_, name)
        if definition is None:
            continue
        if name == TYPENAME:
            entries.append(Entry(key, constant=type_.name))
            continue
        planned = _plan_field(executor, type_, key, definition, details)
        fields.append(planned)
        if planned.attribute and is_leaf(planned.type):
            entries.append(Entry(key, attribute=planned.attribute, type=planned.type))
        else:
            entries.append(Entry(key))
    return Selection(type_, fields, entries)


def _plan_field(
    executor: Executor[Any],
    parent_type: GraphQLObjectType,
    key: str,
    definition: GraphQLField,
    details: FieldDetailsList,
) -> FieldPlan:
    typed: Any = definition
    return FieldPlan(
        key=key,
        parent_type=parent_type,
        definition=definition,
        type=typed.type,
        details=details,
        resolve=_unwrap(definition.resolve or executor.field_resolver),
        attribute=find_attribute(parent_type, definition),
        batch=find_batch(definition, executor.schema),
        relation=find_option(definition, RELATION),
        at_hand=find_option(definition, AT_HAND),
        arguments=_read_constant_arguments(executor, definition, details[0].node),
        read_arguments=make_reader(definition, details[0].node),
    )


def _read_constant_arguments(
    executor: Executor[Any], definition: GraphQLField, node: FieldNode
) -> Arguments | None:
    if not definition.args:
        return {}
    if any(contains_variables(argument.value) for argument in node.arguments or ()):
        return None
    try:
        arguments = get_argument_values(definition, node, executor.variable_values)
        return prepare(definition.resolve, arguments)
    except Exception:
        # It is raised again, and located, when the field is executed.
        return None


def read_arguments(executor: Executor[Any], field: FieldPlan) -> Arguments:
    """Reads the arguments of a field once for all its parents; raises what graphql-core does."""
    if field.arguments is not None:
        return field.arguments
    try:
        arguments = field.read_arguments(executor.variable_values.coerced)
    except Unusual:
        arguments = get_argument_values(
            field.definition,
            field.details[0].node,
            executor.variable_values,
            field.details[0].fragment_variable_values,
            executor.hide_suggestions,
        )
    return prepare(field.definition.resolve, arguments)


def _unwrap(resolve: Any) -> Callable[..., Any]:
    return resolve.resolve if isinstance(resolve, PreparedResolver) else resolve


def prepare(resolve: Any, arguments: Arguments) -> Arguments:
    return resolve.prepare(arguments) if isinstance(resolve, PreparedResolver) else arguments
