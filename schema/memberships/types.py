"""Memberships, as the API shows them."""

from asyncio import gather
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

from models.memberships import Membership as MembershipRow
from models.roles import MEMBERSHIPS_READ
from resolvers.access import missing_permission
from resolvers.lists import Selection
from resolvers.page_requests import PageArguments
from resolvers.queries.batching import load_many_existing
from schema.execution.breadth_first.resolvers import batch_field
from schema.foundation.batches import convert_each
from schema.foundation.connections import Connection, Node, OrderDirection, load_connection
from schema.foundation.context import Context, Info
from schema.foundation.scalars import DateTime, JSONObject
from schema.roles.types import Role
from schema.users.types import User

if TYPE_CHECKING:
    from schema.organizations.types import Organization


@strawberry.type(description="That a user belongs to an organization, in a role.")
class Membership(Node):
    public_metadata: JSONObject = strawberry.field(
        description="What the instance's owner noted for everybody who sees the membership."
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="What the instance's owner noted for services; for secret keys, else null."
    )
    created_at: DateTime = strawberry.field(description="When the user joined.")
    updated_at: DateTime = strawberry.field(description="When the membership was last changed.")
    organization_id: strawberry.Private[str]
    user_id: strawberry.Private[str]
    role_id: strawberry.Private[str]
    # Whether it is known that the caller can read it; mutations answer without checking.
    is_readable: strawberry.Private[bool]

    @batch_field(description="The organization.")
    @staticmethod
    async def organization(
        memberships: Sequence["Membership"], info: Info
    ) -> list[Annotated["Organization", strawberry.lazy("schema.organizations.types")]]:
        from schema.organizations.types import Organization

        ids = [membership.organization_id for membership in memberships]
        rows = await load_many_existing(info.context.loaders.organizations, ids)
        return convert_each(rows, lambda row: Organization.from_row(row, info.context))

    @batch_field(
        description="The user; refused to members who need org:sys_memberships:read to see others."
    )
    @staticmethod
    async def user(memberships: Sequence["Membership"], info: Info) -> list[User]:
        readable_in = await find_organizations_to_read(info, memberships)
        ids = [membership.user_id for membership in memberships]
        rows = await load_many_existing(info.context.loaders.users, ids)
        users = convert_each(rows, lambda row: User.from_row(row, info.context))
        shown = [
            user
            if membership.organization_id in readable_in or membership.is_shown(info.context)
            else missing_permission(MEMBERSHIPS_READ)
            for membership, user in zip(memberships, users, strict=True)
        ]
        return cast(list[User], shown)

    @batch_field(description="The role.")
    @staticmethod
    async def role(memberships: Sequence["Membership"], info: Info) -> list[Role]:
        ids = [membership.role_id for membership in memberships]
        rows = await load_many_existing(info.context.loaders.roles, ids)
        return convert_each(rows, Role.from_row)

    @batch_field(description="The keys of all permissions that the role holds, sorted.")
    @staticmethod
    async def permissions(memberships: Sequence["Membership"], info: Info) -> list[list[str]]:
        ids = [membership.role_id for membership in memberships]
        rows_of_roles = await info.context.loaders.permissions.load_many(ids)
        return convert_each(rows_of_roles, lambda rows: [row.key for row in rows])

    def is_shown(self, context: Context) -> bool:
        """Whether the caller can read the membership without a permission."""
        return self.is_readable or context.user_id in (None, self.user_id)

    @classmethod
    def from_row(
        cls, row: MembershipRow, context: Context, *, is_readable: bool = False
    ) -> "Membership":
        return cls(
            id=strawberry.ID(row.id),
            public_metadata=JSONObject(row.public_metadata),
            private_metadata=JSONObject(row.private_metadata) if context.is_service else None,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            organization_id=row.organization_id,
            user_id=row.user_id,
            role_id=row.role_id,
            is_readable=is_readable,
        )


@strawberry.enum(description="What memberships are sorted by.")
class MembershipOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="When the user joined.")
    FIRST_NAME = strawberry.enum_value("FIRST_NAME", description="The user's given name.")
    LAST_NAME = strawberry.enum_value("LAST_NAME", description="The user's family name.")
    EMAIL_ADDRESS = strawberry.enum_value("EMAIL_ADDRESS", description="The user's e-mail address.")
    ORGANIZATION_NAME = strawberry.enum_value(
        "ORGANIZATION_NAME", description="The organization's name."
    )


@strawberry.input(description="How memberships are sorted.")
class MembershipOrder:
    field: MembershipOrderField = strawberry.field(
        description="What they are sorted by.", default=MembershipOrderField.CREATED_AT
    )
    direction: OrderDirection = strawberry.field(
        description="Which way.", default=OrderDirection.DESC
    )


OrderBy = Annotated[
    MembershipOrder | None,
    strawberry.argument(description="How the list is sorted, newest first when absent."),
]
Roles = Annotated[
    list[str] | None,
    strawberry.argument(description="Only memberships in a role with one of these keys."),
]


async def load_memberships(
    info: Info,
    parent: str,
    selection: Selection[MembershipRow],
    arguments: PageArguments,
    order_by: MembershipOrder | None = None,
) -> Connection[Membership]:
    order_by = order_by or MembershipOrder()
    return await load_connection(
        info,
        selection,
        arguments,
        to_node=lambda row: Membership.from_row(row, info.context, is_readable=True),
        parent=parent,
        order=selection.spec.make_order(
            order_by.field.name, descending=order_by.direction is OrderDirection.DESC
        ),
    )


async def load_membership(info: Info, organization_id: str, user_id: str) -> Membership | None:
    """Loads the membership, for a caller who can read it."""
    row = await info.context.loaders.memberships.load((organization_id, user_id))
    return Membership.from_row(row, info.context, is_readable=True) if row else None


async def load_visible_membership(info: Info, id: str) -> Membership | None:
    """Loads the membership, for its user, members who can read members, and secret keys."""
    viewer, loaders = info.context.user_id, info.context.loaders
    if viewer:
        row = await loaders.visible_memberships.load((viewer, id))
    else:
        row = await loaders.memberships_by_id.load(id)
    return Membership.from_row(row, info.context, is_readable=True) if row else None


async def can_read_member(info: Info, organization_id: str, user_id: str) -> bool:
    """Whether the caller can read the user's membership.

    Users read their own memberships, and others with the permission. Secret keys read all.
    """
    if info.context.user_id in (None, user_id):
        return True
    return await has_permission(info, organization_id, MEMBERSHIPS_READ)


async def find_organizations_to_read(info: Info, memberships: Sequence[Membership]) -> set[str]:
    """Finds those of their organizations in which the caller needs the permission and has it."""
    ids = {one.organization_id for one in memberships if not one.is_shown(info.context)}
    allowed = await gather(*(has_permission(info, id, MEMBERSHIPS_READ) for id in ids))
    return {id for id, is_allowed in zip(ids, allowed, strict=True) if is_allowed}


async def has_permission(info: Info, organization_id: str, permission: str) -> bool:
    """Whether the caller has the permission in the organization; secret keys have all."""
    viewer = info.context.user_id
    if viewer is None:
        return info.context.is_service
    permissions = await info.context.loaders.load_permission_keys(organization_id, viewer)
    return permissions is not None and permission in permissions
