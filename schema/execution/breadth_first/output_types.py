"""The types of graphql-core that have parameters which it doesn't declare for type checkers."""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, is_leaf_type, pyutils

# How many types are remembered; it's faster than to ask a type again.
KEPT_TYPES = 4_096

# A type of graphql-core that a field or an entry of a list can have.
OutputType = Any
# One that an argument or a variable can have.
InputType = Any
# The executor of graphql-core, of which methods are used that it declares only in part.
CoreExecutor = Any

_pyutils: Any = pyutils
is_iterable: Callable[[Any], bool] = _pyutils.is_iterable

_definition: Any = import_module("graphql.type.definition")
get_named: Callable[[OutputType], OutputType] = _definition.get_named_type

_executor: Any = import_module("graphql.execution.executor")
default_field_resolver: Any = _executor.default_field_resolver
default_type_resolver: Any = _executor.default_type_resolver

_values: Any = import_module("graphql.execution.values")
is_too_deep: Callable[[Any, InputType], bool] = _values.input_is_nested_too_deeply

_coercion: Any = import_module("graphql.utilities.coerce_input_value")
# They return Undefined for a value that is wrong, and for a default that doesn't exist.
coerce_value: Callable[[Any, InputType], Any] = _coercion.coerce_input_value
coerce_literal: Callable[[Any, InputType, Any], Any] = _coercion.coerce_input_literal
coerce_default: Callable[[Any], Any] = _coercion.coerce_default_value


@lru_cache(KEPT_TYPES)
def is_required(type_: OutputType) -> bool:
    return isinstance(type_, GraphQLNonNull)


@lru_cache(KEPT_TYPES)
def is_list(type_: OutputType) -> bool:
    return isinstance(type_, GraphQLList)


@lru_cache(KEPT_TYPES)
def get_nullable(type_: OutputType) -> OutputType:
    return type_.of_type if is_required(type_) else type_


@lru_cache(KEPT_TYPES)
def is_leaf(type_: OutputType) -> bool:
    """Whether a type is a scalar or an enum, and no list of them."""
    return is_leaf_type(get_nullable(type_))
