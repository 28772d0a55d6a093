"""Readers of arguments: how a field gets its arguments from the variables, found out once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)
from graphql.execution.values import VariableValues

from schema.execution.breadth_first.output_types import (
    coerce_default,
    coerce_literal,
    get_nullable,
    is_required,
)

Arguments = dict[str, Any]
Coerced = Mapping[str, Any]
# Returns Undefined for a value that is left out.
ReadValue = Callable[[Coerced], Any]

NO_VARIABLES = VariableValues({}, {})


class Unusual(Exception):
    """Something that only graphql-core reads, such as a value that is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An argument, or a field of an input object."""

    name: str
    read: ReadValue
    is_required: bool


def make_reader(definition: GraphQLField, node: FieldNode) -> Callable[[Coerced], Arguments]:
    """Makes a function that reads the arguments of a field.

    It raises Unusual where graphql-core has to read them.
    """
    nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
    try:
        entries = _plan_entries(definition.args, nodes)
    except Exception:
        # It is raised again, and located, when the field is executed.
        return _read_nothing
    return lambda coerced: _read_entries(entries, coerced)


def _read_nothing(coerced: Coerced) -> Arguments:
    raise Unusual


def _read_entries(entries: Sequence[Entry], coerced: Coerced) -> Arguments:
    values: Arguments = {}
    for entry in entries:
        value = entry.read(coerced)
        if value is Undefined or (value is None and entry.is_required):
            if entry.is_required:
                raise Unusual
            continue
        values[entry.name] = value
    return values


def _plan_entries(inputs: Mapping[str, Any], nodes: Mapping[str, ValueNode]) -> Sequence[Entry]:
    return [
        Entry(one.out_name or name, _plan_value(one, nodes.get(name)), is_required(one.type))
        for name, one in inputs.items()
    ]


def _plan_value(input: Any, node: ValueNode | None) -> ReadValue:
    """Plans how to read an argument or a field of an input object; raises Unusual."""
    type_ = get_nullable(input.type)
    if node is None or isinstance(node, VariableNode):
        default = coerce_default(input)
        if node is None:
            return lambda coerced: default
        name = node.name.value
        return lambda coerced: coerced.get(name, default)
    if not contains_variables(node):
        constant = coerce_literal(node, input.type, NO_VARIABLES)
        if constant is Undefined:
            raise Unusual
        return lambda coerced: constant
    if not isinstance(type_, GraphQLInputObjectType) or not isinstance(node, ObjectValueNode):
        raise Unusual
    return _plan_object(type_, node)


def _plan_object(type_: GraphQLInputObjectType, node: ObjectValueNode) -> ReadValue:
    nodes = {field.name.value: field.value for field in node.fields}
    # Strawberry checks its own by `out_type`.
    if type_.is_one_of:
        raise Unusual
    entries = _plan_entries(type_.fields, nodes)
    return lambda coerced: type_.out_type(_read_entries(entries, coerced))


def contains_variables(node: Any) -> bool:
    waiting: list[Any] = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, VariableNode):
            return True
        waiting += getattr(value, "values", ()) or ()
        waiting += [entry.value for entry in getattr(value, "fields", ()) or ()]
    return False
