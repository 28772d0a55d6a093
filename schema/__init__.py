"""The GraphQL schema, composed of the queries and mutations of each noun."""

from collections.abc import Iterable
from functools import cache
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    Undefined,
    specified_rules,
    validate,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import ExecutionContext, ExecutionResult

from models.base import format_stored_time
from schema.api_keys.mutations import ApiKeyMutations
from schema.domains.mutations import DomainMutations
from schema.domains.queries import DomainQueries
from schema.events.queries import EventQueries
from schema.events.subscriptions import Subscription
from schema.events.types import KINDS, InstanceEvent
from schema.execution.arguments import limit_arguments
from schema.execution.breadth_first.builders import FORMAT_STORED
from schema.execution.breadth_first.executor import PLANS
from schema.execution.breadth_first.plans import Plans
from schema.execution.breadth_first.resolvers import call_directly
from schema.execution.documents import Document, Documents, Prepared
from schema.execution.graphql_core_patch import patch_graphql_core
from schema.execution.limits import DocumentLimits
from schema.execution.shared_execution import SharedExecution
from schema.foundation.context import Context
from schema.foundation.descriptions import fill_in_names
from schema.foundation.errors import MAXIMUM_ERRORS
from schema.foundation.guards import MutationGuard
from schema.foundation.scalars import SCALARS
from schema.instance import InstanceMutations, InstanceQueries
from schema.invitations.mutations import InvitationMutations
from schema.invitations.preview import InvitationQueries
from schema.keys.mutations import KeyMutations
from schema.keys.queries import KeyQueries
from schema.membership_requests.mutations import MembershipRequestMutations
from schema.memberships.mutations import MembershipMutations
from schema.memberships.queries import MembershipQueries
from schema.nodes import NodeQueries
from schema.organizations.logo import LogoMutations
from schema.organizations.mutations import OrganizationMutations
from schema.organizations.queries import OrganizationQueries
from schema.organizations.slug_availability import SlugQueries
from schema.plans.mutations import PlanMutations
from schema.plans.queries import PlanQueries
from schema.roles.mutations import RoleMutations
from schema.roles.queries import RoleQueries
from schema.sessions.mutations import SessionMutations
from schema.users.mutations import UserMutations
from schema.users.queries import UserQueries
from schema.viewer import ViewerQueries
from schema.webhooks.mutations import WebhookMutations
from schema.webhooks.queries import WebhookQueries

RULES = (*specified_rules, OneOfInputValidationRule)
patch_graphql_core()


@strawberry.type(description="The queries: what you can read.")
class Query(
    ViewerQueries,
    InstanceQueries,
    NodeQueries,
    OrganizationQueries,
    SlugQueries,
    UserQueries,
    MembershipQueries,
    RoleQueries,
    InvitationQueries,
    DomainQueries,
    EventQueries,
    WebhookQueries,
    KeyQueries,
    PlanQueries,
): ...


@strawberry.type(
    description="The mutations: what you can change. Each mutation runs in a transaction of its"
    " own."
)
class Mutation(
    OrganizationMutations,
    LogoMutations,
    MembershipMutations,
    InvitationMutations,
    DomainMutations,
    MembershipRequestMutations,
    SessionMutations,
    UserMutations,
    RoleMutations,
    InstanceMutations,
    WebhookMutations,
    KeyMutations,
    PlanMutations,
    ApiKeyMutations,
): ...


class Schema(strawberry.Schema):
    """The schema of Strawberry without its logging of errors (see schema/foundation/errors.py)."""

    # Whether documents may ask for the schema, and get hints at its names.
    introspection: bool = True
    # None if graphql-core executes every operation.
    plans: Plans | None = None

    def validation_errors(self, document: DocumentNode) -> list[GraphQLError]:
        """Validates a document, whatever its variables are; returns the first few errors."""
        rules = RULES if self.introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        return validate(
            self._schema,
            document,
            rules,
            max_errors=MAXIMUM_ERRORS,
            hide_suggestions=not self.introspection,
        )

    async def run(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        context: Context,
        variables: dict[str, Any] | None,
    ) -> ExecutionResult:
        """Executes a query or a mutation of a valid document.

        Strawberry's own method would parse and validate it, and run extensions around that.
        """
        prepared = document.prepare(self._schema, operation)
        executor = prepared.make_executor(SharedExecution, variables or {}, context)
        if isinstance(executor, list):
            # A variable has a wrong value, for example.
            return ExecutionResult(data=None, errors=executor)
        result = executor.execute_operation()
        result = await result if isawaitable(result) else result
        return ExecutionResult(data=result.data, errors=result.errors)

    def make_documents(self, limits: DocumentLimits) -> Documents:
        """Makes the reader of documents of this schema."""
        return Documents(self._schema, self.validation_errors, limits)

    def is_transaction(self, mutation: str) -> bool:
        """Whether a mutation runs in a transaction of its guard."""
        field = self.get_field_for_type(mutation, "Mutation")
        return field is not None and any(
            isinstance(extension, MutationGuard) for extension in field.extensions
        )

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None: ...


def _without_null_defaults(schema: GraphQLSchema) -> None:
    """Removes the `= null` that the Python default None adds to optional arguments in the SDL."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            _clear(type_.fields.values())
        elif isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            for field in type_.fields.values():
                _clear(field.args.values())


def _clear(inputs: Iterable[GraphQLArgument | GraphQLInputField]) -> None:
    for argument in inputs:
        if argument.default_value is None:
            argument.default_value = Undefined


def _call_directly(schema: GraphQLSchema, config: StrawberryConfig) -> None:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for field in type_.fields.values():
                call_directly(field, config)


def _format_stored_times(schema: GraphQLSchema) -> None:
    """Lets the executor show a time of SQLite without parsing it."""
    schema.type_map["DateTime"].extensions[FORMAT_STORED] = format_stored_time


def get_schema(*, introspection: bool = True, breadth_first: bool = True) -> Schema:
    """Returns the schema, which is built once for each process.

    Without introspection, errors don't suggest names either. Without `breadth_first`, graphql-core
    executes every operation (docs/executor.md).
    """
    return _build(introspection, breadth_first)


@cache
def _build(introspection: bool, breadth_first: bool) -> Schema:
    config = StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=not introspection)
    kinds = [*KINDS.values(), InstanceEvent]
    built = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=kinds,
        extensions=[Prepared],
        config=config,
        execution_context_class=SharedExecution,
    )
    built.introspection = introspection
    if breadth_first:
        built.plans = built._schema.extensions[PLANS] = Plans()  # pyright: ignore[reportPrivateUsage]
    _without_null_defaults(built._schema)  # pyright: ignore[reportPrivateUsage]
    fill_in_names(built._schema)  # pyright: ignore[reportPrivateUsage]
    _format_stored_times(built._schema)  # pyright: ignore[reportPrivateUsage]
    _call_directly(built._schema, config)  # pyright: ignore[reportPrivateUsage]
    limit_arguments(built._schema)  # pyright: ignore[reportPrivateUsage]
    return built
