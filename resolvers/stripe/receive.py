"""Receives events of Stripe: each counts once, and says only that something has changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from models.base import JSONObject
from models.database.store import Store
from models.stripe import PENDING, StripeEvent, StripeSubscription
from resolvers.foundation.locks import lock_texts
from resolvers.foundation.transaction import Transaction
from resolvers.stripe.states import StripeState

# Longer than Stripe repeats an event, and than a signature is accepted.
EVENTS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """A verified event, and the subscription that it is about, if any."""

    id: str
    created: int
    subscription_id: str | None
    # The subscription as it was at the event, for servers that can't read it from Stripe.
    state: StripeState | None = None
    object: JSONObject | None = None


async def receive_event(tx: Transaction, event: ReportedEvent) -> bool:
    """Stores the event; returns whether the subscription must be read, or its state applied."""
    await lock_texts(tx.session, [f"stripe {event.id}"])
    known = select(StripeEvent.id).where(col(StripeEvent.id) == event.id)
    if (await tx.session.execute(known)).first():
        return False
    tx.session.add(StripeEvent(id=event.id, received_at=tx.now))
    if event.subscription_id is None:
        return False
    row = await _lock_subscription(tx, event.subscription_id)
    if event.state is not None:
        if event.created < row.stated_at:
            return False
        row.stated_at, row.state, row.read_at = event.created, event.object, tx.now
        row.customer_id = event.state.customer_id
    row.status, row.next_attempt_at, row.updated_at = PENDING, tx.now, tx.now
    row.events, row.attempts = row.events + 1, 0
    return True


async def _lock_subscription(tx: Transaction, id: str) -> StripeSubscription:
    await lock_texts(tx.session, [f"stripe {id}"])
    statement = select(StripeSubscription).where(col(StripeSubscription.id) == id)
    row = (await tx.session.execute(statement.with_for_update())).scalar_one_or_none()
    if row is None:
        row = StripeSubscription(id=id, updated_at=tx.now)
        tx.session.add(row)
        await tx.session.flush()
    return row


async def delete_old_stripe_events(store: Store, before: datetime) -> None:
    """Deletes events that Stripe no longer repeats."""
    async with store.write() as session:
        await session.execute(delete(StripeEvent).where(col(StripeEvent.received_at) < before))
