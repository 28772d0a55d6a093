"""Whether a slug is free, and a free one instead (rule 2)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Select
from sqlmodel import col

from models.database.statements import AnySelect, prepared_statement
from models.database.store import Readable
from models.errors.input import InputError
from models.organizations import Organization
from models.validation.slugs import check_slug, make_slug
from models.validation.text import NAME_LENGTH
from resolvers.organizations.slugs import add_suffix, slug_taken

# The last number that is added to a suggested slug; after that, its suffix is random.
LAST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class SlugCheck:
    """The error of a mutation with this slug, if any, and then a free slug instead."""

    error: InputError | None = None
    suggestion: str | None = None


async def check_slug_availability(
    store: Readable, slug: str, organization_id: str | None
) -> SlugCheck:
    """Checks the slug for a new organization, or for the one with this ID."""
    candidates = list(_list_candidates(slug))
    owners = await _load_owners(store, [slug, *candidates])
    try:
        check_slug(slug)
    except InputError as error:
        return SlugCheck(error, _choose_free(candidates, owners))
    if slug not in owners or owners[slug] == organization_id:
        return SlugCheck()
    return SlugCheck(slug_taken(), _choose_free(candidates, owners))


async def suggest_slug(store: Readable, name: str) -> str:
    """Returns a free slug for an organization with this name."""
    candidates = list(_list_candidates(name))
    return _choose_free(candidates, await _load_owners(store, candidates))


def _list_candidates(text: str) -> Iterator[str]:
    """Lists valid slugs that resemble the text, the most similar one first."""
    # No name is longer, and converting a long text takes long.
    base = make_slug(text[:NAME_LENGTH])
    for slug in (base, *(f"{base}-{number}" for number in range(2, LAST_NUMBER + 1))):
        # The base can be reserved.
        with suppress(InputError):
            yield check_slug(slug)


def _choose_free(candidates: Sequence[str], owners: Mapping[str, str]) -> str:
    free = (slug for slug in candidates if slug not in owners)
    return next(free, None) or add_suffix(candidates[-1].removesuffix(f"-{LAST_NUMBER}"))


async def _load_owners(store: Readable, slugs: Sequence[str]) -> Mapping[str, str]:
    """Loads the IDs of the organizations that have these slugs."""
    async with store.read() as connection:
        rows = (await connection.execute(_select_owners(slugs))).all()
    return {slug: id for slug, id in rows}


@prepared_statement
def _select_owners(slugs: Sequence[str]) -> AnySelect:
    statement: AnySelect = Select(col(Organization.slug), col(Organization.id))
    return statement.where(col(Organization.slug).in_(slugs))
