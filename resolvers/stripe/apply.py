"""Applies what Stripe says about subscriptions to organizations (rule 50).

The result depends only on the states that were read last, not on the order in which they were.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from sqlmodel import col, select

from models.base import parse_prefix
from models.errors.input import InputError, InputErrors
from models.errors.request import NotFound
from models.organizations import Organization
from models.plans import (
    PayerType,
    Plan,
    PlanSubscription,
    SubscriptionSource,
    SubscriptionStatus,
)
from models.stripe import StripeCustomer, StripeSubscription
from resolvers.foundation.locks import lock_texts
from resolvers.foundation.transaction import Transaction
from resolvers.plans.plans import load_all_plans
from resolvers.plans.subscriptions import SubscriptionFacts, set_subscription
from resolvers.stripe.states import StripeState, Unreadable, parse_state

log = structlog.stdlib.get_logger("tenantry.stripe")


@dataclass(frozen=True, slots=True)
class Offer:
    """A subscription at Stripe whose plan is known."""

    state: StripeState
    plan: Plan
    seats: int | None

    @property
    def is_paid(self) -> bool:
        return self.state.status is not SubscriptionStatus.INCOMPLETE

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Which of several wins: one that is paid, then the newest."""
        return self.is_paid, self.state.created, self.state.id


async def apply_state(tx: Transaction, row: StripeSubscription) -> None:
    """Applies the state of a row; what can't be applied is kept in it as a problem."""
    problem = await _apply(tx, row)
    if problem and problem != row.problem:
        log.warning("stripe subscription not applied", id=row.id, reason=problem)
    row.problem = problem


async def _apply(tx: Transaction, row: StripeSubscription) -> str | None:
    """Returns what is wrong, although the state may have been applied."""
    try:
        state = parse_state(row.state or {})
    except Unreadable as error:
        return f"Stripe returned something that isn't a subscription ({error})."
    organization_id, conflict = await _find_organization(tx, state)
    if organization_id is None:
        # A subscription that is over needs no action.
        return None if state.is_over else conflict
    try:
        organization = await tx.lock_organization(organization_id)
        problem = await _apply_to(tx, organization, state)
    except NotFound:
        return f"The organization {organization_id} doesn't exist."
    except (InputError, InputErrors) as error:
        return f"The subscription can't be applied: {error}"
    return problem or conflict


async def _find_organization(tx: Transaction, state: StripeState) -> tuple[str | None, str | None]:
    """Finds the organization that the customer is bound to, or binds it to the one in the metadata.

    Returns its ID, or what is wrong, or both if the metadata name another one.
    """
    await lock_texts(tx.session, [f"stripe {state.customer_id}"])
    bound = select(StripeCustomer).where(col(StripeCustomer.id) == state.customer_id)
    customer = (await tx.session.execute(bound)).scalar_one_or_none()
    named = state.organization_id
    if customer is not None:
        if named in (None, customer.organization_id):
            return customer.organization_id, None
        return customer.organization_id, (
            f"The customer {state.customer_id} belongs to {customer.organization_id}, but the"
            f" metadata of the subscription name {named[:80]!r}."
        )
    if named is None:
        return None, (
            f"The customer {state.customer_id} is unknown, and the metadata of the subscription"
            " have no tenantry_organization_id."
        )
    try:
        if parse_prefix(named) != Organization.prefix:
            raise NotFound
        # Before the customer refers to it, because somebody can be deleting it.
        await tx.lock_organization(named)
    except NotFound:
        return None, f"The organization {named[:80]!r} in the metadata doesn't exist."
    tx.session.add(StripeCustomer(id=state.customer_id, organization_id=named))
    return named, None


async def _apply_to(tx: Transaction, organization: Organization, state: StripeState) -> str | None:
    """Gives the organization the best of all its subscriptions at Stripe.

    One that isn't paid yet doesn't replace what an operator has set.
    """
    plans = await load_all_plans(tx)
    states = await _load_states(tx, organization.id)
    live = [one for one in states if not one.is_over and one.is_live is state.is_live]
    offers = {one.id: _find_offer(one, plans.values()) for one in live}
    known = [offer for offer in offers.values() if offer]
    best = max(known, key=lambda offer: offer.rank, default=None)
    current = await _load_live(tx, organization)
    is_manual = current is not None and current.source == SubscriptionSource.MANUAL.value
    if best and (best.is_paid or not is_manual):
        await set_subscription(tx, _to_facts(organization, best))
    elif current and not is_manual and current.external_id not in offers:
        await _end(tx, organization, current)
    if offers.get(state.id, True) is None:
        prices = ", ".join(item.price for item in state.items) or "none"
        return f"No plan for organizations has the price of the subscription: {prices}."
    return None


async def _load_states(tx: Transaction, organization_id: str) -> list[StripeState]:
    customers = select(StripeCustomer.id).where(
        col(StripeCustomer.organization_id) == organization_id
    )
    rows = select(StripeSubscription).where(col(StripeSubscription.customer_id).in_(customers))
    states: list[StripeState] = []
    for row in (await tx.session.execute(rows)).scalars():
        try:
            states.append(parse_state(row.state or {}))
        except Unreadable:
            continue
    return states


def _find_offer(state: StripeState, plans: Iterable[Plan]) -> Offer | None:
    """Finds the plan of the first item that has one; None if no price is known."""
    by_price = {
        price: plan
        for plan in plans
        if plan.payer_type == PayerType.ORGANIZATION.value
        for price in plan.stripe_prices
    }
    for item in state.items:
        if item.price in by_price:
            return Offer(state, by_price[item.price], item.quantity)
    return None


def _to_facts(organization: Organization, offer: Offer) -> SubscriptionFacts:
    return SubscriptionFacts(
        plan=offer.plan.key,
        organization_id=organization.id,
        status=offer.state.status,
        seats=offer.seats,
        period_ends_at=offer.state.period_ends_at,
        external_id=offer.state.id,
        source=SubscriptionSource.STRIPE,
    )


async def _load_live(tx: Transaction, organization: Organization) -> PlanSubscription | None:
    is_live = (col(PlanSubscription.organization_id) == organization.id) & (
        col(PlanSubscription.status) != SubscriptionStatus.ENDED.value
    )
    return (await tx.session.execute(select(PlanSubscription).where(is_live))).scalar_one_or_none()


async def _end(tx: Transaction, organization: Organization, subscription: PlanSubscription) -> None:
    """Ends the subscription that came from Stripe, where it is over."""
    plan = await tx.session.get_one(Plan, subscription.plan_id)
    facts = SubscriptionFacts(
        plan=plan.key,
        organization_id=organization.id,
        status=SubscriptionStatus.ENDED,
        seats=subscription.seats,
        period_ends_at=subscription.period_ends_at,
        external_id=subscription.external_id,
        source=SubscriptionSource.STRIPE,
    )
    await set_subscription(tx, facts)
