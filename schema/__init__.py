"""What is shown: the schema, composed of each noun's queries and mutations."""

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    Undefined,
    parse,
    validate,
)
from strawberry.extensions import AddValidationRules, ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema.events import KINDS, EventQueries, InstanceEvent
from schema.instance import InstanceMutations, InstanceQueries
from schema.invitation_preview import InvitationQueries
from schema.invitations import InvitationMutations
from schema.memberships import MembershipMutations, MembershipQueries
from schema.nodes import NodeQueries
from schema.organizations import OrganizationMutations, OrganizationQueries
from schema.role_mutations import RoleMutations
from schema.roles import RoleQueries
from schema.scalars import SCALARS
from schema.sessions import SessionMutations
from schema.sharing import SharingExecutor
from schema.subscriptions import Subscription
from schema.suggestions import repair
from schema.users import UserMutations, UserQueries
from schema.viewer import ViewerQueries
from schema.webhooks import WebhookMutations, WebhookQueries

CACHED_DOCUMENTS = 500
repair()


@strawberry.type(description="Everything that can be read.")
class Query(
    ViewerQueries,
    InstanceQueries,
    NodeQueries,
    OrganizationQueries,
    UserQueries,
    MembershipQueries,
    RoleQueries,
    InvitationQueries,
    EventQueries,
    WebhookQueries,
): ...


@strawberry.type(description="Everything that can be changed; each field is one transaction.")
class Mutation(
    OrganizationMutations,
    MembershipMutations,
    InvitationMutations,
    SessionMutations,
    UserMutations,
    RoleMutations,
    InstanceMutations,
    WebhookMutations,
): ...


class Schema(strawberry.Schema):
    """Strawberry's, without its own logging of errors: schema/errors.py tells what is worth a line."""

    def is_valid(self, document: str) -> bool:
        """Whether a document can be run, whatever its variables are."""
        try:
            return not validate(self._schema, parse(document))
        except GraphQLError:
            return False

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None: ...


def _without_null_defaults(schema: GraphQLSchema) -> None:
    """An optional argument that is absent is absent: the Python default None is no `= null` of the contract."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            _clear(type_.fields.values())
        elif isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            for field in type_.fields.values():
                _clear(field.args.values())


def _clear(inputs: Iterable[GraphQLArgument | GraphQLInputField]) -> None:
    for one in inputs:
        if one.default_value is None:
            one.default_value = Undefined


def build(*, introspection: bool = True) -> Schema:
    """The schema; without introspection it gives no hints at names either."""
    extensions: list[Any] = [lambda: ParserCache(CACHED_DOCUMENTS), lambda: ValidationCache(CACHED_DOCUMENTS)]
    if not introspection:
        extensions.append(lambda: AddValidationRules([NoSchemaIntrospectionCustomRule]))
    config = StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=not introspection)
    kinds = [*KINDS.values(), InstanceEvent]
    built = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=kinds,
        extensions=extensions,
        config=config,
        execution_context_class=SharingExecutor,
    )
    _without_null_defaults(built._schema)  # pyright: ignore[reportPrivateUsage]
    return built


schema = build()
