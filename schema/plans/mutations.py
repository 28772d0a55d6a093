"""Mutations of features, plans, and subscriptions, for the operator."""

import strawberry

from models.keys.scopes import KeyScope
from resolvers.plans import features, plans, subscriptions
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.inputs import get_given
from schema.foundation.payloads import DeletedPayload, Payload
from schema.plans.inputs import (
    CreateFeatureInput,
    CreatePlanInput,
    ReplacePlanInput,
    SetSubscriptionInput,
    UpdateFeatureInput,
    UpdatePlanInput,
)
from schema.plans.types import Feature, Plan, PlanSubscription
from schema.roles.inputs import DeleteByKeyInput


@strawberry.type(description="The result of a mutation that creates or changes a feature.")
class FeaturePayload(Payload):
    feature: Feature | None = strawberry.field(
        description="The feature in its new state. Null if there are `userErrors`.", default=None
    )


@strawberry.type(description="The result of a mutation that creates, changes, or replaces a plan.")
class PlanPayload(Payload):
    plan: Plan | None = strawberry.field(
        description="The plan in its new state. For `replacePlan`, the replacement. Null if there"
        " are `userErrors`.",
        default=None,
    )


@strawberry.type(description="The result of `setSubscription`.")
class SubscriptionPayload(Payload):
    subscription: PlanSubscription | None = strawberry.field(
        description="The subscription in its new state. Null if there are `userErrors`.",
        default=None,
    )


@strawberry.type
class PlanMutations:
    @strawberry.mutation(
        description="Creates a feature.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_WRITE),
    )
    async def create_feature(self, info: Info, input: CreateFeatureInput) -> FeaturePayload | None:
        row = await features.create_feature(
            info.context.transaction, key=input.key, name=input.name, description=input.description
        )
        return FeaturePayload(feature=Feature.from_row(row))

    @strawberry.mutation(
        description="Changes the name or description of a feature.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_WRITE),
    )
    async def update_feature(self, info: Info, input: UpdateFeatureInput) -> FeaturePayload | None:
        row = await features.update_feature(
            info.context.transaction, key=input.key, given=get_given(input)
        )
        return FeaturePayload(feature=Feature.from_row(row))

    @strawberry.mutation(
        description="Deletes a feature. Rejected if a custom permission belongs to it, or if a plan"
        " includes it.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_WRITE),
    )
    async def delete_feature(self, info: Info, input: DeleteByKeyInput) -> DeletedPayload | None:
        feature_id = await features.delete_feature(info.context.transaction, key=input.key)
        return DeletedPayload(deleted_id=strawberry.ID(feature_id))

    @strawberry.mutation(
        description="Creates a plan.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_WRITE),
    )
    async def create_plan(self, info: Info, input: CreatePlanInput) -> PlanPayload | None:
        row = await plans.create_plan(info.context.transaction, input.to_new_plan())
        return PlanPayload(plan=Plan.from_row(row))

    @strawberry.mutation(
        description="Changes a plan. The change takes effect at once for everybody who has the"
        " plan.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_WRITE),
    )
    async def update_plan(self, info: Info, input: UpdatePlanInput) -> PlanPayload | None:
        row = await plans.update_plan(
            info.context.transaction, key=input.key, given=get_given(input)
        )
        return PlanPayload(plan=Plan.from_row(row))

    @strawberry.mutation(
        description="Deletes a plan. Its subscriptions and Stripe prices move to the replacement,"
        " which the payload returns.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_WRITE),
    )
    async def replace_plan(self, info: Info, input: ReplacePlanInput) -> PlanPayload | None:
        row = await plans.replace_plan(
            info.context.transaction, key=input.key, with_key=input.with_key
        )
        return PlanPayload(plan=Plan.from_row(row))

    @strawberry.mutation(
        description="Creates, changes, or ends the subscription of an organization or a user. If"
        " you repeat the call, it changes nothing. Rejected if the organization has more members"
        " and pending invitations than seats. While the organization has a paid subscription at"
        " Stripe, the next state from there replaces what you set: change or end it at Stripe.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.BILLING_WRITE),
    )
    async def set_subscription(
        self, info: Info, input: SetSubscriptionInput
    ) -> SubscriptionPayload | None:
        tx = info.context.transaction
        row = await subscriptions.set_subscription(tx, input.to_facts())
        return SubscriptionPayload(subscription=PlanSubscription.from_row(row, info.context))
