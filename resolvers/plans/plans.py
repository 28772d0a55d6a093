"""Creates, updates and replaces plans (rules 41, 42 and 47)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import col, select

from models.base import JSONObject
from models.errors.collector import ErrorCollector
from models.errors.input import IdentifierExists, ResourceInUse, ValueInvalid
from models.events import EventType
from models.plans import (
    Feature,
    PayerType,
    Plan,
    PlanFeature,
    PlanSubscription,
    check_plan_key,
    check_prices,
    check_seats,
)
from models.validation.text import check_metadata
from resolvers.events.payloads import with_deleted_flag
from resolvers.events.plan_payloads import plan_data
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.labels import check_labels, index_by_key
from resolvers.foundation.transaction import Transaction
from resolvers.plans.billing import lock_catalogue
from resolvers.plans.events import record_moved
from resolvers.plans.features import load_features_by_key


@dataclass(frozen=True, slots=True)
class NewPlan:
    key: str
    name: str
    description: str | None = None
    payer_type: PayerType = PayerType.ORGANIZATION
    features: Sequence[str] = ()
    is_default: bool = False
    publicly_visible: bool = True
    seat_limit: int | None = None
    metadata: JSONObject = field(default_factory=dict[str, Any])
    stripe_prices: Sequence[str] = ()


def _record(
    tx: Transaction,
    type: EventType,
    plan: Plan,
    features: Sequence[str],
    changes: dict[str, Any] | None = None,
) -> None:
    tx.record(type, plan.id, with_deleted_flag(type, plan_data(plan, features)), changes=changes)


async def load_all_plans(tx: Transaction) -> dict[str, Plan]:
    """Loads all plans by their keys."""
    rows = (await tx.session.execute(select(Plan).order_by(col(Plan.key)))).scalars()
    return {plan.key: plan for plan in rows}


async def load_plan_by_key(tx: Transaction, key: str, *, at: str) -> Plan:
    """Loads a plan; raises ResourceNotFound with the most similar keys."""
    (plan,) = index_by_key(await load_all_plans(tx), [key], "plan", at=at)
    return plan


async def load_default_plan(tx: Transaction, payer: PayerType) -> Plan | None:
    is_default = (col(Plan.payer_type) == payer.value) & col(Plan.is_default)
    return (await tx.session.execute(select(Plan).where(is_default))).scalar_one_or_none()


async def load_feature_keys(tx: Transaction, plan: Plan) -> list[str]:
    keys = (
        select(Feature.key)
        .join(PlanFeature, col(PlanFeature.feature_id) == col(Feature.id))
        .where(col(PlanFeature.plan_id) == plan.id)
    )
    # Not by the database, whose collation can have another order.
    return sorted((await tx.session.execute(keys)).scalars())


async def _check_fields(
    tx: Transaction, errors: ErrorCollector, given: dict[str, Any], plan: Plan | None
) -> tuple[dict[str, Any], list[Feature] | None]:
    """Checks the given fields of a plan; returns the new values by column, and the features."""
    new, features = check_labels(errors, given), None
    with errors.at("features"):
        if "features" in given:
            features = await load_features_by_key(tx, given["features"])
    with errors.at("seat_limit"):
        if "seat_limit" in given:
            new["seat_limit"] = check_seats(given["seat_limit"], "The seat limit")
    with errors.at("metadata"):
        if "metadata" in given:
            new["plan_metadata"] = check_metadata(given["metadata"])
    with errors.at("stripe_prices"):
        if "stripe_prices" in given:
            new["stripe_prices"] = check_prices(given["stripe_prices"])
            await _ensure_own_prices(tx, new["stripe_prices"], plan)
    flags = {"is_default", "publicly_visible"} & given.keys()
    return new | {name: given[name] for name in flags}, features


async def _ensure_own_prices(tx: Transaction, prices: Sequence[str], plan: Plan | None) -> None:
    """Ensures that no price belongs to two plans: a payment must say which plan it is for."""
    for other in (await load_all_plans(tx)).values():
        taken = sorted(set(prices) & set(other.stripe_prices))
        if taken and other is not plan:
            raise IdentifierExists(
                f"These prices already belong to the plan {other.key!r}: {', '.join(taken)}.",
                prices=taken,
            )


async def create_plan(tx: Transaction, new: NewPlan) -> Plan:
    """Creates a plan; raises all errors of the input together."""
    await lock_catalogue(tx)
    errors = ErrorCollector()
    with errors.at("key"):
        check_plan_key(new.key)
        if new.key in await load_all_plans(tx):
            raise IdentifierExists("A plan with this key already exists.")
    given = {
        "name": new.name,
        "description": new.description,
        "features": new.features,
        "seat_limit": new.seat_limit,
        "metadata": new.metadata,
        "stripe_prices": list(new.stripe_prices),
        "publicly_visible": new.publicly_visible,
    }
    values, features = await _check_fields(tx, errors, given, None)
    with errors.at("seat_limit"):
        _ensure_seats_fit_payer(new.payer_type, new.seat_limit)
    errors.raise_if_any()
    plan = Plan(
        id=tx.new_id(Plan.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        key=new.key,
        payer_type=new.payer_type.value,
        **values,
    )
    if new.is_default:
        await _take_default(tx, plan)
    tx.session.add(plan)
    await tx.session.flush()
    await _save_features(tx, plan, features or [])
    _record(tx, EventType.PLAN_CREATED, plan, [feature.key for feature in features or []])
    return plan


def _ensure_seats_fit_payer(payer: PayerType, seat_limit: int | None) -> None:
    if payer is PayerType.USER and seat_limit is not None:
        raise ValueInvalid("A plan for users has no seats. Leave the seat limit out.")


async def _take_default(tx: Transaction, plan: Plan) -> None:
    """Makes the plan the default one of its payer type, in place of the previous one."""
    before = await load_default_plan(tx, PayerType(plan.payer_type))
    if before is not None:
        before.is_default, before.updated_at = False, tx.now
        features = await load_feature_keys(tx, before)
        _record(tx, EventType.PLAN_UPDATED, before, features, {"is_default": True})
    plan.is_default = True


async def _save_features(tx: Transaction, plan: Plan, features: Sequence[Feature]) -> None:
    """Gives the plan these features and no others."""
    await tx.session.execute(delete(PlanFeature).where(col(PlanFeature.plan_id) == plan.id))
    if features:
        rows = [{"plan_id": plan.id, "feature_id": feature.id} for feature in features]
        await tx.session.execute(insert(PlanFeature), rows)


async def update_plan(tx: Transaction, *, key: str, given: dict[str, Any]) -> Plan:
    """Changes a plan, which takes effect at once; everybody keeps their seats."""
    await lock_catalogue(tx)
    plan = await load_plan_by_key(tx, key, at="key")
    errors = ErrorCollector()
    nullable = {"description", "seat_limit"}
    given = errors.reject_nulls(given, *(given.keys() - nullable))
    new, features = await _check_fields(tx, errors, given, plan)
    with errors.at("seat_limit"):
        _ensure_seats_fit_payer(PayerType(plan.payer_type), given.get("seat_limit"))
    errors.raise_if_any()
    return await change_plan(tx, plan, new, features)


async def change_plan(
    tx: Transaction, plan: Plan, new: dict[str, Any], features: Sequence[Feature] | None
) -> Plan:
    """Writes the changes; an update that changes nothing leaves no event."""
    before = await load_feature_keys(tx, plan)
    after = before if features is None else sorted(feature.key for feature in features)
    changes: dict[str, Any] = {}
    if new.get("is_default") and not plan.is_default:
        await _take_default(tx, plan)
        changes["is_default"] = False
    changes |= apply_changes(plan, new)
    if features is not None and after != before:
        await _save_features(tx, plan, features)
        changes["features"] = before
    if changes:
        if "plan_metadata" in changes:
            changes["metadata"] = changes.pop("plan_metadata")
        plan.updated_at = tx.now
        _record(tx, EventType.PLAN_UPDATED, plan, after, changes)
    return plan


async def replace_plan(tx: Transaction, *, key: str, with_key: str) -> Plan:
    """Deletes a plan; its subscriptions and prices move to the replacement, which is returned."""
    await lock_catalogue(tx)
    errors, plan, other = ErrorCollector(), None, None
    with errors.at("key"):
        plan = await load_plan_by_key(tx, key, at="key")
        if plan.is_default:
            raise ResourceInUse(
                "The plan is the default plan. Make another plan the default one first."
            )
    with errors.at("with_key"):
        other = await load_plan_by_key(tx, with_key, at="with_key")
        _ensure_can_replace(plan, other, key)
        prices = check_prices([*(plan.stripe_prices if plan else ()), *other.stripe_prices])
    errors.raise_if_any()
    assert plan
    assert other
    features = await load_feature_keys(tx, plan)
    await record_moved(tx, plan, other)
    moved = update(PlanSubscription).where(col(PlanSubscription.plan_id) == plan.id)
    await tx.session.execute(moved.values(plan_id=other.id, updated_at=tx.now))
    await tx.session.execute(delete(Plan).where(col(Plan.id) == plan.id))
    _record(tx, EventType.PLAN_DELETED, plan, features)
    return await change_plan(tx, other, {"stripe_prices": prices}, None)


def _ensure_can_replace(plan: Plan | None, other: Plan, key: str) -> None:
    if other.key == key:
        raise ValueInvalid("A plan can't replace itself. Choose another one.")
    if other.is_default:
        raise ValueInvalid("The default plan can't replace another one: it needs no subscription.")
    if plan and other.payer_type != plan.payer_type:
        raise ValueInvalid(f"The plan must be for the same payers: {plan.payer_type}s.")
