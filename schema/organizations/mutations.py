"""Mutations of organizations."""

import strawberry

from models.roles import PROFILE_DELETE, PROFILE_MANAGE
from resolvers import organizations
from resolvers.metadata import Metadata
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, UpdateLimit, mutation_guard
from schema.foundation.inputs import MetadataMode, get_given
from schema.foundation.payloads import DeletedPayload, Payload
from schema.foundation.scalars import JSONObject
from schema.memberships.types import (
    Membership,
)
from schema.organizations.types import Organization


@strawberry.type(description="The organization of a mutation.")
class OrganizationPayload(Payload):
    organization: Organization | None = strawberry.field(
        description="The organization as it is now.", default=None
    )
    membership: Membership | None = strawberry.field(
        description="The membership of who made it.", default=None
    )


@strawberry.input(description="An organization to make.")
class CreateOrganizationInput:
    name: str = strawberry.field(description="The name, 1 to 256 characters, no HTML and no link.")
    slug: str | None = strawberry.field(
        description="The name in addresses; made from the name when absent.", default=None
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Notes for all members, at most 8 KB; for secret keys.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Notes for services, at most 8 KB; for secret keys.", default=None
    )
    max_allowed_memberships: int | None = strawberry.field(
        description="How many seats it has, 0 for any number; for secret keys.", default=None
    )
    created_by: strawberry.ID | None = strawberry.field(
        description="Who becomes its first member, nobody when absent; for secret keys.",
        default=None,
    )
    role_set: str | None = strawberry.field(
        description="The key of its role set, the initial one when absent; for secret keys.",
        default=None,
    )


@strawberry.input(description="What to change of an organization; what is absent stays.")
class UpdateOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The name, 1 to 256 characters, no HTML and no link."
    )
    slug: strawberry.Maybe[str | None] = strawberry.field(description="The name in addresses.")
    image_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The logo; null for the drawn default."
    )
    max_allowed_memberships: strawberry.Maybe[int | None] = strawberry.field(
        description="How many seats it has, 0 for any number; for secret keys."
    )
    admin_delete_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether members may delete it; for secret keys."
    )


@strawberry.input(description="New metadata for an organization.")
class UpdateOrganizationMetadataInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    mode: MetadataMode = strawberry.field(description="How it meets what is stored.")
    public_metadata: JSONObject | None = strawberry.field(
        description="Notes for all members, at most 8 KB.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Notes for services, at most 8 KB.", default=None
    )


@strawberry.input(description="The organization to delete.")
class DeleteOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")


def to_new_organization(input: CreateOrganizationInput) -> organizations.NewOrganization:
    return organizations.NewOrganization(
        name=input.name,
        slug=input.slug,
        public_metadata=input.public_metadata,
        private_metadata=input.private_metadata,
        max_allowed_memberships=input.max_allowed_memberships,
        created_by=input.created_by,
        role_set=input.role_set,
    )


@strawberry.type
class OrganizationMutations:
    @strawberry.mutation(
        description="Makes an organization; the caller, or who a secret key names, becomes its"
        " first member. A repeated call creates a second one, unless the input has a slug.",
        extensions=mutation_guard(),
    )
    async def create_organization(
        self, info: Info, input: CreateOrganizationInput
    ) -> OrganizationPayload | None:
        row, member = await organizations.create_organization(
            info.context.transaction, to_new_organization(input)
        )
        membership = Membership.from_row(member, info.context) if member else None
        return OrganizationPayload(
            organization=Organization.from_row(row, info.context), membership=membership
        )

    @strawberry.mutation(
        description="Changes an organization's own fields.",
        extensions=[*mutation_guard(PROFILE_MANAGE), UpdateLimit(("organization_id",))],
    )
    async def update_organization(
        self, info: Info, input: UpdateOrganizationInput
    ) -> OrganizationPayload | None:
        row = await organizations.update_organization(
            info.context.transaction,
            organization_id=input.organization_id,
            given=get_given(input),
        )
        return OrganizationPayload(organization=Organization.from_row(row, info.context))

    @strawberry.mutation(
        description="Changes an organization's metadata.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def update_organization_metadata(
        self, info: Info, input: UpdateOrganizationMetadataInput
    ) -> OrganizationPayload | None:
        row = await organizations.update_organization_metadata(
            info.context.transaction,
            organization_id=input.organization_id,
            merge=input.mode is MetadataMode.MERGE,
            metadata=Metadata(input.public_metadata, input.private_metadata),
        )
        return OrganizationPayload(organization=Organization.from_row(row, info.context))

    @strawberry.mutation(
        description="Deletes an organization with its memberships.",
        extensions=mutation_guard(PROFILE_DELETE),
    )
    async def delete_organization(
        self, info: Info, input: DeleteOrganizationInput
    ) -> DeletedPayload | None:
        deleted_id = await organizations.delete_organization(
            info.context.transaction, organization_id=input.organization_id
        )
        return DeletedPayload(deleted_id=strawberry.ID(deleted_id))
