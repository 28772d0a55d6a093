"""Records events of domains, suggestions, and membership requests, with their data."""

from datetime import datetime

from models.base import JSONObject, to_milliseconds
from models.domains import (
    OrganizationDomain,
    VerificationStrategy,
    get_affiliation_status,
    get_ownership_status,
)
from models.events import EventType
from models.membership_requests import MembershipRequest, OrganizationSuggestion
from models.organizations import Organization
from models.users import User
from resolvers.authority.access import Actor
from resolvers.events.payloads import public_organization_data, public_user_data
from resolvers.foundation.transaction import Transaction


def _to_milliseconds_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


def domain_data(
    domain: OrganizationDomain, organization: Organization, now: datetime
) -> JSONObject:
    """Leaves out the code and the text of the record, which all readers of events would see.

    The affiliation address is shown to secret keys only (schema/events/types.py).
    """
    affiliation = domain.affiliation_email_address and {
        "status": get_affiliation_status(domain, now).value,
        "strategy": VerificationStrategy.EMAIL_CODE.value,
        "attempts": domain.affiliation_attempts,
        "expire_at": _to_milliseconds_or_none(domain.affiliation_expires_at),
        "verified_at": _to_milliseconds_or_none(domain.affiliation_verified_at),
    }
    ownership = domain.ownership_strategy and {
        "status": get_ownership_status(domain, now).value,
        "strategy": domain.ownership_strategy,
        "attempts": domain.ownership_attempts,
        "expire_at": _to_milliseconds_or_none(domain.ownership_expires_at),
        "verified_at": _to_milliseconds_or_none(domain.ownership_verified_at),
    }
    return {
        "object": "organization_domain",
        "id": domain.id,
        "organization_id": organization.id,
        "public_organization_data": public_organization_data(organization),
        "name": domain.name,
        "enrollment_mode": domain.enrollment_mode,
        "verified": domain.verified,
        "affiliation_email_address": domain.affiliation_email_address,
        "affiliation_verification": affiliation,
        "ownership_verification": ownership,
        "created_at": to_milliseconds(domain.created_at),
        "updated_at": to_milliseconds(domain.updated_at),
    }


def record_domain(
    tx: Transaction,
    type: EventType,
    domain: OrganizationDomain,
    organization: Organization,
    *,
    changes: JSONObject | None = None,
    actor: Actor | None = None,
) -> None:
    data = domain_data(domain, organization, tx.now)
    tx.record(
        type,
        domain.id,
        data | ({"deleted": True} if type is EventType.DOMAIN_DELETED else {}),
        organization_id=organization.id,
        changes=changes,
        actor=actor,
    )


def record_suggestion(
    tx: Transaction,
    type: EventType,
    suggestion: OrganizationSuggestion,
    organization: Organization,
    user: User,
    *,
    actor: Actor | None = None,
) -> None:
    data: JSONObject = {
        "object": "organization_suggestion",
        "id": suggestion.id,
        "organization_id": organization.id,
        "public_organization_data": public_organization_data(organization),
        "public_user_data": public_user_data(user),
        "domain": suggestion.domain,
        "status": suggestion.status,
        "created_at": to_milliseconds(suggestion.created_at),
        "updated_at": to_milliseconds(suggestion.updated_at),
    }
    tx.record(
        type,
        suggestion.id,
        data,
        organization_id=organization.id,
        user_id=user.id,
        actor=actor,
    )


def record_request(
    tx: Transaction,
    type: EventType,
    request: MembershipRequest,
    organization: Organization,
    user: User,
) -> None:
    data: JSONObject = {
        "object": "organization_membership_request",
        "id": request.id,
        "organization_id": organization.id,
        "public_organization_data": public_organization_data(organization),
        "public_user_data": public_user_data(user),
        "status": request.status,
        "decided_by": request.decided_by_id,
        "created_at": to_milliseconds(request.created_at),
        "updated_at": to_milliseconds(request.updated_at),
    }
    tx.record(type, request.id, data, organization_id=organization.id, user_id=user.id)
