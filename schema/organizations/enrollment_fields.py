"""The domains of an organization, and those who want to join it because of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from models.keys.scopes import KeyScope
from models.membership_requests import MembershipRequestStatus
from models.roles import DOMAINS_READ, MEMBERSHIPS_MANAGE
from resolvers.domains.lists import DOMAINS_OF_ORGANIZATION, DomainFilter
from resolvers.invitations.lists import INVITATIONS_OF_ORGANIZATION
from resolvers.lists.page_requests import PageArguments
from resolvers.members.request_lists import REQUESTS_OF_ORGANIZATION
from schema.domains.enums import EnrollmentMode
from schema.execution.breadth_first.resolvers import batch_field
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
    Offset,
)
from schema.foundation.context import Info
from schema.foundation.guards import query_guard
from schema.invitations.enums import InvitationStatus
from schema.membership_requests.enums import RequestStatuses

if TYPE_CHECKING:
    from schema.domains.types import OrganizationDomain
    from schema.invitations.types import Invitation
    from schema.membership_requests.types import MembershipRequest


@strawberry.type
class EnrollmentFields(Node):
    @strawberry.field(
        description="The domains of the organization, newest first.",
        extensions=query_guard(DOMAINS_READ, scope=KeyScope.DOMAINS_READ),
    )
    async def domains(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        verified: Annotated[
            bool | None,
            strawberry.argument(
                description="Return only verified domains or, if false, only others."
            ),
        ] = None,
        enrollment_mode: Annotated[
            EnrollmentMode | None,
            strawberry.argument(description="Return only domains with this enrollment mode."),
        ] = None,
    ) -> (
        Connection[Annotated["OrganizationDomain", strawberry.lazy("schema.domains.types")]] | None
    ):
        from schema.domains.types import load_domains

        mode = enrollment_mode.value if enrollment_mode else None
        arguments = PageArguments(first, after, last, before, offset)
        return await load_domains(
            info, DOMAINS_OF_ORGANIZATION, DomainFilter(verified, mode), arguments, parent=self.id
        )

    @strawberry.field(
        description="The requests to join the organization, newest first.",
        extensions=query_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.MEMBERSHIPS_READ),
    )
    async def membership_requests(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        statuses: RequestStatuses = [MembershipRequestStatus.PENDING],  # noqa: B006
    ) -> (
        Connection[
            Annotated["MembershipRequest", strawberry.lazy("schema.membership_requests.types")]
        ]
        | None
    ):
        from schema.membership_requests.types import load_requests, select_requests

        arguments = PageArguments(first, after, last, before, offset)
        selection = select_requests(REQUESTS_OF_ORGANIZATION, statuses)
        return await load_requests(info, selection, self.id, arguments)

    @batch_field(
        description="The number of pending membership requests.",
        extensions=query_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.MEMBERSHIPS_READ),
    )
    @staticmethod
    async def pending_membership_requests_count(
        organizations: Sequence["EnrollmentFields"], info: Info
    ) -> list[int | None]:
        from schema.membership_requests.types import select_requests

        selection = select_requests(REQUESTS_OF_ORGANIZATION, [MembershipRequestStatus.PENDING])
        ids = [str(organization.id) for organization in organizations]
        return [*await info.context.loaders.counts[selection].load_many(ids)]

    @strawberry.field(
        description="The invitations that domains of the organization created, newest first."
        " `invitations` leaves them out.",
        extensions=query_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.INVITATIONS_READ),
    )
    async def domain_invitations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        statuses: Annotated[
            list[InvitationStatus] | None,
            strawberry.argument(
                description="Return only invitations of domains with one of these statuses."
                " Defaults to all statuses."
            ),
        ] = None,
    ) -> Connection[Annotated["Invitation", strawberry.lazy("schema.invitations.types")]] | None:
        from schema.invitations.types import load_invitations

        return await load_invitations(
            info,
            INVITATIONS_OF_ORGANIZATION,
            self.id,
            PageArguments(first, after),
            statuses=statuses,
            by_domain=True,
        )
