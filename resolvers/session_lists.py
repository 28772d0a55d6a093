"""Sessions read: the pages of their users."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_
from sqlmodel import col, select

from models.errors import BadUserInput
from models.sessions import Session, SessionStatus
from models.store import Store
from resolvers.pages import Order, Page, Slice, pages

ORDER = Order("sessions", col(Session.id), descending=True)
CLOSED = {SessionStatus.ENDED, SessionStatus.REVOKED}


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions of a user are listed, by the status as it shows."""

    demands_organization: bool
    now: datetime = field(compare=False)
    """Not compared: the lists of one operation are read together, though each looked at the clock by itself."""
    statuses: tuple[SessionStatus, ...] | None = None

    def applied_to(self, statement: Select[Any]) -> Select[Any]:
        if self.statuses is None:
            return statement
        return statement.where(or_(*map(self._has_status, self.statuses)))

    def _has_status(self, status: SessionStatus) -> ColumnElement[bool]:
        if status in CLOSED:
            return col(Session.closed_as) == status.value
        is_left_open = col(Session.closed_as).is_(None)
        if status is SessionStatus.EXPIRED:
            return and_(is_left_open, col(Session.expires_at) <= self.now)
        is_pending = col(Session.membership_id).is_(None) if self.demands_organization else false()
        wanted = is_pending if status is SessionStatus.PENDING else ~is_pending
        return and_(is_left_open, col(Session.expires_at) > self.now, wanted)


@dataclass(frozen=True, slots=True)
class SessionList:
    """A list of sessions as a selection asks for it; the same for all its users."""

    filter: SessionFilter
    part: Slice


async def session_pages(store: Store, keys: list[tuple[str, SessionList]]) -> Sequence[Page | BadUserInput]:
    """One statement for each way of asking, whatever the number of users."""
    found: dict[tuple[str, SessionList], Page | BadUserInput] = {}
    for asked in dict.fromkeys(asked for _, asked in keys):
        user_ids = [user_id for user_id, other in keys if other == asked]
        statement: Select[Any] = asked.filter.applied_to(select(Session))
        async with store.read() as connection:
            listed = await pages(
                connection, statement, ORDER, asked.part, parent=col(Session.user_id), parents=user_ids
            )
        found |= {(user_id, asked): one for user_id, one in zip(user_ids, listed, strict=True)}
    return [found[key] for key in keys]


async def session_counts(store: Store, keys: list[tuple[str, SessionFilter]]) -> Sequence[int]:
    found: dict[tuple[str, SessionFilter], int] = {}
    for asked in dict.fromkeys(asked for _, asked in keys):
        user_ids = [user_id for user_id, other in keys if other == asked]
        parent: Any = col(Session.user_id)
        counted: Any = select(parent.label("parent"), func.count().label("number"))
        statement: Select[Any] = asked.applied_to(counted.select_from(Session)).where(parent.in_(user_ids))
        async with store.read() as connection:
            rows = (await connection.execute(statement.group_by(parent))).all()
        found |= {(row.parent, asked): row.number for row in rows}
    return [found.get(key, 0) for key in keys]
