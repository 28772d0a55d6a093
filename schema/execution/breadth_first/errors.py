"""Errors: where they belong in the answer, and which objects become null because of them.

While an operation is executed, a failure is only noted. The answer keeps its shape until the end,
so the path of any object can be read from it, and costs nothing while nothing fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from graphql import located_error
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import Path

from schema.execution.breadth_first.output_types import OutputType, is_required
from schema.execution.breadth_first.selections import FieldPlan

# Slots aren't frozen: each object and field has one, and that would take twice as long.


@dataclass(slots=True, eq=False)
class Slot:
    """A place for a value: a key of an object, or an index of a list."""

    field: FieldPlan
    # The type of the value: that of the field, or of the entries of its list.
    type: OutputType
    container: dict[str, Any] | list[Any]
    key: Any


@dataclass(slots=True, eq=False)
class Slots:
    """Many slots of one field and one type, as parallel lists."""

    field: FieldPlan
    type: OutputType
    containers: Sequence[Any]
    keys: Sequence[Any]

    def __iter__(self) -> Iterator[Slot]:
        for container, key in zip(self.containers, self.keys, strict=True):
            yield Slot(self.field, self.type, container, key)

    def put(self, values: Sequence[Any]) -> None:
        for container, key, value in zip(self.containers, self.keys, values, strict=True):
            container[key] = value

    def cut(self, start: int, length: int) -> "Slots":
        end = start + length
        return Slots(self.field, self.type, self.containers[start:end], self.keys[start:end])

    @classmethod
    def gather(cls, slots: Sequence[Slot]) -> "Slots":
        """Makes slots of one field and one type parallel lists; there is at least one."""
        return cls(
            slots[0].field,
            slots[0].type,
            [slot.container for slot in slots],
            [slot.key for slot in slots],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """An exception instead of a value, and how many waves of awaitables came before it."""

    slot: Slot
    error: Exception
    wave: int


@dataclass(slots=True, eq=False)
class Places:
    """Finds out where an object or a list of the answer is."""

    # Objects and lists, with the slots that they are in.
    placed: list[tuple[Slots, Sequence[Any]]] = field(
        default_factory=list[tuple[Slots, Sequence[Any]]]
    )
    # How many of those were read.
    read: int = 0
    slots: dict[int, Slot] = field(default_factory=dict[int, Slot])

    def find(self, container: Any) -> Slot | None:
        """The place of an object or a list; None for the root."""
        if self.read < len(self.placed):
            for _ in self.read_new():
                pass
        return self.slots.get(id(container))

    def read_new(self) -> Iterator[None]:
        """Reads the places of all objects that are new, and stops after each few."""
        while self.read < len(self.placed):
            slots, made = self.placed[self.read]
            self.slots.update({id(one): slot for one, slot in zip(made, slots, strict=True)})
            self.read += 1
            yield

    def climb(self, slot: Slot) -> list[Slot]:
        """The slot, the one that its container is in, and so on up to one of the root."""
        slots: list[Slot] = []
        current: Slot | None = slot
        while current is not None:
            slots.append(current)
            current = self.find(current.container)
        return slots


def make_path(slots: Sequence[Slot]) -> Path | None:
    """The path of the first slot, from all slots up to the root; that of the root is None."""
    path: Path | None = None
    for slot in reversed(slots):
        is_object = isinstance(slot.container, dict)
        path = Path(path, slot.key, slot.field.parent_type.name if is_object else None)
    return path


def make_order(slots: Sequence[Slot]) -> tuple[int, ...]:
    """Sorts slots as graphql-core reaches them: depth first, in the order of the document."""
    return tuple(
        slot.key if isinstance(slot.container, list) else [*slot.container].index(slot.key)
        for slot in reversed(slots)
    )


def apply_failures(
    places: Places, failures: Sequence[Failure], collected: CollectedErrors
) -> Iterator[bool]:
    """Sets to null what failures make null, and collects their errors as graphql-core does.

    Yields after every few, and at last whether the whole answer is null.

    In graphql-core, an error propagates to the nearest field or entry that may be null. It is
    dropped if that place, or one above it, is null by then because of an earlier error.
    """
    for _ in places.read_new():
        yield False
    located: list[tuple[tuple[int, tuple[int, ...]], Failure, list[Slot]]] = []
    for failure in failures:
        slots = places.climb(failure.slot)
        located.append(((failure.wave, make_order(slots)), failure, slots))
        yield False
    nulled: list[Slot] = []
    for _, failure, slots in sorted(located, key=lambda one: one[0]):
        yield False
        required = list(takewhile(lambda slot: is_required(slot.type), slots))
        above = slots[len(required) :]
        nulled_path = make_path(above)
        if collected.has_nulled_position(nulled_path):
            continue
        path = make_path(slots)
        assert path
        error = located_error(failure.error, failure.slot.field.nodes, path.as_list())
        collected.add(error, nulled_path)
        nulled += above[:1]
    for slot in nulled:
        slot.container[slot.key] = None
    yield collected.has_nulled_position(None)
