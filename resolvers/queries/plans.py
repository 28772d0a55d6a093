"""Plans: those in force, the catalogue, and subscriptions."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, literal, null, type_coerce
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import AnySelect, StatementValues, prepared_statement
from models.database.store import Readable
from models.organizations import Organization
from models.plans import (
    Feature,
    PayerType,
    Plan,
    PlanFeature,
    PlanSubscription,
    SubscriptionStatus,
)
from models.users import User
from resolvers.authority.plan_gate import (
    is_billing_enabled,
    parse_keys,
    select_features,
    select_plan_id,
    select_seat_limit,
)
from resolvers.lists.pages import load_rows
from resolvers.lists.specs import ListSpec
from resolvers.queries.rows import load_children

ENDED = SubscriptionStatus.ENDED.value
SUBSCRIPTIONS = ListSpec("subscriptions", PlanSubscription)


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """What a payer has now (rules 42 and 45)."""

    # None if the payer has neither a subscription in force nor a default plan.
    plan_id: str | None
    features: frozenset[str]
    # None if the plan doesn't limit seats.
    seat_limit: int | None


async def load_plans_of_organizations(
    store: Readable, now: datetime, ids: Sequence[str]
) -> Sequence[PlanInForce | None]:
    """Loads the plan in force of each organization; None while billing is disabled."""
    return await _load_plans(store, _select_plans_of_organizations(ids, now), ids)


async def load_plans_of_users(
    store: Readable, now: datetime, ids: Sequence[str]
) -> Sequence[PlanInForce | None]:
    """Loads the plan in force of each user; None while billing is disabled."""
    return await _load_plans(store, _select_plans_of_users(ids, now), ids)


async def _load_plans(
    store: Readable, statement: AnySelect, ids: Sequence[str]
) -> Sequence[PlanInForce | None]:
    async with store.read() as connection:
        rows = await connection.fetch(statement)
    plans = {
        payer_id: PlanInForce(plan_id, parse_keys(features), seat_limit)
        for payer_id, plan_id, features, seat_limit in rows
    }
    return [plans.get(id) for id in ids]


@prepared_statement
def _select_plans_of_organizations(ids: Sequence[str], now: datetime) -> AnySelect:
    payer, payer_id = PayerType.ORGANIZATION, col(Organization.id)
    statement: AnySelect = Select(
        payer_id,
        select_plan_id(payer, payer_id, now),
        select_features(payer, payer_id, now),
        select_seat_limit(payer_id, now),
    )
    return statement.where(payer_id.in_(ids), is_billing_enabled())


@prepared_statement
def _select_plans_of_users(ids: Sequence[str], now: datetime) -> AnySelect:
    payer, payer_id = PayerType.USER, col(User.id)
    statement: AnySelect = Select(
        payer_id,
        select_plan_id(payer, payer_id, now),
        select_features(payer, payer_id, now),
        null(),
    )
    return statement.where(payer_id.in_(ids), is_billing_enabled())


# ---------------------------------------------------------------------------------------- catalogue


async def load_features_of_plans(
    store: Readable, plan_ids: Sequence[str]
) -> Sequence[Sequence[Feature]]:
    """Loads the features of each plan, sorted by key."""
    return await load_children(store, _select_features_of_plans(plan_ids), plan_ids)


@prepared_statement
def _select_features_of_plans(plan_ids: Sequence[str]) -> Select[Feature, str]:
    return (
        select(Feature, type_coerce(col(PlanFeature.plan_id), String).label("parent"))
        .join(PlanFeature, col(PlanFeature.feature_id) == col(Feature.id))
        .where(col(PlanFeature.plan_id).in_(plan_ids))
        .order_by(col(Feature.key))
    )


async def load_public_plans(store: Readable) -> Sequence[Plan]:
    """Loads the plans that everybody can see, oldest first."""
    return await load_rows(
        store, select(Plan).where(col(Plan.publicly_visible)).order_by(col(Plan.id))
    )


async def load_feature_by_key(store: Readable, key: str) -> Feature | None:
    rows = await load_rows(store, select(Feature).where(col(Feature.key) == key))
    return rows[0] if rows else None


# ------------------------------------------------------------------------------------ subscriptions


def load_live_subscriptions(
    payer: PayerType,
) -> Callable[[Readable, list[str]], Coroutine[Any, Any, Sequence[PlanSubscription | None]]]:
    """Makes what fetches the subscription of each payer that hasn't ended."""
    name = f"{payer.value}_id"
    column = getattr(PlanSubscription, name)

    @prepared_statement
    def select_live(ids: Sequence[str]) -> SelectOfScalar[PlanSubscription]:
        is_live = col(PlanSubscription.status) != literal(ENDED)
        return select(PlanSubscription).where(column.in_(ids), is_live)

    async def fetch(store: Readable, ids: list[str]) -> Sequence[PlanSubscription | None]:
        found = {getattr(row, name): row for row in await load_rows(store, select_live(ids))}
        return [found.get(id) for id in ids]

    return fetch


@dataclass(frozen=True, slots=True)
class SubscriptionFilter(StatementValues):
    """What the arguments of the list select; None for any."""

    plan_key: str | None = None
    statuses: tuple[SubscriptionStatus, ...] | None = None
    external_id: str | None = None
    organization_id: str | None = None
    user_id: str | None = None
    # Only subscriptions of these organizations.
    within: tuple[str, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.plan_key is not None:
            with_key = select(Plan.id).where(col(Plan.key) == self.plan_key)
            yield col(PlanSubscription.plan_id).in_(with_key)
        if self.statuses is not None:
            statuses = [status.value for status in self.statuses]
            yield col(PlanSubscription.status).in_(statuses)
        if self.external_id is not None:
            yield col(PlanSubscription.external_id) == self.external_id
        if self.organization_id is not None:
            yield col(PlanSubscription.organization_id) == self.organization_id
        if self.user_id is not None:
            yield col(PlanSubscription.user_id) == self.user_id
        if self.within is not None:
            yield col(PlanSubscription.organization_id).in_(self.within)
