"""Mutations of domains."""

from functools import partial

import strawberry

from models.domains import OrganizationDomain as DomainRow
from models.errors.input import InputError
from models.keys.scopes import KeyScope
from models.roles import DOMAINS_MANAGE
from resolvers.domains import affiliation, manage, ownership
from schema.domains.inputs import (
    AttemptDomainAffiliationInput,
    CreateDomainInput,
    DomainRefInput,
    PrepareDomainAffiliationInput,
    UpdateDomainEnrollmentInput,
    VerifyDomainInput,
)
from schema.domains.types import OrganizationDomain
from schema.foundation.context import Info
from schema.foundation.guards import (
    ActorKind,
    WakesWorkers,
    make_error_payload,
    mutation_guard,
    untransacted_guard,
)
from schema.foundation.payloads import DeletedPayload, Payload
from schema.foundation.transactions import run_authorized


@strawberry.type(description="The result of a mutation that creates or changes a domain.")
class DomainPayload(Payload):
    domain: OrganizationDomain | None = strawberry.field(
        description="The domain in its new state. Null if there are `userErrors`.", default=None
    )


def _to_payload(info: Info, row: DomainRow) -> DomainPayload:
    return DomainPayload(domain=OrganizationDomain.from_row(row, info.context))


@strawberry.type
class DomainMutations:
    @strawberry.mutation(
        description="Adds a domain to an organization. Several organizations can have the same"
        " name, but only one of them can verify it.",
        extensions=[*mutation_guard(DOMAINS_MANAGE, scope=KeyScope.DOMAINS_WRITE), WakesWorkers()],
    )
    async def create_domain(self, info: Info, input: CreateDomainInput) -> DomainPayload | None:
        row = await manage.create_domain(
            info.context.transaction,
            organization_id=input.organization_id,
            name=input.name,
            mode=input.enrollment_mode,
            verified=input.verified,
        )
        return _to_payload(info, row)

    @strawberry.mutation(
        description="Removes a domain, revokes the pending invitations, and deletes the pending"
        " suggestions that it created. Members stay.",
        extensions=mutation_guard(DOMAINS_MANAGE, scope=KeyScope.DOMAINS_WRITE),
    )
    async def delete_domain(self, info: Info, input: DomainRefInput) -> DeletedPayload | None:
        id = await manage.delete_domain(
            info.context.transaction,
            organization_id=input.organization_id,
            domain_id=input.domain_id,
        )
        return DeletedPayload(deleted_id=strawberry.ID(id))

    @strawberry.mutation(
        description="Sends a code to an address at the domain. It is valid for 10 minutes and three"
        " attempts, and the next one can be sent after 30 seconds.",
        extensions=mutation_guard(DOMAINS_MANAGE, scope=KeyScope.DOMAINS_WRITE),
    )
    async def prepare_domain_affiliation(
        self, info: Info, input: PrepareDomainAffiliationInput
    ) -> DomainPayload | None:
        row = await affiliation.prepare_affiliation(
            info.context.transaction,
            organization_id=input.organization_id,
            domain_id=input.domain_id,
            email_address=input.affiliation_email_address,
        )
        return _to_payload(info, row)

    @strawberry.mutation(
        description="Verifies a domain with the code from the email. A wrong code counts as an"
        " attempt.",
        extensions=mutation_guard(DOMAINS_MANAGE, scope=KeyScope.DOMAINS_WRITE),
    )
    async def attempt_domain_affiliation(
        self, info: Info, input: AttemptDomainAffiliationInput
    ) -> DomainPayload | None:
        row = await affiliation.attempt_affiliation(
            info.context.transaction,
            organization_id=input.organization_id,
            domain_id=input.domain_id,
            code=input.code,
        )
        if isinstance(row, InputError):
            return make_error_payload(info, row)
        return _to_payload(info, row)

    @strawberry.mutation(
        description="Creates the TXT record that proves the ownership of a domain. The"
        " record is valid for seven days. Repeating the call creates a new record and invalidates"
        " the previous one.",
        extensions=mutation_guard(DOMAINS_MANAGE, scope=KeyScope.DOMAINS_WRITE),
    )
    async def prepare_domain_ownership(
        self, info: Info, input: DomainRefInput
    ) -> DomainPayload | None:
        row = await ownership.prepare_ownership(
            info.context.transaction,
            organization_id=input.organization_id,
            domain_id=input.domain_id,
        )
        return _to_payload(info, row)

    @strawberry.mutation(
        description="Looks for the TXT record, and verifies the domain if it is there. An"
        " organization that has only used a code for the same name loses it.",
        extensions=untransacted_guard(DOMAINS_MANAGE, scope=KeyScope.DOMAINS_WRITE),
    )
    async def attempt_domain_ownership(
        self, info: Info, input: DomainRefInput
    ) -> DomainPayload | None:
        organization_id, domain_id = input.organization_id, input.domain_id
        begin = partial(
            ownership.begin_lookup, organization_id=organization_id, domain_id=domain_id
        )
        name, _ = await run_authorized(info.context, organization_id, DOMAINS_MANAGE, begin)
        found = await info.context.server.look_up_records(name)
        finish = partial(
            ownership.finish_lookup,
            organization_id=organization_id,
            domain_id=domain_id,
            found=found,
        )
        row, cursor = await run_authorized(info.context, organization_id, DOMAINS_MANAGE, finish)
        payload = _to_payload(info, row)
        payload.cursor = cursor
        return payload

    @strawberry.mutation(
        description="Verifies a domain without a proof, by decision of the operator.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.DOMAINS_WRITE),
    )
    async def verify_domain(self, info: Info, input: VerifyDomainInput) -> DomainPayload | None:
        row = await ownership.verify_domain(
            info.context.transaction,
            organization_id=input.organization_id,
            domain_id=input.domain_id,
            take_over=input.take_over,
        )
        return _to_payload(info, row)

    @strawberry.mutation(
        description="Changes what a domain does for users with a verified address at it.",
        extensions=[*mutation_guard(DOMAINS_MANAGE, scope=KeyScope.DOMAINS_WRITE), WakesWorkers()],
    )
    async def update_domain_enrollment(
        self, info: Info, input: UpdateDomainEnrollmentInput
    ) -> DomainPayload | None:
        row = await manage.update_enrollment(
            info.context.transaction,
            organization_id=input.organization_id,
            domain_id=input.domain_id,
            mode=input.enrollment_mode,
            delete_pending=input.delete_pending,
        )
        return _to_payload(info, row)
