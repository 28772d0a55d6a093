"""Mutations of memberships."""

import strawberry

from models.keys.scopes import KeyScope
from models.roles import MEMBERSHIPS_MANAGE
from resolvers.foundation.metadata import Metadata
from resolvers.members import create, remove, update
from resolvers.members.validation import NewMember
from schema.foundation.context import Info
from schema.foundation.errors import UserError
from schema.foundation.guards import ActorKind, UpdateLimit, mutation_guard
from schema.foundation.inputs import BulkErrorPolicy, MetadataMode
from schema.foundation.payloads import Payload
from schema.foundation.scalars import JSONObject
from schema.memberships.types import Membership


@strawberry.type(
    description="The result of a mutation that creates, changes, or deletes a membership."
)
class MembershipPayload(Payload):
    membership: Membership | None = strawberry.field(
        description="The membership in its new state. For a deleted membership, its last state."
        " Null if there are `userErrors`.",
        default=None,
    )


@strawberry.type(description="The result of `createMemberships`.")
class MembershipsPayload(Payload):
    memberships: list[Membership] = strawberry.field(
        description="The created memberships, in the order of the input.",
        default_factory=list[Membership],
    )


@strawberry.input(description="A user to add to an organization without an invitation.")
class CreateMembershipInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization to add the user to."
    )
    user_id: strawberry.ID = strawberry.field(description="ID of the user to add.")
    role: str | None = strawberry.field(
        description="Key of the member's role. Defaults to the default role of the organization's"
        " role set.",
        default=None,
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Public metadata of the membership, at most 8 KB.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Private metadata of the membership, at most 8 KB.", default=None
    )


@strawberry.input(description="A user to add with `createMemberships`.")
class MembershipRecipientInput:
    user_id: strawberry.ID = strawberry.field(
        description="ID of the user to add to the organization."
    )
    role: str | None = strawberry.field(
        description="Key of the member's role. Defaults to the `role` of the whole input.",
        default=None,
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Public metadata of this user's membership, at most 8 KB.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Private metadata of this user's membership, at most 8 KB.", default=None
    )


@strawberry.input(description="Several users to add to the same organization without invitations.")
class CreateMembershipsInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization to add the users to."
    )
    members: list[MembershipRecipientInput] = strawberry.field(
        description="The users to add, at most 100."
    )
    role: str | None = strawberry.field(
        description="Key of the role for users that have no `role` of their own. Defaults to the"
        " default role of the organization's role set.",
        default=None,
    )
    on_error: BulkErrorPolicy = strawberry.field(
        description="What to do with the other users if one of them can't be added.",
        default=BulkErrorPolicy.REJECT_ALL,
    )


@strawberry.input(description="A member and their new role.")
class UpdateMembershipInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that the member belongs to."
    )
    user_id: strawberry.ID = strawberry.field(description="ID of the member whose role changes.")
    role: str = strawberry.field(
        description="Key of the new role. The organization's role set must contain it."
    )


@strawberry.input(description="A membership and its new metadata.")
class UpdateMembershipMetadataInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization of the membership."
    )
    user_id: strawberry.ID = strawberry.field(
        description="ID of the member whose metadata changes."
    )
    mode: MetadataMode = strawberry.field(
        description="How the given metadata is combined with the membership's stored metadata."
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="New public metadata, at most 8 KB after the change.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="New private metadata, at most 8 KB after the change.", default=None
    )


@strawberry.input(description="The member to remove from an organization.")
class RemoveMembershipInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization to remove the member from."
    )
    user_id: strawberry.ID = strawberry.field(description="ID of the member to remove.")


@strawberry.input(description="The organization that the caller leaves.")
class LeaveOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization to leave."
    )


def to_new_member(
    input: CreateMembershipInput | MembershipRecipientInput, role: str | None
) -> NewMember:
    metadata = Metadata(input.public_metadata, input.private_metadata)
    return NewMember(input.user_id, role if input.role is None else input.role, metadata)


@strawberry.type
class MembershipMutations:
    @strawberry.mutation(
        description="Adds a user to an organization without their consent. A pending invitation to"
        " the user's verified email address is revoked.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.MEMBERSHIPS_WRITE),
    )
    async def create_membership(
        self, info: Info, input: CreateMembershipInput
    ) -> MembershipPayload | None:
        row = await create.create_membership(
            info.context.transaction,
            organization_id=input.organization_id,
            new=to_new_member(input, None),
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Adds up to 100 users to an organization in one transaction, each like"
        " `createMembership`. Errors of the same kind are reported as one error, which lists the"
        " users in `meta.user_ids`.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.MEMBERSHIPS_WRITE),
    )
    async def create_memberships(
        self, info: Info, input: CreateMembershipsInput
    ) -> MembershipsPayload | None:
        rows, errors = await create.create_memberships(
            info.context.transaction,
            organization_id=input.organization_id,
            new=[to_new_member(member, input.role) for member in input.members],
            skip_failed=input.on_error is BulkErrorPolicy.SKIP_FAILED,
        )
        return MembershipsPayload(
            memberships=[Membership.from_row(row, info.context) for row in rows],
            user_errors=[UserError.from_error(error) for error in errors],
        )

    @strawberry.mutation(
        description="Changes the role of a member. The caller must have all permissions of the new"
        " role. Rejected if the organization would lose its last member who can manage it.",
        extensions=[
            *mutation_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.MEMBERSHIPS_WRITE),
            UpdateLimit(("organization_id", "user_id")),
        ],
    )
    async def update_membership(
        self, info: Info, input: UpdateMembershipInput
    ) -> MembershipPayload | None:
        row = await update.update_membership(
            info.context.transaction,
            organization_id=input.organization_id,
            user_id=input.user_id,
            role=input.role,
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Changes the metadata of a membership.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.MEMBERSHIPS_WRITE),
    )
    async def update_membership_metadata(
        self, info: Info, input: UpdateMembershipMetadataInput
    ) -> MembershipPayload | None:
        row = await update.update_membership_metadata(
            info.context.transaction,
            organization_id=input.organization_id,
            user_id=input.user_id,
            merge=input.mode is MetadataMode.MERGE,
            metadata=Metadata(input.public_metadata, input.private_metadata),
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Removes a member from an organization. Rejected if the organization would lose"
        " its last member who can manage it.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.MEMBERSHIPS_WRITE),
    )
    async def remove_membership(
        self, info: Info, input: RemoveMembershipInput
    ) -> MembershipPayload | None:
        row = await remove.remove_membership(
            info.context.transaction, organization_id=input.organization_id, user_id=input.user_id
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Ends the caller's own membership in an organization. Rejected if the caller is"
        " the last member who can manage it.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def leave_organization(
        self, info: Info, input: LeaveOrganizationInput
    ) -> MembershipPayload | None:
        row = await remove.leave_organization(
            info.context.transaction, organization_id=input.organization_id
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))
