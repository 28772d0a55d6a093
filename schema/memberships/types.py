"""Memberships, as the API shows them."""

from asyncio import gather
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

from models.keys.scopes import KeyScope
from models.memberships import Membership as MembershipRow
from models.organizations import Organization as OrganizationRow
from models.roles import MEMBERSHIPS_READ
from models.roles import Role as RoleRow
from resolvers.authority.access import missing_permission
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.pages import get_joined
from resolvers.lists.specs import Selection
from resolvers.members.lists import MEMBERSHIPS_OF_ORGANIZATION
from resolvers.queries.batching import get_value, load_many_existing
from schema.execution.breadth_first.look_ahead import find_joins
from schema.execution.breadth_first.resolvers import batch_field
from schema.foundation.batches import convert_each
from schema.foundation.connections import Connection, Node, OrderDirection, load_connections
from schema.foundation.context import Context, Info
from schema.foundation.rows import HIDDEN, reads, show, show_each, show_private_metadata
from schema.foundation.scalars import DateTime, JSONObject
from schema.roles.types import Role
from schema.users.types import User

if TYPE_CHECKING:
    from schema.organizations.types import Organization


def show_joined_organizations(
    memberships: Sequence["Membership"], info: Info
) -> list["Organization"] | None:
    from schema.organizations.types import Organization

    rows = [one.organization_row for one in memberships if one.organization_row is not None]
    if len(rows) < len(memberships):
        return None
    return [Organization.from_row(row, info.context) for row in rows]


def show_roles_at_hand(memberships: Sequence["Membership"], info: Info) -> list[Role] | None:
    """Shows the roles that were joined, or that the transaction of a mutation kept."""
    loaders = info.context.loaders
    kept, known = loaders.kept_permissions, loaders.roles
    rows = [
        known.get_known(one.role_id) if one.role_id in kept else one.role_row for one in memberships
    ]
    found = [row for row in rows if row is not None]
    return convert_each(found, Role.from_row) if len(found) == len(rows) else None


def show_kept_permissions(
    memberships: Sequence["Membership"], info: Info
) -> list[list[str]] | None:
    """Shows the permissions of roles that the transaction of a mutation kept."""
    kept, has_plans = info.context.loaders.kept_permissions, info.context.loaders.has_plans
    if has_plans or any(one.role_id not in kept for one in memberships):
        return None
    return [sorted(kept[one.role_id]) for one in memberships]


@reads(
    row=[
        *("id", "public_metadata", "created_at", "updated_at"),
        *("organization_id", "user_id", "role_id"),
    ],
    service=["private_metadata"],
)
@strawberry.type(description="A user's membership in an organization, with a role.")
class Membership(Node):
    public_metadata: JSONObject = strawberry.field(
        description="Custom data about the membership, which everyone who can read the membership"
        " can read. Only secret keys can change it."
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Custom data about the membership for your services. Null unless the caller"
        " uses a secret key."
    )
    created_at: DateTime = strawberry.field(description="When the user joined the organization.")
    updated_at: DateTime = strawberry.field(description="When the membership was last updated.")
    organization_id: strawberry.Private[str]
    user_id: strawberry.Private[str]
    role_id: strawberry.Private[str]
    # Whether it is known that the caller can read it; mutations answer without checking.
    is_readable: strawberry.Private[bool]
    # What the row was joined with.
    organization_row: strawberry.Private[OrganizationRow | None] = None
    role_row: strawberry.Private[RoleRow | None] = None

    @batch_field(
        relation="organization",
        at_hand=show_joined_organizations,
        description="The organization that the user is a member of.",
    )
    @staticmethod
    async def organization(
        memberships: Sequence["Membership"], info: Info
    ) -> list[Annotated["Organization", strawberry.lazy("schema.organizations.types")]]:
        from schema.organizations.types import Organization

        ids = [membership.organization_id for membership in memberships]
        rows = await load_many_existing(info.context.loaders.organizations, ids)
        return convert_each(rows, lambda row: Organization.from_row(row, info.context))

    @batch_field(
        relation="user",
        description="The member. Members need the permission `org:sys_memberships:read` to read"
        " other members.",
    )
    @staticmethod
    async def user(memberships: Sequence["Membership"], info: Info) -> list[User]:
        context = info.context
        readable_in = await find_organizations_to_read(info, memberships)
        ids = [membership.user_id for membership in memberships]
        rows = await load_many_existing(context.loaders.users, ids)
        users = convert_each(rows, lambda row: User.from_row(row, context))
        shown = [
            user
            if membership.organization_id in readable_in or membership.is_shown(context)
            else missing_permission(MEMBERSHIPS_READ)
            for membership, user in zip(memberships, users, strict=True)
        ]
        return cast(list[User], shown)

    @batch_field(
        relation="role",
        at_hand=show_roles_at_hand,
        description="The role of the member in the organization.",
    )
    @staticmethod
    async def role(memberships: Sequence["Membership"], info: Info) -> list[Role]:
        ids = [membership.role_id for membership in memberships]
        rows = await load_many_existing(info.context.loaders.roles, ids)
        return convert_each(rows, Role.from_row)

    @batch_field(
        at_hand=show_kept_permissions,
        description="The keys of the permissions of the member's role that count with the plan of"
        " the organization, sorted.",
    )
    @staticmethod
    async def permissions(memberships: Sequence["Membership"], info: Info) -> list[list[str]]:
        rows = cast(Sequence[MembershipRow], memberships)
        held = await info.context.loaders.load_permissions_of_members(rows)
        return [sorted(keys) for keys in held]

    def is_shown(self, context: Context) -> bool:
        """Whether the caller can read the membership without a permission."""
        return self.is_readable or context.holder_id in (None, self.user_id)

    @classmethod
    def from_row(
        cls, row: MembershipRow, context: Context, *, is_readable: bool = False
    ) -> "Membership":
        service = show_private_metadata(row, context)
        return show(cls, row=row, service=service, is_readable=is_readable)

    @classmethod
    def from_rows(cls, rows: Sequence[MembershipRow], context: Context) -> list["Membership"]:
        """Makes the memberships of a list that the caller can read."""
        if context.is_service:
            return [cls.from_row(row, context, is_readable=True) for row in rows]
        return show_each(cls, rows, service=HIDDEN, is_readable=True)


@strawberry.enum(description="The fields that memberships can be sorted by.")
class MembershipOrderField(Enum):
    CREATED_AT = strawberry.enum_value(
        "CREATED_AT", description="The time when the user joined the organization."
    )
    FIRST_NAME = strawberry.enum_value("FIRST_NAME", description="The first name of the user.")
    LAST_NAME = strawberry.enum_value("LAST_NAME", description="The last name of the user.")
    EMAIL_ADDRESS = strawberry.enum_value(
        "EMAIL_ADDRESS", description="The email address of the user."
    )
    ORGANIZATION_NAME = strawberry.enum_value(
        "ORGANIZATION_NAME", description="The name of the organization."
    )


@strawberry.input(description="The sort order of a list of memberships.")
class MembershipOrder:
    field: MembershipOrderField = strawberry.field(
        description="The field to sort memberships by.", default=MembershipOrderField.CREATED_AT
    )
    direction: OrderDirection = strawberry.field(
        description="The direction to sort memberships in.", default=OrderDirection.DESC
    )


OrderBy = Annotated[
    MembershipOrder | None,
    strawberry.argument(
        description="The sort order of the list. Defaults to the newest memberships first."
    ),
]
Roles = Annotated[
    list[str] | None,
    strawberry.argument(description="Return only memberships with one of these role keys."),
]


async def load_memberships(
    info: Info,
    parent: str,
    selection: Selection[MembershipRow],
    arguments: PageArguments,
    order_by: MembershipOrder | None = None,
) -> Connection[Membership]:
    (loaded,) = await load_memberships_of(info, [parent], selection, arguments, order_by)
    return get_value(loaded)


async def load_memberships_of(
    info: Info,
    parents: Sequence[str],
    selection: Selection[MembershipRow],
    arguments: PageArguments,
    order_by: MembershipOrder | None = None,
) -> Sequence[Connection[Membership] | BaseException]:
    """Loads the same page of the lists of several organizations or users."""
    context, order_by = info.context, order_by or MembershipOrder()
    # Who can read a membership can read its user, its role, and its organization.
    narrows = selection.spec is MEMBERSHIPS_OF_ORGANIZATION
    joins = find_joins(info, "Membership", selection.spec.relations, narrows=narrows)
    organizations: dict[str, OrganizationRow] = {}
    roles: dict[str, RoleRow] = {}

    def to_nodes(rows: Sequence[MembershipRow]) -> list[Membership]:
        nodes = Membership.from_rows(rows, context)
        if organizations:
            for node in nodes:
                node.organization_row = organizations[node.organization_id]
        if roles:
            for node in nodes:
                node.role_row = roles[node.role_id]
        return nodes

    loaded = await load_connections(
        info,
        selection,
        arguments,
        to_nodes=to_nodes,
        parents=parents,
        order=selection.spec.make_order(
            order_by.field.name, descending=order_by.direction is OrderDirection.DESC
        ),
        joins=joins,
    )
    pages = [one.page for one in loaded if isinstance(one, Connection)]
    if ("organization", ()) in joins:
        for page in pages:
            rows = get_joined(page.rows, "organization", OrganizationRow)
            organizations |= {row.id: row for row in rows}
        context.loaders.organizations.remember(organizations)
    if ("role", ()) in joins:
        for page in pages:
            roles |= {row.id: row for row in get_joined(page.rows, "role", RoleRow)}
    return loaded


async def load_membership(info: Info, organization_id: str, user_id: str) -> Membership | None:
    """Loads the membership, for a caller who can read it."""
    row = await info.context.loaders.memberships.load((organization_id, user_id))
    return Membership.from_row(row, info.context, is_readable=True) if row else None


async def load_visible_membership(info: Info, id: str) -> Membership | None:
    """Loads the membership, for its user, those who can read members, and secret keys."""
    viewer, loaders = info.context.user_id, info.context.loaders
    if not info.context.try_scope(KeyScope.MEMBERSHIPS_READ):
        return None
    if viewer:
        row = await loaders.visible_memberships.load((viewer, id))
    else:
        row = await loaders.memberships_by_id.load(id)
        if row and not await has_permission(info, row.organization_id, MEMBERSHIPS_READ):
            return None
    return Membership.from_row(row, info.context, is_readable=True) if row else None


async def can_read_member(info: Info, organization_id: str, user_id: str) -> bool:
    """Whether the caller can read the user's membership.

    Users read their own memberships, and others with the permission. Secret keys read all within
    their reach.
    """
    if info.context.holder_id in (None, user_id):
        return info.context.reaches(organization_id)
    return await has_permission(info, organization_id, MEMBERSHIPS_READ)


async def find_organizations_to_read(info: Info, memberships: Sequence[Membership]) -> set[str]:
    """Finds those of their organizations in which the caller needs the permission and has it."""
    context = info.context
    ids = {one.organization_id for one in memberships if not one.is_shown(context)}
    allowed = await gather(*(has_permission(info, id, MEMBERSHIPS_READ) for id in ids))
    return {id for id, is_allowed in zip(ids, allowed, strict=True) if is_allowed}


async def has_permission(info: Info, organization_id: str, permission: str) -> bool:
    """Whether the caller has the permission in the organization.

    Secret keys have all permissions within their reach.
    """
    viewer = info.context.holder_id
    if viewer is None:
        return info.context.is_service and info.context.reaches(organization_id)
    permissions = await info.context.loaders.load_permission_keys(organization_id, viewer)
    return permissions is not None and permission in permissions
