"""Changing a model as a whole to a wanted one: what differs, the steps, and what is wrong."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from models.errors.input import InputError, InputErrors
from resolvers.foundation.transaction import Transaction

T = TypeVar("T")

Place = tuple[str | int, ...]

# Where the fields of an input are in the wanted model; others have the same name there.
PLACES: dict[str, Place] = {
    "key": (),
    "role": (),
    "roleSet": (),
    "withRole": (),
    "withKey": ("replaced_with",),
    "addRoles": ("roles",),
    "defaultRole": ("default_role",),
    "creatorRole": ("creator_role",),
    "makeInitial": ("initial",),
    "isDefault": ("default",),
    "seatLimit": ("seat_limit",),
    "stripePrices": ("stripe_prices",),
}


@dataclass(frozen=True, slots=True)
class ModelProblem:
    """What is wrong with a part of the wanted model; the place is the path to that part."""

    place: Place
    message: str


class ModelError(Exception):
    """Rejects the wanted model, of which nothing is applied then."""

    def __init__(self, problems: Sequence[ModelProblem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class MovedOn(Exception):
    """The current model is not the one that the differences were computed for."""


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """A change of one object: it is created without `before`, and deleted without `after`."""

    key: str
    before: T | None
    after: T | None


def compare_by_key(before: Mapping[str, T], after: Mapping[str, T]) -> list[Change[T]]:
    keys = sorted({*before, *after})
    return [
        Change(key, before.get(key), after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    ]


def find_new_values(before: Any, after: Any, *names: str) -> dict[str, Any]:
    return {
        name: getattr(after, name)
        for name in names
        if getattr(before, name) != getattr(after, name)
    }


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, with the place in the wanted model that requires it."""

    place: Place
    operation: Callable[[Transaction], Awaitable[object]]
    deletes: bool = False

    def to_problem(self, error: InputError) -> ModelProblem:
        name = error.field[-1] if error.field else "key"
        sentence = error.message
        if self.deletes:
            sentence = f"The file leaves it out, but it can't be deleted: {sentence}"
        return ModelProblem((*self.place, *PLACES.get(name, (name,))), sentence)


async def run_phase(tx: Transaction, phase: Sequence[Step]) -> None:
    """Runs all steps of a phase, so that all their problems are reported together."""
    problems: list[ModelProblem] = []
    for step in phase:
        try:
            async with tx.session.begin_nested():
                await step.operation(tx)
        except InputError as error:
            problems.append(step.to_problem(error))
        except InputErrors as errors:
            problems += [step.to_problem(error) for error in errors.errors]
    if problems:
        raise ModelError(problems)
