"""A schema of every kind of type and resolver, whose values fail at random but repeatably."""

import asyncio
from collections.abc import Sequence
from enum import Enum
from random import Random
from types import SimpleNamespace
from typing import Annotated, Any, TypeVar, cast

import strawberry
from strawberry.extensions import FieldExtension

from schema.execution.breadth_first.executor import PLANS, BreadthFirstExecutor
from schema.execution.breadth_first.look_ahead import find_joins
from schema.execution.breadth_first.plans import Plans
from schema.execution.breadth_first.resolvers import Path, batch_field

# How often a value is a failure of some kind, or null.
FAILING = 0.04
NULL = 0.06

T = TypeVar("T")


class Failed(Exception):
    """What a resolver raises or returns."""


@strawberry.enum
class Color(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.input
class Shift:
    by: int
    names: list[str] | None = None


@strawberry.interface
class Named:
    key: strawberry.Private[str]
    name: str | None
    title: str


class Refuse(FieldExtension):
    """Refuses some parents, one at a time or all together."""

    async def resolve_async(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        if is_refused(source):
            raise Failed(f"refused {source.key}")
        return await next_(source, info, **arguments)

    async def resolve_batch(
        self, next_: Any, sources: Sequence[Any], info: Any, **arguments: Any
    ) -> list[Any]:
        allowed = [one for one in sources if not is_refused(one)]
        values = iter(await next_(allowed, info, **arguments) if allowed else ())
        return [
            Failed(f"refused {one.key}") if is_refused(one) else next(values) for one in sources
        ]


def is_refused(source: Any) -> bool:
    return Random(f"refused {source.key}").random() < FAILING


@strawberry.type
class Leaf(Named):
    count: int | None
    size: int
    ratio: float | None
    flag: bool
    color: Color | None
    shade: Color
    tags: list[str]
    loose_tags: list[str | None] | None
    grid: list[list[int | None]] | None


for read in ("title", "count", "size", "color", "tags"):
    setattr(Leaf, read, Path(f"row.{read}"))


def find_joined(branches: Sequence["Branch"], info: Any) -> list[Leaf] | None:
    """The leaves that `join` has put beside the rows, if each branch has one."""
    leaves = [branch.joined for branch in branches if branch.joined is not None]
    return leaves if len(leaves) == len(branches) else None


@strawberry.type
class Branch(Named):
    joined: strawberry.Private[Leaf | None] = None
    count: int
    leaf: Leaf | None
    sure_leaf: Leaf
    leaves: list[Leaf]
    loose_leaves: list[Leaf | None] | None
    other: Annotated["Leaf | Branch", strawberry.union("Either")] | None
    named: list[Named]

    @strawberry.field
    def child(self, info: strawberry.Info, shift: Shift | None = None) -> "Branch | None":
        return resolve(self, info, [Branch], shift)

    @strawberry.field
    def sure_child(self, info: strawberry.Info) -> "Branch":
        return resolve(self, info, [Branch])

    @strawberry.field
    def path(self, info: strawberry.Info) -> str:
        return "/".join(map(str, info.path.as_list()))

    @strawberry.field
    def children(
        self, info: strawberry.Info, first: int = 2, color: Color | None = None
    ) -> "list[Branch | None]":
        return resolve_list(self, info, [Branch], first % 4, color)

    @strawberry.field
    async def later(self, info: strawberry.Info, note: str = "") -> "Branch | None":
        await asyncio.sleep(0)
        return resolve(self, info, [Branch], note)

    @strawberry.field
    async def sure_later(self, info: strawberry.Info) -> "Branch":
        await asyncio.sleep(0)
        return resolve(self, info, [Branch])

    @strawberry.field
    async def later_names(self, info: strawberry.Info) -> list[Named] | None:
        await asyncio.sleep(0)
        return resolve_list(self, info, [Leaf, Branch], 3)

    @strawberry.field(extensions=[Refuse()])
    async def later_guarded(self, info: strawberry.Info) -> str | None:
        return f"{self.key} at {len(info.path.as_list())}"

    @batch_field()
    @staticmethod
    async def later_batch(
        branches: Sequence["Branch"],
        info: strawberry.Info,
        shift: Shift | None = None,
    ) -> list["Branch | None"]:
        await asyncio.sleep(0)
        return [resolve_quietly(one, "laterBatch", [Branch], shift) for one in branches]

    @strawberry.field
    async def joined_children(self, info: strawberry.Info) -> "list[Branch | None]":
        children = resolve_list(self, info, [Branch], 3)
        for relation, columns in find_joins(info, "Branch", ["leaf"]):
            join_all(children, relation, columns)
        return children

    @batch_field(relation="leaf", at_hand=find_joined)
    @staticmethod
    async def joined_leaf(branches: Sequence["Branch"], info: strawberry.Info) -> list[Leaf]:
        await asyncio.sleep(0)
        return [resolve_joined(one) for one in branches]

    @batch_field(extensions=[Refuse()])
    @staticmethod
    async def later_sure_batch(
        branches: Sequence["Branch"],
        info: strawberry.Info,
    ) -> list["Leaf"]:
        await asyncio.sleep(0)
        return [resolve_quietly(one, "laterSureBatch", [Leaf]) for one in branches]


ATTRIBUTES: dict[type[Any], dict[str, Any]] = {
    Leaf: {
        "name": ["n", "ö"],
        "title": ["t"],
        "count": [1, 2**40],
        "size": [7, True],
        "ratio": [0.5, 3],
        "flag": [True, False],
        "color": [Color.RED, Color.BLUE, "no color"],
        "shade": [Color.RED],
        "tags": [["a", "b"], (), ["a", None]],
        "loose_tags": [["a", None], [Failed("a tag")], "text"],
        "grid": [[[1, None], []], [[2**40]], [None]],
    },
    Branch: {"name": ["n", 5], "title": ["t", object()], "count": [3, "4", "five"]},
}
# What the other attributes of a branch hold.
HELD: dict[str, tuple[list[type[Any]], int | None]] = {
    "leaf": ([Leaf], None),
    "sure_leaf": ([Leaf], None),
    "leaves": ([Leaf], 2),
    "loose_leaves": ([Leaf], 3),
    "other": ([Leaf, Branch], None),
    "named": ([Leaf, Branch], 2),
}


def make(class_: type[T], key: str) -> T:
    """Makes an object, without those attributes that can't be read."""
    one: Any = object.__new__(class_)
    one.key, one.row = key, SimpleNamespace()
    for name, values in ATTRIBUTES[class_].items():
        random = Random(f"{key} {name}")
        if random.random() >= FAILING:
            value = values[0] if random.random() < 0.9 else random.choice(values)
            holder = one.row if isinstance(getattr(class_, name, None), Path) else one
            holder.__dict__[name] = pick(random, lambda value=value: value)
    return one


def pick(random: Random, make_value: Any) -> Any:
    roll = random.random()
    if roll < NULL:
        return None
    if roll < NULL + FAILING / 2:
        return Failed("a value")
    return make_value()


def resolve_quietly(source: Any, name: str, classes: list[type[Any]], *arguments: Any) -> Any:
    """A child, null, or an exception as a value."""
    key = f"{source.key}.{name}{arguments or ''}"
    random = Random(key)
    return pick(random, lambda: make(random.choice(classes), key))


def resolve_joined(branch: Branch) -> Any:
    return resolve_quietly(branch, "joinedLeaf", [Leaf])


def join_all(branches: Any, relation: str, columns: Sequence[str]) -> None:
    """Joins those that are branches, if there is a list of them."""
    if not isinstance(branches, Exception):
        for branch in branches or ():
            if isinstance(branch, Branch):
                join(branch, relation, columns)


def join(branch: Branch, relation: str, columns: Sequence[str]) -> None:
    """Reads columns of the leaf with the branch, or all of it, as a join does."""
    leaf = resolve_joined(branch)
    if isinstance(leaf, Leaf):
        branch.joined = None if columns else leaf
        row: Any = branch
        for name in {*columns} & {*vars(cast(Any, leaf).row)}:
            setattr(row.row, f"{relation}_{name}", getattr(cast(Any, leaf).row, name))


def resolve(source: Any, info: Any, classes: list[type[Any]], *arguments: Any) -> Any:
    key = f"{source.key}.{info.field_name}{arguments or ''}"
    if Random(f"raise {key}").random() < FAILING:
        raise Failed(f"raised {key}")
    return resolve_quietly(source, info.field_name, classes, *arguments)


def resolve_list(
    source: Any, info: Any, classes: list[type[Any]], length: int, *arguments: Any
) -> Any:
    key = f"{source.key}.{info.field_name}{arguments or ''}"
    random = Random(key)
    if random.random() < FAILING:
        raise Failed(f"raised {key}")
    return pick(random, lambda: make_list(random, classes, key, length))


def make_list(random: Random, classes: list[type[Any]], key: str, length: int) -> list[Any]:
    return [
        pick(random, lambda index=index: make(random.choice(classes), f"{key}.{index}"))
        for index in range(length)
    ]


def _hold(name: str) -> Any:
    classes, length = HELD[name]

    def read(self: Any) -> Any:
        key = f"{self.key}.{name}"
        random = Random(key)
        if random.random() < FAILING:
            raise Failed(f"unreadable {key}")

        def make_value() -> Any:
            if length is None:
                return make(random.choice(classes), key)
            return make_list(random, classes, key, length)

        return pick(random, make_value)

    return property(read)


for held in HELD:
    setattr(Branch, held, _hold(held))


@strawberry.type
class Query:
    @strawberry.field
    def tree(self, info: strawberry.Info, seed: str = "a") -> Branch | None:
        return make(Branch, f"{info.root_value}{seed}")

    @strawberry.field
    def sure_tree(self, info: strawberry.Info) -> Branch:
        return make(Branch, f"{info.root_value}s")

    @strawberry.field
    async def later_tree(self, info: strawberry.Info) -> Branch | None:
        return make(Branch, f"{info.root_value}l")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def grow(self, info: strawberry.Info, by: str = "") -> Branch:
        await asyncio.sleep(0)
        return resolve(make(Branch, str(info.root_value)), info, [Branch], by)

    @strawberry.mutation
    def prune(self, info: strawberry.Info, by: str = "") -> Branch | None:
        return resolve(make(Branch, str(info.root_value)), info, [Branch], by)


def make_schema(*, breadth_first: bool) -> strawberry.Schema:
    schema = strawberry.Schema(
        query=Query, mutation=Mutation, execution_context_class=BreadthFirstExecutor
    )
    if breadth_first:
        schema._schema.extensions[PLANS] = Plans()  # pyright: ignore[reportPrivateUsage]
    return schema
