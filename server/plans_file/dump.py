"""Writes features and plans as a YAML file."""

from typing import Any

from resolvers.plans.model import ModelPlan, PlanModel
from server.yaml_files.dump import dump_yaml, to_labels

HEAD = """\
# The features and plans of this instance.
# To change them, edit this file, check the changes with `tenantry plans apply FILE --dry-run`, and
# apply it. Every feature that you remove from the file is deleted. To delete a plan, replace its
# entry with `replaced_with` and the key of another plan, which its subscriptions get.
"""


def dump_plans(model: PlanModel) -> str:
    """Renders the file of a model: the same text for the same model."""
    features = {key: to_labels(feature) for key, feature in sorted(model.features.items())}
    plans = {key: _to_entry(plan) for key, plan in sorted(model.plans.items())}
    return dump_yaml(HEAD, {"features": features, "plans": plans})


def _to_entry(plan: ModelPlan) -> dict[str, Any]:
    """Leaves out what has its default value."""
    optional = {
        "default": plan.default or None,
        "publicly_visible": None if plan.publicly_visible else False,
        "seat_limit": plan.seat_limit,
        "stripe_prices": sorted(plan.stripe_prices) or None,
        "metadata": plan.metadata or None,
    }
    entry = to_labels(plan) | {"payer_type": plan.payer_type, "features": sorted(plan.features)}
    return entry | {name: value for name, value in optional.items() if value is not None}
