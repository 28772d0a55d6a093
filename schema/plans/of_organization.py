"""What an organization shows of its plan."""

from asyncio import gather
from collections.abc import Sequence
from typing import Annotated

import strawberry

from models.keys.scopes import KeyScope
from models.roles import BILLING_READ, MEMBERSHIPS_READ
from resolvers.invitations.lists import select_with_seats
from resolvers.members.seats import SeatLimit
from schema.execution.breadth_first.resolvers import batch_field
from schema.foundation.connections import Node
from schema.foundation.context import Info
from schema.foundation.guards import query_guard
from schema.plans.types import Feature, Plan, PlanSubscription, SeatUsage, load_plan


@strawberry.type
class OrganizationPlan(Node):
    own_seat_limit: strawberry.Private[int]

    @batch_field(
        description="The maximum number of members and pending invitations together. 0 means"
        " unlimited. While the plan limits the seats, the limit of the plan."
    )
    @staticmethod
    async def max_allowed_memberships(
        organizations: Sequence["OrganizationPlan"], info: Info
    ) -> list[int]:
        return [seats.limit for seats in await _load_seat_limits(organizations, info)]

    @strawberry.field(
        description="The plan in force: that of the subscription or, without one, the default"
        " plan. Null without either, or while billing is disabled."
    )
    async def plan(self, info: Info) -> Plan | None:
        return await load_plan(info, await self._load_plan_id(info))

    @strawberry.field(
        description="The features of the plan in force, sorted by key. Empty while billing is"
        " disabled."
    )
    async def features(self, info: Info) -> list[Feature]:
        plan_id = await self._load_plan_id(info)
        loader = info.context.loaders.features_of_plan
        return [Feature.from_row(row) for row in await loader.load(plan_id)] if plan_id else []

    @strawberry.field(
        description="Whether the plan in force includes a feature. False while billing is disabled."
    )
    async def has_feature(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Key of the feature to look for.")],
    ) -> bool:
        return key in (await info.context.loaders.load_features(self.id) or ())

    @strawberry.field(
        description="The subscription that hasn't ended. Null if the organization has none.",
        extensions=query_guard(BILLING_READ, scope=KeyScope.BILLING_READ),
    )
    async def subscription(self, info: Info) -> PlanSubscription | None:
        row = await info.context.loaders.subscriptions_of_organizations.load(self.id)
        return PlanSubscription.from_row(row, info.context) if row else None

    @batch_field(
        description="How many seats the organization has, and how many are taken.",
        extensions=query_guard(MEMBERSHIPS_READ, scope=KeyScope.BILLING_READ),
    )
    @staticmethod
    async def seats(
        organizations: Sequence["OrganizationPlan"], info: Info
    ) -> list[SeatUsage | None]:
        loaders = info.context.loaders
        selection = select_with_seats(info.context.server.clock())
        ids = [str(organization.id) for organization in organizations]
        limits, members, invitations = await gather(
            _load_seat_limits(organizations, info),
            loaders.members_count.load_many(ids),
            loaders.counts[selection].load_many(ids),
        )
        return [*map(SeatUsage.of, limits, members, invitations)]

    async def _load_plan_id(self, info: Info) -> str | None:
        if not info.context.loaders.has_plans:
            return None
        in_force = await info.context.loaders.plans_of_organizations.load(self.id)
        return in_force.plan_id if in_force else None


async def _load_seat_limits(
    organizations: Sequence[OrganizationPlan], info: Info
) -> list[SeatLimit]:
    own = {str(one.id): one.own_seat_limit for one in organizations}
    limits = await info.context.loaders.load_seat_limits(own)
    by_id = dict(zip(own, limits, strict=True))
    return [by_id[str(one.id)] for one in organizations]
