"""Users: the list of all users, and which users a user can see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import StatementValues
from models.database.store import Readable
from models.memberships import Membership
from models.users import User
from models.validation.addresses import normalize_valid
from resolvers.lists.cursors import text_sort_key
from resolvers.lists.specs import ListSpec, Search, Selection, SortKey
from resolvers.queries.roles import select_reading_role_ids

SORT_KEYS = {
    "CREATED_AT": None,
    "EMAIL_ADDRESS": SortKey(text_sort_key(col(User.email_address))),
    "FIRST_NAME": SortKey(text_sort_key(col(User.first_name))),
    "LAST_NAME": SortKey(text_sort_key(col(User.last_name))),
}
USERS = ListSpec(
    "users", User, sort_keys=SORT_KEYS, search=Search(col(User.search_text), col(User.id))
)


@dataclass(frozen=True, slots=True)
class UserFilter(StatementValues):
    """What the users of a list must have; None for anything."""

    address_keys: tuple[str, ...] | None = None
    external_ids: tuple[str, ...] | None = None
    # Only members of these organizations.
    within: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    other_than: tuple[str, ...] | None = None
    # Those of whom the user is a member of at least one.
    organization_ids: tuple[str, ...] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.address_keys is not None:
            yield col(User.address_key).in_(self.address_keys)
        if self.external_ids is not None:
            yield col(User.external_id).in_(self.external_ids)
        for organization_ids in (self.within, self.organization_ids):
            if organization_ids is not None:
                yield col(User.id).in_(_select_members(organization_ids))
        if self.ids is not None:
            yield col(User.id).in_(self.ids)
        if self.other_than is not None:
            yield col(User.id).not_in(self.other_than)
        if self.created_after is not None:
            yield col(User.created_at) > self.created_after
        if self.created_before is not None:
            yield col(User.created_at) < self.created_before


def _select_members(organization_ids: Sequence[str]) -> SelectOfScalar[str]:
    return select(Membership.user_id).where(col(Membership.organization_id).in_(organization_ids))


def select_users(
    query: str | None,
    email_addresses: Sequence[str] | None,
    external_ids: Sequence[str] | None,
    within: tuple[str, ...] | None,
) -> Selection[User]:
    """Compares addresses as rule 11 says; a malformed one matches nobody."""
    subjects = None if external_ids is None else tuple(external_ids)
    if email_addresses is None:
        return Selection(USERS, UserFilter(None, subjects, within), query)
    keys = normalize_valid(email_addresses)
    return Selection(USERS, UserFilter(keys, subjects, within), query)


async def load_are_fellows(store: Readable, keys: Sequence[tuple[str, str]]) -> Sequence[bool]:
    """Loads, by (viewer's ID, other user's ID), whether the viewer can see the other user.

    They can if they belong to the same organization, and the viewer can read its members.
    """
    mine: Any = aliased(Membership)
    theirs: Any = aliased(Membership)
    statement = (
        select(mine.user_id, theirs.user_id)
        .join(theirs, theirs.organization_id == mine.organization_id)
        .where(
            mine.user_id.in_({viewer for viewer, _ in keys}),
            theirs.user_id.in_({other for _, other in keys}),
            mine.role_id.in_(select_reading_role_ids()),
        )
        .distinct()
    )
    async with store.read() as connection:
        fellows = {tuple(row) for row in (await connection.execute(statement)).all()}
    return [key in fellows for key in keys]
