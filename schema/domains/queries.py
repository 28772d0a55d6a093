"""The query of all domains."""

from typing import Annotated

import strawberry

from models.keys.scopes import KeyScope
from resolvers.domains.lists import ALL_DOMAINS, DomainFilter
from resolvers.lists.page_requests import PageArguments
from schema.domains.types import OrganizationDomain, Verified, load_domains
from schema.foundation.connections import After, Connection, First
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard


@strawberry.type
class DomainQueries:
    @strawberry.field(
        description="The domains of all organizations, newest first.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.DOMAINS_READ),
    )
    async def domains(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="Return only domains whose name contains these words, or the domain"
                " with this ID."
            ),
        ] = None,
        names: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Return only domains with one of these names, in lowercase ASCII."
            ),
        ] = None,
        organization_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Return only domains of the organization with this ID."
            ),
        ] = None,
        verified: Verified = None,
    ) -> Connection[OrganizationDomain] | None:
        filter = DomainFilter(
            verified,
            names=None if names is None else tuple(names),
            organization_id=organization_id,
            within=info.context.organization_ids,
        )
        return await load_domains(
            info, ALL_DOMAINS, filter, PageArguments(first, after), query=query
        )
