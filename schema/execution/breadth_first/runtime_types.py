"""Which object type a value has: exactly what graphql-core finds, with its errors."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, is_abstract_type
from graphql.execution.executor import invalid_return_type_error
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from schema.execution.breadth_first.output_types import CoreExecutor, OutputType

if TYPE_CHECKING:
    from schema.execution.breadth_first.selections import FieldPlan


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """A value whose type was awaited."""

    value: Any
    type: GraphQLObjectType


def are_of_type(type_: OutputType, values: Sequence[Any]) -> bool:
    """Whether all values surely have an object type, so that none has to be asked."""
    class_ = find_sure_class(type_)
    if class_ is object:
        return True
    # What `strawberry.cast` returns has another type than its class says.
    return {*map(type, values)} == {class_} and not any(
        [hasattr(value, TYPE_CAST_ATTRIBUTE) for value in values]
    )


@lru_cache(1_024)
def find_sure_class(type_: OutputType) -> type[Any] | None:
    """The class whose objects surely have a type: `object` for all; None if each is asked."""
    if is_abstract_type(type_):
        return None
    return object if type_.is_type_of is None else find_class(type_)


@lru_cache(1_024)
def find_class(type_: GraphQLObjectType) -> type[Any] | None:
    """The class of a type of Strawberry, unless the type itself decides what belongs to it."""
    definition: Any = type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryObjectDefinition):
        return None
    if definition.is_type_of is not None:  # pyright: ignore[reportUnknownMemberType]
        return None
    return definition.origin


def find_type(
    executor: CoreExecutor, field: "FieldPlan", type_: OutputType, value: Any, info: Any
) -> GraphQLObjectType | Awaitable[Typed]:
    """Finds the object type of a value of an object type, an interface or a union."""
    if isinstance(value, Typed):
        return value.type
    if not is_abstract_type(type_):
        return _check(executor, field, type_, value, info)
    name: Any = (type_.resolve_type or executor.type_resolver)(value, info, type_)
    if executor.is_awaitable(name):
        return _find_later(executor, field, type_, value, info, name)
    found = executor.ensure_valid_runtime_type(name, type_, field.details, info, value)
    return _check(executor, field, found, value, info)


def _check(
    executor: CoreExecutor, field: "FieldPlan", type_: GraphQLObjectType, value: Any, info: Any
) -> GraphQLObjectType | Awaitable[Typed]:
    if type_.is_type_of is None:
        return type_
    is_of_type: Any = type_.is_type_of(value, info)
    if executor.is_awaitable(is_of_type):
        return _check_later(field, type_, value, is_of_type)
    if not is_of_type:
        raise invalid_return_type_error(type_, value, field.details)
    return type_


async def _find_later(
    executor: CoreExecutor,
    field: "FieldPlan",
    type_: OutputType,
    value: Any,
    info: Any,
    name: Awaitable[Any],
) -> Typed:
    found = executor.ensure_valid_runtime_type(await name, type_, field.details, info, value)
    checked = _check(executor, field, found, value, info)
    return Typed(value, checked) if isinstance(checked, GraphQLObjectType) else await checked


async def _check_later(
    field: "FieldPlan", type_: GraphQLObjectType, value: Any, is_of_type: Awaitable[Any]
) -> Typed:
    if not await is_of_type:
        raise invalid_return_type_error(type_, value, field.details)
    return Typed(value, type_)
