"""The variables of an operation: how their values are read, worked out once for each document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

from schema.execution.breadth_first.output_types import (
    InputType,
    coerce_default,
    coerce_value,
    get_nullable,
    is_required,
    is_too_deep,
)

# The scalars whose values are taken as they are, if they have exactly these types.
TAKEN_AS_THEY_ARE: Mapping[Any, type] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
}
INTS = range(-(2**31), 2**31)
# How many errors graphql-core reports.
MOST_ERRORS = 50

Inputs = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A variable, with the function that reads its value."""

    signature: GraphQLVariableSignature
    is_optional: bool
    # Returns Undefined for a value that is wrong.
    coerce: Callable[[Any], Any]


@dataclass(slots=True, eq=False)
class Variables:
    """The variables of an operation.

    If a value is wrong, graphql-core reads all of them again, and reports the errors.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    # By name; None if even their types are wrong.
    known: Mapping[str, Variable] | None = field(init=False)

    def __post_init__(self) -> None:
        self.known = self._find()

    def _find(self) -> Mapping[str, Variable] | None:
        known: dict[str, Variable] = {}
        for node in self.operation.variable_definitions or ():
            signature = get_variable_signature(self.schema, node)
            if isinstance(signature, GraphQLError):
                return None
            type_: InputType = cast(Any, signature).type
            is_optional = signature.default is not None or not is_required(type_)
            known[signature.name] = Variable(signature, is_optional, make_coercion(type_))
        return known

    def read(self, given: dict[str, Any]) -> VariableValues | list[GraphQLError]:
        """Reads the values that a client sent, or returns the errors in them."""
        values = None if self.known is None else read_valid(self.known, given)
        if values is not None:
            return values
        definitions = self.operation.variable_definitions or ()
        return get_variable_values(self.schema, definitions, given, max_errors=MOST_ERRORS)


def read_valid(variables: Mapping[str, Variable], given: Inputs) -> VariableValues | None:
    """Reads the values of variables; returns None if one of them is wrong."""
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for name, variable in variables.items():
        value = given.get(name, Undefined)
        sources[name] = VariableValueSource(variable.signature, value)
        if value is Undefined and variable.is_optional:
            default = coerce_default(variable.signature)
            if default is not Undefined:
                coerced[name] = default
            continue
        coerced[name] = variable.coerce(value)
        if coerced[name] is Undefined:
            return None
    return VariableValues(sources, coerced)


def make_coercion(type_: InputType) -> Callable[[Any], Any]:
    """Makes a function that coerces as graphql-core does; the usual scalars are faster."""
    python_type = TAKEN_AS_THEY_ARE.get(get_nullable(type_))
    if python_type is None:
        return partial(_coerce_any, type_)

    def coerce(value: Any) -> Any:
        if type(value) is python_type and (python_type is not int or value in INTS):
            return value
        return _coerce_any(type_, value)

    return coerce


def _coerce_any(type_: InputType, value: Any) -> Any:
    if is_too_deep(value, type_):
        return Undefined
    try:
        return coerce_value(value, type_)
    except GraphQLError:
        # Strawberry raises it for an input that must have exactly one field.
        return Undefined
