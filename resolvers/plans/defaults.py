"""What enabling billing prepares, so that nobody loses anything at that moment."""

from sqlmodel import select

from models.errors.input import ValueInvalid
from models.plans import PayerType, Plan
from models.roles import Permission, is_system
from resolvers.authority.plan_gate import get_feature
from resolvers.foundation.transaction import Transaction
from resolvers.plans.features import add_missing_features, load_features_by_key
from resolvers.plans.plans import (
    NewPlan,
    change_plan,
    create_plan,
    load_all_plans,
    load_default_plan,
    load_feature_keys,
)

FIRST_PLANS = {PayerType.ORGANIZATION: "free_org", PayerType.USER: "free_user"}


async def prepare_plans(tx: Transaction) -> None:
    """Creates missing default plans, and adds the features of all custom permissions to one.

    That is the default plan of organizations. The caller holds the lock of the roles.
    """
    keys = (await tx.session.execute(select(Permission.key))).scalars()
    needed = {get_feature(key) for key in keys if not is_system(key)}
    await add_missing_features(tx, needed)
    await _ensure_default_plan(tx, PayerType.USER)
    plan = await _ensure_default_plan(tx, PayerType.ORGANIZATION)
    kept = await load_feature_keys(tx, plan)
    features = await load_features_by_key(tx, sorted({*needed, *kept}))
    await change_plan(tx, plan, {}, features)


async def _ensure_default_plan(tx: Transaction, payer: PayerType) -> Plan:
    plan = await load_default_plan(tx, payer)
    if plan is not None:
        return plan
    key = FIRST_PLANS[payer]
    prepared = (await load_all_plans(tx)).get(key)
    if prepared is None:
        return await create_plan(tx, NewPlan(key, "Free", payer_type=payer, is_default=True))
    if prepared.payer_type != payer.value:
        raise ValueInvalid(
            f"The plan {key!r} is for {prepared.payer_type}s, so it can't become the missing"
            f" default plan of {payer.value}s. Add one with `tenantry plans apply`.",
            at="billing_enabled",
        )
    return await change_plan(tx, prepared, {"is_default": True}, None)
