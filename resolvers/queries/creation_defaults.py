"""Suggestions for a form that creates an organization."""

import asyncio
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.database.store import Readable
from models.domains import OrganizationDomain
from models.errors.input import InputError
from models.users import User, get_proven_domain, make_full_name
from models.validation.domains import make_company_name
from models.validation.text import check_name, clean_name
from resolvers.queries.slugs import suggest_slug

ALREADY_EXISTS = "organization_already_exists"
# For users about whom nothing is known but a subject.
UNNAMED = "My organization"


@dataclass(frozen=True, slots=True)
class CreationDefaults:
    name: str
    slug: str | None
    advisory: str | None


async def load_creation_defaults(
    store: Readable, user: User, *, slugs_enabled: bool, allows_reserved: bool
) -> CreationDefaults:
    """Suggests a name and a slug, and warns if an organization has verified the user's domain."""
    company = None
    if user.address_domain:
        # The lists of public providers take long to read the first time.
        company = await asyncio.to_thread(
            make_company_name, user.address_domain, allows_reserved=allows_reserved
        )
    name = company or _make_own_name(user)
    domain = get_proven_domain(user)
    is_verified = domain is not None and await _is_verified(store, domain)
    return CreationDefaults(
        name=name,
        slug=await suggest_slug(store, name) if slugs_enabled else None,
        advisory=ALREADY_EXISTS if is_verified else None,
    )


def _make_own_name(user: User) -> str:
    full_name = make_full_name(user.first_name, user.last_name) or ""
    try:
        return check_name(clean_name(full_name) or UNNAMED)
    except InputError:
        # Tokens can hold names that an organization can't have, such as links.
        return UNNAMED


async def _is_verified(store: Readable, domain: str) -> bool:
    async with store.read() as connection:
        return (await connection.execute(_select_verified(domain))).first() is not None


@prepared_statement
def _select_verified(domain: str) -> SelectOfScalar[str]:
    statement = select(OrganizationDomain.id).where(col(OrganizationDomain.name) == domain)
    return statement.where(col(OrganizationDomain.verified)).limit(1)
