"""Plans and subscriptions of the Backend API: prices and payments are not ours."""

from collections.abc import Sequence
from typing import Literal

from models.base import JSONObject
from models.errors.input import ResourceNotFound
from models.keys.scopes import KeyScope
from models.organizations import Organization
from models.plans import Feature, PayerType, Plan, PlanSubscription, SubscriptionStatus
from models.users import User
from resolvers.authority.access import ensure_reach
from resolvers.queries.batching import load_existing
from resolvers.queries.plans import PlanInForce
from resolvers.queries.roles import load_all
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.ids import find_organization
from server.http.backend.foundation.lists import Page
from server.http.backend.foundation.parameters import NoQuery
from server.http.backend.foundation.shapes import to_time
from server.http.backend.users import find_user

PAYERS = {PayerType.ORGANIZATION: "org", PayerType.USER: "user"}
# Trials are active in the original.
STATUSES = {SubscriptionStatus.TRIALING.value: SubscriptionStatus.ACTIVE.value}


class PlansQuery(Page):
    payer_type: Literal["org", "user"] | None = None


def _show_feature(row: Feature) -> JSONObject:
    return {
        "object": "feature",
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "slug": row.key,
        "avatar_url": None,
    }


def _show_plan(row: Plan, features: Sequence[Feature]) -> JSONObject:
    return {
        "object": "commerce_plan",
        "id": row.id,
        "name": row.name,
        "slug": row.key,
        "description": row.description,
        "is_default": row.is_default,
        "is_recurring": not row.is_default,
        "has_base_fee": bool(row.stripe_prices),
        "publicly_visible": row.publicly_visible,
        "fee": None,
        "annual_fee": None,
        "annual_monthly_fee": None,
        "for_payer_type": PAYERS[PayerType(row.payer_type)],
        "features": list(map(_show_feature, features)),
        "free_trial_days": None,
        "free_trial_enabled": False,
        "avatar_url": None,
    }


async def list_plans(call: Call, query: PlansQuery) -> JSONObject:
    rows = [
        row
        for row in reversed(await call.context.read(load_all, Plan))
        if query.payer_type in (None, PAYERS[PayerType(row.payer_type)])
    ]
    shown = rows[query.offset : query.offset + query.limit]
    features = await call.context.loaders.features_of_plan.load_many([row.id for row in shown])
    data = [_show_plan(row, included) for row, included in zip(shown, features, strict=True)]
    return {"data": data, "total_count": len(rows)}


async def _show_subscription(
    call: Call,
    payer: Organization | User,
    in_force: PlanInForce | None,
    subscription: PlanSubscription | None,
) -> JSONObject:
    """Shows the subscription or, without one, that the payer has the default plan."""
    plan_id = subscription.plan_id if subscription else in_force and in_force.plan_id
    if plan_id is None:
        raise ResourceNotFound("The payer has neither a subscription nor a default plan.")
    loaders = call.context.loaders
    plan = await load_existing(loaders.plans, plan_id)
    row, suffix = subscription or payer, payer.id.partition("_")[2]
    status = subscription.status if subscription else SubscriptionStatus.ACTIVE.value
    common: JSONObject = {
        "instance_id": "instance",
        "status": STATUSES.get(status, status),
        "payer_id": payer.id,
        "past_due_at": None,
        "next_payment": None,
        "created_at": to_time(row.created_at),
        "updated_at": to_time(row.updated_at),
    }
    started_at = to_time(subscription.started_at if subscription else payer.created_at)
    item: JSONObject = {
        "object": "commerce_subscription_item",
        "id": f"subi_{suffix}",
        **common,
        "plan_id": plan.id,
        "plan": _show_plan(plan, await loaders.features_of_plan.load(plan.id)),
        "plan_period": None,
        "period_start": started_at,
        "period_end": to_time(subscription and subscription.period_ends_at),
        "is_free_trial": status == SubscriptionStatus.TRIALING.value,
        "ended_at": to_time(subscription and subscription.ended_at),
        "canceled_at": None,
        "amount": None,
        "lifetime_paid": None,
        "price_id": None,
        "seats": None,
    }
    return {
        "object": "commerce_subscription",
        "id": subscription.id if subscription else f"sub_{suffix}",
        **common,
        "active_at": started_at,
        "subscription_items": [item],
        "eligible_for_free_trial": False,
    }


async def get_subscription_of_organization(call: Call, query: NoQuery) -> JSONObject:
    organization, loaders = await find_organization(call), call.context.loaders
    in_force = await loaders.plans_of_organizations.load(organization.id)
    subscription = await loaders.subscriptions_of_organizations.load(organization.id)
    return await _show_subscription(call, organization, in_force, subscription)


async def get_subscription_of_user(call: Call, query: NoQuery) -> JSONObject:
    ensure_reach(call.context.caller, None)
    user, loaders = await find_user(call), call.context.loaders
    in_force = await loaders.plans_of_users.load(user.id)
    subscription = await loaders.subscriptions_of_users.load(user.id)
    return await _show_subscription(call, user, in_force, subscription)


SCOPE = KeyScope.BILLING_READ
ENDPOINTS = [
    Endpoint("GET", "/v1/billing/plans", SCOPE, list_plans, PlansQuery),
    Endpoint(
        "GET",
        "/v1/organizations/{organization_id}/billing/subscription",
        SCOPE,
        get_subscription_of_organization,
        NoQuery,
    ),
    Endpoint(
        "GET",
        "/v1/users/{user_id}/billing/subscription",
        SCOPE,
        get_subscription_of_user,
        NoQuery,
    ),
]
