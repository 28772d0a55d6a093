"""One answer for all: listeners who ask for the same of an
event, and nothing of their own, share what is executed.
"""

from collections.abc import Iterable
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.foundation.context import Context

# The depth of an event's own fields.
EVENT = 2
# Objects on an event that don't depend on who looks; all others are looked up for the viewer.
SAME_FOR_ALL = frozenset({"actor"})


class SharedExecution(StrawberryGraphQLCoreExecutionContext):
    """Executes a subscription's event once for each way to ask for it; everything else as ever."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        context: Context = self.context_value
        if context.delivered is None:
            return super().execute_operation(serially)
        answers, key = context.delivered.answers, (id(self.operation), context.is_service)
        if key in answers:
            return answers[key][1]
        result = super().execute_operation(serially)
        if (
            isinstance(result, ExecutionResult)
            and not result.errors
            and self._is_the_same_for_all()
        ):
            # The operation is kept with its answer: another one could be given its id.
            answers[key] = (self.operation, result)
        return result

    def _is_the_same_for_all(self) -> bool:
        """Whether nothing depends on the viewer or, by directives and arguments, on variables."""
        return all(
            not selection.directives and (depth < EVENT or self._is_plain(selection, depth))
            for depth, selection in self._selections(self.operation.selection_set, 1, set())
        )

    def _is_plain(self, selection: SelectionNode, depth: int) -> bool:
        if not isinstance(selection, FieldNode):
            return True
        is_same = (
            depth > EVENT or selection.selection_set is None or selection.name.value in SAME_FOR_ALL
        )
        return is_same and not selection.arguments

    def _selections(
        self, within: SelectionSetNode | None, depth: int, seen: set[str]
    ) -> Iterable[tuple[int, SelectionNode]]:
        """Everything that is selected, with its depth;
        each fragment once, for they may double up.
        """
        for selection in within.selections if within else ():
            yield depth, selection
            match selection:
                case FieldNode():
                    yield from self._selections(selection.selection_set, depth + 1, seen)
                case InlineFragmentNode():
                    yield from self._selections(selection.selection_set, depth, seen)
                case FragmentSpreadNode() if (name := selection.name.value) not in seen:
                    seen.add(name)
                    yield from self._selections(
                        self.fragment_definitions[name].selection_set, depth, seen
                    )
                case _:
                    pass
