"""The queries of features, plans, and subscriptions."""

from typing import Annotated

import strawberry

from models.keys.scopes import KeyScope
from models.plans import Feature as FeatureRow
from models.plans import Plan as PlanRow
from models.plans import SubscriptionStatus
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.specs import Selection
from resolvers.queries.plans import SUBSCRIPTIONS, SubscriptionFilter
from resolvers.queries.roles import load_all
from schema.foundation.connections import After, Connection, First, load_connection
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard
from schema.plans.types import Feature, Plan, PlanSubscription


@strawberry.type
class PlanQueries:
    @strawberry.field(
        description="All plans of the instance, oldest first.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_READ),
    )
    async def plans(self, info: Info) -> list[Plan] | None:
        return list(map(Plan.from_row, await info.context.read(load_all, PlanRow)))

    @strawberry.field(
        description="All features of the instance, oldest first.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_READ),
    )
    async def features(self, info: Info) -> list[Feature] | None:
        return list(map(Feature.from_row, await info.context.read(load_all, FeatureRow)))

    @strawberry.field(
        description="All subscriptions of the instance, newest first, including those that have"
        " ended.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_READ),
    )
    async def subscriptions(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        plan_key: Annotated[
            str | None,
            strawberry.argument(description="Return only subscriptions to the plan with this key."),
        ] = None,
        statuses: Annotated[
            list[SubscriptionStatus] | None,
            strawberry.argument(
                description="Return only subscriptions with one of these statuses. Defaults to all"
                " statuses."
            ),
        ] = None,
        external_id: Annotated[
            str | None,
            strawberry.argument(
                description="Return only subscriptions with this ID at the payment provider."
            ),
        ] = None,
        organization_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Return only subscriptions of this organization."),
        ] = None,
        user_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Return only subscriptions of this user."),
        ] = None,
    ) -> Connection[PlanSubscription] | None:
        chosen = SubscriptionFilter(
            plan_key,
            None if statuses is None else tuple(statuses),
            external_id,
            organization_id,
            user_id,
            info.context.organization_ids,
        )
        return await load_connection(
            info,
            Selection(SUBSCRIPTIONS, chosen),
            PageArguments(first, after),
            to_node=lambda row: PlanSubscription.from_row(row, info.context),
        )
