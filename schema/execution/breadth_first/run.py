"""One execution of a plan: a queue of steps, and waves of awaitables between them."""

import asyncio
from collections.abc import Awaitable, Generator, Sequence
from functools import partial
from inspect import iscoroutine
from operator import attrgetter
from time import perf_counter
from typing import Any

from schema.execution.breadth_first.completion import Completion, Objects, Step, Waiting
from schema.execution.breadth_first.errors import Slot, Slots, apply_failures
from schema.execution.breadth_first.info import ResolveInfo
from schema.execution.breadth_first.output_types import CoreExecutor
from schema.execution.breadth_first.plans import Plan, Plans
from schema.execution.breadth_first.selections import Arguments, FieldPlan, read_arguments

# How many resolvers a step calls at most, because each may make a whole page.
CALLS = 20
# How long the queue works before other tasks of the event loop get their turn.
SLICE_SECONDS = 0.01
# How many awaitables of single parents are awaited together.
TASKS = 1_000
# How many parents a batch resolver is called with at most.
BATCH = 2_000


class Run(Completion):
    """An execution, from the root on."""

    def __init__(self, executor: CoreExecutor, plans: Plans, plan: Plan) -> None:
        super().__init__(executor, plans, plan)
        # The parents of fields with batch resolvers, and their objects, in the next wave.
        self._batches: dict[FieldPlan, tuple[list[Any], Objects]] = {}
        self._arguments: dict[FieldPlan, Arguments | Exception] = {}
        self._slice_end = perf_counter() + SLICE_SECONDS

    def add_root(self, source: Any) -> tuple[dict[str, Any], list[Step]]:
        """Makes the root, and the steps for its fields, which aren't queued yet."""
        (root,), fields = self.build(self.plan.root, [source])
        return root, [step for field in fields for step in self.make_steps(field, [source], [root])]

    # ------------------------------------------------------------------------------------ the loop

    @property
    def is_done(self) -> bool:
        return not (self.queue or self._batches or self.waiting)

    def advance(self) -> bool:
        """Works until only awaitables are left, or for a slice; returns whether it got so far."""
        while self.queue:
            self.queue.popleft()()
            if self.queue and perf_counter() > self._slice_end:
                return False
        return True

    async def finish(self) -> bool:
        """Works in slices and awaits wave after wave; returns whether the whole answer is null."""
        try:
            while not self.is_done:
                if self.advance() and (self._batches or self.waiting):
                    await self._await_wave()
                # A read of SQLite waits for nothing, so a wave may have taken the rest of a slice.
                if perf_counter() > self._slice_end:
                    await asyncio.sleep(0)
                    self._slice_end = perf_counter() + SLICE_SECONDS
        except BaseException:
            close_all(self.waiting)
            raise
        end = perf_counter() + SLICE_SECONDS
        for is_null in self.settle():
            if is_null:
                return True
            if perf_counter() > end:
                await asyncio.sleep(0)
                end = perf_counter() + SLICE_SECONDS
        return False

    def settle(self) -> Generator[bool]:
        """Applies the failures so far; yields often, and at last whether the answer is null."""
        failures, self.failures = self.failures, []
        if failures:
            yield from apply_failures(self.places, failures, self.executor.collected_errors)

    async def _await_wave(self) -> None:
        """Awaits everything that the positions of a level wait for, together.

        A real task runs each awaitable, because code such as `asyncio.timeout` needs its own.
        """
        self.wave += 1
        batches, self._batches = self._batches, {}
        waiting, self.waiting = self.waiting, []
        if len(waiting) == 1 and not batches:
            self.executor.begin_wave(1)
            (one,) = waiting
            self.complete(Slots.gather([one.slot]), await gather([one.awaitable]))
            return
        calls = [
            (field, objects[start : start + BATCH], sources[start : start + BATCH])
            for field, (sources, objects) in batches.items()
            for start in range(0, len(sources), BATCH)
        ]
        self.executor.begin_wave(len(calls) + len(waiting))
        first, rest = waiting[:TASKS], waiting[TASKS:]
        awaitables = [self._call_batch(*call) for call in calls]
        try:
            results = await gather([*awaitables, *(one.awaitable for one in first)])
            for (field, objects, _), values in zip(calls, results, strict=False):
                self._take_batch(field, objects, values)
            self._take(first, results[len(calls) :])
            while rest:
                first, rest = rest[:TASKS], rest[TASKS:]
                self._take(first, await gather([one.awaitable for one in first]))
        finally:
            close_all(rest)

    def _take(self, waiting: Sequence[Waiting], values: Sequence[Any]) -> None:
        """Queues the completion of awaited values, those of one field and type together."""
        groups: dict[tuple[FieldPlan, int], tuple[list[Slot], list[Any]]] = {}
        for one, value in zip(waiting, values, strict=True):
            slots, of_slots = groups.setdefault((one.slot.field, id(one.slot.type)), ([], []))
            slots.append(one.slot)
            of_slots.append(value)
        for slots, of_slots in groups.values():
            self.queue_completion(Slots.gather(slots), of_slots)

    def _take_batch(self, field: FieldPlan, objects: Objects, values: Any) -> None:
        """Queues the completion of what a batch resolver returned or raised."""
        if not isinstance(values, Exception) and len(values) != len(objects):
            values = RuntimeError(
                f"{len(objects)} values are expected, and these are {len(values)}."
            )
        if isinstance(values, Exception):
            values = [values] * len(objects)
        self.queue_completion(make_slots(field, objects), values)

    # -------------------------------------------------------------------------------- the resolvers

    def make_steps(
        self, field: FieldPlan, sources: Sequence[Any], objects: Objects
    ) -> Sequence[Step]:
        if field.attribute or field.batch or len(sources) <= CALLS:
            return [partial(self._resolve, field, sources, objects)]
        return [
            partial(self._resolve, field, sources[start:end], objects[start:end])
            for start in range(0, len(sources), CALLS)
            for end in [start + CALLS]
        ]

    def _resolve(self, field: FieldPlan, sources: Sequence[Any], objects: Objects) -> None:
        """Resolves a field for some of its parents, or adds them to the next wave."""
        values: Sequence[Any] | None = None
        if field.at_hand is not None:
            values = field.at_hand(sources, ResolveInfo(self, field, objects[0], field.key))
        if values is None and field.batch is not None:
            all_sources, all_objects = self._batches.setdefault(field, ([], []))
            all_sources += sources
            all_objects += objects
            return
        if values is None:
            values = self._call(field, sources, objects)
        self.complete(make_slots(field, objects), values)

    def _call(self, field: FieldPlan, sources: Sequence[Any], objects: Objects) -> list[Any]:
        """Resolves a field for each parent; what that raises stands for its value."""
        if field.attribute is None:
            return self._call_resolver(field, sources, objects)
        try:
            return list(map(attrgetter(field.attribute), sources))
        except Exception:
            return self._call_resolver(field, sources, objects)

    def _call_resolver(
        self, field: FieldPlan, sources: Sequence[Any], objects: Objects
    ) -> list[Any]:
        arguments = self._read_arguments(field)
        if isinstance(arguments, Exception):
            return [arguments] * len(sources)
        resolve, key = field.resolve, field.key
        values: list[Any] = []
        for source, one in zip(sources, objects, strict=True):
            try:
                values.append(resolve(source, ResolveInfo(self, field, one, key), **arguments))
            except Exception as error:
                values.append(error)
        return values

    async def _call_batch(
        self, field: FieldPlan, objects: Objects, sources: Sequence[Any]
    ) -> Sequence[Any]:
        arguments = self._read_arguments(field)
        if isinstance(arguments, Exception):
            raise arguments
        assert field.batch
        return await field.batch(
            sources, ResolveInfo(self, field, objects[0], field.key), **arguments
        )

    def _read_arguments(self, field: FieldPlan) -> Arguments | Exception:
        """The arguments of a field, read once for all its parents, or what that raised."""
        if field.arguments is not None:
            return field.arguments
        if field not in self._arguments:
            try:
                self._arguments[field] = read_arguments(self.executor, field)
            except Exception as error:
                self._arguments[field] = error
        return self._arguments[field]


def close_all(waiting: Sequence[Waiting]) -> None:
    """Closes coroutines that nobody will await, because the execution has ended."""
    for one in waiting:
        if iscoroutine(one.awaitable):
            one.awaitable.close()


def make_slots(field: FieldPlan, objects: Objects) -> Slots:
    return Slots(field, field.type, objects, [field.key] * len(objects))


async def gather(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    """Awaits all together; returns their values, or the exceptions that they raised.

    If it is canceled, so are they.
    """
    if len(awaitables) == 1:
        try:
            return [await awaitables[0]]
        except Exception as error:
            return [error]
    results: list[Any] = await asyncio.gather(*awaitables, return_exceptions=True)
    for result in results:
        # One that was canceled, for example, ends the execution, as in graphql-core.
        if isinstance(result, BaseException) and not isinstance(result, Exception):
            raise result
    return results
