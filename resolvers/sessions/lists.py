"""Sessions read: the pages of their users."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_
from sqlmodel import col, select

from models.database.store import Readable
from models.errors import BadUserInput
from models.sessions import Session, SessionStatus
from resolvers.pages import Order, Page, PageRequest, load_counts, load_grouped, load_pages

ORDER = Order("sessions", col(Session.id), descending=True)
CLOSED = {SessionStatus.ENDED, SessionStatus.REVOKED}


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions of a user are listed, by the status as it shows."""

    requires_organization: bool
    # Not compared: the lists of one operation are read together, though each looked at the clock by
    # itself.
    now: datetime = field(compare=False)
    statuses: tuple[SessionStatus, ...] | None = None

    def apply_to(self, statement: Select[Any]) -> Select[Any]:
        if self.statuses is None:
            return statement
        return statement.where(or_(*map(self._has_status, self.statuses)))

    def _has_status(self, status: SessionStatus) -> ColumnElement[bool]:
        if status in CLOSED:
            return col(Session.closed_as) == status.value
        is_left_open = col(Session.closed_as).is_(None)
        if status is SessionStatus.EXPIRED:
            return and_(is_left_open, col(Session.expires_at) <= self.now)
        is_pending = col(Session.membership_id).is_(None) if self.requires_organization else false()
        wanted = is_pending if status is SessionStatus.PENDING else ~is_pending
        return and_(is_left_open, col(Session.expires_at) > self.now, wanted)


@dataclass(frozen=True, slots=True)
class SessionList:
    """A list of sessions as a selection asks for it; the same for all its users."""

    filter: SessionFilter
    part: PageRequest


async def load_session_pages(
    store: Readable, keys: list[tuple[str, SessionList]]
) -> Sequence[Page | BadUserInput]:
    async def read(asked: SessionList, user_ids: list[str]) -> list[Page | BadUserInput]:
        statement: Select[Any] = asked.filter.apply_to(select(Session))
        async with store.read() as connection:
            return await load_pages(
                connection,
                statement,
                ORDER,
                asked.part,
                parent=col(Session.user_id),
                parents=user_ids,
            )

    return await load_grouped(keys, read)


async def load_session_counts(
    store: Readable, keys: list[tuple[str, SessionFilter]]
) -> Sequence[int]:
    async def read(asked: SessionFilter, user_ids: list[str]) -> list[int]:
        async with store.read() as connection:
            return await load_counts(
                connection, asked.apply_to(select(Session)), col(Session.user_id), user_ids
            )

    return await load_grouped(keys, read)
