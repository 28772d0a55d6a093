"""Memberships: the lists of organizations and of users."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from models.base import BaseTable
from models.database.statements import StatementValues
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Role
from models.users import User
from resolvers.cursors import text_sort_key
from resolvers.lists import ListSpec, Search, Selection, SortKey

NAME = "memberships"
SORT_KEYS = {
    "CREATED_AT": None,
    "FIRST_NAME": SortKey(text_sort_key(col(User.first_name)), User),
    "LAST_NAME": SortKey(text_sort_key(col(User.last_name)), User),
    "EMAIL_ADDRESS": SortKey(text_sort_key(col(User.email_address)), User),
    "ORGANIZATION_NAME": SortKey(text_sort_key(col(Organization.name)), Organization),
}
JOINS: Mapping[type[BaseTable], ColumnElement[bool]] = {
    User: col(User.id) == col(Membership.user_id),
    Organization: col(Organization.id) == col(Membership.organization_id),
}
MEMBERSHIPS_OF_ORGANIZATION = ListSpec(
    NAME,
    Membership,
    col(Membership.organization_id),
    SORT_KEYS,
    Search(col(User.search_text), col(User.id), User),
    JOINS,
)
MEMBERSHIPS_OF_USER = ListSpec(
    NAME,
    Membership,
    col(Membership.user_id),
    SORT_KEYS,
    Search(col(Organization.search_text), col(Organization.id), Organization),
    JOINS,
)


@dataclass(frozen=True, slots=True)
class MembershipFilter(StatementValues):
    roles: tuple[str, ...] | None = None
    # Only those in these organizations.
    within: tuple[str, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.roles is not None:
            role_ids = select(Role.id).where(col(Role.key).in_(self.roles))
            yield col(Membership.role_id).in_(role_ids)
        if self.within is not None:
            yield col(Membership.organization_id).in_(self.within)


def select_memberships(
    spec: ListSpec[Membership],
    query: str | None = None,
    roles: Sequence[str] | None = None,
    within: tuple[str, ...] | None = None,
) -> Selection[Membership]:
    """The memberships that the arguments of a list field select."""
    keys = None if roles is None else tuple(roles)
    return Selection(spec, MembershipFilter(keys, within), query)
