"""Organizations, as the API shows them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

from models.keys.scopes import KeyScope
from models.organizations import Organization as OrganizationRow
from models.roles import MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ
from resolvers.invitations.lists import INVITATIONS_OF_ORGANIZATION, select_with_seats
from resolvers.lists.page_requests import PageArguments
from resolvers.members.lists import MEMBERSHIPS_OF_ORGANIZATION, select_memberships
from schema.events.enums import EventType
from schema.execution.breadth_first.resolvers import batch_field
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Offset,
)
from schema.foundation.context import Context, Info
from schema.foundation.guards import query_guard
from schema.foundation.rows import reads, show, show_private_metadata, show_to_services
from schema.foundation.scalars import DateTime, JSONObject
from schema.invitations.enums import InvitationStatus
from schema.invitations.order import InvitationOrderBy
from schema.memberships.types import (
    Membership,
    OrderBy,
    Roles,
    can_read_member,
    load_membership,
    load_memberships_of,
)
from schema.organizations.enrollment_fields import EnrollmentFields
from schema.organizations.key_fields import KeyFields
from schema.organizations.role_fields import RoleFields
from schema.plans.of_organization import OrganizationPlan
from schema.roles.types import PermissionKey
from schema.users.types import User

if TYPE_CHECKING:
    from schema.events.queries import EventConnection
    from schema.invitations.types import Invitation


@reads(
    row=[
        *("id", "name", "public_metadata", "admin_delete_enabled"),
        *("created_at", "updated_at", "created_by_id", "role_set_id"),
    ],
    private=["private_metadata"],
    service=["external_id"],
)
@strawberry.type(description="A tenant: an account that its members share.")
class Organization(EnrollmentFields, RoleFields, OrganizationPlan, KeyFields):
    name: str = strawberry.field(description="The display name of the organization.")
    slug: str | None = strawberry.field(
        description="The name of the organization in URLs, unique in the instance. Null if slugs"
        " are disabled, or if the organization was created while they were."
    )
    image_url: str = strawberry.field(
        description="URL of the organization's logo. If it has no logo, the URL of a generated"
        " image."
    )
    has_image: bool = strawberry.field(
        description="Whether the organization has a logo. If false, `imageUrl` is a generated"
        " image."
    )
    public_metadata: JSONObject = strawberry.field(
        description="Custom data about the organization, which all its members can read. Only"
        " secret keys can change it."
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Custom data about the organization for your services. Null unless the caller"
        " uses a secret key."
    )
    external_id: str | None = strawberry.field(
        description="ID of the organization in another system, such as the one it was imported"
        " from. Null unless the caller uses a secret key."
    )
    admin_delete_enabled: bool = strawberry.field(
        description="Whether members with the permission `org:sys_profile:delete` can delete the"
        " organization."
    )
    created_at: DateTime = strawberry.field(description="When the organization was created.")
    updated_at: DateTime = strawberry.field(description="When the organization was last updated.")
    created_by_id: strawberry.Private[str | None]

    @strawberry.field(
        description="The user who created the organization. Null if a secret key created it for"
        " nobody, if the user was deleted, or if the caller can't read the user."
    )
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

    @batch_field(description="The number of members.")
    @staticmethod
    async def members_count(organizations: Sequence["Organization"], info: Info) -> list[int]:
        counts = info.context.loaders.members_count
        return await counts.load_many([organization.id for organization in organizations])

    @strawberry.field(
        description="Whether no member of the organization can manage it, which takes a role with"
        " the permissions to manage and read memberships and to delete the organization."
    )
    async def missing_member_with_elevated_permissions(self, info: Info) -> bool:
        return not await info.context.loaders.is_managed.load(self.id)

    @strawberry.field(
        description="The caller's membership in the organization. Null if the caller uses a secret"
        " key or isn't a member."
    )
    async def viewer_membership(self, info: Info) -> Membership | None:
        viewer = info.context.user_id
        return await load_membership(info, self.id, viewer) if viewer else None

    @strawberry.field(
        description="The keys of the caller's permissions in the organization, sorted. For a secret"
        " key, all permissions of the instance."
    )
    async def viewer_permissions(self, info: Info) -> list[str]:
        return sorted(await self._viewer_permissions(info))

    @strawberry.field(
        description="Whether the caller has a permission in the organization. False if no"
        " permission has that key."
    )
    async def viewer_can(self, info: Info, permission: PermissionKey) -> bool:
        return permission in await self._viewer_permissions(info)

    async def _viewer_permissions(self, info: Info) -> frozenset[str]:
        viewer, loaders = info.context.holder_id, info.context.loaders
        if viewer is None:
            return await loaders.all_permission_keys.load(None)
        return await loaders.load_permission_keys(self.id, viewer) or frozenset()

    @strawberry.field(
        description="The membership of one user in the organization. Null if the user isn't a"
        " member.",
        extensions=query_guard(MEMBERSHIPS_READ, scope=KeyScope.MEMBERSHIPS_READ),
    )
    async def membership(
        self,
        info: Info,
        user_id: Annotated[
            strawberry.ID, strawberry.argument(description="ID of the member to return.")
        ],
    ) -> Membership | None:
        return await load_membership(info, self.id, user_id)

    @batch_field(
        description="The memberships in the organization, newest first by default.",
        extensions=query_guard(MEMBERSHIPS_READ, scope=KeyScope.MEMBERSHIPS_READ),
    )
    @staticmethod
    async def memberships(
        organizations: Sequence["Organization"],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="Return only members whose email address or name contains these words,"
                " or the user with this ID."
            ),
        ] = None,
        roles: Roles = None,
        order_by: OrderBy = None,
    ) -> list[Connection[Membership] | None]:
        arguments = PageArguments(first, after, last, before, offset)
        selection = select_memberships(MEMBERSHIPS_OF_ORGANIZATION, query, roles)
        ids = [organization.id for organization in organizations]
        loaded = await load_memberships_of(info, ids, selection, arguments, order_by)
        # Python creates a type each time that it isn't a text.
        return cast("list[Connection[Membership] | None]", loaded)

    @strawberry.field(
        description="The invitations of the organization, newest first by default. Those that its"
        " domains created are in `domainInvitations`.",
        extensions=query_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.INVITATIONS_READ),
    )
    async def invitations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        statuses: Annotated[
            list[InvitationStatus] | None,
            strawberry.argument(
                description="Return only invitations with one of these statuses. Defaults to all"
                " statuses."
            ),
        ] = None,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="Return only invitations whose email address contains these words, or"
                " the invitation with this ID."
            ),
        ] = None,
        order_by: InvitationOrderBy = None,
    ) -> Connection[Annotated["Invitation", strawberry.lazy("schema.invitations.types")]] | None:
        from schema.invitations.types import load_invitations

        arguments = PageArguments(first, after, last, before, offset)
        return await load_invitations(
            info,
            INVITATIONS_OF_ORGANIZATION,
            self.id,
            arguments,
            statuses=statuses,
            query=query,
            by_domain=False,
            order_by=order_by,
        )

    @batch_field(
        description="The number of pending invitations, without those that domains created.",
        extensions=query_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.INVITATIONS_READ),
    )
    @staticmethod
    async def pending_invitations_count(
        organizations: Sequence["Organization"], info: Info
    ) -> list[int | None]:
        selection = select_with_seats(info.context.server.clock())
        ids = [organization.id for organization in organizations]
        return [*await info.context.loaders.counts[selection].load_many(ids)]

    @strawberry.field(
        description="The events of the organization, oldest first. Events of invitations are"
        " included only for callers with the permission `org:sys_memberships:manage`.",
        extensions=query_guard(MEMBERSHIPS_READ, scope=KeyScope.EVENTS_READ),
    )
    async def events(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        types: Annotated[
            list[EventType] | None,
            strawberry.argument(
                description="Return only events of these types. Defaults to all types that the"
                " caller can read."
            ),
        ] = None,
    ) -> Annotated["EventConnection", strawberry.lazy("schema.events.queries")] | None:
        from schema.events.queries import load_events

        return await load_events(info, self.id, PageArguments(first, after), types)

    @classmethod
    def from_row(cls, row: OrganizationRow, context: Context) -> "Organization":
        return show(
            cls,
            row=row,
            private=show_private_metadata(row, context),
            service=show_to_services(row, context, KeyScope.ORGANIZATIONS_READ),
            slug=context.visible_slug(row.slug),
            image_url=row.image_url or context.default_image_url(row.id),
            has_image=row.image_url is not None,
            own_seat_limit=row.max_allowed_memberships,
        )


async def load_organization(info: Info, id: str) -> Organization | None:
    """Loads the organization, for its members and API keys, and for secret keys.

    For others, it takes as many statements as for an organization that doesn't exist.
    """
    viewer, loaders = info.context.holder_id, info.context.loaders
    if not (info.context.try_scope(KeyScope.ORGANIZATIONS_READ) and info.context.reaches(id)):
        return None
    load = loaders.load_organization_of(id, viewer) if viewer else loaders.organizations.load(id)
    row = await load
    return Organization.from_row(row, info.context) if row else None
