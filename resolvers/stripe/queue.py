"""The queue of subscriptions to read from Stripe, and what a reading changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, update
from sqlmodel import col, select

from models.base import JSONObject
from models.database.store import Store
from models.plans import Plan
from models.stripe import IDLE, PENDING, StripeSubscription
from resolvers.delivery.queue import Claim, QueueTable, get_ids
from resolvers.foundation.transaction import Transaction
from resolvers.stripe.apply import apply_state
from resolvers.stripe.states import Unreadable, parse_state

ROWS: Table = StripeSubscription.metadata.tables["stripe_subscription"]
# How often a subscription that isn't over is read without an event, which can be lost.
REREAD_AFTER = timedelta(hours=24)
STRIPE_QUEUE = QueueTable(
    rows=ROWS,
    waiting_status=PENDING,
    # Longer than a reading takes.
    lease=timedelta(minutes=1),
    claim_query=Select(*ROWS.columns),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an attempt to read a subscription has found."""

    # None if it can't be read, or if the state that an event reported is to be applied.
    state: JSONObject | None = None
    error: str | None = None
    # When to try again after an error; None if that can't help.
    pause: timedelta | None = None


async def find_due(
    store: Store, now: datetime, reading: Collection[Claim], at_most: int
) -> Sequence[str]:
    """Returns the IDs of the subscriptions to read next."""
    due = select(ROWS.c.id).where(STRIPE_QUEUE.is_due(now, get_ids(reading)))
    async with store.read() as connection:
        rows = await connection.execute(due.order_by(ROWS.c.next_attempt_at).limit(at_most))
        return list(rows.scalars())


def _is_outdated() -> ColumnElement[bool]:
    """Whether plans have changed since a state could not be applied.

    A failed reading is another problem, which changes of plans don't solve.
    """
    newest = select(func.max(col(Plan.updated_at))).scalar_subquery()
    return and_(
        col(StripeSubscription.problem).is_not(None),
        col(StripeSubscription.attempts) == 0,
        col(StripeSubscription.read_at) <= newest,
    )


async def retry_after_changes(store: Store, now: datetime) -> None:
    """Makes subscriptions due that could not be applied before the plans were changed."""
    next_attempt_at = col(StripeSubscription.next_attempt_at)
    is_outdated = _is_outdated() & or_(next_attempt_at.is_(None), next_attempt_at > now)
    async with store.read() as connection:
        found = await connection.execute(select(StripeSubscription.id).where(is_outdated).limit(1))
        if found.first() is None:
            return
    due = update(StripeSubscription).where(is_outdated)
    async with store.write() as session:
        await session.execute(due.values(status=PENDING, next_attempt_at=now, updated_at=now))


async def settle_reading(
    tx: Transaction, claim: Claim, reading: Reading, *, is_live: bool, can_read: bool
) -> None:
    """Applies what was read, unless another worker has claimed the subscription since.

    `is_live` says whose objects count: those of real payments, or those of tests.
    """
    is_claimed = (col(StripeSubscription.id) == claim.id) & (
        col(StripeSubscription.claimed_until) == claim.until
    )
    statement = select(StripeSubscription).where(is_claimed).with_for_update()
    row = (await tx.session.execute(statement)).scalar_one_or_none()
    if row is None:
        return
    row.claimed_until, row.updated_at = None, tx.now
    if reading.error is not None:
        _postpone(row, reading, tx.now)
        return
    if reading.state is not None:
        row.state = reading.state
    row.read_at, row.attempts = tx.now, 0
    is_over = await _apply(tx, row, is_live=is_live)
    if row.events != claim.row.events:
        row.status, row.next_attempt_at = PENDING, tx.now
    elif can_read and not is_over:
        row.status, row.next_attempt_at = PENDING, tx.now + REREAD_AFTER
    else:
        row.status, row.next_attempt_at = IDLE, None


def _postpone(row: StripeSubscription, reading: Reading, now: datetime) -> None:
    row.attempts, row.problem = row.attempts + 1, reading.error
    row.status = PENDING if reading.pause else IDLE
    row.next_attempt_at = now + reading.pause if reading.pause else None


async def _apply(tx: Transaction, row: StripeSubscription, *, is_live: bool) -> bool:
    """Applies the state, unless it's of the other mode; returns whether it's over for good."""
    try:
        state = parse_state(row.state or {})
    except Unreadable:
        await apply_state(tx, row)
        return False
    if state.is_live is not is_live:
        row.problem = None
        return True
    row.customer_id = state.customer_id
    await tx.session.flush()
    await apply_state(tx, row)
    return state.is_over


async def load_problems(store: Store, at_most: int = 20) -> Sequence[tuple[str, str]]:
    """Loads which subscriptions could not be applied, and why."""
    problem = col(StripeSubscription.problem)
    statement = select(StripeSubscription.id, problem).where(problem.is_not(None))
    async with store.read() as connection:
        rows = await connection.execute(
            statement.order_by(col(StripeSubscription.id)).limit(at_most)
        )
        return [(id, reason or "") for id, reason in rows]
