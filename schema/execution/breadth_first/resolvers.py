"""How the fields of Strawberry are resolved for many parents at once."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from inspect import Parameter, iscoroutinefunction, signature
from keyword import iskeyword
from operator import attrgetter
from typing import Any, get_args

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from strawberry.extensions import FieldExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema.execution.breadth_first.conversion import Unconvertible, make_conversion
from schema.execution.breadth_first.runtime_types import find_class

# The attribute of a resolver that holds the function for all parents.
BATCH = "resolve_all"
# That with the name of the relation whose rows a join can read.
RELATION = "relation"
# That with the function that finds the values if they are there already.
AT_HAND = "at_hand"
# What an object calls the row that most of its fields show.
ROW = "row"


@dataclass(frozen=True, slots=True, eq=False)
class PreparedResolver:
    """A resolver whose arguments are prepared first, which is done once for all parents."""

    resolve: Callable[..., Any]
    prepare: Callable[[dict[str, Any]], dict[str, Any]]
    # Whether that converts them to what the function in Python takes.
    converts: bool = False

    def __call__(self, source: Any, info: Any, **arguments: Any) -> Any:
        return self.resolve(source, info, **self.prepare(arguments))


def find_field(definition: GraphQLField) -> StrawberryField | None:
    field = (definition.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return field if isinstance(field, StrawberryField) else None


class Path(property):
    """A property that reads a path of attributes, such as `row.id`.

    The executor reads the path itself, which takes half as long.
    """

    def __init__(self, path: str) -> None:
        super().__init__(attrgetter(path))
        self.path = path


def find_attribute(type_: GraphQLObjectType, definition: GraphQLField) -> str | None:
    """The attribute that a field without a resolver shows, if it is nothing but that.

    For a `Path`, it is the path.
    """
    field = find_field(definition)
    if (
        field is None
        or not field.is_basic_field
        or not getattr(definition.resolve, "_is_default", False)
        or type(field).get_result is not StrawberryField.get_result
        or field.default_resolver is not getattr
    ):
        return None
    name = field.python_name
    if not name.isidentifier() or iskeyword(name):
        return None
    declared: Any = getattr(find_class(type_), name, None)
    return declared.path if isinstance(declared, Path) else name


def make_direct_resolver(field: Any, config: StrawberryConfig) -> Any:
    """Makes a resolver that calls the function of a field, with its extensions around it.

    It takes arguments that are converted already. Strawberry's own one passes through six
    functions. None for a field that needs something of those.
    """
    resolver = field.base_resolver
    extensions = [one for one in field.extensions if one.has_resolver]
    if (
        resolver is None
        or field.is_subscription
        or resolver.parent_parameter
        or resolver.root_parameter
        or _replaces(field, StrawberryField, "get_result")
        or any(_replaces(one, FieldExtension, "map_arguments") for one in field.extensions)
        or (extensions and not iscoroutinefunction(resolver.wrapped_func))
    ):
        return None
    function, takes_parent = resolver.wrapped_func, resolver.self_parameter is not None
    info_name: str | None = resolver.info_parameter.name if resolver.info_parameter else None

    def call(source: Any, info: Any, **arguments: Any) -> Any:
        if info_name is not None:
            arguments[info_name] = info
        return function(source, **arguments) if takes_parent else function(**arguments)

    chain = call
    for extension in extensions:
        chain = partial(extension.resolve_async, chain)

    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        return chain(source, config.info_class(_raw_info=info, _field=field), **arguments)

    return resolve


def _replaces(one: object, base: object, method: str) -> bool:
    """Whether the class of an object has another method than its base."""
    return getattr(type(one), method) is not getattr(base, method)


def call_directly(definition: GraphQLField, config: StrawberryConfig) -> None:
    """Lets a field be resolved without Strawberry's functions around its own, if it can be."""
    field = find_field(definition)
    resolve = make_direct_resolver(field, config) if field else None
    if field is None or resolve is None:
        return
    if not definition.args:
        definition.resolve = resolve
        return
    with suppress(Unconvertible):
        convert = make_conversion(field.arguments, config)
        definition.resolve = PreparedResolver(resolve, convert, converts=True)


def find_batch(definition: GraphQLField, schema: GraphQLSchema) -> Callable[..., Any] | None:
    """The batch resolver of a field, with its extensions around it.

    None for a field without one, with an extension that can only decide for one parent, or with
    arguments that only Strawberry converts.
    """
    field = find_field(definition)
    if definition.args and not getattr(definition.resolve, "converts", False):
        return None
    resolver: Any = getattr(field, "base_resolver", None)
    resolve_all = getattr(resolver.wrapped_func, BATCH, None) if resolver else None
    if field is None or resolve_all is None:
        return None
    extensions: list[Any] = [one for one in field.extensions if one.has_resolver]
    if not all(hasattr(one, "resolve_batch") for one in extensions):
        return None

    core_schema: Any = schema
    info_class = core_schema._strawberry_schema.config.info_class
    chain = resolve_all
    for extension in extensions:
        chain = partial(extension.resolve_batch, chain)

    def resolve(sources: Sequence[Any], info: Any, **arguments: Any) -> Any:
        return chain(sources, info_class(_raw_info=info, _field=field), **arguments)

    return resolve


def find_option(definition: GraphQLField, option: str) -> Any:
    """Finds an option that `batch_field` got for a field, such as its relation."""
    resolver: Any = getattr(find_field(definition), "base_resolver", None)
    return getattr(resolver.wrapped_func, option, None) if resolver else None


def batch_field(
    *,
    relation: str | None = None,
    at_hand: Callable[[Any, Any], Sequence[Any] | None] | None = None,
    **options: Any,
) -> Callable[[Any], Any]:
    """Declares a field by its batch resolver, which takes all parents and returns their values.

    It is a static method, and its annotation is a list of the field's type:

        @batch_field(description="The role.")
        @staticmethod
        async def role(memberships: Sequence["Membership"], info: Info) -> list[Role]: ...

    An exception in the list fails the field of its parent alone; a raised one fails it for all.
    graphql-core calls the same function with one parent at a time.

    With `relation`, the rows of the parents can be joined with those of the field
    (`look_ahead.py`). Whoever joins them decides that the caller can read them. If only columns are
    selected, the field is not resolved at all. Otherwise `at_hand` makes the values of what was
    joined, or returns None if nothing was.
    """

    def declare(method: "staticmethod[..., Awaitable[Sequence[Any]]]") -> Any:
        resolve_all = method.__func__

        async def resolve(self: Any, info: Any, **arguments: Any) -> Any:
            (value,) = await resolve_all([self], info, **arguments)
            return value

        shape = signature(resolve_all)
        _, *others = shape.parameters.values()
        (type_,) = get_args(shape.return_annotation)
        resolve.__name__ = resolve_all.__name__
        resolve.__qualname__ = resolve_all.__qualname__
        resolve.__module__ = resolve_all.__module__
        owner = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
        signature_of_one = shape.replace(parameters=[owner, *others], return_annotation=type_)
        setattr(resolve, "__signature__", signature_of_one)  # noqa: B010
        setattr(resolve, BATCH, resolve_all)
        setattr(resolve, RELATION, relation)
        setattr(resolve, AT_HAND, at_hand)
        return strawberry.field(resolver=resolve, **options)

    return declare
