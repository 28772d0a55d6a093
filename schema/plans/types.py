"""Features, plans and subscriptions, as the API shows them."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from models.keys.scopes import KeyScope
from models.plans import Feature as FeatureRow
from models.plans import PayerType, SubscriptionSource, SubscriptionStatus
from models.plans import Plan as PlanRow
from models.plans import PlanSubscription as SubscriptionRow
from models.roles import BILLING_READ
from resolvers.members.seats import SeatLimit, SeatLimitSource
from resolvers.queries.batching import load_existing
from schema.foundation.connections import Node
from schema.foundation.context import Context, Info
from schema.foundation.scalars import DateTime, JSONObject
from schema.plans import enums as enums

if TYPE_CHECKING:
    from schema.organizations.types import Organization
    from schema.users.types import User


@strawberry.type(
    description="A part of your product that plans can include. Custom permissions belong to the"
    " feature that is the middle segment of their key."
)
class Feature(Node):
    key: str = strawberry.field(
        description="The unique key of the feature, which the claim `fea` of session"
        " tokens contains."
    )
    name: str = strawberry.field(description="The name of the feature for display.")
    description: str | None = strawberry.field(
        description="What the feature is. Null if it has no description."
    )
    created_at: DateTime = strawberry.field(description="When the feature was created.")
    updated_at: DateTime = strawberry.field(description="When the feature was last updated.")

    @classmethod
    def from_row(cls, row: FeatureRow) -> "Feature":
        return cls(
            id=strawberry.ID(row.id),
            key=row.key,
            name=row.name,
            description=row.description,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
        )


@strawberry.type(
    description="A set of features, and a number of seats, that payers can subscribe to."
)
class Plan(Node):
    key: str = strawberry.field(
        description="The unique key of the plan, which the claim `pla` of session tokens contains."
    )
    name: str = strawberry.field(description="The name of the plan for display.")
    description: str | None = strawberry.field(
        description="What the plan is for. Null if it has no description."
    )
    payer_type: PayerType = strawberry.field(
        description="Whether organizations or users can have the plan."
    )
    is_default: bool = strawberry.field(
        description="Whether payers of this type have the plan if they have no subscription."
    )
    publicly_visible: bool = strawberry.field(
        description="Whether the plan is one of the `plans` of the instance, which everybody can"
        " read."
    )
    seat_limit: int | None = strawberry.field(
        description="The number of seats of the plan. Null if the plan doesn't limit seats."
    )
    metadata: JSONObject = strawberry.field(
        description="Custom data about the plan, such as prices to show, which everybody who can"
        " read the plan can read."
    )
    created_at: DateTime = strawberry.field(description="When the plan was created.")
    updated_at: DateTime = strawberry.field(description="When the plan was last updated.")

    @strawberry.field(description="The features of the plan, sorted by key.")
    async def features(self, info: Info) -> list[Feature]:
        rows = await info.context.loaders.features_of_plan.load(self.id)
        return list(map(Feature.from_row, rows))

    @classmethod
    def from_row(cls, row: PlanRow) -> "Plan":
        return cls(
            id=strawberry.ID(row.id),
            key=row.key,
            name=row.name,
            description=row.description,
            payer_type=PayerType(row.payer_type),
            is_default=row.is_default,
            publicly_visible=row.publicly_visible,
            seat_limit=row.seat_limit,
            metadata=JSONObject(row.plan_metadata),
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
        )


@strawberry.type(
    description="The subscription of an organization or a user to a plan. A payer has at most one"
    " that hasn't ended."
)
class PlanSubscription(Node):
    status: SubscriptionStatus = strawberry.field(
        description="The status that was reported last. It decides whether the plan is in force."
    )
    seats: int | None = strawberry.field(
        description="The number of seats that were bought. Null if the limit of the plan applies."
    )
    source: SubscriptionSource = strawberry.field(
        description="Who reported the state of the subscription last."
    )
    external_id: str | None = strawberry.field(
        description="ID of the subscription at the payment provider. Null if it has none, or"
        " unless the caller uses a secret key."
    )
    started_at: DateTime = strawberry.field(description="When the subscription began.")
    period_ends_at: DateTime | None = strawberry.field(
        description="When the paid period ends. Null if that isn't known."
    )
    ended_at: DateTime | None = strawberry.field(
        description="When the subscription ended. Null if it hasn't ended."
    )
    created_at: DateTime = strawberry.field(description="When the subscription was created.")
    updated_at: DateTime = strawberry.field(description="When the subscription was last updated.")
    plan_id: strawberry.Private[str]
    organization_id: strawberry.Private[str | None]
    user_id: strawberry.Private[str | None]

    @strawberry.field(description="The plan that the payer has subscribed to.")
    async def plan(self, info: Info) -> Plan:
        return Plan.from_row(await load_existing(info.context.loaders.plans, self.plan_id))

    @strawberry.field(description="The organization that pays. Null if a user pays.")
    async def organization(
        self, info: Info
    ) -> Annotated["Organization", strawberry.lazy("schema.organizations.types")] | None:
        from schema.organizations.types import load_organization

        return await load_organization(info, self.organization_id) if self.organization_id else None

    @strawberry.field(description="The user who pays. Null if an organization pays.")
    async def user(
        self, info: Info
    ) -> Annotated["User", strawberry.lazy("schema.users.types")] | None:
        from schema.users.types import load_visible_user

        return await load_visible_user(info, self.user_id) if self.user_id else None

    @classmethod
    def from_row(cls, row: SubscriptionRow, context: Context) -> "PlanSubscription":
        return cls(
            id=strawberry.ID(row.id),
            status=SubscriptionStatus(row.status),
            seats=row.seats,
            source=SubscriptionSource(row.source),
            external_id=row.external_id if context.is_service else None,
            started_at=DateTime(row.started_at),
            period_ends_at=DateTime(row.period_ends_at) if row.period_ends_at else None,
            ended_at=DateTime(row.ended_at) if row.ended_at else None,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            plan_id=row.plan_id,
            organization_id=row.organization_id,
            user_id=row.user_id,
        )


@strawberry.type(description="How many seats an organization has, and how many are taken.")
class SeatUsage:
    limit: int = strawberry.field(
        description="The number of seats in force for members and pending invitations together. 0"
        " means unlimited."
    )
    members: int = strawberry.field(description="The number of members, who take a seat each.")
    pending_invitations: int = strawberry.field(
        description="The number of pending invitations, which take a seat each."
    )
    available: int | None = strawberry.field(
        description="The number of seats that are left. Null if the number of seats is unlimited."
    )
    source: SeatLimitSource = strawberry.field(description="What limits the seats.")
    over_limit: bool = strawberry.field(
        description="Whether more seats are taken than are in force. Everybody stays, but nobody"
        " can be added."
    )

    @classmethod
    def of(cls, seats: SeatLimit, members: int, pending: int) -> "SeatUsage":
        taken = members + pending
        return cls(
            limit=seats.limit,
            members=members,
            pending_invitations=pending,
            available=max(0, seats.limit - taken) if seats.limit else None,
            source=seats.source,
            over_limit=0 < seats.limit < taken,
        )


async def load_plan(info: Info, plan_id: str | None) -> Plan | None:
    if plan_id is None:
        return None
    return Plan.from_row(await load_existing(info.context.loaders.plans, plan_id))


async def load_visible_feature(info: Info, feature_id: str) -> Feature | None:
    """Loads the feature, for every caller."""
    if not info.context.try_scope(KeyScope.BILLING_READ):
        return None
    row = await info.context.loaders.features.load(feature_id)
    return Feature.from_row(row) if row else None


async def load_visible_plan(info: Info, plan_id: str) -> Plan | None:
    """Loads the plan, for everybody if it is publicly visible, and for secret keys."""
    if not info.context.try_scope(KeyScope.BILLING_READ):
        return None
    row = await info.context.loaders.plans.load(plan_id)
    if row is None or not (row.publicly_visible or info.context.is_service):
        return None
    return Plan.from_row(row)


async def load_visible_subscription(info: Info, id: str) -> PlanSubscription | None:
    """Loads the subscription, for its user, those who can read billing, and secret keys."""
    if not info.context.try_scope(KeyScope.BILLING_READ):
        return None
    row, viewer = await info.context.loaders.subscriptions.load(id), info.context.holder_id
    if row is None or not (viewer or info.context.is_service):
        return None
    if not info.context.reaches(row.organization_id):
        return None
    if viewer and row.organization_id is not None:
        keys = await info.context.loaders.load_permission_keys(row.organization_id, viewer)
        if BILLING_READ not in (keys or ()):
            return None
        # Only now, so that nobody else learns that the subscription exists.
        info.context.ensure_organizations_enabled()
    if viewer and row.organization_id is None and row.user_id != viewer:
        return None
    return PlanSubscription.from_row(row, info.context)
