"""The queries of organizations: one by an ID or its slug, and the list of all."""

from enum import Enum
from typing import Annotated

import strawberry

from models.keys.scopes import KeyScope
from resolvers.authority.access import ensure_service
from resolvers.lists.page_requests import PageArguments
from resolvers.queries.organizations import (
    ORGANIZATIONS,
    load_organization_by_external_id,
    load_organization_by_slug,
    select_organizations,
)
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Offset,
    OrderDirection,
    load_connection,
)
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard
from schema.organizations.types import Organization, load_organization


@strawberry.input(
    description="The organization to return. Set exactly one of the fields.", one_of=True
)
class OrganizationBy:
    id: strawberry.ID | None = strawberry.field(description="ID of the organization to return.")
    slug: str | None = strawberry.field(description="The slug of the organization to return.")
    external_id: str | None = strawberry.field(
        description="The organization's ID in another system. Requires a secret key."
    )


@strawberry.enum(description="The fields that organizations can be sorted by.")
class OrganizationOrderField(Enum):
    CREATED_AT = strawberry.enum_value(
        "CREATED_AT", description="The time when the organization was created."
    )
    NAME = strawberry.enum_value("NAME", description="The organization's name.")
    MEMBERS_COUNT = strawberry.enum_value(
        "MEMBERS_COUNT", description="The number of members of the organization."
    )


@strawberry.input(description="The sort order of a list of organizations.")
class OrganizationOrder:
    field: OrganizationOrderField = strawberry.field(
        description="The field to sort organizations by.", default=OrganizationOrderField.CREATED_AT
    )
    direction: OrderDirection = strawberry.field(
        description="The direction to sort organizations in.", default=OrderDirection.DESC
    )


@strawberry.type
class OrganizationQueries:
    @strawberry.field(
        description="An organization by its ID, slug, or external ID. Null if it doesn't exist, or"
        " if the caller isn't a member and doesn't use a secret key.",
        extensions=query_guard(scope=KeyScope.ORGANIZATIONS_READ),
    )
    async def organization(
        self,
        info: Info,
        by: Annotated[
            OrganizationBy,
            strawberry.argument(description="What identifies the organization."),
        ],
    ) -> Organization | None:
        info.context.ensure_organizations_enabled()
        if by.id is not None:
            return await load_organization(info, by.id)
        row = None
        if by.external_id is not None:
            ensure_service(info.context.caller, ["externalId"])
            row = await info.context.read(load_organization_by_external_id, by.external_id)
        elif by.slug and info.context.instance.slugs_enabled:
            row = await info.context.read(
                load_organization_by_slug, by.slug, member_id=info.context.user_id
            )
        if row is None or not info.context.reaches(row.id):
            return None
        return Organization.from_row(row, info.context)

    @strawberry.field(
        description="All organizations of the instance, newest first by default.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.ORGANIZATIONS_READ),
    )
    async def organizations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="Return only organizations whose name or slug contains these words, or"
                " the organization with this ID."
            ),
        ] = None,
        user_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description="Return only organizations that at least one of these users is a member"
                " of."
            ),
        ] = None,
        order_by: Annotated[
            OrganizationOrder | None,
            strawberry.argument(
                description="The sort order of the list. Defaults to the newest organizations"
                " first."
            ),
        ] = None,
    ) -> Connection[Organization] | None:
        order_by = order_by or OrganizationOrder()
        return await load_connection(
            info,
            select_organizations(query, user_ids, info.context.organization_ids),
            PageArguments(first, after, last, before, offset),
            to_node=lambda row: Organization.from_row(row, info.context),
            order=ORGANIZATIONS.make_order(
                order_by.field.name, descending=order_by.direction is OrderDirection.DESC
            ),
        )
