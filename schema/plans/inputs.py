"""The inputs of the mutations of features, plans, and subscriptions."""

import strawberry

from models.plans import PayerType, SubscriptionStatus
from resolvers.plans.plans import NewPlan
from resolvers.plans.subscriptions import SubscriptionFacts
from schema.foundation.scalars import DateTime, JSONObject
from schema.plans import enums as enums


@strawberry.input(description="A feature to create.")
class CreateFeatureInput:
    key: str = strawberry.field(
        description="The unique key of the feature: a-z, 0-9, underscores, and hyphens. You can't"
        " change it later."
    )
    name: str = strawberry.field(description="The display name of the feature.")
    description: str | None = strawberry.field(description="What the feature is.", default=None)


@strawberry.input(
    description="The fields of a feature to change. Fields that you leave out keep their values."
)
class UpdateFeatureInput:
    key: str = strawberry.field(description="Key of the feature to update.")
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new display name of the feature."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        description="The new description of what the feature is. Null removes it."
    )


@strawberry.input(description="A plan to create.")
class CreatePlanInput:
    key: str = strawberry.field(
        description="The unique key of the plan: a-z, 0-9, underscores, and hyphens. You can't"
        " change it later."
    )
    name: str = strawberry.field(description="The display name of the plan.")
    description: str | None = strawberry.field(description="What the plan is for.", default=None)
    payer_type: PayerType = strawberry.field(
        description="Whether organizations or users can have the plan. You can't change it later.",
        default=PayerType.ORGANIZATION,
    )
    features: list[str] = strawberry.field(description="The keys of the plan's features.")
    is_default: bool = strawberry.field(
        description="Whether payers without a subscription have the plan. It replaces the current"
        " default plan.",
        default=False,
    )
    publicly_visible: bool = strawberry.field(
        description="Whether everybody can read the plan.", default=True
    )
    seat_limit: int | None = strawberry.field(
        description="The number of seats, at least 1. Null if the plan doesn't limit seats. Only"
        " for plans of organizations.",
        default=None,
    )
    metadata: JSONObject | None = strawberry.field(
        description="Custom data about the plan, at most 8 KB.", default=None
    )
    stripe_prices: list[str] | None = strawberry.field(
        description="The IDs of the prices at Stripe that stand for the plan, at most 50.",
        default=None,
    )

    def to_new_plan(self) -> NewPlan:
        return NewPlan(
            key=self.key,
            name=self.name,
            description=self.description,
            payer_type=self.payer_type,
            features=self.features,
            is_default=self.is_default,
            publicly_visible=self.publicly_visible,
            seat_limit=self.seat_limit,
            metadata=self.metadata or {},
            stripe_prices=self.stripe_prices or [],
        )


@strawberry.input(
    description="The fields of a plan to change. Fields that you leave out keep their values."
)
class UpdatePlanInput:
    key: str = strawberry.field(description="Key of the plan to update.")
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new display name of the plan."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        description="The new description of what the plan is for. Null removes it."
    )
    features: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="The keys of the plan's features, which replace all its current features."
    )
    is_default: strawberry.Maybe[bool | None] = strawberry.field(
        description="True to make this the default plan instead of the current one. False leaves"
        " payers without a subscription with no plan."
    )
    publicly_visible: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether everybody can read the plan from now on."
    )
    seat_limit: strawberry.Maybe[int | None] = strawberry.field(
        description="The new number of seats. Null if the plan no longer limits seats. Members stay"
        " even if there are more of them."
    )
    metadata: strawberry.Maybe[JSONObject | None] = strawberry.field(
        description="The new custom data about the plan, at most 8 KB. Replaces all of it."
    )
    stripe_prices: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="The IDs of the prices at Stripe that stand for the plan. Replaces the whole"
        " list."
    )


@strawberry.input(description="A plan to delete, and its replacement.")
class ReplacePlanInput:
    key: str = strawberry.field(
        description="Key of the plan to delete. It can't be the default plan."
    )
    with_key: str = strawberry.field(
        description="Key of the plan that its subscriptions get instead. It must be for the same"
        " payers, and can't be the default plan."
    )


@strawberry.input(
    description="The whole state of a payer's subscription. Give either `organizationId` or"
    " `userId`."
)
class SetSubscriptionInput:
    organization_id: strawberry.ID | None = strawberry.field(
        description="ID of the organization that subscribes.", default=None
    )
    user_id: strawberry.ID | None = strawberry.field(
        description="ID of the user who subscribes.", default=None
    )
    plan: str = strawberry.field(
        description="Key of the plan, which must be for this type of payer."
    )
    status: SubscriptionStatus = strawberry.field(
        description="The status of the subscription. `ENDED` ends it.",
        default=SubscriptionStatus.ACTIVE,
    )
    seats: int | None = strawberry.field(
        description="The number of seats that were bought, at least 1. Null if the limit of the"
        " plan applies.",
        default=None,
    )
    period_ends_at: DateTime | None = strawberry.field(
        description="When the paid period ends. Required with the status `CANCELED`.", default=None
    )
    external_id: str | None = strawberry.field(
        description="ID of the subscription in the system that knows about its payments.",
        default=None,
    )

    def to_facts(self) -> SubscriptionFacts:
        return SubscriptionFacts(
            plan=self.plan,
            organization_id=self.organization_id,
            user_id=self.user_id,
            status=self.status,
            seats=self.seats,
            period_ends_at=self.period_ends_at,
            external_id=self.external_id,
        )
