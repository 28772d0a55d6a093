"""Creates and verifies domains, and enrolls users, through the API."""

from typing import Any

from sqlalchemy import select

from models.database.tables import metadata
from models.domains import OrganizationDomain
from models.keys.ticket_keys import derive_ticket_keys
from resolvers.domains.proofs import make_code
from server.delivery.enrollment import Enrollment
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import (
    JSON,
    SECRET,
    SECRET_KEY,
    SERVICE,
    Answer,
    Api,
    Caller,
    events,
    test_issuer,
)
from tests.support.application import make_application
from tests.support.servers.dns import NameServer

KEYS = derive_ticket_keys((SECRET,))
TABLE = metadata.tables["organization_domain"]
NAME = "acme.com"
RECORD = f"_tenantry.{NAME}"
PROOF = "status strategy attempts expiresAt verifiedAt txtRecordName txtRecordValue"
FIELDS = f"""id name verified enrollmentMode affiliationEmailAddress affiliation {{ {PROOF} }}
    ownership {{ {PROOF} }} totalPendingInvitations totalPendingSuggestions organization {{ id }}"""
DOMAIN = f"domain {{ {FIELDS} }}"


def asking(api: Api, dns: NameServer) -> Api:
    """Makes another application on the same database, which asks this name server."""
    chosen = settings(
        env=Environment.DEVELOPMENT,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        dns_servers=(dns.setting,),
    )
    return Api(make_application(chosen, store=api.store, clock=api.clock), api.store, api.clock)


async def create(
    api: Api, organization_id: str, name: str = NAME, *, by: Caller, **input: Any
) -> Answer:
    values = {"organizationId": organization_id, "name": name, **input}
    return await api.mutate("createDomain", values, DOMAIN, by=by)


async def created(
    api: Api, organization_id: str, name: str = NAME, *, by: Caller, **input: Any
) -> JSON:
    return (await create(api, organization_id, name, by=by, **input)).payload["domain"]


async def verified(
    api: Api, organization_id: str, name: str = NAME, mode: str = "MANUAL_INVITATION"
) -> JSON:
    """Creates a domain that the operator has verified."""
    return await created(api, organization_id, name, by=SERVICE, verified=True, enrollmentMode=mode)


async def change(
    api: Api, field: str, domain: JSON, *, by: Caller, selection: str = DOMAIN, **input: Any
) -> Answer:
    """Sends a mutation of the domain."""
    which = {"organizationId": domain["organization"]["id"], "domainId": domain["id"]}
    return await api.mutate(field, {**which, **input}, selection, by=by)


async def send_code(api: Api, domain: JSON, address: str = f"it@{NAME}", *, by: Caller) -> Answer:
    return await change(
        api, "prepareDomainAffiliation", domain, by=by, affiliationEmailAddress=address
    )


async def enter_code(api: Api, domain: JSON, code: str, *, by: Caller) -> Answer:
    return await change(api, "attemptDomainAffiliation", domain, by=by, code=code)


async def code_of(api: Api, domain: JSON) -> str:
    """Returns the code that an email sent now would contain, and that the API never returns."""
    return make_code(KEYS, domain["id"], (await stored(api, domain)).affiliation_nonce or "")


async def verify_by_code(api: Api, domain: JSON, *, by: Caller) -> Answer:
    assert (await send_code(api, domain, f"it@{domain['name']}", by=by)).payload
    return await enter_code(api, domain, await code_of(api, domain), by=by)


async def prepare_record(api: Api, domain: JSON, *, by: Caller) -> str:
    """Opens the proof of ownership, and returns the value of the record."""
    answer = await change(api, "prepareDomainOwnership", domain, by=by)
    return answer.payload["domain"]["ownership"]["txtRecordValue"]


async def look(api: Api, domain: JSON, *, by: Caller) -> Answer:
    return await change(api, "attemptDomainOwnership", domain, by=by)


async def set_mode(api: Api, domain: JSON, mode: str, *, by: Caller, **input: Any) -> Answer:
    return await change(api, "updateDomainEnrollment", domain, by=by, enrollmentMode=mode, **input)


async def stored(api: Api, domain: JSON) -> OrganizationDomain:
    async with api.store.read() as connection:
        rows = await connection.execute(select(TABLE).where(TABLE.c.id == domain["id"]))
        (row,) = rows.mappings()
        return OrganizationDomain(**row)


async def list_domains(api: Api, organization_id: str, *, by: Caller = SERVICE) -> list[JSON]:
    document = f"query($id: ID!) {{ organization(by: {{id: $id}}) {{ domains {{ nodes {{ {FIELDS} }} }} }} }}"
    answer = await api.run(document, {"id": organization_id}, by=by)
    return answer.data["organization"]["domains"]["nodes"]


async def work(api: Api) -> None:
    """Enrolls who is due, as the worker does."""
    await Enrollment(api.server).enroll_due()


async def suggestions(api: Api, *, by: Caller) -> list[JSON]:
    document = "{ viewer { suggestions { nodes { id status publicOrganization { id name } } } } }"
    return (await api.run(document, by=by)).data["viewer"]["suggestions"]["nodes"]


async def requests(api: Api, organization_id: str, *, by: Caller = SERVICE) -> list[JSON]:
    document = """query($id: ID!) { organization(by: {id: $id}) {
        membershipRequests(statuses: null) { nodes { id status user { id } decidedBy { id } } } } }"""
    answer = await api.run(document, {"id": organization_id}, by=by)
    return answer.data["organization"]["membershipRequests"]["nodes"]


async def invitations_of_domains(api: Api, organization_id: str) -> list[JSON]:
    document = """query($id: ID!) { organization(by: {id: $id}) {
        domainInvitations { nodes { id emailAddress status domain inviter { id } role { key } } } } }"""
    answer = await api.run(document, {"id": organization_id}, by=SERVICE)
    return answer.data["organization"]["domainInvitations"]["nodes"]


async def kinds(api: Api, *nouns: str) -> list[str]:
    """Returns the types of events about these subjects, oldest first."""
    chosen = nouns or (
        "organizationDomain",
        "organizationSuggestion",
        "organizationMembershipRequest",
    )
    return [
        one["type"] for one in await events(api.store) if one["type"].partition(".")[0] in chosen
    ]
