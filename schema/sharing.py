"""One answer for all: listeners who ask for the same of an event, and nothing of their own, share what is executed."""

from collections.abc import Iterable, Sequence
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.context import Context

SAME_FOR_ALL = frozenset({"actor"})
"""Objects on an event that don't depend on who looks; all others are looked up for the viewer."""


class SharingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes a subscription's event once for each way to ask for it; everything else as ever."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        context: Context = self.context_value
        told = context.told
        if told is None or not self._is_the_same_for_all():
            return super().execute_operation(serially)
        key = (id(self.operation), repr(self.variable_values.coerced), context.is_service)
        if key not in told.answers:
            result = super().execute_operation(serially)
            if not isinstance(result, ExecutionResult) or result.errors:
                return result
            # The operation is kept with its answer: another one could be given its id.
            told.answers[key] = (self.operation, result)
        return told.answers[key][1]

    def _is_the_same_for_all(self) -> bool:
        selections = self._fields(self.operation.selection_set.selections)
        return all(
            inner.selection_set is None or inner.name.value in SAME_FOR_ALL
            for outer in selections
            if outer.selection_set
            for inner in self._fields(outer.selection_set.selections)
        )

    def _fields(self, selections: Sequence[SelectionNode]) -> Iterable[FieldNode]:
        for selection in selections:
            match selection:
                case FieldNode():
                    yield selection
                case InlineFragmentNode():
                    yield from self._fields(selection.selection_set.selections)
                case FragmentSpreadNode():
                    yield from self._fields(self.fragment_definitions[selection.name.value].selection_set.selections)
                case _:
                    pass
