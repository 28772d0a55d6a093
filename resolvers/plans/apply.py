"""Changes features and plans to wanted ones, in one transaction (rule 48)."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from models.plans import PayerType
from resolvers.foundation.model_changes import Change, MovedOn, Step, find_new_values, run_phase
from resolvers.foundation.transaction import Transaction
from resolvers.plans.features import create_feature, delete_feature, update_feature
from resolvers.plans.model import (
    ModelFeature,
    ModelPlan,
    PlanDifferences,
    WantedPlans,
    compare_plan_models,
    ensure_applicable,
    load_plan_model,
)
from resolvers.plans.plans import NewPlan, create_plan, replace_plan, update_plan


async def compare_plans(tx: Transaction, wanted: WantedPlans) -> PlanDifferences:
    """Returns what would change; raises ModelError if a replacement is missing."""
    current = await load_plan_model(tx)
    ensure_applicable(current, wanted)
    return compare_plan_models(current, wanted.model)


async def apply_plans(tx: Transaction, wanted: WantedPlans, shown: PlanDifferences) -> None:
    """Changes the model to the wanted one.

    Raises ModelError with all problems of a phase, or MovedOn.
    """
    await tx.lock_roles_exclusively()
    current = await load_plan_model(tx)
    if compare_plan_models(current, wanted.model) != shown:
        raise MovedOn
    for phase in plan_phases(wanted, shown):
        await run_phase(tx, phase)


def plan_phases(wanted: WantedPlans, differences: PlanDifferences) -> list[list[Step]]:
    """Orders the steps so that none prevents another.

    Prices leave plans before others get them, and a plan stops being the default one before it is
    replaced. Features are deleted last, when no plan includes them.
    """
    plans = differences.plans
    return [
        [_save_feature(change) for change in differences.features if change.after],
        list(_release_prices(plans)),
        [_create_plan(change.key, change.after) for change in plans if _is_new(change)],
        list(_change_defaults(plans)),
        [
            Step(
                ("plans", change.key),
                partial(replace_plan, key=change.key, with_key=wanted.replaced_with[change.key]),
            )
            for change in plans
            if change.after is None
        ],
        list(_update_plans(plans)),
        [
            Step(("features", change.key), partial(delete_feature, key=change.key), deletes=True)
            for change in differences.features
            if change.after is None
        ],
    ]


def _is_new(change: Change[ModelPlan]) -> bool:
    return change.before is None


def _save_feature(change: Change[ModelFeature]) -> Step:
    key, before, after = change.key, change.before, change.after
    assert after
    if before is None:
        operation = partial(create_feature, key=key, name=after.name, description=after.description)
        return Step(("features", key), operation)
    given = find_new_values(before, after, "name", "description")
    return Step(("features", key), partial(update_feature, key=key, given=given))


def _release_prices(changes: Iterable[Change[ModelPlan]]) -> Iterable[Step]:
    """Removes prices from their plans, so that other plans can get them."""
    for change in changes:
        if change.before is None:
            continue
        kept = change.after.stripe_prices if change.after else frozenset[str]()
        if change.before.stripe_prices - kept:
            prices = sorted(change.before.stripe_prices & kept)
            yield _update_plan(change.key, {"stripe_prices": prices})


def _create_plan(key: str, after: ModelPlan | None) -> Step:
    assert after
    new = NewPlan(
        key=key,
        name=after.name,
        description=after.description,
        payer_type=PayerType(after.payer_type),
        features=sorted(after.features),
        publicly_visible=after.publicly_visible,
        seat_limit=after.seat_limit,
        metadata=after.metadata,
        stripe_prices=sorted(after.stripe_prices),
    )
    return Step(("plans", key), partial(create_plan, new=new))


def _change_defaults(changes: Iterable[Change[ModelPlan]]) -> Iterable[Step]:
    for change in changes:
        was_default = change.before is not None and change.before.default
        is_default = change.after is not None and change.after.default
        if change.after is not None and was_default != is_default:
            yield _update_plan(change.key, {"is_default": is_default})


def _update_plans(changes: Iterable[Change[ModelPlan]]) -> Iterable[Step]:
    names = ("name", "description", "publicly_visible", "seat_limit", "metadata")
    for change in changes:
        before, after = change.before, change.after
        if before is None or after is None:
            continue
        given = find_new_values(before, after, *names)
        if before.features != after.features:
            given["features"] = sorted(after.features)
        if before.stripe_prices != after.stripe_prices:
            given["stripe_prices"] = sorted(after.stripe_prices)
        if given:
            yield _update_plan(change.key, given)


def _update_plan(key: str, given: dict[str, Any]) -> Step:
    return Step(("plans", key), partial(update_plan, key=key, given=given))
