"""Every mutation of domains and membership requests, with what it needs and what it records."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.support.api import JSON, SERVICE, Api, Caller
from tests.support.data.domains import (
    NAME,
    RECORD,
    asking,
    code_of,
    created,
    prepare_record,
    requests,
    send_code,
    suggestions,
    verified,
)
from tests.support.data.factories import Acme
from tests.support.servers.dns import NameServer, name_server

Prepare = Callable[[Api, Acme, NameServer], Awaitable[JSON]]


@dataclass(frozen=True)
class Row:
    prepare: Prepare
    # The events that it records, and the code of the error if it is sent twice; "" if there is
    # none.
    events: list[str]
    second: str
    # Whether the second call changes something as well.
    is_repeatable: bool = False
    permission: str | None = "org:sys_domains:manage"


def _which(acme: Acme, domain: JSON) -> JSON:
    return {"organizationId": acme.id, "domainId": domain["id"]}


async def _nothing(api: Api, acme: Acme, dns: NameServer) -> JSON:
    return {"organizationId": acme.id, "name": NAME}


async def _domain(api: Api, acme: Acme, dns: NameServer) -> JSON:
    return _which(acme, await created(api, acme.id, by=SERVICE))


async def _address(api: Api, acme: Acme, dns: NameServer) -> JSON:
    return {**await _domain(api, acme, dns), "affiliationEmailAddress": f"it@{NAME}"}


async def _code(api: Api, acme: Acme, dns: NameServer) -> JSON:
    domain = await created(api, acme.id, by=SERVICE)
    assert (await send_code(api, domain, by=SERVICE)).payload
    return {**_which(acme, domain), "code": await code_of(api, domain)}


async def _record(api: Api, acme: Acme, dns: NameServer) -> JSON:
    domain = await created(api, acme.id, by=SERVICE)
    dns.texts[RECORD] = [f'"{await prepare_record(api, domain, by=SERVICE)}"']
    return _which(acme, domain)


async def _mode(api: Api, acme: Acme, dns: NameServer) -> JSON:
    domain = await verified(api, acme.id)
    return {**_which(acme, domain), "enrollmentMode": "AUTOMATIC_SUGGESTION"}


async def a_suggested_person(
    api: Api, organization_id: str, name: str = NAME
) -> tuple[Caller, str]:
    """Creates a person with a suggestion to join the organization, and returns its ID."""
    await verified(api, organization_id, name, mode="AUTOMATIC_SUGGESTION")
    person = await api.person(f"carl@{name}", given_name="Carl")
    (suggestion,) = await suggestions(api, by=person)
    return person, suggestion["id"]


async def a_request(api: Api, organization_id: str, name: str = NAME) -> tuple[Caller, str]:
    """Creates a person who asks to join the organization, and returns the ID of the request."""
    person, suggestion_id = await a_suggested_person(api, organization_id, name)
    input = {"suggestionId": suggestion_id}
    assert (await api.mutate("acceptSuggestion", input, by=person)).payload
    (request,) = await requests(api, organization_id)
    return person, request["id"]


async def _suggestion(api: Api, acme: Acme, dns: NameServer) -> JSON:
    return {"suggestionId": (await a_suggested_person(api, acme.id))[1]}


async def _request(api: Api, acme: Acme, dns: NameServer) -> JSON:
    _, request_id = await a_request(api, acme.id)
    return {"organizationId": acme.id, "membershipRequestId": request_id}


UPDATED = "organizationDomain.updated"
REQUEST = "organizationMembershipRequest"
MEMBERS = "org:sys_memberships:manage"
OF_DOMAINS = {
    "createDomain": Row(_nothing, ["organizationDomain.created"], "form_identifier_exists"),
    "deleteDomain": Row(_domain, ["organizationDomain.deleted"], "resource_not_found"),
    "prepareDomainAffiliation": Row(_address, [UPDATED], "RATE_LIMITED"),
    "attemptDomainAffiliation": Row(_code, [UPDATED], "verification_already_verified"),
    "prepareDomainOwnership": Row(_domain, [UPDATED], "", is_repeatable=True),
    "attemptDomainOwnership": Row(_record, [UPDATED], "verification_already_verified"),
    "verifyDomain": Row(_domain, [UPDATED], "", permission=None),
    "updateDomainEnrollment": Row(_mode, [UPDATED], ""),
    "acceptSuggestion": Row(
        _suggestion,
        ["organizationSuggestion.accepted", f"{REQUEST}.created"],
        "organization_suggestion_already_accepted",
        permission=None,
    ),
    "acceptMembershipRequest": Row(
        _request,
        [f"{REQUEST}.accepted", "organizationMembership.created"],
        "membership_request_not_pending",
        permission=MEMBERS,
    ),
    "rejectMembershipRequest": Row(
        _request, [f"{REQUEST}.rejected"], "membership_request_not_pending", permission=MEMBERS
    ),
}


@asynccontextmanager
async def prepared(api: Api, acme: Acme, mutation: str) -> AsyncGenerator[tuple[Api, JSON]]:
    """Yields an application that can run the mutation, and its input."""
    async with name_server() as dns:
        here = asking(api, dns)
        yield here, await OF_DOMAINS[mutation].prepare(here, acme, dns)
        await here.client.aclose()
