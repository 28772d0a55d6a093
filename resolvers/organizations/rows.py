"""The rows of organizations, with what is unique in them."""

from typing import Any

from sqlalchemy.exc import IntegrityError

from models.errors.input import IdentifierExists
from models.events import EventType
from models.organizations import Organization
from models.validation.slugs import make_slug
from models.validation.text import to_search_text
from resolvers.events.payloads import record_organization
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.locks import is_on_postgresql
from resolvers.foundation.transaction import Transaction
from resolvers.organizations.external_ids import external_id_taken
from resolvers.organizations.images import mark_used
from resolvers.organizations.slugs import add_suffix, slug_taken


async def insert_row(
    tx: Transaction, organization: Organization, *, has_derived_slug: bool
) -> None:
    """Inserts the row; raises IdentifierExists if the slug or the external ID is taken.

    On PostgreSQL, another transaction can take them after they were checked. A derived slug then
    gets a suffix.
    """
    if has_derived_slug and is_on_postgresql(tx.session):
        try:
            if await tx.session.insert_unless_taken(organization, "slug"):
                return
        except IntegrityError as error:
            raise _to_input_error(error) from error
        organization.slug = add_suffix(make_slug(organization.name))
        update_search_text(organization)
    tx.session.add(organization)
    await _flush(tx)


async def update_row(tx: Transaction, organization: Organization, new: dict[str, Any]) -> bool:
    """Writes what differs; returns whether anything did. Otherwise, it leaves no event."""
    before = apply_changes(organization, new)
    if not before:
        return False
    organization.updated_at = tx.now
    update_search_text(organization)
    await _flush(tx)
    if before.get("image_url"):
        await release_image(tx, before["image_url"])
    # Members can read the event, but neither of these.
    changes = {
        name: value
        for name, value in before.items()
        if name not in ("private_metadata", "external_id")
    }
    record_organization(tx, EventType.ORGANIZATION_UPDATED, organization, changes)
    return True


def update_search_text(organization: Organization) -> None:
    organization.search_text = to_search_text(organization.name, organization.slug)


async def release_image(tx: Transaction, url: str) -> None:
    """Keeps a stored image for a while, because pages can still show it."""
    await tx.session.execute(mark_used(url, tx.now))


async def _flush(tx: Transaction) -> None:
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise _to_input_error(error) from error


def _is_about_external_id(error: IntegrityError) -> bool:
    """Whether the external ID is taken; else, the slug is. Each has one unique index."""
    return "organization_external_id" in str(error.orig)


def _to_input_error(error: IntegrityError) -> IdentifierExists:
    return external_id_taken() if _is_about_external_id(error) else slug_taken()
