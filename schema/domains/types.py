"""Domains, as the API shows them."""

from typing import Annotated

import strawberry

from models.domains import (
    OrganizationDomain as DomainRow,
)
from models.domains import (
    VerificationStatus,
    VerificationStrategy,
    get_affiliation_status,
    get_ownership_status,
    make_record_name,
)
from models.keys.scopes import KeyScope
from models.roles import DOMAINS_MANAGE, DOMAINS_READ
from resolvers.domains.lists import DomainFilter, NamedDomain
from resolvers.domains.proofs import make_record
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.specs import ListSpec, Selection
from resolvers.queries.batching import load_existing
from schema.domains.enums import EnrollmentMode
from schema.foundation.connections import Connection, Node, load_connection
from schema.foundation.context import Context, Info
from schema.foundation.scalars import DateTime
from schema.memberships.types import has_permission
from schema.organizations.types import Organization

Mode = Annotated[
    EnrollmentMode | None,
    strawberry.argument(description="Return only domains with this enrollment mode."),
]
Verified = Annotated[
    bool | None,
    strawberry.argument(description="Return only verified domains or, if false, only others."),
]


@strawberry.type(description="A proof that a domain belongs to an organization.")
class DomainVerification:
    status: VerificationStatus = strawberry.field(
        description="The current status, computed when it is read."
    )
    strategy: VerificationStrategy = strawberry.field(description="The kind of the proof.")
    attempts: int = strawberry.field(
        description="The number of times that the code was entered, or that the record was looked"
        " up."
    )
    expires_at: DateTime | None = strawberry.field(
        description="When the open proof expires. Null if no proof is open."
    )
    verified_at: DateTime | None = strawberry.field(
        description="When the proof was given. Null if it wasn't."
    )
    txt_record_name: str | None = strawberry.field(
        description="The name of the TXT record to publish. Null unless the strategy is `TXT`."
    )
    row: strawberry.Private[DomainRow]

    @strawberry.field(
        description="The value of the TXT record to publish. Null unless the proof by a TXT record"
        " is open and the caller can manage domains."
    )
    async def txt_record_value(self, info: Info) -> str | None:
        nonce = self.row.ownership_nonce
        is_open = self.status is VerificationStatus.UNVERIFIED
        if self.strategy is not VerificationStrategy.TXT or nonce is None or not is_open:
            return None
        if not await has_permission(info, self.row.organization_id, DOMAINS_MANAGE):
            return None
        return make_record(info.context.server.ticket_keys, self.row.id, nonce)


@strawberry.type(
    description="A domain of an organization. Once it is verified, it can enroll the users whose"
    " verified addresses are at it."
)
class OrganizationDomain(Node):
    name: str = strawberry.field(description="The name of the domain, in lowercase ASCII.")
    enrollment_mode: EnrollmentMode = strawberry.field(
        description="What happens when a user with a verified address at the domain appears."
    )
    verified: bool = strawberry.field(
        description="Whether the organization has verified the domain, by either proof."
    )
    affiliation: DomainVerification | None = strawberry.field(
        description="The proof that a mailbox at the domain belongs to the organization. Null if"
        " it wasn't started."
    )
    affiliation_email_address: str | None = strawberry.field(
        description="The address that the code was sent to, or the verified address of the member"
        " who needed none. Null if the proof by email wasn't started."
    )
    ownership: DomainVerification | None = strawberry.field(
        description="The proof that the domain itself belongs to the organization. Null if it"
        " wasn't started."
    )
    created_at: DateTime = strawberry.field(description="When the domain was added.")
    updated_at: DateTime = strawberry.field(description="When the domain was last updated.")
    row: strawberry.Private[DomainRow]

    @strawberry.field(description="The organization that the domain belongs to.")
    async def organization(self, info: Info) -> Organization:
        rows = info.context.loaders.organizations
        return Organization.from_row(
            await load_existing(rows, self.row.organization_id), info.context
        )

    @strawberry.field(description="The number of pending invitations that the domain created.")
    async def total_pending_invitations(self, info: Info) -> int:
        return await info.context.loaders.domain_invitations.load(self._get_key(info))

    @strawberry.field(description="The number of pending suggestions that the domain created.")
    async def total_pending_suggestions(self, info: Info) -> int:
        return await info.context.loaders.domain_suggestions.load(self._get_key(info))

    def _get_key(self, info: Info) -> NamedDomain:
        return NamedDomain(self.row.organization_id, self.row.name, info.context.server.clock())

    @classmethod
    def from_row(cls, row: DomainRow, context: Context) -> "OrganizationDomain":
        return cls(
            id=strawberry.ID(row.id),
            name=row.name,
            enrollment_mode=EnrollmentMode(row.enrollment_mode),
            verified=row.verified,
            affiliation=_make_affiliation(row, context),
            affiliation_email_address=row.affiliation_email_address,
            ownership=_make_ownership(row, context),
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            row=row,
        )


def _make_affiliation(row: DomainRow, context: Context) -> DomainVerification | None:
    if row.affiliation_email_address is None:
        return None
    expires_at, verified_at = row.affiliation_expires_at, row.affiliation_verified_at
    return DomainVerification(
        status=get_affiliation_status(row, context.server.clock()),
        strategy=VerificationStrategy.EMAIL_CODE,
        attempts=row.affiliation_attempts,
        expires_at=DateTime(expires_at) if expires_at else None,
        verified_at=DateTime(verified_at) if verified_at else None,
        txt_record_name=None,
        row=row,
    )


def _make_ownership(row: DomainRow, context: Context) -> DomainVerification | None:
    if row.ownership_strategy is None:
        return None
    strategy = VerificationStrategy(row.ownership_strategy)
    expires_at, verified_at = row.ownership_expires_at, row.ownership_verified_at
    return DomainVerification(
        status=get_ownership_status(row, context.server.clock()),
        strategy=strategy,
        attempts=row.ownership_attempts,
        expires_at=DateTime(expires_at) if expires_at else None,
        verified_at=DateTime(verified_at) if verified_at else None,
        txt_record_name=make_record_name(row.name)
        if strategy is VerificationStrategy.TXT
        else None,
        row=row,
    )


async def load_visible_domain(info: Info, id: str) -> OrganizationDomain | None:
    """Loads the domain, for members who can read domains, and for secret keys."""
    if not info.context.try_scope(KeyScope.DOMAINS_READ):
        return None
    row = await info.context.loaders.domains.load(id)
    if row is None or not await has_permission(info, row.organization_id, DOMAINS_READ):
        return None
    return OrganizationDomain.from_row(row, info.context)


async def load_domains(
    info: Info,
    spec: ListSpec[DomainRow],
    filter: DomainFilter,
    arguments: PageArguments,
    *,
    parent: str = "",
    query: str | None = None,
) -> Connection[OrganizationDomain]:
    context = info.context
    return await load_connection(
        info,
        Selection(spec, filter, query),
        arguments,
        to_node=lambda row: OrganizationDomain.from_row(row, context),
        parent=parent,
    )
