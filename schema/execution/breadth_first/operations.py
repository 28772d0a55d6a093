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
from graphql.execution.executor import Executor

from schema.execution.breadth_first.output_types import (
    default_field_resolver,
    default_type_resolver,
)
from schema.execution.breadth_first.variables import Variables


@dataclass(frozen=True, slots=True, eq=False)
class PreparedOperation:
    """An operation of a valid document, ready to be executed any number of times."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    # They have no variables of their own: the parser doesn't know those.
    details: dict[str, FragmentDetails]
    variables: Variables

    def make_executor(
        self, executor_class: type[Executor[Any]], given: dict[str, Any], context: Any
    ) -> Executor[Any] | list[GraphQLError]:
        """Makes an executor as `Executor.build` does, or returns the errors in the variables."""
        values = self.variables.read(given)
        if isinstance(values, list):
            return values
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
    return PreparedOperation(schema, operation, fragments, details, variables)
