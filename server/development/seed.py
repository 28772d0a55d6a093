"""Demo data of any size: the same for the same numbers, written in bulk."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select
from ulid import ULID

from models.database.session import DatabaseSession
from models.database.store import Store
from models.memberships import Membership
from models.organizations import Organization
from models.roles import RoleSet
from models.users import User, get_domain
from models.validation.slugs import make_slug
from models.validation.text import to_search_text
from server.development.issuer import make_subject
from server.settings.names import ISSUER

BATCH = 2_000
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = [
    "Ada",
    "Grace",
    "Alan",
    "Katherine",
    "Margaret",
    "Edsger",
    "Barbara",
    "Donald",
    "Radia",
    "Tim",
    "Frances",
    "John",
    "Hedy",
    "Claude",
    "Sophie",
    "Linus",
    "Dorothy",
    "Ken",
    "Évariste",
    "Łukasz",
    "Mei",
    "Noor",
    "Søren",
    "Yuki",
]
LAST = [
    "Lovelace",
    "Hopper",
    "Turing",
    "Johnson",
    "Hamilton",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Perlman",
    "Lee",
    "Allen",
    "Backus",
    "Lamarr",
    "Shannon",
    "Wilson",
    "Torvalds",
    "Vaughan",
    "Thompson",
    "Galois",
    "Nowak",
    "Chen",
    "Haddad",
    "Kierkegaard",
    "Tanaka",
]
ADJECTIVES = [
    "Bright",
    "Calm",
    "Northern",
    "Swift",
    "Golden",
    "Quiet",
    "Amber",
    "Bold",
    "Silver",
    "Green",
    "Royal",
    "Atomic",
    "Lunar",
    "Vivid",
    "Clever",
    "Solid",
]
NOUNS = [
    "Harbor",
    "Foundry",
    "Orchard",
    "Analytics",
    "Robotics",
    "Logistics",
    "Studio",
    "Kitchen",
    "Bank",
    "Garden",
    "Press",
    "Labs",
    "Works",
    "Cinema",
]

Row = dict[str, Any]
Progress = Callable[[int], None]


class Seeder:
    """Generates rows from a fixed random sequence: the same numbers give the same rows."""

    def __init__(self, organizations: int, users: int, sequence: int) -> None:
        self.seed = f"{organizations}/{users}/{sequence}"
        self.random = random.Random(self.seed)
        self.sequence = sequence
        self.moment = EPOCH + timedelta(days=sequence)
        self.user_ids = [self._next_id("user") for _ in range(users)]
        self.organization_ids = [self._next_id("org") for _ in range(organizations)]

    def _next_id(self, prefix: str) -> tuple[str, datetime]:
        """Returns a new ID and its time, a millisecond after the previous one."""
        self.moment += timedelta(milliseconds=1)
        milliseconds = int(self.moment.timestamp() * 1000)
        ulid = ULID(milliseconds.to_bytes(6) + self.random.randbytes(10))
        return f"{prefix}_{str(ulid).lower()}", self.moment

    def email(self, number: int) -> str:
        return f"user{number}.{self.sequence}@example.com"

    def count(self) -> int:
        """Counts the rows to write."""
        return len(self.user_ids) + len(self.organization_ids) + sum(1 for _ in self._pairs())

    def _row(self, id: str, moment: datetime) -> Row:
        return {
            "id": id,
            "created_at": moment,
            "updated_at": moment,
            "public_metadata": {},
            "private_metadata": {},
        }

    def users(self) -> Iterator[Row]:
        for number, id_and_time in enumerate(self.user_ids):
            first, last = self.random.choice(FIRST), self.random.choice(LAST)
            email = self.email(number)
            yield self._row(*id_and_time) | {
                "issuer": ISSUER,
                "external_id": make_subject(email),
                "identifier": email,
                "email_address": email,
                "address_key": email,
                "address_domain": get_domain(email),
                "email_verified": True,
                "first_name": first,
                "last_name": last,
                "refreshed_at": 0,
                "search_text": to_search_text(email, first, last),
            }

    def organizations(self, role_set_id: str) -> Iterator[Row]:
        for number, id_and_time in enumerate(self.organization_ids):
            name = f"{self.random.choice(ADJECTIVES)} {self.random.choice(NOUNS)} {number + 1}"
            slug = f"{make_slug(name)}-{self.sequence}"
            yield self._row(*id_and_time) | {
                "name": name,
                "slug": slug,
                "max_allowed_memberships": 0,
                "admin_delete_enabled": True,
                "created_by_id": self.random.choice(self.user_ids)[0] if self.user_ids else None,
                "role_set_id": role_set_id,
                "search_text": to_search_text(name, slug),
            }

    def memberships(self, admin_id: str, member_id: str) -> Iterator[Row]:
        """Yields one to three memberships of each user; half of all users join the first one."""
        for organization_id, user_id, is_first in self._pairs():
            role_id = admin_id if is_first else member_id
            yield self._row(*self._next_id("orgmem")) | {
                "organization_id": organization_id,
                "user_id": user_id,
                "role_id": role_id,
            }

    def _pairs(self) -> Iterator[tuple[str, str, bool]]:
        """Yields each organization, each of its users, and whether the user is its first."""
        chance = random.Random(self.seed)
        managed: set[str] = set()
        for number, (user_id, _) in enumerate(self.user_ids):
            for organization_id in self._choose_organizations(number, chance):
                yield organization_id, user_id, organization_id not in managed
                managed.add(organization_id)

    def _choose_organizations(self, number: int, chance: random.Random) -> list[str]:
        if not self.organization_ids:
            return []
        home = self.organization_ids[number % len(self.organization_ids)]
        others = chance.choices(self.organization_ids, k=chance.choice((0, 0, 1, 2)))
        large = [self.organization_ids[0]] if number % 2 else []
        return list(dict.fromkeys(id for id, _ in (home, *large, *others)))


async def _write(
    session: DatabaseSession, table: type[Any], rows: Iterator[Row], progress: Progress
) -> None:
    while batch := list(islice(rows, BATCH)):
        await session.execute(insert(table.__table__), batch)
        progress(len(batch))


async def write_demo_data(store: Store, seeder: Seeder, progress: Progress) -> None:
    """Writes everything in one transaction, so that an interrupted seed leaves nothing."""
    async with store.write() as session:
        role_set = (
            await session.execute(select(RoleSet).where(col(RoleSet.is_initial)))
        ).scalar_one()
        await _write(session, User, seeder.users(), progress)
        await _write(session, Organization, seeder.organizations(role_set.id), progress)
        memberships = seeder.memberships(role_set.creator_role_id, role_set.default_role_id)
        await _write(session, Membership, memberships, progress)
