"""Domains of the Backend API."""

from asyncio import gather
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from models.base import JSONObject, parse_prefix
from models.domains import (
    MANUAL,
    OrganizationDomain,
    VerificationStatus,
    VerificationStrategy,
    make_record_name,
)
from models.errors.input import ValueInvalid
from models.instance import EnrollmentMode
from models.keys.scopes import KeyScope
from models.organizations import Organization
from resolvers.domains import manage, ownership
from resolvers.domains.lists import ALL_DOMAINS, DOMAINS_OF_ORGANIZATION, DomainFilter, NamedDomain
from resolvers.domains.proofs import make_record
from resolvers.domains.rows import load_domain
from resolvers.events.domain_payloads import domain_data
from resolvers.foundation.transaction import Transaction
from resolvers.lists.specs import Selection
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.ids import find_organization, find_organization_id
from server.http.backend.foundation.lists import SortedPage, answer_list
from server.http.backend.foundation.parameters import Body, NoBody, Search, Texts
from server.http.backend.foundation.shapes import load_by_id, show_deleted, show_public_organization
from server.http.backend.organizations import ONE as ORGANIZATION

READ, WRITE = KeyScope.DOMAINS_READ, KeyScope.DOMAINS_WRITE
Mode = Literal[
    "manual_invitation", "automatic_invitation", "automatic_suggestion", "enterprise_sso"
]
NotMode = Literal[
    "-manual_invitation", "-automatic_invitation", "-automatic_suggestion", "-enterprise_sso"
]


class DomainsQuery(SortedPage):
    verified: bool | None = None
    enrollment_mode: Literal[Mode, NotMode] | None = None


class AllDomainsQuery(DomainsQuery):
    organization_id: str | None = None
    query: Annotated[Search, Field(min_length=1)] | None = None
    domains: Texts = ()


class NewDomain(Body):
    name: str
    enrollment_mode: Mode = MANUAL
    verified: bool = True


class DomainChanges(Body):
    enrollment_mode: Mode | None = None
    verified: bool | None = None


async def show_domains(call: Call, rows: Sequence[OrganizationDomain]) -> list[JSONObject]:
    context, now = call.context, call.context.server.clock()
    loaders = context.loaders
    named = [NamedDomain(row.organization_id, row.name, now) for row in rows]
    organizations, invitations, suggestions = await gather(
        load_by_id(loaders.organizations, {row.organization_id for row in rows}),
        loaders.domain_invitations.load_many(named),
        loaders.domain_suggestions.load_many(named),
    )
    shown = [domain_data(row, organizations[row.organization_id], now) for row in rows]
    for row, domain, invited, suggested in zip(rows, shown, invitations, suggestions, strict=True):
        organization = organizations[row.organization_id]
        domain |= {
            "public_organization_data": show_public_organization(context, organization),
            # The old name of the same.
            "verification": domain["affiliation_verification"],
            "total_pending_invitations": invited,
            "total_pending_suggestions": suggested,
        }
        _add_record(call, row, domain["ownership_verification"])
    return shown


def _add_record(call: Call, row: OrganizationDomain, shown: JSONObject | None) -> None:
    """Adds the TXT record that proves the ownership, and its value while the proof is open."""
    if shown is None or shown["strategy"] != VerificationStrategy.TXT.value:
        return
    is_open = shown["status"] == VerificationStatus.UNVERIFIED.value
    keys, nonce = call.context.server.ticket_keys, row.ownership_nonce
    shown["txt_record_name"] = make_record_name(row.name)
    shown["txt_record_value"] = make_record(keys, row.id, nonce) if is_open and nonce else None


async def _show(call: Call, row: OrganizationDomain) -> JSONObject:
    (shown,) = await show_domains(call, [row])
    return shown


def _make_filter(query: DomainsQuery, **values: Any) -> DomainFilter:
    mode = query.enrollment_mode or ""
    is_excluded = mode.startswith("-")
    return DomainFilter(
        query.verified,
        mode=None if is_excluded else mode or None,
        other_mode=mode[1:] if is_excluded else None,
        **values,
    )


async def list_domains(call: Call, query: DomainsQuery) -> JSONObject:
    organization = await find_organization(call)
    selection = Selection(DOMAINS_OF_ORGANIZATION, _make_filter(query))
    return await answer_list(call, selection, query, show_domains, parent=organization.id)


async def list_all_domains(call: Call, query: AllDomainsQuery) -> JSONObject:
    """A query that is the ID of an organization stands for its domains."""
    is_id = parse_prefix(query.query or "") == Organization.prefix
    owner = query.query if is_id else query.organization_id
    filter = _make_filter(
        query,
        names=query.domains or None,
        organization_id=None if owner is None else await find_organization_id(call, owner),
        within=call.context.organization_ids,
    )
    selection = Selection(ALL_DOMAINS, filter, None if is_id else query.query)
    return await answer_list(call, selection, query, show_domains)


async def _change(call: Call, operation: Any) -> JSONObject:
    """Runs the operation; the worker then looks for the users whom the domain enrolls."""
    row = await call.change(operation)
    call.context.store.wakeup.notify()
    return await _show(call, row)


async def create_domain(call: Call, body: NewDomain) -> JSONObject:
    change = partial(
        manage.create_domain,
        organization_id=await find_organization_id(call),
        name=body.name,
        mode=EnrollmentMode(body.enrollment_mode),
        verified=body.verified,
    )
    return await _change(call, change)


async def update_domain(call: Call, body: DomainChanges) -> JSONObject:
    organization_id, domain_id = await find_organization_id(call), call.path["domain_id"]
    find = {"organization_id": organization_id, "domain_id": domain_id}

    async def update(tx: Transaction) -> OrganizationDomain:
        await tx.lock_organization(organization_id)
        row = await load_domain(tx, **find)
        if body.verified:
            row = await ownership.verify_domain(tx, **find, take_over=False)
        elif body.verified is False and row.verified:
            raise ValueInvalid(
                "A verified domain stays verified. Delete it, and add it again.", at="verified"
            )
        if body.enrollment_mode is None:
            return row
        mode = EnrollmentMode(body.enrollment_mode)
        return await manage.update_enrollment(tx, **find, mode=mode, delete_pending=False)

    return await _change(call, update)


async def verify_ownership(call: Call, body: NoBody) -> JSONObject:
    change = partial(
        ownership.verify_domain,
        organization_id=await find_organization_id(call),
        domain_id=call.path["domain_id"],
        take_over=False,
    )
    return await _change(call, change)


async def delete_domain(call: Call, body: NoBody) -> JSONObject:
    change = partial(
        manage.delete_domain,
        organization_id=await find_organization_id(call),
        domain_id=call.path["domain_id"],
    )
    return show_deleted("organization_domain", await call.change(change))


LIST = f"{ORGANIZATION}/domains"
ONE = f"{LIST}/{{domain_id}}"
ALL = "/v1/organization_domains"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_domains, DomainsQuery),
    Endpoint("POST", LIST, WRITE, create_domain, NewDomain),
    Endpoint("PATCH", ONE, WRITE, update_domain, DomainChanges),
    Endpoint("DELETE", ONE, WRITE, delete_domain, NoBody),
    Endpoint("POST", f"{ONE}/verify_ownership", WRITE, verify_ownership, NoBody),
    Endpoint("GET", ALL, READ, list_all_domains, AllDomainsQuery),
]
