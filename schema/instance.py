"""The instance's settings, as the API shows them."""

import strawberry

from models.instance import Instance as InstanceRow
from models.instance import MembershipMode
from resolvers import instance
from resolvers.queries.roles import load_initial_role_set
from schema.foundation.context import Info
from schema.foundation.enums import describe_enum
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.inputs import get_given
from schema.foundation.payloads import Payload
from schema.roles.types import RoleSet

describe_enum(
    MembershipMode,
    "Whether people can work without an organization.",
    {
        MembershipMode.REQUIRED: "A session needs an active organization.",
        MembershipMode.OPTIONAL: "A session without one is a personal account.",
    },
)


@strawberry.type(description="What holds for all organizations of this server.")
class Instance:
    organizations_enabled: bool = strawberry.field(
        description="Whether users can use organizations at all."
    )
    membership_mode: MembershipMode = strawberry.field(
        description="Whether people can work without an organization."
    )
    slugs_enabled: bool = strawberry.field(description="Whether organizations have slugs.")
    max_allowed_memberships: int = strawberry.field(
        description="The seats of new organizations, 0 for any number."
    )
    create_organization_enabled: bool = strawberry.field(
        description="Whether users may create organizations."
    )
    create_organizations_limit: int = strawberry.field(
        description="How many organizations a user may create, 0 for any number."
    )
    admin_delete_enabled: bool = strawberry.field(
        description="Whether members may delete organizations made from now on."
    )
    invitation_expires_in_days: int = strawberry.field(description="How long invitations live.")
    invitation_url: str | None = strawberry.field(
        description="The page that invited people are sent to; null for the built-in one."
    )
    allowed_redirect_origins: list[str] = strawberry.field(
        description="The origins that invitations may lead to."
    )

    @strawberry.field(description="What new organizations get.")
    async def initial_role_set(self, info: Info) -> RoleSet:
        return RoleSet.from_row(await info.context.read(load_initial_role_set))

    @classmethod
    def from_row(cls, row: InstanceRow) -> "Instance":
        return cls(
            organizations_enabled=row.organizations_enabled,
            membership_mode=MembershipMode(row.membership_mode),
            slugs_enabled=row.slugs_enabled,
            max_allowed_memberships=row.max_allowed_memberships,
            create_organization_enabled=row.create_organization_enabled,
            create_organizations_limit=row.create_organizations_limit,
            admin_delete_enabled=row.admin_delete_enabled,
            invitation_expires_in_days=row.invitation_expires_in_days,
            invitation_url=row.invitation_url,
            allowed_redirect_origins=row.allowed_redirect_origins,
        )


@strawberry.type
class InstanceQueries:
    @strawberry.field(description="The instance's settings, for everybody.")
    async def instance(self, info: Info) -> Instance:
        return Instance.from_row(info.context.instance)


@strawberry.type(description="The instance of a mutation.")
class InstancePayload(Payload):
    instance: Instance | None = strawberry.field(
        description="The settings as they are now.", default=None
    )


@strawberry.input(description="What to change of the instance's settings; what is absent stays.")
class UpdateInstanceInput:
    organizations_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether users can use organizations at all."
    )
    membership_mode: strawberry.Maybe[MembershipMode | None] = strawberry.field(
        description="Whether people can work without an organization."
    )
    slugs_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether organizations have slugs."
    )
    max_allowed_memberships: strawberry.Maybe[int | None] = strawberry.field(
        description="The seats of new organizations, 0 for any number."
    )
    create_organization_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether users may create organizations."
    )
    create_organizations_limit: strawberry.Maybe[int | None] = strawberry.field(
        description="How many organizations a user may create, 0 for any number."
    )
    admin_delete_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether members may delete organizations made from now on."
    )
    invitation_expires_in_days: strawberry.Maybe[int | None] = strawberry.field(
        description="How long invitations live, 1 to 365 days."
    )
    invitation_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The page that invited people are sent to; null for the built-in one."
    )
    allowed_redirect_origins: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="The origins that invitations may lead to."
    )


@strawberry.type
class InstanceMutations:
    @strawberry.mutation(
        description="Changes the instance's settings.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def update_instance(
        self, info: Info, input: UpdateInstanceInput
    ) -> InstancePayload | None:
        row = await instance.update_instance(info.context.transaction, given=get_given(input))
        return InstancePayload(instance=Instance.from_row(row))
