"""Subscriptions: which plan an organization or a user has (rules 42 and 46).

Whoever knows about payments reports them here, as the facts of a subscription: the API, or the
adapter of a payment provider.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from models.errors.collector import ErrorCollector
from models.errors.input import (
    ParameterMissing,
    PlanSeatLimitExceeded,
    ResourceNotFound,
    ValueInvalid,
)
from models.events import EventType
from models.organizations import Organization
from models.plans import (
    PayerType,
    Plan,
    PlanSubscription,
    SubscriptionSource,
    SubscriptionStatus,
    check_seats,
    is_in_force,
)
from models.users import User
from models.validation.text import check_external_id
from resolvers.events.plan_payloads import subscription_data
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.transaction import Transaction
from resolvers.members.invitation_expiry import expire_overdue
from resolvers.members.seats import SeatLimit, SeatLimitSource, count_taken_seats
from resolvers.plans.billing import ensure_billing_enabled
from resolvers.plans.events import record_subscription
from resolvers.plans.plans import load_plan_by_key


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """The whole state of a payer's subscription; exactly one of the payers is given."""

    plan: str
    organization_id: str | None = None
    user_id: str | None = None
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    # None if the limit of the plan applies.
    seats: int | None = None
    period_ends_at: datetime | None = None
    external_id: str | None = None
    source: SubscriptionSource = SubscriptionSource.MANUAL

    @property
    def payer_type(self) -> PayerType:
        return PayerType.USER if self.organization_id is None else PayerType.ORGANIZATION


async def set_subscription(tx: Transaction, facts: SubscriptionFacts) -> PlanSubscription:
    """Creates, changes, or ends the subscription of a payer; repeating the call changes nothing.

    Raises all errors of the input at once. What a payment provider reports is never rejected
    because of the seats (rule 46).
    """
    organization = await _lock_payer(tx, facts)
    await ensure_billing_enabled(tx)
    plan = await _check_facts(tx, facts)
    subscription = await _load_live(tx, facts)
    if organization and facts.source is SubscriptionSource.MANUAL:
        await _ensure_seats_suffice(tx, organization, facts, plan, subscription)
    if subscription is not None:
        return await _change(tx, subscription, facts, plan)
    if facts.status is SubscriptionStatus.ENDED:
        return await _load_ended(tx, facts)
    return _create(tx, facts, plan)


# ------------------------------------------------------------------------------------------- checks


async def _lock_payer(tx: Transaction, facts: SubscriptionFacts) -> Organization | None:
    """Locks the payer, so that it has only one live subscription; returns an organization."""
    if (facts.organization_id is None) == (facts.user_id is None):
        raise ValueInvalid("Give either organizationId or userId.", at="organization_id")
    if facts.organization_id is not None:
        organization = await tx.lock_organization(facts.organization_id)
        await expire_overdue(tx, organization)
        return organization
    await tx.lock_roles_shared()
    user = select(User.id).where(col(User.id) == facts.user_id).with_for_update()
    if (await tx.session.execute(user)).first() is None:
        raise ResourceNotFound("The user doesn't exist.", at="user_id")
    return None


async def _check_facts(tx: Transaction, facts: SubscriptionFacts) -> Plan:
    errors, plan = ErrorCollector(), None
    with errors.at("plan"):
        plan = await load_plan_by_key(tx, facts.plan, at="plan")
        if plan.payer_type != facts.payer_type.value:
            raise ValueInvalid(f"The plan {plan.key!r} is for {plan.payer_type}s.")
    with errors.at("seats"):
        check_seats(facts.seats, "The number of seats")
        if facts.seats is not None and facts.payer_type is PayerType.USER:
            raise ValueInvalid("A user has no seats. Leave the number out.")
    with errors.at("period_ends_at"):
        if facts.status is SubscriptionStatus.CANCELED and facts.period_ends_at is None:
            raise ParameterMissing("A canceled subscription needs the end of its period.")
    with errors.at("external_id"):
        if facts.external_id is not None:
            check_external_id(facts.external_id)
    errors.raise_if_any()
    assert plan
    return plan


async def _ensure_seats_suffice(
    tx: Transaction,
    organization: Organization,
    facts: SubscriptionFacts,
    plan: Plan,
    subscription: PlanSubscription | None,
) -> None:
    """Rejects a plan, or a number of seats, with fewer seats than are taken (rule 46).

    Whatever ends the subscription, or keeps plan and seats as they are, is accepted.
    """
    limit = facts.seats or plan.seat_limit
    if limit is None or not is_in_force(facts.status.value, facts.period_ends_at, tx.now):
        return
    has_same_seats = (
        subscription is not None
        and (subscription.plan_id, subscription.seats) == (plan.id, facts.seats)
        and is_in_force(subscription.status, subscription.period_ends_at, tx.now)
    )
    if has_same_seats:
        return
    seats = SeatLimit(limit, SeatLimitSource.PLAN)
    occupied = sum(await count_taken_seats(tx, organization, seats))
    if occupied > limit:
        raise PlanSeatLimitExceeded(
            f"The organization has {occupied} members and pending invitations, but only {limit}"
            " seats with this plan. Remove some of them first.",
            at="plan" if facts.seats is None else "seats",
            limit=limit,
            occupied=occupied,
        )


# ------------------------------------------------------------------------------------------- writes


def _is_payer(facts: SubscriptionFacts) -> ColumnElement[bool]:
    if facts.organization_id is not None:
        return col(PlanSubscription.organization_id) == facts.organization_id
    return col(PlanSubscription.user_id) == facts.user_id


async def _load_live(tx: Transaction, facts: SubscriptionFacts) -> PlanSubscription | None:
    is_live = col(PlanSubscription.status) != SubscriptionStatus.ENDED.value
    statement = select(PlanSubscription).where(_is_payer(facts), is_live)
    return (await tx.session.execute(statement)).scalar_one_or_none()


async def _load_ended(tx: Transaction, facts: SubscriptionFacts) -> PlanSubscription:
    """Loads the last subscription, which has already ended."""
    newest = select(PlanSubscription).where(_is_payer(facts))
    newest = newest.order_by(col(PlanSubscription.id).desc()).limit(1)
    subscription = (await tx.session.execute(newest)).scalar_one_or_none()
    if subscription is None:
        at = "organization_id" if facts.organization_id is not None else "user_id"
        raise ResourceNotFound(f"The {facts.payer_type.value} has no subscription to end.", at=at)
    return subscription


def _to_columns(tx: Transaction, facts: SubscriptionFacts, plan: Plan) -> dict[str, Any]:
    return {
        "plan_id": plan.id,
        "status": facts.status.value,
        "seats": facts.seats,
        "source": facts.source.value,
        "external_id": facts.external_id,
        "period_ends_at": facts.period_ends_at,
        "ended_at": tx.now if facts.status is SubscriptionStatus.ENDED else None,
    }


def _create(tx: Transaction, facts: SubscriptionFacts, plan: Plan) -> PlanSubscription:
    subscription = PlanSubscription(
        id=tx.new_id(PlanSubscription.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        organization_id=facts.organization_id,
        user_id=facts.user_id,
        started_at=tx.now,
        **_to_columns(tx, facts, plan),
    )
    tx.session.add(subscription)
    data = subscription_data(subscription, plan)
    record_subscription(tx, EventType.SUBSCRIPTION_CREATED, subscription, data)
    return subscription


async def _change(
    tx: Transaction, subscription: PlanSubscription, facts: SubscriptionFacts, plan: Plan
) -> PlanSubscription:
    """Writes what differs; an update that changes nothing leaves no event."""
    before = subscription_data(subscription, await tx.session.get_one(Plan, subscription.plan_id))
    if not apply_changes(subscription, _to_columns(tx, facts, plan)):
        return subscription
    subscription.updated_at = tx.now
    data = subscription_data(subscription, plan)
    changes = {
        name: value
        for name, value in before.items()
        if name != "updated_at" and data[name] != value
    }
    record_subscription(tx, EventType.SUBSCRIPTION_UPDATED, subscription, data, changes)
    return subscription
