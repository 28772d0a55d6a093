"""The features and plans as a whole: the current ones, wanted ones, and how the two differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from models.base import JSONObject
from models.plans import Feature, PlanFeature
from resolvers.foundation.model_changes import Change, ModelError, ModelProblem, compare_by_key
from resolvers.foundation.transaction import Transaction
from resolvers.plans.features import load_all_features
from resolvers.plans.plans import load_all_plans


@dataclass(frozen=True, slots=True)
class ModelFeature:
    name: str
    description: str | None


@dataclass(frozen=True, slots=True)
class ModelPlan:
    name: str
    description: str | None
    payer_type: str
    default: bool
    publicly_visible: bool
    features: frozenset[str]
    seat_limit: int | None
    stripe_prices: frozenset[str]
    metadata: JSONObject


@dataclass(frozen=True, slots=True)
class PlanModel:
    """Features and plans, which refer to each other by their keys."""

    features: Mapping[str, ModelFeature]
    plans: Mapping[str, ModelPlan]


@dataclass(frozen=True, slots=True)
class WantedPlans:
    """The model to change to."""

    model: PlanModel
    # The plan that replaces each one that is deleted.
    replaced_with: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlanDifferences:
    """All changes from the current model to the wanted one, each kind sorted by key."""

    features: Sequence[Change[ModelFeature]]
    plans: Sequence[Change[ModelPlan]]

    @property
    def is_empty(self) -> bool:
        return not (self.features or self.plans)


async def load_plan_model(tx: Transaction) -> PlanModel:
    await tx.lock_roles_shared()
    of_plans = select(PlanFeature.plan_id, Feature.key).join(
        Feature, col(Feature.id) == col(PlanFeature.feature_id)
    )
    included: dict[str, set[str]] = {}
    for plan_id, key in await tx.session.execute(of_plans):
        included.setdefault(plan_id, set()).add(key)
    return PlanModel(
        features={
            key: ModelFeature(feature.name, feature.description)
            for key, feature in (await load_all_features(tx)).items()
        },
        plans={
            key: ModelPlan(
                name=plan.name,
                description=plan.description,
                payer_type=plan.payer_type,
                default=plan.is_default,
                publicly_visible=plan.publicly_visible,
                features=frozenset(included.get(plan.id, ())),
                seat_limit=plan.seat_limit,
                stripe_prices=frozenset(plan.stripe_prices),
                metadata=plan.plan_metadata,
            )
            for key, plan in (await load_all_plans(tx)).items()
        },
    )


def compare_plan_models(current: PlanModel, wanted: PlanModel) -> PlanDifferences:
    return PlanDifferences(
        compare_by_key(current.features, wanted.features),
        compare_by_key(current.plans, wanted.plans),
    )


def ensure_applicable(current: PlanModel, wanted: WantedPlans) -> None:
    """Raises ModelError for a plan that has no replacement, or that would be for other payers."""
    problems: list[ModelProblem] = []
    for key, before in current.plans.items():
        after = wanted.model.plans.get(key)
        if after is None and key not in wanted.replaced_with:
            message = "The file leaves out this plan. Name its replacement with `replaced_with`."
            problems.append(ModelProblem(("plans", key), message))
        if after is not None and after.payer_type != before.payer_type:
            message = f"The plan is for {before.payer_type}s, which can't be changed."
            problems.append(ModelProblem(("plans", key, "payer_type"), message))
    if problems:
        raise ModelError(problems)
