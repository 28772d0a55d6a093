"""Sessions: the list of a user's sessions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col

from models.database.statements import StatementValues
from models.sessions import Session, SessionStatus
from resolvers.lists.specs import ListSpec

SESSIONS = ListSpec("sessions", Session)
SESSIONS_OF_USER = ListSpec("sessions", Session, col(Session.user_id))
CLOSED = {SessionStatus.ENDED, SessionStatus.REVOKED}


@dataclass(frozen=True, slots=True)
class SessionFilter(StatementValues):
    """Filters by the status that is shown, which depends on the time."""

    requires_organization: bool
    # Not compared: the lists of an operation are read together, although each reads the clock.
    now: datetime = field(compare=False)
    statuses: tuple[SessionStatus, ...] | None = None
    user_id: str | None = None
    session_id: str | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.user_id is not None:
            yield col(Session.user_id) == self.user_id
        if self.session_id is not None:
            yield col(Session.id) == self.session_id
        if self.statuses is not None:
            yield or_(false(), *map(self._has_status, self.statuses))

    def _has_status(self, status: SessionStatus) -> ColumnElement[bool]:
        if status in CLOSED:
            return col(Session.closed_as) == status.value
        is_left_open = col(Session.closed_as).is_(None)
        if status is SessionStatus.EXPIRED:
            return and_(is_left_open, col(Session.expires_at) <= self.now)
        is_pending = col(Session.membership_id).is_(None) if self.requires_organization else false()
        return and_(
            is_left_open,
            col(Session.expires_at) > self.now,
            is_pending if status is SessionStatus.PENDING else ~is_pending,
        )
