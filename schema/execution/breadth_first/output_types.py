"""The types of graphql-core that have parameters which it doesn't declare for type checkers."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, is_leaf_type, pyutils

# A type of graphql-core that a field or an entry of a list can have.
OutputType = Any
# The executor of graphql-core, of which methods are used that it declares only in part.
CoreExecutor = Any

_pyutils: Any = pyutils
is_iterable: Callable[[Any], bool] = _pyutils.is_iterable


def is_required(type_: OutputType) -> bool:
    return isinstance(type_, GraphQLNonNull)


def is_list(type_: OutputType) -> bool:
    return isinstance(type_, GraphQLList)


def get_nullable(type_: OutputType) -> OutputType:
    return type_.of_type if is_required(type_) else type_


def is_leaf(type_: OutputType) -> bool:
    """Whether a type is a scalar or an enum, and no list of them."""
    return is_leaf_type(get_nullable(type_))
