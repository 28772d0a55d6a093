"""The instance's settings, as the API shows them."""

import strawberry

from models.instance import DEFAULT_NAME, MembershipMode
from models.instance import Instance as InstanceRow
from models.keys.scopes import KeyScope
from resolvers import instance
from resolvers.queries.plans import load_public_plans
from resolvers.queries.roles import load_initial_role_set
from schema.domains.enums import EnrollmentMode
from schema.foundation.context import Info
from schema.foundation.enums import describe_enum
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.inputs import get_given
from schema.foundation.payloads import Payload
from schema.plans.types import Plan
from schema.roles.types import RoleSet

describe_enum(
    MembershipMode,
    "Whether users need an organization to work.",
    {
        MembershipMode.REQUIRED: "A session must have an active organization. Without one, it stays"
        " pending.",
        MembershipMode.OPTIONAL: "A session without an active organization works with the user's"
        " personal account.",
    },
)


@strawberry.type(
    description="The settings of this Tenantry instance, which apply to all organizations."
)
class Instance:
    name: str = strawberry.field(
        description="The name of your product, for emails and pages. `Tenantry` if none is set."
    )
    logo_url: str | None = strawberry.field(
        description="The logo of your product. Null if it isn't set."
    )
    home_url: str | None = strawberry.field(
        description="The home page of your product. Null if it isn't set."
    )
    sign_in_url: str | None = strawberry.field(
        description="The page of your product where people sign in. Null if it isn't set."
    )
    sign_up_url: str | None = strawberry.field(
        description="The page of your product where people sign up. Null if it isn't set."
    )
    organizations_enabled: bool = strawberry.field(
        description="Whether users can use organizations. If false, only secret keys can."
    )
    membership_mode: MembershipMode = strawberry.field(
        description="Whether a session must have an active organization."
    )
    slugs_enabled: bool = strawberry.field(
        description="Whether organizations have slugs. If false, slugs are null and can't be set."
    )
    max_allowed_memberships: int = strawberry.field(
        description="The membership limit of new organizations. 0 means unlimited."
    )
    create_organization_enabled: bool = strawberry.field(
        description="Whether users can create organizations. The setting of a user overrides it."
    )
    create_organizations_limit: int = strawberry.field(
        description="The number of organizations that each user can create. 0 means unlimited. The"
        " setting of a user overrides it."
    )
    admin_delete_enabled: bool = strawberry.field(
        description="Whether members of new organizations can delete their organization."
    )
    invitation_expires_in_days: int = strawberry.field(
        description="The number of days after which new invitations expire."
    )
    invitation_url: str | None = strawberry.field(
        description="The page that invitation links lead to. Null for the built-in page."
    )
    allowed_redirect_origins: list[str] = strawberry.field(
        description="The origins, such as `https://app.example.com`, that the `redirectUrl` of an"
        " invitation can have."
    )

    domains_enabled: bool = strawberry.field(
        description="Whether organizations can add and verify domains, and domains enroll users."
    )
    domains_enrollment_modes: list[EnrollmentMode] = strawberry.field(
        description="The enrollment modes that domains can have. `MANUAL_INVITATION` is always"
        " among them."
    )
    domains_per_organization: int = strawberry.field(
        description="The number of domains that each organization can have. 0 means unlimited."
    )
    automatic_invitation_needs_ownership: bool = strawberry.field(
        description="Whether only domains whose ownership is proven can have the mode"
        " `AUTOMATIC_INVITATION`."
    )

    billing_enabled: bool = strawberry.field(
        description="Whether plans decide which custom permissions count, and how many seats an"
        " organization has."
    )
    billing_url: str | None = strawberry.field(
        description="The page of your product where people manage their plan. Null if it isn't set."
    )

    @strawberry.field(description="The publicly visible plans, oldest first.")
    async def plans(self, info: Info) -> list[Plan]:
        return list(map(Plan.from_row, await info.context.read(load_public_plans)))

    @strawberry.field(description="The role set of new organizations.")
    async def initial_role_set(self, info: Info) -> RoleSet:
        return RoleSet.from_row(await info.context.read(load_initial_role_set))

    @classmethod
    def from_row(cls, row: InstanceRow) -> "Instance":
        return cls(
            name=row.name or DEFAULT_NAME,
            logo_url=row.logo_url,
            home_url=row.home_url,
            sign_in_url=row.sign_in_url,
            sign_up_url=row.sign_up_url,
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
            domains_enabled=row.domains_enabled,
            domains_enrollment_modes=list(map(EnrollmentMode, row.domains_enrollment_modes)),
            domains_per_organization=row.domains_per_organization,
            automatic_invitation_needs_ownership=row.automatic_invitation_needs_ownership,
            billing_enabled=row.billing_enabled,
            billing_url=row.billing_url,
        )


@strawberry.type
class InstanceQueries:
    @strawberry.field(description="The settings of this instance. Readable without a credential.")
    async def instance(self, info: Info) -> Instance:
        return Instance.from_row(info.context.instance)


@strawberry.type(description="The result of `updateInstance`.")
class InstancePayload(Payload):
    instance: Instance | None = strawberry.field(
        description="The updated settings. Null if there are `userErrors`.", default=None
    )


@strawberry.input(
    description="The settings to change. Settings that you leave out keep their values."
)
class UpdateInstanceInput:
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The name of your product, for emails and pages. Null removes it."
    )
    logo_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The logo of your product, as an absolute https URL. Null removes it."
    )
    home_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The home page of your product, as an absolute https URL. Null removes it."
    )
    sign_in_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The page of your product where people sign in, as an absolute https URL. Null"
        " removes it."
    )
    sign_up_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The page of your product where people sign up, as an absolute https URL. Null"
        " removes it."
    )
    organizations_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether users can use organizations. Secret keys always can."
    )
    membership_mode: strawberry.Maybe[MembershipMode | None] = strawberry.field(
        description="Whether sessions must have an active organization."
    )
    slugs_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether organizations have slugs. Stored slugs are kept while this is false."
    )
    max_allowed_memberships: strawberry.Maybe[int | None] = strawberry.field(
        description="The membership limit of organizations that are created from now on. 0 means"
        " unlimited."
    )
    create_organization_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether users can create organizations, unless the setting of a user differs."
    )
    create_organizations_limit: strawberry.Maybe[int | None] = strawberry.field(
        description="The number of organizations that each user can create, unless the setting of a"
        " user differs. 0 means unlimited."
    )
    admin_delete_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether members can delete organizations that are created from now on."
    )
    invitation_expires_in_days: strawberry.Maybe[int | None] = strawberry.field(
        description="The number of days after which new invitations expire, from 1 to 365."
    )
    invitation_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The page that invitation links lead to, as an absolute https URL. Null for the"
        " built-in page."
    )
    allowed_redirect_origins: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="The origins that the `redirectUrl` of an invitation can have, at most 100."
        " Replaces the whole list."
    )
    domains_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether organizations can use domains. Existing domains are kept while this is"
        " false, but enroll nobody."
    )
    domains_enrollment_modes: strawberry.Maybe[list[EnrollmentMode] | None] = strawberry.field(
        description="The enrollment modes that domains can have. Replaces the whole list;"
        " `MANUAL_INVITATION` is added to it. Domains with another mode keep it, but enroll nobody."
    )
    domains_per_organization: strawberry.Maybe[int | None] = strawberry.field(
        description="The number of domains that each organization can have. 0 means unlimited. A"
        " lower number keeps existing domains."
    )
    automatic_invitation_needs_ownership: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether the mode `AUTOMATIC_INVITATION` needs the proof of ownership. Domains"
        " without it keep the mode, but invite nobody."
    )
    billing_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether plans decide. Enabling adds the features of all custom permissions to"
        " the default plan of organizations, and creates missing default plans."
    )
    billing_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The page of your product where people manage their plan, as an absolute https"
        " URL. Null removes it."
    )


@strawberry.type
class InstanceMutations:
    @strawberry.mutation(
        description="Changes the settings of the instance.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.INSTANCE_WRITE),
    )
    async def update_instance(
        self, info: Info, input: UpdateInstanceInput
    ) -> InstancePayload | None:
        row = await instance.update_instance(info.context.transaction, given=get_given(input))
        # The mutations after this one in the document show what holds from now on.
        info.context.instance = row
        return InstancePayload(instance=Instance.from_row(row))
