"""Memberships: the lists of organizations and of users."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func
from sqlmodel import col, select

from models.base import BaseTable
from models.database.statements import StatementValues
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Role
from models.users import User
from resolvers.lists.cursors import text_sort_key
from resolvers.lists.specs import ListSpec, Search, Selection, SortKey

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
RELATIONS = {"user": col(Membership.user_id), "role": col(Membership.role_id)}
MEMBERSHIPS_OF_ORGANIZATION = ListSpec(
    NAME,
    Membership,
    col(Membership.organization_id),
    SORT_KEYS,
    Search(col(User.search_text), col(User.id), User),
    JOINS,
    RELATIONS,
)
MEMBERSHIPS_OF_USER = ListSpec(
    NAME,
    Membership,
    col(Membership.user_id),
    SORT_KEYS,
    Search(col(Organization.search_text), col(Organization.id), Organization),
    JOINS,
    {**RELATIONS, "organization": col(Membership.organization_id)},
)


ALL_MEMBERSHIPS = ListSpec(
    "all-memberships",
    Membership,
    sort_keys=SORT_KEYS,
    search=MEMBERSHIPS_OF_ORGANIZATION.search,
    joins=JOINS,
)


@dataclass(frozen=True, slots=True)
class MembershipFilter(StatementValues):
    roles: tuple[str, ...] | None = None
    # Only those in these organizations.
    within: tuple[str, ...] | None = None
    user_ids: tuple[str, ...] | None = None
    other_user_ids: tuple[str, ...] | None = None
    # What the addresses and the names of users must be like (`make_pattern`).
    address_pattern: str | None = None
    name_pattern: str | None = None
    address_keys: tuple[str, ...] | None = None
    # When the users were created.
    created_after: datetime | None = None
    created_before: datetime | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.roles is not None:
            role_ids = select(Role.id).where(col(Role.key).in_(self.roles))
            yield col(Membership.role_id).in_(role_ids)
        if self.within is not None:
            yield col(Membership.organization_id).in_(self.within)
        if self.user_ids is not None:
            yield col(Membership.user_id).in_(self.user_ids)
        if self.other_user_ids is not None:
            yield col(Membership.user_id).not_in(self.other_user_ids)
        of_user = [*self._user_conditions()]
        if of_user:
            yield exists().where(col(User.id) == col(Membership.user_id), *of_user)

    def _user_conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.address_pattern is not None:
            yield col(User.email_address).ilike(self.address_pattern, escape="/")
        if self.name_pattern is not None:
            first = func.coalesce(col(User.first_name), "")
            full = first.concat(" ").concat(func.coalesce(col(User.last_name), ""))
            yield full.ilike(self.name_pattern, escape="/")
        if self.address_keys is not None:
            yield col(User.address_key).in_(self.address_keys)
        if self.created_after is not None:
            yield col(User.created_at) > self.created_after
        if self.created_before is not None:
            yield col(User.created_at) < self.created_before


def make_pattern(text: str) -> str:
    """Makes the pattern of texts that contain this one, taken literally."""
    literal = re.sub("([/%_])", r"/\1", text)
    return f"%{literal}%"


def select_memberships(
    spec: ListSpec[Membership],
    query: str | None = None,
    roles: Sequence[str] | None = None,
    within: tuple[str, ...] | None = None,
) -> Selection[Membership]:
    """The memberships that the arguments of a list field select."""
    keys = None if roles is None else tuple(roles)
    return Selection(spec, MembershipFilter(keys, within), query)
