"""An organization whose members have names that databases sort in different ways."""

import string
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from tests.support.api import Api, Caller
from tests.support.data.rows import Row, a_membership, a_user, an_organization, ids_by_key, write

# First names, with equal ones among them, and what collations like to disagree about.
NAMES = [
    None,
    "",
    " ",
    "ada",
    "Ada",
    "ADA",
    "Ada",
    "Zoë",
    "zoe",
    "Évariste",
    "évariste",
    "Łukasz",
    "ß",
    "SS",
    "ss",
    "İpek",
    "ıpek",
    "O'Brien",
    'the "Duke"',
    "100%",
    "1_0",
    "a\\b",
    "Ω",
    "ω",
    "\U0001f600",
    "\ufb01",
    "\uff21da",
    "~",
]

LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(text: str | None) -> str:
    """Folds a name as lists do: by code point, ASCII letters in lower case, absent names first."""
    return (text or "").translate(LOWER)


@dataclass(frozen=True)
class Crowd:
    """An organization with a member of each name, who belong to organizations of each name."""

    viewer: Caller
    organization_id: str
    role_id: str
    users: dict[str, Row] = field(default_factory=dict[str, Row])
    organizations: dict[str, Row] = field(default_factory=dict[str, Row])
    memberships: dict[str, Row] = field(default_factory=dict[str, Row])

    def members(self, key: Callable[[Row], Any], of: str | None = None) -> list[str]:
        """Returns the IDs of an organization's memberships, sorted by the user."""
        mine = [
            row
            for row in self.memberships.values()
            if row["organization_id"] == (of or self.organization_id)
        ]
        return [
            row["id"]
            for row in sorted(mine, key=lambda row: (key(self.users[row["user_id"]]), row["id"]))
        ]

    def mine(self, key: Callable[[Row], Any]) -> list[str]:
        """Returns the IDs of the viewer's memberships, sorted by the organization."""
        mine = [row for row in self.memberships.values() if row["user_id"] == self.viewer.id]
        ordered = sorted(
            mine, key=lambda row: (key(self.organizations[row["organization_id"]]), row["id"])
        )
        return [row["id"] for row in ordered]

    def all_organizations(self, key: Callable[[Row], Any]) -> list[str]:
        return [
            row["id"]
            for row in sorted(self.organizations.values(), key=lambda row: (key(row), row["id"]))
        ]

    @property
    def own(self) -> str:
        """The viewer's own membership in the organization."""
        (own,) = set(self.members(len)) & set(self.mine(len))
        return own

    def members_count(self, organization: Row) -> int:
        return sum(
            row["organization_id"] == organization["id"] for row in self.memberships.values()
        )


async def a_crowd(api: Api) -> Crowd:
    viewer = await api.person("viewer@example.com", given_name="Ada", family_name="Byron")
    roles, role_sets = await ids_by_key(api.store, "role"), await ids_by_key(api.store, "role_set")
    lasts = cycle(["Byron", None, "byron", "Čapek"])
    users = [
        a_user(
            f"{'Ub'[n % 2]}{n}@example.com",
            name,
            next(lasts),
            **({"email_address": None} if n % 7 == 0 else {}),
        )
        for n, name in enumerate(NAMES)
    ]
    organizations = [an_organization(name or "A", role_sets["role_set:primary"]) for name in NAMES]
    home, member = organizations[0]["id"], roles["org:member"]
    pairs = [(home, user["id"]) for user in users] + [
        (one["id"], viewer.id) for one in organizations
    ]
    pairs += [(organizations[n]["id"], users[n]["id"]) for n in range(1, len(NAMES), 3)]
    memberships = [a_membership(*pair, member) for pair in pairs]
    await write(api.store, user=users, organization=organizations, membership=memberships)
    own = {
        "id": viewer.id,
        "first_name": "Ada",
        "last_name": "Byron",
        "email_address": viewer.email,
    }
    by_id = [
        {row["id"]: row for row in rows} for rows in ([*users, own], organizations, memberships)
    ]
    return Crowd(viewer, home, member, *by_id)
