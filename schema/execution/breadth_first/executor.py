"""The executor that graphql-core and Strawberry call: breadth-first where a plan is possible."""

from collections.abc import Callable, Sequence
from typing import Any, Self

from graphql import ExecutionResult, OperationType
from graphql.execution.executor import CollectedErrors
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.breadth_first.plans import Plan, Plans
from schema.execution.breadth_first.run import Run

# The extension of a `GraphQLSchema` that holds its plans; without it, graphql-core executes.
PLANS = "breadth_first_plans"

Steps = Sequence[Callable[[], None]]


class BreadthFirstExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes what a plan covers; hands everything else to graphql-core before anything ran."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        plans: Plans | None = self.schema.extensions.get(PLANS)
        plan = self._find_plan(plans) if plans else None
        if plans is None or plan is None:
            return super().execute_operation(serially)
        if serially is None:
            serially = self.operation.operation is OperationType.MUTATION
        run = Run(self, plans, plan)
        root, steps = run.add_root(self.root_value)
        turns: list[Steps] = [[step] for step in steps] if serially else [steps]
        for number, turn in enumerate(turns, 1):
            run.queue.extend(turn)
            if not run.advance() or not run.is_done:
                return self._finish(run, root, turns[number:])
            if any(run.settle()):
                return self._answer(None)
        return self._answer(root)

    def copy(self, **values: Any) -> Self:
        """Makes an executor with other values, without `copy.copy`, which takes ten times as long.

        The two share what graphql-core notes to execute an operation itself.
        """
        executor = object.__new__(type(self))
        executor.__dict__.update(self.__dict__, collected_errors=CollectedErrors(), **values)
        return executor

    def build_per_event_executor(self, payload: Any) -> Any:
        return self.copy(root_value=payload)

    def begin_wave(self, awaitables: int) -> None:
        """Is called by the task that awaits a wave, with the number of awaitables in it."""

    def build_response(self, data: dict[str, Any] | None) -> Any:
        # They refer to the executor, and only the garbage collector would free the two with
        # everything that the operation has read. Those of a copy refer to its original.
        del self.async_helpers
        return super().build_response(data)

    def _answer(self, data: dict[str, Any] | None) -> ExecutionResult:
        """Answers as graphql-core does if nothing is deferred or streamed."""
        return ExecutionResult(data, self.collected_errors.errors or None)

    def _find_plan(self, plans: Plans) -> Plan | None:
        middlewares = self.middleware_manager and self.middleware_manager.middlewares
        return None if middlewares or self.abort_signal else plans.find(self)

    async def _finish(self, run: Run, root: dict[str, Any], turns: Sequence[Steps]) -> Any:
        """Continues an operation that awaits something or takes long."""
        is_null = await run.finish()
        for turn in turns:
            if is_null:
                break
            run.queue.extend(turn)
            is_null = await run.finish()
        return self._answer(None if is_null else root)
