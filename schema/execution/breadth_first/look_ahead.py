"""Look-ahead: which objects below a field are read together with its rows, by a join.

An object can be, if its field names a relation (`batch_field`). It then takes no statement. If only
columns of its row are selected, it takes no resolver either: it is created with the object that has
it. For anything else, the whole row is read, if the field can make its values of that (`at_hand`).
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from graphql import GraphQLError, GraphQLObjectType

from schema.execution.breadth_first.builders import Entry, compile_builder
from schema.execution.breadth_first.completion import Completion
from schema.execution.breadth_first.info import ResolveInfo
from schema.execution.breadth_first.output_types import get_named, is_leaf
from schema.execution.breadth_first.resolvers import ROW
from schema.execution.breadth_first.selections import FieldPlan, Joined, Joins, Selection

# The name of the rows themselves among what is joined.
OWN = ""


def find_joins(
    info: Any, type_name: str, relations: Collection[str], *, narrows: bool = False
) -> Joins:
    """Finds what to join the rows of a field with, that are of this type or in pages of it.

    With `narrows`, the columns of the rows themselves come first, as those of OWN, unless something
    is selected that can read any of them. For graphql-core, which resolves each field, it is
    nothing.
    """
    found: Any = info._raw_info
    if not isinstance(found, ResolveInfo):
        return ()
    field = found.field
    if field.joins is None:
        joins, own = _look_ahead(found.run, field, type_name, relations)
        field.joins = ((OWN, own), *joins) if narrows and own is not None else joins
    return field.joins


def _look_ahead(
    run: Completion, field: FieldPlan, type_name: str, relations: Collection[str]
) -> tuple[Joins, tuple[str, ...] | None]:
    """Finds what to join, and the columns of the rows that are read; None for all."""
    needed: dict[str, set[str]] = {}
    whole: set[str] = set()
    own: set[str] | None = set()
    waiting = [field]
    while waiting:
        one = waiting.pop()
        selection = _select(run, one)
        if selection is None:
            own = own if is_leaf(get_named(one.type)) else None
            continue
        if selection.type.name != type_name:
            waiting += selection.fields
            continue
        for relation, columns in _join(run, selection, relations):
            needed.setdefault(relation, set()).update(columns)
            if not columns:
                whole.add(relation)
        columns = _find_own_columns(selection)
        own = None if own is None or columns is None else own | columns
    joins = tuple(
        (name, () if name in whole else tuple(sorted(columns)))
        for name, columns in sorted(needed.items())
    )
    return joins, None if own is None else tuple(sorted(own))


def _select(run: Completion, field: FieldPlan) -> Selection | None:
    """Plans what a field selects of its object type."""
    type_ = get_named(field.type)
    if not isinstance(type_, GraphQLObjectType):
        return None
    try:
        return run.plans.select(run.executor, run.plan, field, type_)
    except GraphQLError:
        # It is raised again, and located, when there are objects.
        return None


def _join(
    run: Completion, selection: Selection, relations: Collection[str]
) -> Iterator[tuple[str, set[str]]]:
    """Plans how the objects of a selection are created from joined rows.

    Yields what to join with which columns, or with none for all of them.
    """
    joined: dict[str, Entry] = {}
    for field in selection.fields:
        if field.relation is None or field.relation not in relations:
            continue
        selected = _select(run, field)
        if selected and (columns := _find_columns(selected)):
            entries = [_read_joined(one, field.relation) for one in selected.entries]
            joined[field.key] = Entry(field.key, entries=tuple(entries))
            yield field.relation, columns
        elif field.at_hand:
            yield field.relation, set()
    if joined:
        build = compile_builder(tuple(joined.get(one.key, one) for one in selection.entries))
        remaining = [field for field in selection.remaining if field.key not in joined]
        selection.joined = Joined(build, remaining)


def _find_own_columns(selection: Selection) -> set[str] | None:
    """The columns that a selection reads of its row beside what was joined with it."""
    if selection.joined is None:
        return _find_columns(selection)
    return None if selection.joined.remaining else _find_paths(selection)


def _find_columns(selection: Selection) -> set[str] | None:
    """The columns that a selection reads of its row; None if it selects anything else."""
    return None if selection.remaining else _find_paths(selection)


def _find_paths(selection: Selection) -> set[str] | None:
    paths = [entry.attribute.split(".") for entry in selection.entries if entry.attribute]
    return {path[-1] for path in paths} if all(path[:-1] == [ROW] for path in paths) else None


def _read_joined(entry: Entry, relation: str) -> Entry:
    """Reads a column where the join has put it: `row.key` of a role is `row.role_key`."""
    if entry.attribute is None:
        return entry
    column = entry.attribute.rpartition(".")[2]
    return replace(entry, attribute=f"{ROW}.{relation}_{column}")
