"""Completes values: makes of them what they are in the answer, many at a time."""

from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    Undefined,
)

from schema.execution.breadth_first.errors import Failure, Places, Slot, Slots
from schema.execution.breadth_first.info import ResolveInfo
from schema.execution.breadth_first.output_types import (
    CoreExecutor,
    OutputType,
    get_nullable,
    is_iterable,
    is_leaf,
    is_list,
    is_required,
)
from schema.execution.breadth_first.plans import Plan, Plans
from schema.execution.breadth_first.runtime_types import Typed, are_of_type, find_type
from schema.execution.breadth_first.selections import FieldPlan, Selection
from schema.execution.breadth_first.values import is_ordinary

# How many objects a step of the queue has at most. Between steps, the time is checked.
STEP = 100

Objects = list[dict[str, Any]]
Step = Callable[[], None]


@dataclass(slots=True, eq=False)
class Waiting:
    """An awaitable instead of a value."""

    slot: Slot
    awaitable: Awaitable[Any]


class Completion:
    """The answer of an operation as far as it is known, and what is still to be done."""

    def __init__(self, executor: CoreExecutor, plans: Plans, plan: Plan) -> None:
        self.executor = executor
        self.plans = plans
        self.plan = plan
        self.places = Places()
        self.failures: list[Failure] = []
        # How many waves were awaited.
        self.wave = 0
        self.queue: deque[Step] = deque()
        self.waiting: list[Waiting] = []
        self._common_infos: dict[FieldPlan, Any] = {}

    def make_steps(
        self, field: FieldPlan, sources: Sequence[Any], objects: Objects
    ) -> Sequence[Step]:
        """Makes the steps that resolve a field of some objects."""
        raise NotImplementedError

    def build(
        self, selection: Selection, sources: Sequence[Any]
    ) -> tuple[Objects, Sequence[FieldPlan]]:
        """Makes the objects of some parents; returns them with the fields that are left."""
        if selection.joined is not None:
            # Not all sources have rows that were joined.
            with suppress(Exception):
                return selection.joined.build(sources), selection.joined.remaining
        try:
            return selection.build(sources), selection.remaining
        except Exception:
            return selection.build_without_values(sources), selection.fields

    def complete(self, slots: Slots, values: Sequence[Any]) -> None:
        """Puts values into their slots, as what they are in the answer."""
        if not all(map(is_ordinary, set(map(type, values)))):
            slots, values = self._sort_out(slots, values)
        if not values:
            return
        type_ = get_nullable(slots.type)
        if is_list(type_):
            self._complete_lists(slots, type_.of_type, values)
        elif is_leaf(type_):
            self._complete_leaves(slots, type_, values)
        else:
            self._complete_objects(slots, type_, values)

    def _sort_out(self, slots: Slots, values: Sequence[Any]) -> tuple[Slots, list[Any]]:
        """Handles nulls, exceptions and awaitables; returns the rest."""
        containers: list[Any] = []
        keys: list[Any] = []
        rest: list[Any] = []
        for slot, value in zip(slots, values, strict=True):
            if isinstance(value, Exception):
                self._fail(slot, value)
            elif value is None or value is Undefined:
                slot.container[slot.key] = None
                if is_required(slot.type):
                    sentence = f"Cannot return null for non-nullable field {slot.field.full_name}."
                    self._fail(slot, TypeError(sentence))
            elif self.executor.is_awaitable(value):
                self.waiting.append(Waiting(slot, value))
            else:
                containers.append(slot.container)
                keys.append(slot.key)
                rest.append(value)
        return Slots(slots.field, slots.type, containers, keys), rest

    def _complete_leaves(self, slots: Slots, type_: OutputType, values: Sequence[Any]) -> None:
        complete = self.executor.complete_leaf_value
        for slot, value in zip(slots, values, strict=True):
            try:
                slot.container[slot.key] = complete(type_, value)
            except Exception as error:
                self._fail(slot, error)

    def _complete_lists(self, slots: Slots, type_: OutputType, values: Sequence[Any]) -> None:
        """Makes lists, and completes the entries of all of them together."""
        made: list[list[Any]] = []
        places: list[Slot] = []
        containers: list[Any] = []
        keys: list[int] = []
        entries: list[Any] = []
        for slot, value in zip(slots, values, strict=True):
            if self.executor.is_async_iterable(value):
                self.waiting.append(Waiting(slot, _collect(value)))
                continue
            try:
                items = _to_list(slot.field, value)
            except Exception as error:
                self._fail(slot, error)
                continue
            one: list[Any] = [None] * len(items)
            slot.container[slot.key] = one
            made.append(one)
            places.append(slot)
            containers += [one] * len(items)
            keys += range(len(items))
            entries += items
        if not made:
            return
        self.places.placed.append((Slots.gather(places), made))
        entry_slots = Slots(slots.field, type_, containers, keys)
        # The first part at once, because most lists are short.
        self.complete(entry_slots.cut(0, STEP), entries[:STEP])
        self.queue_completion(entry_slots, entries, start=STEP)

    def queue_completion(self, slots: Slots, values: Sequence[Any], *, start: int = 0) -> None:
        for index in range(start, len(values), STEP):
            part = values[index : index + STEP]
            self.queue.append(partial(self.complete, slots.cut(index, STEP), part))

    def _complete_objects(self, slots: Slots, type_: OutputType, values: Sequence[Any]) -> None:
        """Sorts objects by their types, and makes those of each type together."""
        if are_of_type(type_, values):
            self._add_objects(type_, slots, values)
            return
        groups: dict[GraphQLObjectType, tuple[list[Slot], list[Any]]] = {}
        for slot, value in zip(slots, values, strict=True):
            try:
                info = ResolveInfo(self, slot.field, slot.container, slot.key)
                found = find_type(self.executor, slot.field, type_, value, info)
            except Exception as error:
                self._fail(slot, error)
                continue
            if isinstance(found, GraphQLObjectType):
                group = groups.setdefault(found, ([], []))
                group[0].append(slot)
                group[1].append(value.value if isinstance(value, Typed) else value)
            else:
                self.waiting.append(Waiting(slot, found))
        for object_type, (group_slots, sources) in groups.items():
            self._add_objects(object_type, Slots.gather(group_slots), sources)

    def _add_objects(self, type_: GraphQLObjectType, slots: Slots, sources: Sequence[Any]) -> None:
        """Makes objects, puts them into their slots, and queues their fields."""
        try:
            selection = self.plans.select(self.executor, self.plan, slots.field, type_)
        except Exception as error:
            for slot in slots:
                self._fail(slot, error)
            return
        objects, fields = self.build(selection, sources)
        slots.put(objects)
        self.places.placed.append((slots, objects))
        for field in fields:
            self.queue.extend(self.make_steps(field, sources, objects))

    def _fail(self, slot: Slot, error: Exception) -> None:
        slot.container[slot.key] = None
        self.failures.append(Failure(slot, error, self.wave))

    def get_common_info(self, field: FieldPlan) -> Any:
        """The info of a field that all its parents share, without a path."""
        info = self._common_infos.get(field)
        if info is None:
            info = self._common_infos[field] = self.executor.build_resolve_info(
                field.definition, field.nodes, field.parent_type, None
            )
        return info


def _to_list(field: FieldPlan, value: Any) -> Sequence[Any]:
    if isinstance(value, (list, tuple)):
        return cast(Sequence[Any], value)
    if not is_iterable(value):
        sentence = f"Expected Iterable, but did not find one for field '{field.full_name}'."
        raise GraphQLError(sentence)
    return list(value)


async def _collect(values: AsyncIterable[Any]) -> list[Any]:
    return [value async for value in values]
