"""Operations of documents: what graphql-core finds out each time, found out once."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from schema.execution.breadth_first.argument_readers import NO_VARIABLES
from schema.execution.breadth_first.executor import PLANS, BreadthFirstExecutor
from schema.execution.breadth_first.output_types import (
    default_field_resolver,
    default_type_resolver,
)
from schema.execution.breadth_first.plans import make_outline
from schema.execution.breadth_first.variables import Variables


@dataclass(slots=True, eq=False)
class PreparedOperation:
    """An operation of a valid document, ready to be executed any number of times."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    # They have no variables of their own: the parser doesn't know those.
    details: dict[str, FragmentDetails]
    variables: Variables
    # Whether graphql-core has to execute it, which needs an executor of its own each time.
    falls_back: bool
    # Copied for each execution, because making another one takes five times as long.
    original: BreadthFirstExecutor | None = None

    def make_executor(
        self, executor_class: type[BreadthFirstExecutor], given: dict[str, Any], context: Any
    ) -> BreadthFirstExecutor | list[GraphQLError]:
        """Makes an executor as `Executor.build` does, or returns the errors in the variables."""
        values = self.variables.read(given)
        if isinstance(values, list):
            return values
        if self.falls_back:
            return self._make(executor_class, context, values)
        if self.original is None:
            self.original = self._make(executor_class, None, NO_VARIABLES)
        return self.original.copy(context_value=context, variable_values=values)

    def _make(
        self, executor_class: type[BreadthFirstExecutor], context: Any, values: VariableValues
    ) -> BreadthFirstExecutor:
        return executor_class(
            self.schema,
            self.fragments,
            self.details,
            None,
            context,
            self.operation,
            values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
        )


def prepare_operation(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> PreparedOperation:
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    details = {name: FragmentDetails(node) for name, node in fragments.items()}
    variables = Variables(schema, operation)
    outline = make_outline(operation, [*fragments.values()])
    falls_back = PLANS not in schema.extensions or not outline.is_plannable
    return PreparedOperation(schema, operation, fragments, details, variables, falls_back)
