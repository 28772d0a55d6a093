"""What `plans export` and `plans apply` do."""

from resolvers.foundation.transaction import Transaction
from resolvers.plans.apply import apply_plans, compare_plans
from resolvers.plans.model import load_plan_model
from server.cli.files.model_files import ModelFile
from server.plans_file.diff import render_plan_differences
from server.plans_file.document import read_plan_file
from server.plans_file.dump import dump_plans


async def _dump(tx: Transaction) -> str:
    return dump_plans(await load_plan_model(tx))


PLANS = ModelFile(
    "plans", _dump, read_plan_file, compare_plans, render_plan_differences, apply_plans
)
