"""Shows the differences of two models of plans."""

from collections.abc import Generator

from resolvers.foundation.model_changes import Change
from resolvers.plans.model import ModelPlan, PlanDifferences, WantedPlans
from server.yaml_files.diff import get_sign, render_keys, render_summary, render_values

LABELS = ("name", "description")
VALUES = (*LABELS, "payer_type", "default", "publicly_visible", "seat_limit", "metadata")


def render_plan_differences(differences: PlanDifferences, wanted: WantedPlans) -> list[str]:
    """Renders the lines to show; the first character of each says what happens to it."""
    lines: list[str] = []
    for change in differences.features:
        lines += [f"{get_sign(change)} feature {change.key}", *render_values(change, LABELS)]
    for change in differences.plans:
        lines += [f"{get_sign(change)} plan {change.key}", *_render_plan(change, wanted)]
    return [*lines, render_summary([*differences.features, *differences.plans])]


def _render_plan(change: Change[ModelPlan], wanted: WantedPlans) -> Generator[str]:
    if change.after is None:
        yield f"  its subscriptions get {wanted.replaced_with[change.key]}"
        return
    yield from render_values(change, VALUES)
    yield from render_keys(change, "features")
    yield from render_keys(change, "stripe_prices")
