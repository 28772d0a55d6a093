"""Plans: what an operation selects, worked out once and kept for the next request.

A plan is a tree. A selection has the fields of one object type at one position, and a field has a
selection for each type that its value turned out to be. The tree grows while it is executed.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
)
from graphql.execution.collect_fields import (
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.executor import Executor

from schema.execution.breadth_first.selections import FieldPlan, Selection, plan_selection

# The most that all plans of a schema can be, counted in fields of about 1 KiB.
KEPT_FIELDS = 30_000
# A plan keeps the tree of its document alive. So many characters of the text count as a field.
CHARACTERS = 4
CONDITIONS = {"skip", "include"}


@dataclass(slots=True, eq=False)
class Plan:
    """The plan of an operation for one set of values of the variables in @skip and @include."""

    outline: "Outline"
    root: Selection


@dataclass(slots=True, eq=False)
class Outline:
    """An operation with its fragments, and its plans by the values that they depend on."""

    # Kept so that no other node can get the same ID.
    operation: OperationDefinitionNode
    fragments: Sequence[FragmentDefinitionNode]
    # The variables in @skip and @include.
    conditions: Sequence[str] = ()
    # Whether there is nothing in it that only graphql-core executes.
    is_plannable: bool = True
    plans: dict[tuple[Any, ...], Plan] = field(default_factory=dict[tuple[Any, ...], Plan])
    # The number of fields in its plans, and what its tree counts.
    size: int = 0

    def get_conditions(self, variables: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(variables.get(name, Undefined) for name in self.conditions)


def make_outline(
    operation: OperationDefinitionNode, fragments: Sequence[FragmentDefinitionNode]
) -> Outline:
    outline = Outline(operation, fragments)
    conditions: dict[str, None] = {}
    waiting: list[Any] = [operation, *fragments]
    while waiting:
        node = waiting.pop()
        directives: Sequence[DirectiveNode] = node.directives or ()
        for directive in directives:
            if directive.name.value not in CONDITIONS:
                outline.is_plannable = False
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    conditions[argument.value.name.value] = None
        if isinstance(node, FragmentDefinitionNode) and node.variable_definitions:
            outline.is_plannable = False
        if selections := getattr(node, "selection_set", None):
            waiting += selections.selections
    outline.conditions = tuple(conditions)
    return outline


@dataclass(slots=True, eq=False)
class Plans:
    """The plans of a schema that were used last."""

    hits: int = 0
    misses: int = 0
    most_fields: int = KEPT_FIELDS
    # The number of fields in all plans that are kept.
    size: int = 0
    kept: OrderedDict[tuple[int, ...], Outline] = field(
        default_factory=OrderedDict[tuple[int, ...], Outline]
    )

    def find(self, executor: Executor[Any]) -> Plan | None:
        """Finds or makes the plan; None if only graphql-core can execute the operation."""
        outline = self._find_outline(executor)
        if not outline.is_plannable:
            return None
        conditions = outline.get_conditions(executor.variable_values.coerced)
        plan = outline.plans.get(conditions)
        if plan:
            self.hits += 1
            return plan
        self.misses += 1
        self._trim()
        try:
            plan = outline.plans[conditions] = Plan(outline, self._plan_root(executor, outline))
        except (GraphQLError, RecursionError):
            # graphql-core finds the same error again and reports it.
            return None
        return plan

    def select(
        self, executor: Executor[Any], plan: Plan, field: FieldPlan, type_: GraphQLObjectType
    ) -> Selection:
        """Finds or plans what a field selects of an object type; raises what graphql-core does."""
        selection = field.selections.get(type_)
        if selection is None:
            collected = collect_subfields(
                executor.schema,
                executor.fragments,
                executor.variable_values,
                executor.operation,
                type_,
                field.details,
                executor.hide_suggestions,
            )
            selection = field.selections[type_] = self._plan(
                executor, plan.outline, type_, collected.grouped_field_set
            )
        return selection

    def _trim(self) -> None:
        """Drops the plans that were not used for longest."""
        while self.size > self.most_fields:
            self.size -= self.kept.popitem(last=False)[1].size

    def _find_outline(self, executor: Executor[Any]) -> Outline:
        fragments = tuple(executor.fragment_definitions.values())
        key = (id(executor.operation), *map(id, fragments))
        outline = self.kept.get(key)
        if outline is None:
            outline = self.kept[key] = make_outline(executor.operation, fragments)
            location = executor.operation.loc
            self._grow(outline, len(location.source.body) // CHARACTERS if location else 1)
        else:
            self.kept.move_to_end(key)
        return outline

    def _grow(self, outline: Outline, fields: int) -> None:
        outline.size += fields
        key = (id(outline.operation), *map(id, outline.fragments))
        # A plan can still grow while it is executed after it was dropped.
        if self.kept.get(key) is outline:
            self.size += fields

    def _plan_root(self, executor: Executor[Any], outline: Outline) -> Selection:
        operation = executor.operation
        root_type = executor.schema.get_root_type(operation.operation)
        if root_type is None:
            raise GraphQLError("There is no such root type.")
        collected = collect_fields(
            executor.schema,
            executor.fragments,
            executor.variable_values,
            root_type,
            operation,
            executor.hide_suggestions,
        )
        return self._plan(executor, outline, root_type, collected.grouped_field_set)

    def _plan(
        self,
        executor: Executor[Any],
        outline: Outline,
        type_: GraphQLObjectType,
        grouped: GroupedFieldSet,
    ) -> Selection:
        selection = plan_selection(executor, type_, grouped)
        self._grow(outline, len(selection.entries) + 1)
        return selection
