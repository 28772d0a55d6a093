"""Organizations, as the API shows them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from models.organizations import Organization as OrganizationRow
from models.roles import MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ
from resolvers.invitations.lists import INVITATIONS_OF_ORGANIZATION, InvitationFilter
from resolvers.lists import Selection
from resolvers.members.lists import MEMBERSHIPS_OF_ORGANIZATION, select_memberships
from resolvers.page_requests import PageArguments
from resolvers.queries.batching import load_existing
from schema.events.enums import EventType
from schema.execution.breadth_first.resolvers import batch_field
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
)
from schema.foundation.context import Context, Info
from schema.foundation.guards import query_guard
from schema.foundation.scalars import DateTime, JSONObject
from schema.invitations.enums import InvitationStatus
from schema.memberships.types import (
    Membership,
    OrderBy,
    Roles,
    can_read_member,
    load_membership,
    load_memberships,
)
from schema.roles.types import PermissionKey, Role, RoleSet
from schema.users.types import User

if TYPE_CHECKING:
    from schema.events.queries import EventConnection
    from schema.invitations.types import Invitation


@strawberry.type(description="An account that several people share.")
class Organization(Node):
    name: str = strawberry.field(description="The name.")
    slug: str | None = strawberry.field(
        description="The name in addresses, unique in the instance; null when slugs are off."
    )
    image_url: str = strawberry.field(description="The logo, or a drawn default.")
    has_image: bool = strawberry.field(description="Whether the logo was given rather than drawn.")
    public_metadata: JSONObject = strawberry.field(
        description="What the instance's owner noted for all members."
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="What the instance's owner noted for services; for secret keys, else null."
    )
    max_allowed_memberships: int = strawberry.field(
        description="How many seats it has, 0 for any number."
    )
    admin_delete_enabled: bool = strawberry.field(
        description="Whether members with org:sys_profile:delete may delete it."
    )
    created_at: DateTime = strawberry.field(description="When it was made.")
    updated_at: DateTime = strawberry.field(description="When it was last changed.")
    created_by_id: strawberry.Private[str | None]
    role_set_id: strawberry.Private[str]

    @strawberry.field(description="Who made it, to who may see that user; else null.")
    async def created_by(self, info: Info) -> User | None:
        creator_id, loaders = self.created_by_id, info.context.loaders
        if creator_id is None:
            return None
        if not (info.context.is_service or info.context.user_id == creator_id):
            # A creator who left isn't a fellow member anymore.
            membership = await loaders.memberships.load((self.id, creator_id))
            if membership is None or not await can_read_member(info, self.id, creator_id):
                return None
        row = await loaders.users.load(creator_id)
        return User.from_row(row, info.context) if row else None

    @strawberry.field(description="The roles it may use, with their default and creator role.")
    async def role_set(self, info: Info) -> RoleSet:
        row = await load_existing(info.context.loaders.role_sets, self.role_set_id)
        return RoleSet.from_row(row)

    @strawberry.field(description="The roles that can be given to its members, oldest first.")
    async def roles(self, info: Info) -> list[Role]:
        rows = await info.context.loaders.roles_of_set.load(self.role_set_id)
        return list(map(Role.from_row, rows))

    @batch_field(description="How many members it has.")
    @staticmethod
    async def members_count(organizations: Sequence["Organization"], info: Info) -> list[int]:
        counts = info.context.loaders.members_count
        return await counts.load_many([organization.id for organization in organizations])

    @strawberry.field(description="Whether nobody could manage it any more.")
    async def missing_member_with_elevated_permissions(self, info: Info) -> bool:
        return not await info.context.loaders.is_managed.load(self.id)

    @strawberry.field(description="The caller's own membership; null for a secret key.")
    async def viewer_membership(self, info: Info) -> Membership | None:
        viewer = info.context.user_id
        return await load_membership(info, self.id, viewer) if viewer else None

    @strawberry.field(
        description="The keys of all permissions that the caller holds here, sorted; a secret key"
        " holds all."
    )
    async def viewer_permissions(self, info: Info) -> list[str]:
        return sorted(await self._viewer_permissions(info))

    @strawberry.field(
        description="Whether the caller holds a permission here; false for a key that no"
        " permission has."
    )
    async def viewer_can(self, info: Info, permission: PermissionKey) -> bool:
        return permission in await self._viewer_permissions(info)

    async def _viewer_permissions(self, info: Info) -> frozenset[str]:
        viewer, loaders = info.context.user_id, info.context.loaders
        if viewer is None:
            return await loaders.all_permission_keys.load(None)
        return await loaders.load_permission_keys(self.id, viewer) or frozenset()

    @strawberry.field(
        description="The membership of one user.", extensions=query_guard(MEMBERSHIPS_READ)
    )
    async def membership(
        self,
        info: Info,
        user_id: Annotated[strawberry.ID, strawberry.argument(description="The member.")],
    ) -> Membership | None:
        return await load_membership(info, self.id, user_id)

    @strawberry.field(
        description="The members, newest first unless asked otherwise.",
        extensions=query_guard(MEMBERSHIPS_READ),
    )
    async def memberships(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="A part of the member's address or name, or a whole user id."
            ),
        ] = None,
        roles: Roles = None,
        order_by: OrderBy = None,
    ) -> Connection[Membership] | None:
        arguments = PageArguments(first, after, last, before)
        selection = select_memberships(MEMBERSHIPS_OF_ORGANIZATION, query, roles)
        return await load_memberships(info, self.id, selection, arguments, order_by)

    @strawberry.field(
        description="The invitations, newest first; those of all statuses when none is asked for.",
        extensions=query_guard(MEMBERSHIPS_MANAGE),
    )
    async def invitations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        statuses: Annotated[
            list[InvitationStatus] | None,
            strawberry.argument(description="Only invitations with one of these statuses."),
        ] = None,
        query: Annotated[
            str | None,
            strawberry.argument(description="A part of the address, or a whole invitation id."),
        ] = None,
    ) -> Connection[Annotated["Invitation", strawberry.lazy("schema.invitations.types")]] | None:
        from schema.invitations.types import load_invitations

        arguments = PageArguments(first, after, last, before)
        return await load_invitations(
            info, INVITATIONS_OF_ORGANIZATION, self.id, arguments, statuses=statuses, query=query
        )

    @batch_field(
        description="How many invitations can be accepted.",
        extensions=query_guard(MEMBERSHIPS_MANAGE),
    )
    @staticmethod
    async def pending_invitations_count(
        organizations: Sequence["Organization"], info: Info
    ) -> list[int | None]:
        pending = InvitationFilter(info.context.server.clock(), (InvitationStatus.PENDING,))
        selection = Selection(INVITATIONS_OF_ORGANIZATION, pending)
        keys = [(organization.id, selection) for organization in organizations]
        return [*await info.context.loaders.counts.load_many(keys)]

    @strawberry.field(
        description="What happened here, oldest first; events of invitations need"
        " org:sys_memberships:manage.",
        extensions=query_guard(MEMBERSHIPS_READ),
    )
    async def events(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        types: Annotated[
            list[EventType] | None,
            strawberry.argument(description="Only events of one of these types."),
        ] = None,
    ) -> Annotated["EventConnection", strawberry.lazy("schema.events.queries")] | None:
        from schema.events.queries import load_events

        return await load_events(info, self.id, PageArguments(first, after), types)

    @classmethod
    def from_row(cls, row: OrganizationRow, context: Context) -> "Organization":
        return cls(
            id=strawberry.ID(row.id),
            name=row.name,
            slug=context.visible_slug(row.slug),
            image_url=row.image_url or context.default_image_url(row.id),
            has_image=row.image_url is not None,
            public_metadata=JSONObject(row.public_metadata),
            private_metadata=JSONObject(row.private_metadata) if context.is_service else None,
            max_allowed_memberships=row.max_allowed_memberships,
            admin_delete_enabled=row.admin_delete_enabled,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            created_by_id=row.created_by_id,
            role_set_id=row.role_set_id,
        )


@strawberry.type(description="What an invited person may see of an organization.")
class PublicOrganization:
    id: strawberry.ID = strawberry.field(description="The organization's id.")
    name: str = strawberry.field(description="The name.")
    slug: str | None = strawberry.field(
        description="The name in addresses; null when slugs are off."
    )
    image_url: str = strawberry.field(description="The logo, or a drawn default.")
    has_image: bool = strawberry.field(description="Whether the logo was given rather than drawn.")

    @classmethod
    def from_row(cls, row: OrganizationRow, context: Context) -> "PublicOrganization":
        return cls(
            id=strawberry.ID(row.id),
            name=row.name,
            slug=context.visible_slug(row.slug),
            image_url=row.image_url or context.default_image_url(row.id),
            has_image=row.image_url is not None,
        )


async def load_organization(info: Info, id: str) -> Organization | None:
    """Loads the organization, for its members and secret keys.

    For others, it takes as many statements as for an organization that doesn't exist.
    """
    viewer, loaders = info.context.user_id, info.context.loaders
    if viewer and not await loaders.is_member(id, viewer):
        return None
    row = await loaders.organizations.load(id)
    return Organization.from_row(row, info.context) if row else None
