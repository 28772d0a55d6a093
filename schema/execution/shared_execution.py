"""Shares the execution of an event among subscribers whose results must be the same."""

from asyncio import current_task
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

from schema.execution.breadth_first.executor import BreadthFirstExecutor
from schema.foundation.context import Context

# The depth of an event's own fields.
EVENT = 2
# Objects of an event that are the same for every viewer; all others depend on the viewer.
SHARED_OBJECTS = frozenset({"actor"})


class SharedExecution(BreadthFirstExecutor):
    """Executes an event once per operation, if the result is the same for all its subscribers."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        context: Context = self.context_value
        if context.delivered is None:
            return super().execute_operation(serially)
        narrowing = context.actor.narrowing if context.actor else None
        answers = context.delivered.answers
        shows_slugs = context.instance.slugs_enabled
        key = (id(self.operation), context.is_service, narrowing, shows_slugs)
        if key in answers:
            return answers[key][1]
        result = super().execute_operation(serially)
        if isinstance(result, ExecutionResult) and not result.errors and self._is_shareable():
            # The operation is stored with its result, so that no other one can get the same id.
            answers[key] = (self.operation, result)
        return result

    def begin_wave(self, awaitables: int) -> None:
        context: Context = self.context_value
        context.sole_reader.task = current_task() if awaitables == 1 else None

    def _is_shareable(self) -> bool:
        """Whether nothing depends on the viewer or, by directives or arguments, on variables."""
        return all(
            not selection.directives
            and (depth < EVENT or self._is_shareable_field(selection, depth))
            for depth, selection in self._selections(self.operation.selection_set, 1, set())
        )

    def _is_shareable_field(self, selection: SelectionNode, depth: int) -> bool:
        if not isinstance(selection, FieldNode):
            return True
        if selection.arguments:
            return False
        return (
            depth > EVENT
            or selection.selection_set is None
            or selection.name.value in SHARED_OBJECTS
        )

    def _selections(
        self, within: SelectionSetNode | None, depth: int, seen: set[str]
    ) -> Iterable[tuple[int, SelectionNode]]:
        """Yields all selections with their depth, each fragment once to bound the work."""
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
