"""Organizations: update, delete (rules 4 to 6)."""

from typing import Any

from sqlalchemy import Delete, delete
from sqlmodel import col

from models.database.statements import prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import ParameterNil, to_camel_case
from models.errors.request import Forbidden
from models.events import EventType
from models.memberships import Membership
from models.organizations import Organization, check_limit
from models.validation.text import check_name, check_url
from resolvers.authority.access import ensure_service
from resolvers.events.payloads import record_organization
from resolvers.foundation.metadata import Metadata, apply_metadata
from resolvers.foundation.transaction import Transaction
from resolvers.members.events import record_deleted
from resolvers.members.seats import SeatLimitSource, ensure_own_limit, load_seat_limit
from resolvers.organizations.external_ids import check_free_external_id
from resolvers.organizations.rows import release_image, update_row
from resolvers.organizations.slugs import check_free_slug


async def update_organization(
    tx: Transaction, *, organization_id: str, given: dict[str, Any]
) -> Organization:
    """Changes the given fields; raises all errors of the input at once."""
    organization = await tx.lock_organization(organization_id)
    ensure_service(
        tx.actor,
        {"maxAllowedMemberships", "adminDeleteEnabled", "externalId"}
        & {to_camel_case(name) for name in given},
    )
    errors = ErrorCollector()
    new = errors.reject_nulls(given, "name", "max_allowed_memberships", "admin_delete_enabled")
    if "name" in new:
        with errors.at("name"):
            new["name"] = check_name(new["name"])
    if "slug" in new:
        with errors.at("slug"):
            if new["slug"] is None and (await tx.load_instance()).slugs_enabled:
                raise ParameterNil("The slug can't be null. Leave it out to keep the current one.")
            await check_free_slug(tx, new["slug"] or "", organization)
    if new.get("external_id") is not None:
        with errors.at("external_id"):
            await check_free_external_id(tx, new["external_id"], organization)
    if new.get("image_url") is not None:
        with errors.at("image_url"):
            check_url(new["image_url"], schemes=tx.server.link_schemes)
    with errors.at("max_allowed_memberships"):
        check_limit(new.get("max_allowed_memberships", 0), "The membership limit")
        if "max_allowed_memberships" in new:
            seats = await load_seat_limit(tx, organization)
            ensure_own_limit(seats.limit if seats.source is SeatLimitSource.PLAN else None)
    errors.raise_if_any()
    await update_row(tx, organization, new)
    return organization


async def update_organization_metadata(
    tx: Transaction, *, organization_id: str, merge: bool, metadata: Metadata
) -> Organization:
    organization = await tx.lock_organization(organization_id)
    await update_row(tx, organization, apply_metadata(tx, organization, metadata, merge=merge))
    return organization


async def delete_organization(tx: Transaction, *, organization_id: str) -> str:
    """Deletes the organization; members can only if it has `adminDeleteEnabled` (rule 4)."""
    organization = await tx.lock_organization(organization_id)
    if not (organization.admin_delete_enabled or tx.actor.is_service):
        raise Forbidden(
            "Members can't delete this organization.",
            reason="organization_admin_delete_not_enabled",
        )
    await record_deleted(tx, col(Membership.organization_id) == organization.id)
    if organization.image_url:
        await release_image(tx, organization.image_url)
    record_organization(tx, EventType.ORGANIZATION_DELETED, organization)
    await tx.session.execute(_delete_organization(organization.id))
    return organization.id


@prepared_statement
def _delete_organization(organization_id: str) -> Delete:
    return delete(Organization).where(col(Organization.id) == organization_id)
