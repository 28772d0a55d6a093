"""Whatever is done to roles and members, in whatever order:
what must hold, holds after each step (rules 8 and 26).
"""

import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.database.store import Store
from models.database.tables import metadata
from tests.conftest import Templates, make_api
from tests.support.api import JSON, SERVICE, Answer, Api, Caller, Clock
from tests.support.data.factories import a_member, an_organization
from tests.support.data.invitations import invited
from tests.support.data.roles import DELETE, MANAGE, READ, make_role, make_set

MANAGER = (READ, MANAGE, DELETE)
PEOPLE = ("ada", "grace", "mallory", "eve")
TABLES = (
    "organization",
    "membership",
    "invitation",
    "permission",
    "role",
    "role_permission",
    "role_set",
    "role_set_role",
    "event",
)
# The top-level errors that a step may meet.
REFUSALS = {"FORBIDDEN", "NOT_FOUND"}


@dataclass(frozen=True)
class World:
    """A database that every walk begins with a copy of,
    and who calls: a secret key, and people by their ids.
    """

    database: Path
    clock: Clock
    people: dict[str, Caller]


@asynccontextmanager
async def opened(database: Path, clock: Clock) -> AsyncGenerator[Api]:
    api = make_api(Store(f"sqlite+aiosqlite:///{database}"), clock)
    try:
        yield api
    finally:
        await api.client.aclose()
        await api.store.close()


@pytest.fixture
async def world(sqlite_templates: Templates, tmp_path: Path) -> World:
    """Two managed organizations with somebody invited, one
    without members, two role sets, two roles that manage.
    """
    database, clock = tmp_path / "world.db", Clock()
    shutil.copy(Path(sqlite_templates.url) / "empty.db", database)
    async with opened(database, clock) as api:
        ada, grace, mallory, eve = [await api.person(f"{name}@example.com") for name in PEOPLE]
        await make_role(api, "org:owner", *MANAGER, initially=True)
        await make_role(api, "org:editor", READ, MANAGE, initially=True)
        await make_set(api, "role_set:other", "org:owner", "org:editor", creator="org:owner")
        acme, beta, _ = [await an_organization(api, by=one) for one in (ada, mallory, SERVICE)]
        await a_member(api, acme, grace, "org:owner")
        await a_member(api, beta, grace, "org:editor")
        await a_member(api, beta, eve)
        assert await invited(api, acme, eve.email, by=ada, role="org:editor", notify=False)
        assert await invited(api, beta, ada.email, by=mallory, role="org:owner", notify=False)
    return World(database, clock, {one.id: one for one in (ada, grace, mallory, eve)})


# ------------------------------------------------------------------------------------ what is there


@dataclass(frozen=True)
class Seen:
    """What is stored at one moment: the rows of each table."""

    tables: dict[str, list[JSON]]

    @cached_property
    def keys(self) -> dict[str, str]:
        """Of roles, permissions and role sets, by their ids."""
        return {
            row["id"]: row["key"]
            for name in ("role", "permission", "role_set")
            for row in self.tables[name]
        }

    @cached_property
    def role_sets(self) -> dict[str, str]:
        """The role set of each organization."""
        return {row["id"]: row["role_set_id"] for row in self.tables["organization"]}

    @cached_property
    def pending(self) -> list[JSON]:
        return [row for row in self.tables["invitation"] if row["status"] == "pending"]

    def roles_of(self, role_set_id: str) -> set[str]:
        return {
            row["role_id"]
            for row in self.tables["role_set_role"]
            if row["role_set_id"] == role_set_id
        }

    def is_managing(self, role_id: str) -> bool:
        held = (row for row in self.tables["role_permission"] if row["role_id"] == role_id)
        return {self.keys[row["permission_id"]] for row in held} >= set(MANAGER)

    def managed(self) -> set[str]:
        """The organizations that somebody can manage."""
        return {
            row["organization_id"]
            for row in self.tables["membership"]
            if self.is_managing(row["role_id"])
        }

    def misplaced(self) -> list[JSON]:
        """The memberships and pending invitations with
        a role that their organization does not have.
        """
        rows = self.tables["membership"] + self.pending
        return [
            row
            for row in rows
            if row["role_id"] not in self.roles_of(self.role_sets[row["organization_id"]])
        ]

    def is_sound(self, role_set: JSON) -> bool:
        """Whether the default and the creator role are the set's, and the creator's can manage."""
        chosen = {role_set["default_role_id"], role_set["creator_role_id"]}
        return chosen <= self.roles_of(role_set["id"]) and self.is_managing(
            role_set["creator_role_id"]
        )


async def seen(store: Store) -> Seen:
    tables: dict[str, list[JSON]] = {}
    async with store.read() as connection:
        for name in TABLES:
            table = metadata.tables[name]
            rows = await connection.execute(select(table).order_by(*table.primary_key))
            tables[name] = rows.mappings()
    return Seen(tables)


# -------------------------------------------------------------------------------------------- steps


@dataclass(frozen=True)
class Chance:
    """Chooses by chance, and mostly what can be done: among what is there."""

    random: Random
    seen: Seen

    def row(self, table: str) -> JSON:
        return self.random.choice(self.seen.tables[table])

    def key(self, table: str) -> str:
        return self.row(table)["key"]

    def role_of(self, role_set_id: str) -> str:
        return self.seen.keys[self.random.choice(sorted(self.seen.roles_of(role_set_id)))]

    def some(self, among: list[str]) -> list[str]:
        return self.random.sample(among, self.random.randint(1, min(4, len(among))))

    def permissions(self) -> list[str]:
        keys = [row["key"] for row in self.seen.tables["permission"]]
        return self.random.choice([list(MANAGER), self.some(keys), [*self.some(keys), *MANAGER]])

    def mappings(self, role_set_id: str) -> list[JSON]:
        """For most of the roles that are not in the set; for all would never be refused."""
        there = self.seen.roles_of(role_set_id)
        gone = [row["key"] for row in self.seen.tables["role"] if row["id"] not in there]
        return [
            {"from": key, "to": self.role_of(role_set_id)}
            for key in gone
            if self.random.randrange(9)
        ]


def create_role(chance: Chance) -> JSON:
    key, initially = f"org:{chance.random.randrange(4)}", chance.random.choice([True, False])
    return {
        "key": key,
        "name": "Role",
        "permissions": chance.permissions(),
        "addToInitialRoleSet": initially,
    }


def update_role(chance: Chance) -> JSON:
    return {"key": chance.key("role"), "permissions": chance.permissions()}


def delete_role(chance: Chance) -> JSON:
    return {"key": chance.key("role")}


def create_role_set(chance: Chance) -> JSON:
    roles = chance.some([row["key"] for row in chance.seen.tables["role"]])
    creators = [
        chance.seen.keys[row["id"]]
        for row in chance.seen.tables["role"]
        if chance.seen.is_managing(row["id"])
    ]
    creator = chance.random.choice(creators)
    roles += [] if creator in roles else [creator]
    key = f"role_set:{chance.random.randrange(3)}"
    return {
        "key": key,
        "name": "Set",
        "roles": roles,
        "defaultRole": roles[0],
        "creatorRole": creator,
    }


def update_role_set(chance: Chance) -> JSON:
    role_set = chance.row("role_set")
    change = {
        "addRoles": chance.some([row["key"] for row in chance.seen.tables["role"]]),
        "defaultRole": chance.role_of(role_set["id"]),
        "creatorRole": chance.role_of(role_set["id"]),
        "makeInitial": True,
    }
    name = chance.random.choice(list(change))
    return {"key": role_set["key"], name: change[name]}


def replace_role(chance: Chance) -> JSON:
    role_set = chance.row("role_set")
    return {
        "roleSet": role_set["key"],
        "role": chance.role_of(role_set["id"]),
        "withRole": chance.key("role"),
    }


def replace_role_set(chance: Chance) -> JSON:
    other = chance.row("role_set")
    return {
        "key": chance.key("role_set"),
        "withKey": other["key"],
        "mappings": chance.mappings(other["id"]),
    }


def set_role_set(chance: Chance) -> JSON:
    organization, role_set = chance.row("organization"), chance.row("role_set")
    mappings = chance.mappings(role_set["id"])
    return {"organizationId": organization["id"], "roleSet": role_set["key"], "mappings": mappings}


def _member(chance: Chance) -> JSON:
    row = chance.row("membership")
    return {"organizationId": row["organization_id"], "userId": row["user_id"]}


def remove_membership(chance: Chance) -> JSON:
    return _member(chance)


def update_membership(chance: Chance) -> JSON:
    member = _member(chance)
    return {**member, "role": chance.role_of(chance.seen.role_sets[member["organizationId"]])}


def leave_organization(chance: Chance) -> JSON:
    return {"organizationId": chance.row("organization")["id"]}


def create_invitation(chance: Chance) -> JSON:
    organization = chance.row("organization")
    address = f"{chance.random.choice(PEOPLE)}@example.com"
    role = chance.role_of(organization["role_set_id"])
    return {
        "organizationId": organization["id"],
        "emailAddress": address,
        "role": role,
        "notify": False,
    }


def accept_invitation(chance: Chance) -> JSON:
    return {"invitationId": chance.random.choice(chance.seen.pending or [{"id": "none"}])["id"]}


# What the instance's owner does.
ROLE_STEPS = {
    "createRole": create_role,
    "updateRole": update_role,
    "deleteRole": delete_role,
    "createRoleSet": create_role_set,
    "updateRoleSet": update_role_set,
    "replaceRoleInRoleSet": replace_role,
    "replaceRoleSet": replace_role_set,
    "setOrganizationRoleSet": set_role_set,
}
MEMBER_STEPS = {
    "updateMembership": update_membership,
    "removeMembership": remove_membership,
    "leaveOrganization": leave_organization,
    "createInvitation": create_invitation,
    "acceptInvitation": accept_invitation,
}
STEPS: dict[str, Callable[[Chance], JSON]] = ROLE_STEPS | MEMBER_STEPS


def caller_of(field: str, input: JSON, chance: Chance, world: World) -> Caller:
    """Who could do it, as a rule."""
    if field in ROLE_STEPS:
        return SERVICE
    if field == "acceptInvitation":
        invited = {row["id"]: row["address_key"] for row in chance.seen.pending}.get(
            input["invitationId"]
        )
        return max(world.people.values(), key=lambda one: one.email == invited)
    rows = chance.seen.tables["membership"]
    members = [
        world.people[row["user_id"]]
        for row in rows
        if row["organization_id"] == input["organizationId"]
    ]
    return chance.random.choice([*members, *members, SERVICE, *world.people.values()])


# -------------------------------------------------------------------------------------------- rules


def told_of_members(before: Seen, after: Seen) -> list[tuple[str, ...]]:
    """What the events since say of memberships: the kind, whose, and the role."""
    since = after.tables["event"][len(before.tables["event"]) :]
    kinds = [(*one["type"].split("."), one) for one in since]
    return sorted(
        (kind, one["object_id"], one["data"]["role"])
        for noun, kind, one in kinds
        if noun == "organizationMembership"
    )


def happened_to_members(before: Seen, after: Seen) -> list[tuple[str, ...]]:
    """The same, from the rows themselves."""
    old, new = (
        {row["id"]: row["role_id"] for row in one.tables["membership"]} for one in (before, after)
    )
    came = [("created", one, after.keys[new[one]]) for one in new.keys() - old.keys()]
    went = [("deleted", one, before.keys[old[one]]) for one in old.keys() - new.keys()]
    moved = [
        ("updated", one, after.keys[new[one]])
        for one in old.keys() & new.keys()
        if old[one] != new[one]
    ]
    return sorted(came + went + moved)


def check_answer(answer: Answer, before: Seen, after: Seen) -> None:
    """What was refused changed nothing, and what changed something has an event."""
    if "errors" in answer.body:
        assert answer.code in REFUSALS, answer.body
        assert after == before
    elif answer.user_errors:
        assert after == before
    else:
        assert (answer.payload["cursor"] is None) == (after == before)


def check_rules(before: Seen, after: Seen) -> None:
    assert before.managed() <= after.managed()
    assert after.misplaced() == []
    assert all(after.is_sound(one) for one in after.tables["role_set"])
    assert sum(one["is_initial"] for one in after.tables["role_set"]) == 1
    assert told_of_members(before, after) == happened_to_members(before, after)


async def take(api: Api, world: World, chance: Chance) -> Answer:
    field = chance.random.choice(list(STEPS))
    input = STEPS[field](chance)
    caller = caller_of(field, input, chance, world)
    note(f"{caller.email or 'service'}: {field} {input}")
    return await api.mutate(field, input, by=caller)


@settings(
    deadline=None,
    derandomize=True,
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(random=st.randoms(use_true_random=True), steps=st.integers(20, 30))
async def test_no_walk_leaves_an_organization_alone(
    world: World, random: Random, steps: int
) -> None:
    """Roles, sets, members and invitations change by chance, by the owner and by members."""
    database = world.database.with_name("walk.db")
    shutil.copy(world.database, database)
    async with opened(database, world.clock) as api:
        before = await seen(api.store)
        for _ in range(steps):
            answer = await take(api, world, Chance(random, before))
            after = await seen(api.store)
            check_answer(answer, before, after)
            check_rules(before, after)
            before = after
