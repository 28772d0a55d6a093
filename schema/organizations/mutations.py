"""Mutations of organizations."""

import strawberry

from models.keys.scopes import KeyScope
from models.roles import PROFILE_DELETE, PROFILE_MANAGE
from resolvers.foundation.metadata import Metadata
from resolvers.organizations import create, manage
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, UpdateLimit, mutation_guard
from schema.foundation.inputs import MetadataMode, get_given
from schema.foundation.payloads import DeletedPayload, Payload
from schema.foundation.scalars import DateTime, JSONObject
from schema.memberships.types import (
    Membership,
)
from schema.organizations.types import Organization


@strawberry.type(description="The result of a mutation that creates or changes an organization.")
class OrganizationPayload(Payload):
    organization: Organization | None = strawberry.field(
        description="The organization in its new state. Null if there are `userErrors`.",
        default=None,
    )
    membership: Membership | None = strawberry.field(
        description="The membership of the organization's creator. Null if the organization has no"
        " creator, and for every mutation except `createOrganization`.",
        default=None,
    )


@strawberry.input(description="An organization to create.")
class CreateOrganizationInput:
    name: str = strawberry.field(
        description="The name of the organization: 1 to 256 characters, without HTML or links."
    )
    slug: str | None = strawberry.field(
        description="The unique name of the organization in URLs: at most 64 lowercase letters,"
        " digits, and single hyphens. Defaults to a slug that is derived from the name.",
        default=None,
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Public metadata of the organization, at most 8 KB. Requires a secret key.",
        default=None,
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Private metadata of the organization, at most 8 KB. Requires a secret key.",
        default=None,
    )
    max_allowed_memberships: int | None = strawberry.field(
        description="The membership limit. 0 means unlimited. Defaults to"
        " `Instance.maxAllowedMemberships`. Requires a secret key.",
        default=None,
    )
    created_by: strawberry.ID | None = strawberry.field(
        description="ID of the user who becomes the first member. Requires a secret key. Without"
        " it, a secret key creates an organization without members.",
        default=None,
    )
    role_set: str | None = strawberry.field(
        description="Key of the organization's role set. Defaults to the initial role set. Requires"
        " a secret key.",
        default=None,
    )
    external_id: str | None = strawberry.field(
        description="ID of the organization in another system, such as the one it is imported from:"
        " at most 255 characters, unique in the instance. Requires a secret key.",
        default=None,
    )
    created_at: DateTime | None = strawberry.field(
        description="When the organization was created in the system that it is imported from."
        " Must not be in the future. Defaults to now. Requires a secret key.",
        default=None,
    )


@strawberry.input(
    description="The fields of an organization to change. Fields that you leave out keep their"
    " values."
)
class UpdateOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization to update."
    )
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new name: 1 to 256 characters, without HTML or links."
    )
    slug: strawberry.Maybe[str | None] = strawberry.field(
        description="The new slug: at most 64 lowercase letters, digits, and single hyphens."
    )
    image_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The absolute https URL of the new logo. Null to use a generated image."
    )
    max_allowed_memberships: strawberry.Maybe[int | None] = strawberry.field(
        description="The new membership limit. 0 means unlimited. Requires a secret key."
    )
    admin_delete_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether members with the permission `org:sys_profile:delete` can delete the"
        " organization. Requires a secret key."
    )
    external_id: strawberry.Maybe[str | None] = strawberry.field(
        description="The new ID of the organization in another system, unique in the instance. Null"
        " to remove it. Requires a secret key."
    )


@strawberry.input(description="An organization and its new metadata.")
class UpdateOrganizationMetadataInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization whose metadata changes."
    )
    mode: MetadataMode = strawberry.field(
        description="How the given metadata is combined with the organization's stored metadata."
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="New public metadata of the organization, at most 8 KB after the change.",
        default=None,
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="New private metadata of the organization, at most 8 KB after the change.",
        default=None,
    )


@strawberry.input(description="The organization to delete.")
class DeleteOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization to delete."
    )


def to_new_organization(input: CreateOrganizationInput) -> create.NewOrganization:
    return create.NewOrganization(
        name=input.name,
        slug=input.slug,
        public_metadata=input.public_metadata,
        private_metadata=input.private_metadata,
        max_allowed_memberships=input.max_allowed_memberships,
        created_by=input.created_by,
        role_set=input.role_set,
        external_id=input.external_id,
        created_at=input.created_at,
    )


@strawberry.type
class OrganizationMutations:
    @strawberry.mutation(
        description="Creates an organization. The caller, or the user in `createdBy`, becomes its"
        " first member with the creator role. If you repeat the call, it creates a second"
        " organization, unless the input has a slug.",
        extensions=mutation_guard(scope=KeyScope.ORGANIZATIONS_WRITE),
    )
    async def create_organization(
        self, info: Info, input: CreateOrganizationInput
    ) -> OrganizationPayload | None:
        row, member = await create.create_organization(
            info.context.transaction, to_new_organization(input)
        )
        membership = Membership.from_row(member, info.context) if member else None
        return OrganizationPayload(
            organization=Organization.from_row(row, info.context), membership=membership
        )

    @strawberry.mutation(
        description="Changes the name, slug, logo, or limits of an organization.",
        extensions=[
            *mutation_guard(PROFILE_MANAGE, scope=KeyScope.ORGANIZATIONS_WRITE),
            UpdateLimit(("organization_id",)),
        ],
    )
    async def update_organization(
        self, info: Info, input: UpdateOrganizationInput
    ) -> OrganizationPayload | None:
        row = await manage.update_organization(
            info.context.transaction,
            organization_id=input.organization_id,
            given=get_given(input),
        )
        return OrganizationPayload(organization=Organization.from_row(row, info.context))

    @strawberry.mutation(
        description="Changes the metadata of an organization.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ORGANIZATIONS_WRITE),
    )
    async def update_organization_metadata(
        self, info: Info, input: UpdateOrganizationMetadataInput
    ) -> OrganizationPayload | None:
        row = await manage.update_organization_metadata(
            info.context.transaction,
            organization_id=input.organization_id,
            merge=input.mode is MetadataMode.MERGE,
            metadata=Metadata(input.public_metadata, input.private_metadata),
        )
        return OrganizationPayload(organization=Organization.from_row(row, info.context))

    @strawberry.mutation(
        description="Deletes an organization with its memberships and invitations. Members can"
        " delete it only if its `adminDeleteEnabled` is true.",
        extensions=mutation_guard(PROFILE_DELETE, scope=KeyScope.ORGANIZATIONS_WRITE),
    )
    async def delete_organization(
        self, info: Info, input: DeleteOrganizationInput
    ) -> DeletedPayload | None:
        deleted_id = await manage.delete_organization(
            info.context.transaction, organization_id=input.organization_id
        )
        return DeletedPayload(deleted_id=strawberry.ID(deleted_id))
