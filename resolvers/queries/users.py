"""Users: the list of all users, and which users a user can see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.database.statements import StatementValues
from models.database.store import Readable
from models.errors import FormatInvalid
from models.memberships import Membership
from models.users import User
from models.validation.addresses import normalize_address
from resolvers.lists import ListSpec, Search, Selection
from resolvers.queries.roles import select_reading_role_ids

USERS = ListSpec("users", User, search=Search(col(User.search_text), col(User.id)))


@dataclass(frozen=True, slots=True)
class UserFilter(StatementValues):
    address_keys: tuple[str, ...] | None = None
    external_ids: tuple[str, ...] | None = None
    # Only members of these organizations.
    within: tuple[str, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.address_keys is not None:
            yield col(User.address_key).in_(self.address_keys)
        if self.external_ids is not None:
            yield col(User.external_id).in_(self.external_ids)
        if self.within is not None:
            members = select(Membership.user_id).where(
                col(Membership.organization_id).in_(self.within)
            )
            yield col(User.id).in_(members)


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
    keys: list[str] = []
    for address in email_addresses:
        try:
            keys.append(normalize_address(address))
        except FormatInvalid:
            continue
    return Selection(USERS, UserFilter(tuple(keys), subjects, within), query)


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
