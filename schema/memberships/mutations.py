"""Mutations of memberships."""

import strawberry

from models.roles import MEMBERSHIPS_MANAGE
from resolvers.members import memberships
from resolvers.metadata import Metadata
from schema.foundation.context import Info
from schema.foundation.errors import UserError
from schema.foundation.guards import ActorKind, UpdateLimit, mutation_guard
from schema.foundation.inputs import BulkErrorPolicy, MetadataMode
from schema.foundation.payloads import Payload
from schema.foundation.scalars import JSONObject
from schema.memberships.types import Membership


@strawberry.type(description="The membership of a mutation.")
class MembershipPayload(Payload):
    membership: Membership | None = strawberry.field(
        description="The membership as it is now; on removal, as it was.", default=None
    )


@strawberry.type(description="The memberships of a mutation.")
class MembershipsPayload(Payload):
    memberships: list[Membership] = strawberry.field(
        description="The memberships that were created, in the order of the input.",
        default_factory=list[Membership],
    )


@strawberry.input(description="A user to add directly, without their consent.")
class CreateMembershipInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    user_id: strawberry.ID = strawberry.field(description="The user.")
    role: str | None = strawberry.field(
        description="The key of the role; the role set's default role when absent.", default=None
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Notes for everybody who sees the membership, at most 8 KB.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Notes for services, at most 8 KB.", default=None
    )


@strawberry.input(description="One of many users to add directly.")
class MembershipRecipientInput:
    user_id: strawberry.ID = strawberry.field(description="The user.")
    role: str | None = strawberry.field(
        description="The key of the role; the call's when absent.", default=None
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Notes for everybody who sees the membership, at most 8 KB.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Notes for services, at most 8 KB.", default=None
    )


@strawberry.input(description="Many users to add directly, without their consent.")
class CreateMembershipsInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    members: list[MembershipRecipientInput] = strawberry.field(
        description="The users, at most 100."
    )
    role: str | None = strawberry.field(
        description="The key of the role of those without one; the role set's default role when"
        " absent.",
        default=None,
    )
    on_error: BulkErrorPolicy = strawberry.field(
        description="What one user who can't be added does to the others.",
        default=BulkErrorPolicy.REJECT_ALL,
    )


@strawberry.input(description="A new role for a member.")
class UpdateMembershipInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    user_id: strawberry.ID = strawberry.field(description="The member.")
    role: str = strawberry.field(description="The key of the role.")


@strawberry.input(description="New metadata for a membership.")
class UpdateMembershipMetadataInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    user_id: strawberry.ID = strawberry.field(description="The member.")
    mode: MetadataMode = strawberry.field(description="How it meets what is stored.")
    public_metadata: JSONObject | None = strawberry.field(
        description="Notes for everybody who sees the membership, at most 8 KB.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Notes for services, at most 8 KB.", default=None
    )


@strawberry.input(description="The member to remove.")
class RemoveMembershipInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    user_id: strawberry.ID = strawberry.field(description="The member.")


@strawberry.input(description="The organization to leave.")
class LeaveOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")


@strawberry.type
class MembershipMutations:
    @strawberry.mutation(
        description="Adds a user directly, without their consent; an invitation to their verified"
        " address is revoked.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def create_membership(
        self, info: Info, input: CreateMembershipInput
    ) -> MembershipPayload | None:
        row = await memberships.create_membership(
            info.context.transaction,
            organization_id=input.organization_id,
            new=memberships.NewMember(
                input.user_id,
                input.role,
                Metadata(input.public_metadata, input.private_metadata),
            ),
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Adds many users to one organization at once, at most 100, in one transaction,"
        " each as createMembership does. The errors of each kind are one error, with the users in"
        " meta.user_ids.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def create_memberships(
        self, info: Info, input: CreateMembershipsInput
    ) -> MembershipsPayload | None:
        rows, errors = await memberships.create_memberships(
            info.context.transaction,
            organization_id=input.organization_id,
            new=[
                memberships.NewMember(
                    member.user_id,
                    input.role if member.role is None else member.role,
                    Metadata(member.public_metadata, member.private_metadata),
                )
                for member in input.members
            ],
            skip_failed=input.on_error is BulkErrorPolicy.SKIP_FAILED,
        )
        return MembershipsPayload(
            memberships=[Membership.from_row(row, info.context) for row in rows],
            user_errors=[UserError.from_error(error) for error in errors],
        )

    @strawberry.mutation(
        description="Changes a member's role, to one whose permissions the caller holds too.",
        extensions=[
            *mutation_guard(MEMBERSHIPS_MANAGE),
            UpdateLimit(("organization_id", "user_id")),
        ],
    )
    async def update_membership(
        self, info: Info, input: UpdateMembershipInput
    ) -> MembershipPayload | None:
        row = await memberships.update_membership(
            info.context.transaction,
            organization_id=input.organization_id,
            user_id=input.user_id,
            role=input.role,
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Changes a membership's metadata.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def update_membership_metadata(
        self, info: Info, input: UpdateMembershipMetadataInput
    ) -> MembershipPayload | None:
        row = await memberships.update_membership_metadata(
            info.context.transaction,
            organization_id=input.organization_id,
            user_id=input.user_id,
            merge=input.mode is MetadataMode.MERGE,
            metadata=Metadata(input.public_metadata, input.private_metadata),
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Removes a member, unless nobody else could manage the organization.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE),
    )
    async def remove_membership(
        self, info: Info, input: RemoveMembershipInput
    ) -> MembershipPayload | None:
        row = await memberships.remove_membership(
            info.context.transaction, organization_id=input.organization_id, user_id=input.user_id
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Ends the caller's own membership, unless nobody else could manage the"
        " organization.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def leave_organization(
        self, info: Info, input: LeaveOrganizationInput
    ) -> MembershipPayload | None:
        row = await memberships.leave_organization(
            info.context.transaction, organization_id=input.organization_id
        )
        return MembershipPayload(membership=Membership.from_row(row, info.context))
