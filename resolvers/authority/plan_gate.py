"""The gate: which plan a payer has now, and which permissions count with it (rules 42 and 43).

The expressions are parts of other statements, so that a plan takes no statement of its own. While
billing is disabled, the database evaluates none of them.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import select

from models.instance import Instance
from models.plans import (
    IN_FORCE,
    Feature,
    PayerType,
    Plan,
    PlanFeature,
    PlanSubscription,
    SubscriptionStatus,
)
from models.roles import is_system


def is_billing_enabled() -> ColumnElement[bool]:
    instance: Any = aliased(Instance)
    return select(instance.billing_enabled).scalar_subquery()


def is_subscription_in_force(subscription: Any, now: datetime) -> ColumnElement[bool]:
    """Compares the end of a canceled subscription with the time of the statement (rule 42)."""
    is_running = and_(
        subscription.status == SubscriptionStatus.CANCELED.value, subscription.period_ends_at > now
    )
    return or_(subscription.status.in_(IN_FORCE), is_running)


def _is_of(subscription: Any, payer: PayerType, payer_id: SQLColumnExpression[Any]) -> Any:
    column = (
        subscription.organization_id if payer is PayerType.ORGANIZATION else subscription.user_id
    )
    return column == payer_id


def select_plan_id(
    payer: PayerType, payer_id: SQLColumnExpression[Any], now: datetime
) -> ColumnElement[str]:
    """Selects the plan in force: that of the subscription, else the default plan, else null."""
    subscription: Any = aliased(PlanSubscription)
    plan: Any = aliased(Plan)
    subscribed = select(subscription.plan_id).where(
        _is_of(subscription, payer, payer_id), is_subscription_in_force(subscription, now)
    )
    default = select(plan.id).where(plan.payer_type == payer.value, plan.is_default)
    return func.coalesce(
        subscribed.correlate_except(subscription).scalar_subquery(),
        default.correlate_except(plan).scalar_subquery(),
    )


def _select_feature_keys(plan_id: ColumnElement[str]) -> ColumnElement[str]:
    """Selects the keys of a plan's features, separated by spaces; empty if there are none."""
    feature: Any = aliased(Feature)
    of_plan: Any = aliased(PlanFeature)
    keys = (
        select(func.aggregate_strings(feature.key, " "))
        .join(of_plan, of_plan.feature_id == feature.id)
        .where(of_plan.plan_id == plan_id)
    )
    return func.coalesce(keys.correlate_except(feature, of_plan).scalar_subquery(), "")


def select_features(
    payer: PayerType, payer_id: SQLColumnExpression[Any], now: datetime
) -> ColumnElement[str | None]:
    """Selects the features of the plan in force; null while billing is disabled."""
    keys = _select_feature_keys(select_plan_id(payer, payer_id, now))
    return case((is_billing_enabled(), keys))


def select_plan_key(
    payer: PayerType, payer_id: SQLColumnExpression[Any], now: datetime
) -> ColumnElement[str | None]:
    """Selects the key of the plan in force; null while billing is disabled, or without a plan."""
    plan: Any = aliased(Plan)
    key = select(plan.key).where(plan.id == select_plan_id(payer, payer_id, now))
    return case((is_billing_enabled(), key.correlate_except(plan).scalar_subquery()))


def select_seat_limit(
    organization_id: SQLColumnExpression[Any], now: datetime
) -> ColumnElement[int | None]:
    """Selects the seats that were bought, else those of the plan; null if the plan has no limit."""
    subscription: Any = aliased(PlanSubscription)
    plan: Any = aliased(Plan)
    payer = PayerType.ORGANIZATION
    bought = select(subscription.seats).where(
        _is_of(subscription, payer, organization_id), is_subscription_in_force(subscription, now)
    )
    of_plan = select(plan.seat_limit).where(plan.id == select_plan_id(payer, organization_id, now))
    limit = func.coalesce(
        bought.correlate_except(subscription).scalar_subquery(),
        of_plan.correlate_except(plan).scalar_subquery(),
    )
    return case((is_billing_enabled(), limit))


@lru_cache(maxsize=1_000)
def parse_keys(keys: str | None) -> frozenset[str]:
    """Parses keys that are separated by spaces; none for null."""
    return frozenset((keys or "").split())


def get_feature(permission: str) -> str:
    """Returns the feature that a permission `org:<feature>:<action>` belongs to."""
    return permission.split(":", 2)[1]


@lru_cache(maxsize=1_000)
def filter_by_features(
    permissions: frozenset[str], features: frozenset[str] | None
) -> frozenset[str]:
    """Returns the permissions that count: those of the system, and those of the plan's features.

    Without `features`, billing is disabled and every permission counts.
    """
    if features is None:
        return permissions
    return frozenset(key for key in permissions if is_system(key) or get_feature(key) in features)
