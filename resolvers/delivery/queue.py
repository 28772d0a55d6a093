"""Rows that wait to be sent: which are due, who has claimed them, and their outcome."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    literal_column,
    or_,
    update,
)

from models.database.session import DatabaseSession
from models.database.store import Store
from resolvers.lists.pages import AnyRow

# A clock that was set back by less than this delays an attempt by no more than this.
CLOCK_TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that only this process sends, until its lease ends."""

    row: AnyRow
    until: datetime

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def attempts(self) -> int:
        """The number of attempts, including the one that this claim is for."""
        return self.row.attempts + 1


def get_ids(claims: Collection[Claim]) -> list[str]:
    return [claim.id for claim in claims]


@dataclass(frozen=True, slots=True)
class QueueTable:
    """A table whose rows are sent."""

    rows: Table
    waiting_status: str
    # How long a claim lasts. After that, another worker can claim the row, so a lease must be
    # longer than an attempt and the difference between the clocks of two machines.
    lease: timedelta
    # Selects what an attempt needs of each row.
    claim_query: Select[Any]
    # What a claim changes in the row besides its lease.
    claim_values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_waiting(self) -> ColumnElement[bool]:
        # The status is a literal because SQLite uses a partial index only if the statement shows
        # the condition of the index.
        return self.rows.c.status == literal_column(f"'{self.waiting_status}'")

    def is_due(self, now: datetime, sending_ids: Collection[str]) -> ColumnElement[bool]:
        """Whether a row can be claimed.

        A row that this process is sending can't, even if the clock says that its lease is over.
        """
        row = self.rows.c
        return and_(
            row.id.not_in(sending_ids),
            self.is_waiting,
            row.next_attempt_at <= now,
            or_(row.claimed_until.is_(None), row.claimed_until <= now),
        )

    async def claim(
        self, store: Store, ids: Sequence[str], now: datetime, sending: Collection[Claim]
    ) -> list[Claim]:
        """Claims those of the rows that no other worker has claimed in the meantime."""
        until = now + self.lease
        is_due = self.is_due(now, get_ids(sending))
        query = self.claim_query.where(self.rows.c.id.in_(ids), is_due)
        async with store.write() as session:
            locked = query.with_for_update(of=self.rows, skip_locked=True)
            rows = (await session.execute(locked)).all()
            claimed = update(self.rows).where(self.rows.c.id.in_([row.id for row in rows]))
            values = {"claimed_until": until, "updated_at": now, **self.claim_values}
            await session.execute(claimed.values(values))
        return [Claim(row, until) for row in rows]

    async def settle(
        self,
        session: DatabaseSession,
        results: Sequence[tuple[Claim, Mapping[str, Any]]],
        now: datetime,
    ) -> None:
        """Writes results to their rows and releases them.

        A row whose lease has ended and that another worker has claimed stays as it is.
        """
        is_still_claimed = and_(
            self.rows.c.id == bindparam("claim_id"),
            self.rows.c.claimed_until == bindparam("claim_until"),
        )
        parameters = [
            {
                "claim_id": claim.id,
                "claim_until": claim.until,
                "claimed_until": None,
                "updated_at": now,
                **values,
            }
            for claim, values in results
        ]
        await session.execute(update(self.rows).where(is_still_claimed), parameters)

    async def stop_waiting(self, store: Store, now: datetime) -> None:
        """Makes every row due that waits for a time before the clock was set back."""
        row = self.rows.c
        is_from_the_future = row.updated_at > now + CLOCK_TOLERANCE
        waiting = update(self.rows).where(
            self.is_waiting, row.next_attempt_at > now, is_from_the_future
        )
        async with store.write() as session:
            await session.execute(waiting.values(next_attempt_at=now, updated_at=now))
