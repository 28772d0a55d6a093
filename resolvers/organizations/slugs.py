"""The slugs of organizations (rule 2)."""

import secrets

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import IdentifierExists, ParameterUnknown
from models.organizations import Organization
from models.validation.slugs import RESERVED_SLUGS, check_slug, make_slug
from resolvers.foundation.transaction import Transaction


def slug_taken() -> IdentifierExists:
    return IdentifierExists("This slug is already taken.", at="slug")


def slugs_disabled() -> ParameterUnknown:
    return ParameterUnknown("Slugs are disabled in this instance.", at="slug")


async def check_free_slug(
    tx: Transaction, slug: str, organization: Organization | None = None
) -> str:
    """Checks that no organization has the slug, other than the given one."""
    if not (await tx.load_instance()).slugs_enabled:
        raise slugs_disabled()
    check_slug(slug)
    owner_id = await _find_owner(tx, slug)
    if owner_id is not None and (organization is None or owner_id != organization.id):
        raise slug_taken()
    return slug


async def derive_slug(tx: Transaction, name: str) -> str:
    """Makes a slug from the name; one that is taken or reserved gets a short random suffix."""
    slug = make_slug(name)
    if slug in RESERVED_SLUGS or await _find_owner(tx, slug) is not None:
        return add_suffix(slug)
    return slug


def add_suffix(slug: str) -> str:
    return f"{slug}-{secrets.token_hex(3)}"


async def _find_owner(tx: Transaction, slug: str) -> str | None:
    return (await tx.session.execute(_select_owner(slug))).scalar_one_or_none()


@prepared_statement
def _select_owner(slug: str) -> SelectOfScalar[str]:
    return select(Organization.id).where(col(Organization.slug) == slug)
