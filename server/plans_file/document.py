"""Reads features and plans from a YAML file."""

from collections.abc import Generator
from typing import cast

from models.base import JSONObject
from resolvers.foundation.model_changes import ModelError, ModelProblem
from resolvers.plans.model import ModelFeature, ModelPlan, PlanModel, WantedPlans
from server.plans_file.entries import NAMES, Entries
from server.yaml_files.shape import explain_unknown, find_unknown, parse_file
from server.yaml_files.yaml_lines import Lines, add_lines


def read_plan_file(content: bytes) -> tuple[WantedPlans, Lines]:
    """Parses and checks a file; returns what it describes, and the line of each part.

    Raises ModelError with every problem that shows without looking at the store.
    """
    entries, lines = parse_file(content, Entries, names=NAMES, tagged={"plans"})
    if problems := list(find_wrong_references(entries)):
        raise ModelError(add_lines(problems, lines))
    return to_wanted_plans(entries), lines


def find_wrong_references(entries: Entries) -> Generator[ModelProblem]:
    defaults: dict[str, str] = {}
    for key, plan in entries.kept_plans.items():
        place = ("plans", key)
        yield from find_unknown((*place, "features"), "feature", plan.features, entries.features)
        if plan.default:
            other = defaults.setdefault(plan.payer_type, key)
            if other != key:
                message = f"The plan {other} is already the default one for {plan.payer_type}s."
                yield ModelProblem((*place, "default"), message)
    for key, plan in entries.replaced_plans.items():
        if plan.replaced_with not in entries.kept_plans:
            message = explain_unknown("plan that stays", plan.replaced_with, entries.kept_plans)
            yield ModelProblem(("plans", key, "replaced_with"), message)


def to_wanted_plans(entries: Entries) -> WantedPlans:
    model = PlanModel(
        features={
            key: ModelFeature(entry.name, entry.description)
            for key, entry in entries.features.items()
        },
        plans={
            key: ModelPlan(
                name=entry.name,
                description=entry.description,
                payer_type=entry.payer_type,
                default=entry.default,
                publicly_visible=entry.publicly_visible,
                features=frozenset(entry.features),
                seat_limit=entry.seat_limit,
                stripe_prices=frozenset(entry.stripe_prices),
                metadata=cast(JSONObject, entry.metadata),
            )
            for key, entry in entries.kept_plans.items()
        },
    )
    replaced = {key: entry.replaced_with for key, entry in entries.replaced_plans.items()}
    return WantedPlans(model, replaced)
