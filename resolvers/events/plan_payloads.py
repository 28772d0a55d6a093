"""Converts features, plans and subscriptions to the data of events and webhooks."""

from collections.abc import Iterable

from models.base import JSONObject, to_milliseconds
from models.plans import Feature, Plan, PlanSubscription
from resolvers.lists.pages import AnyRow


def feature_data(feature: Feature) -> JSONObject:
    return {
        "object": "feature",
        "id": feature.id,
        "key": feature.key,
        "name": feature.name,
        "description": feature.description,
        "created_at": to_milliseconds(feature.created_at),
        "updated_at": to_milliseconds(feature.updated_at),
    }


def plan_data(plan: Plan, features: Iterable[str]) -> JSONObject:
    return {
        "object": "plan",
        "id": plan.id,
        "key": plan.key,
        "name": plan.name,
        "description": plan.description,
        "payer_type": plan.payer_type,
        "is_default": plan.is_default,
        "publicly_visible": plan.publicly_visible,
        "features": sorted(features),
        "seat_limit": plan.seat_limit,
        "metadata": plan.plan_metadata,
        "stripe_prices": plan.stripe_prices,
        "created_at": to_milliseconds(plan.created_at),
        "updated_at": to_milliseconds(plan.updated_at),
    }


def subscription_data(subscription: PlanSubscription | AnyRow, plan: Plan) -> JSONObject:
    """Leaves out the external ID, which only secret keys can read."""
    ends, ended = subscription.period_ends_at, subscription.ended_at
    return {
        "object": "subscription",
        "id": subscription.id,
        "organization_id": subscription.organization_id,
        "user_id": subscription.user_id,
        "plan": plan.key,
        "status": subscription.status,
        "seats": subscription.seats,
        "source": subscription.source,
        "started_at": to_milliseconds(subscription.started_at),
        "period_ends_at": to_milliseconds(ends) if ends else None,
        "ended_at": to_milliseconds(ended) if ended else None,
        "created_at": to_milliseconds(subscription.created_at),
        "updated_at": to_milliseconds(subscription.updated_at),
    }
