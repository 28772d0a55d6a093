"""Parts of the event log: whose events to read, and how many of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.events import Event
from resolvers.authority.access import Actor, ensure_reach
from resolvers.events.viewers import select_cursors_for_viewer
from resolvers.lists.page_requests import DEFAULT_SIZE

LARGEST = 2**63 - 1
NO_END: ColumnElement[int] = cast(None, BigInteger)


@dataclass(frozen=True, slots=True)
class EventPageRequest:
    """The part of the log to read: `size` events after the cursor, of all types if None."""

    size: int = DEFAULT_SIZE
    after: int | None = None
    types: frozenset[str] | None = None

    def apply_to(self, part: SelectOfScalar[Any], end: ColumnElement[int]) -> SelectOfScalar[Any]:
        """In the order of commits, with one more than requested to see whether there are more."""
        part = self.skip_to_start(part).where(col(Event.cursor) < func.coalesce(end, LARGEST))
        if self.types is not None:
            part = part.where(col(Event.type).in_(sorted(self.types)))
        return part.order_by(col(Event.cursor)).limit(self.size + 1)

    def skip_to_start(self, part: SelectOfScalar[Any]) -> SelectOfScalar[Any]:
        return part if self.after is None else part.where(col(Event.cursor) > self.after)

    def select_end(self, part: SelectOfScalar[Any], at_most: int) -> ColumnElement[int]:
        """Where the page stops reading a part of the log; null if it can read all of it."""
        beyond = self.skip_to_start(part).with_only_columns(col(Event.cursor))
        beyond = beyond.order_by(col(Event.cursor)).offset(at_most).limit(1)
        return beyond.scalar_subquery()


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the log: everything, an organization's events, or those that concern a user.

    Everything can be narrowed to several organizations.
    """

    organization_id: str | None = None
    viewer_id: str | None = None
    organization_ids: frozenset[str] | None = None

    def select(
        self, request: EventPageRequest, at_most: int
    ) -> tuple[SelectOfScalar[Any], ColumnElement[int]]:
        """Selects the events of a page, and where it stops, which is after this many events."""
        if self.viewer_id is not None:
            return self._select_of_viewer(request, self.viewer_id, at_most)
        part = select(Event)
        if self.organization_id is not None:
            part = part.where(col(Event.organization_id) == self.organization_id)
        is_indexed = self.organization_id is not None and len(request.types or ()) == 1
        is_filtered = request.types is not None and not is_indexed
        is_filtered = is_filtered or self.organization_ids is not None
        end = request.select_end(part, at_most) if is_filtered else NO_END
        if self.organization_ids is not None:
            part = part.where(col(Event.organization_id).in_(sorted(self.organization_ids)))
        return request.apply_to(part, end), end

    def _select_of_viewer(
        self, request: EventPageRequest, viewer_id: str, at_most: int
    ) -> tuple[SelectOfScalar[Any], ColumnElement[int]]:
        """Selects from each index the events that concern the user, and of them the first ones."""
        end = request.select_end(select(Event).where(col(Event.user_id) == viewer_id), at_most)
        found = select_cursors_for_viewer(
            viewer_id, request.types, lambda part: request.apply_to(part, end)
        )
        part = select(Event).join(found, found.c.cursor == col(Event.cursor))
        return part.order_by(col(Event.cursor)).limit(request.size + 1), end


def narrow(actor: Actor, organization_id: str | None) -> Scope:
    """Makes the scope of an organization's events, or of all, within the reach of a secret key.

    Raises NotFound for another organization.
    """
    if organization_id is None:
        return Scope(organization_ids=actor.narrowing.organization_ids)
    ensure_reach(actor, organization_id)
    return Scope(organization_id)
