"""The queries of organizations: one by its ID or slug, and the list of all."""

from enum import Enum
from typing import Annotated

import strawberry

from resolvers.page_requests import PageArguments
from resolvers.queries.organizations import (
    ORGANIZATIONS,
    load_organization_by_slug,
    select_organizations,
)
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    OrderDirection,
    load_connection,
)
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard
from schema.organizations.types import Organization, load_organization


@strawberry.input(description="Which organization is meant: give one of the two.", one_of=True)
class OrganizationBy:
    id: strawberry.ID | None = strawberry.field(description="Its id.")
    slug: str | None = strawberry.field(description="Its slug.")


@strawberry.enum(description="What organizations are sorted by.")
class OrganizationOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="When it was made.")
    NAME = strawberry.enum_value("NAME", description="The name.")
    MEMBERS_COUNT = strawberry.enum_value("MEMBERS_COUNT", description="The number of members.")


@strawberry.input(description="How organizations are sorted.")
class OrganizationOrder:
    field: OrganizationOrderField = strawberry.field(
        description="What they are sorted by.", default=OrganizationOrderField.CREATED_AT
    )
    direction: OrderDirection = strawberry.field(
        description="Which way.", default=OrderDirection.DESC
    )


@strawberry.type
class OrganizationQueries:
    @strawberry.field(
        description="An organization, to its members and to secret keys; else null.",
        extensions=query_guard(),
    )
    async def organization(
        self,
        info: Info,
        by: Annotated[OrganizationBy, strawberry.argument(description="Which one.")],
    ) -> Organization | None:
        info.context.ensure_organizations_enabled()
        if by.id is not None:
            return await load_organization(info, by.id)
        if by.slug and info.context.instance.slugs_enabled:
            row = await info.context.read(
                load_organization_by_slug, by.slug, member_id=info.context.user_id
            )
            return Organization.from_row(row, info.context) if row else None
        return None

    @strawberry.field(
        description="All organizations of the instance, newest first unless asked otherwise.",
        extensions=query_guard(actor=ActorKind.SERVICE),
    )
    async def organizations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        query: Annotated[
            str | None,
            strawberry.argument(description="A part of the name or the slug, or a whole id."),
        ] = None,
        user_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Only those that one of these users belongs to."),
        ] = None,
        order_by: Annotated[
            OrganizationOrder | None,
            strawberry.argument(description="How the list is sorted, newest first when absent."),
        ] = None,
    ) -> Connection[Organization] | None:
        order_by = order_by or OrganizationOrder()
        return await load_connection(
            info,
            select_organizations(query, user_ids),
            PageArguments(first, after, last, before),
            to_node=lambda row: Organization.from_row(row, info.context),
            order=ORGANIZATIONS.make_order(
                order_by.field.name, descending=order_by.direction is OrderDirection.DESC
            ),
        )
