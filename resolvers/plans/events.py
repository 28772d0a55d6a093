"""Records events of subscriptions."""

from sqlmodel import col

from models.base import JSONObject, to_milliseconds
from models.events import EventType
from models.plans import Plan, PlanSubscription, SubscriptionStatus
from resolvers.events.plan_payloads import subscription_data
from resolvers.foundation.event_writer import PIECE
from resolvers.foundation.transaction import Transaction
from resolvers.lists.pages import AnyRow
from resolvers.members.events import select_rows

# What happens once a subscription gets one of these statuses.
STATUS_EVENTS = {
    SubscriptionStatus.ACTIVE.value: EventType.SUBSCRIPTION_ACTIVE,
    SubscriptionStatus.PAST_DUE.value: EventType.SUBSCRIPTION_PAST_DUE,
}


def record_subscription(
    tx: Transaction,
    type: EventType,
    subscription: PlanSubscription | AnyRow,
    data: JSONObject,
    changes: JSONObject | None = None,
) -> None:
    """Records the event, and another one if the subscription became active or past due."""
    status = STATUS_EVENTS.get(subscription.status)
    is_new_status = type is EventType.SUBSCRIPTION_CREATED or "status" in (changes or {})
    for one in [type, status] if status and is_new_status else [type]:
        tx.record(
            one,
            subscription.id,
            data,
            organization_id=subscription.organization_id,
            user_id=subscription.user_id,
            private_metadata={"external_id": subscription.external_id},
            changes=changes if one is EventType.SUBSCRIPTION_UPDATED else None,
        )


async def record_moved(tx: Transaction, plan: Plan, other: Plan) -> None:
    """Records an event for each live subscription of a plan, before it gets another one."""
    is_live = col(PlanSubscription.status) != SubscriptionStatus.ENDED.value
    ordered = (
        select_rows(PlanSubscription)
        .where(col(PlanSubscription.plan_id) == plan.id, is_live)
        .order_by(col(PlanSubscription.id))
        .limit(PIECE)
    )
    last = ""
    while True:
        rows = (await tx.session.execute(ordered.where(col(PlanSubscription.id) > last))).all()
        for row in rows:
            last = row.id
            data = subscription_data(row, other) | {"updated_at": to_milliseconds(tx.now)}
            record_subscription(tx, EventType.SUBSCRIPTION_UPDATED, row, data, {"plan": plan.key})
        await tx.events.save()
        if len(rows) < PIECE:
            return
