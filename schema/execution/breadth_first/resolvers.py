"""How the fields of Strawberry are resolved for many parents at once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import Parameter, signature
from keyword import iskeyword
from typing import Any, get_args

import strawberry
from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

# The attribute of a resolver that holds the function for all parents.
BATCH = "resolve_all"


@dataclass(frozen=True, slots=True, eq=False)
class PreparedResolver:
    """A resolver whose arguments are prepared first, which is done once for all parents."""

    resolve: Callable[..., Any]
    prepare: Callable[[dict[str, Any]], dict[str, Any]]

    def __call__(self, source: Any, info: Any, **arguments: Any) -> Any:
        return self.resolve(source, info, **self.prepare(arguments))


def find_field(definition: GraphQLField) -> StrawberryField | None:
    field = (definition.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return field if isinstance(field, StrawberryField) else None


def find_attribute(definition: GraphQLField) -> str | None:
    """The attribute that a field without a resolver shows, if it is nothing but that."""
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
    return name if name.isidentifier() and not iskeyword(name) else None


def find_batch(definition: GraphQLField) -> Callable[..., Any] | None:
    """The batch resolver of a field, with its extensions around it.

    None for a field without one, or with an extension that can only decide for one parent.
    """
    field = find_field(definition)
    resolver: Any = getattr(field, "base_resolver", None)
    resolve_all = getattr(resolver.wrapped_func, BATCH, None) if resolver else None
    if field is None or resolve_all is None:
        return None
    extensions: list[Any] = [one for one in field.extensions if one.has_resolver]
    if not all(hasattr(one, "resolve_batch") for one in extensions):
        return None

    def resolve(sources: Sequence[Any], info: Any, **arguments: Any) -> Any:
        schema = info.schema._strawberry_schema
        chain = resolve_all
        for extension in extensions:
            chain = partial(extension.resolve_batch, chain)
        strawberry_info = schema.config.info_class(_raw_info=info, _field=field)
        return chain(
            sources,
            strawberry_info,
            **convert_arguments(
                arguments,
                field.arguments,
                scalar_registry=schema.schema_converter.scalar_registry,
                config=schema.config,
                info=strawberry_info,
            ),
        )

    return resolve


def batch_field(**options: Any) -> Callable[[Any], Any]:
    """Declares a field by its batch resolver, which takes all parents and returns their values.

    It is a static method, and its annotation is a list of the field's type:

        @batch_field(description="The role.")
        @staticmethod
        async def role(memberships: Sequence["Membership"], info: Info) -> list[Role]: ...

    An exception in the list fails the field of its parent alone; a raised one fails it for all.
    graphql-core calls the same function with one parent at a time.
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
        return strawberry.field(resolver=resolve, **options)

    return declare
