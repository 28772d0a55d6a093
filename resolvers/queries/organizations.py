"""Organizations: the list of all of them, and one by its slug."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import StatementValues
from models.database.store import Readable
from models.memberships import Membership
from models.organizations import Organization
from resolvers.lists.cursors import text_sort_key
from resolvers.lists.pages import load_rows
from resolvers.lists.specs import ListSpec, Search, Selection, SortKey

MEMBERS_COUNT = (
    select(func.count(type_=Integer))
    .where(col(Membership.organization_id) == col(Organization.id))
    .scalar_subquery()
)
ORGANIZATIONS = ListSpec(
    "organizations",
    Organization,
    sort_keys={
        "CREATED_AT": None,
        "NAME": SortKey(text_sort_key(col(Organization.name))),
        "MEMBERS_COUNT": SortKey(MEMBERS_COUNT),
    },
    search=Search(col(Organization.search_text), col(Organization.id)),
)


@dataclass(frozen=True, slots=True)
class OrganizationFilter(StatementValues):
    user_ids: tuple[str, ...] | None = None
    # Only these.
    within: tuple[str, ...] | None = None
    other_user_ids: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    other_ids: tuple[str, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.user_ids is not None:
            yield col(Organization.id).in_(_select_joined(self.user_ids))
        if self.other_user_ids is not None:
            yield col(Organization.id).not_in(_select_joined(self.other_user_ids))
        for ids in (self.within, self.ids):
            if ids is not None:
                yield col(Organization.id).in_(ids)
        if self.other_ids is not None:
            yield col(Organization.id).not_in(self.other_ids)


def _select_joined(user_ids: Sequence[str]) -> SelectOfScalar[str]:
    return select(Membership.organization_id).where(col(Membership.user_id).in_(user_ids))


def select_organizations(
    query: str | None, user_ids: Sequence[str] | None, within: tuple[str, ...] | None
) -> Selection[Organization]:
    """The organizations that the arguments of the list select, only within these, if given."""
    chosen = None if user_ids is None else tuple(user_ids)
    return Selection(ORGANIZATIONS, OrganizationFilter(chosen, within), query)


async def load_organization_by_external_id(
    store: Readable, external_id: str
) -> Organization | None:
    rows = await load_rows(
        store, select(Organization).where(col(Organization.external_id) == external_id)
    )
    return rows[0] if rows else None


async def load_organization_by_slug(
    store: Readable, slug: str, *, member_id: str | None
) -> Organization | None:
    """The organization with that slug; for a user only if they are a member of it.

    It takes as long for an organization of others as for one that doesn't exist.
    """
    statement = select(Organization).where(col(Organization.slug) == slug)
    if member_id:
        statement = statement.join(
            Membership, col(Membership.organization_id) == col(Organization.id)
        ).where(col(Membership.user_id) == member_id)
    rows = await load_rows(store, statement)
    return rows[0] if rows else None
