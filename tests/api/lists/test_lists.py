"""Walks through every list in every order: each row once, the same on SQLite and PostgreSQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from models.database.tables import metadata
from tests.conftest import counted
from tests.support.api import JSON, SERVICE, Api, Caller
from tests.support.data.rows import Row, a_membership, a_user, write
from tests.support.data.sorted_members import NAMES, Crowd, a_crowd, folded

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def crowd(api: Api) -> Crowd:
    return await a_crowd(api)


# -------------------------------------------------------------------------------------------- walks

ARGUMENTS = "first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy"
VARIABLES = "$first: Int, $after: String, $last: Int, $before: String, $offset: Int"
SKIPPING = f"{ARGUMENTS}, offset: $offset"
SELECTED = "{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
MEMBERS = f"""query($id: ID!, $orderBy: MembershipOrder, {VARIABLES}) {{
  organization(by: {{ id: $id }}) {{ memberships({SKIPPING}) {SELECTED} }} }}"""
MINE = f"query($orderBy: MembershipOrder, {VARIABLES}) {{ viewer {{ memberships({SKIPPING}) {SELECTED} }} }}"
ALL = f"query($orderBy: OrganizationOrder, {VARIABLES}) {{ organizations({SKIPPING}) {SELECTED} }}"
USERS = f"query($first: Int, $after: String, $offset: Int) {{ users(first: $first, after: $after, offset: $offset) {SELECTED} }}"
OWN = f"""query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {{ user(id: $id) {{
  memberships(first: $first, after: $after, last: $last, before: $before) {SELECTED} }} }}"""


@dataclass(frozen=True)
class Walk:
    """Goes through one list, page by page."""

    api: Api
    by: Caller
    document: str
    variables: JSON

    async def page(self, **part: Any) -> JSON:
        found = (await self.api.run(self.document, {**self.variables, **part}, by=self.by)).data
        while "edges" not in found:
            (found,) = found.values()
        cursors = [one["cursor"] for one in found["edges"]] or [None]
        assert (found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"]) == (
            cursors[0],
            cursors[-1],
        )
        return found

    async def forward(self, sizes: Sequence[int]) -> list[str]:
        return list(
            chain.from_iterable(
                await self._pages(sizes, "first", "after", "hasNextPage", "endCursor")
            )
        )

    async def backward(self, sizes: Sequence[int]) -> list[str]:
        pages = await self._pages(sizes, "last", "before", "hasPreviousPage", "startCursor")
        return list(chain.from_iterable(reversed(pages)))

    async def _pages(
        self, sizes: Sequence[int], size: str, place: str, goes_on: str, at: str
    ) -> list[list[str]]:
        pages: list[list[str]] = []
        cursor = None
        for asked in cycle(sizes):
            page = await self.page(**{size: asked, place: cursor})
            pages.append(ids_on(page))
            cursor = page["pageInfo"][at]
            if not page["pageInfo"][goes_on]:
                return pages
            assert len(pages[-1]) == asked
        raise AssertionError


def ids_on(page: JSON) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


def walk_members(api: Api, crowd: Crowd, **order: str) -> Walk:
    return Walk(api, crowd.viewer, MEMBERS, {"id": crowd.organization_id, "orderBy": order or None})


def walk_mine(api: Api, crowd: Crowd, **order: str) -> Walk:
    return Walk(api, crowd.viewer, MINE, {"orderBy": order or None})


def walk_all(api: Api, **order: str) -> Walk:
    return Walk(api, SERVICE, ALL, {"orderBy": order or None})


async def assert_walked(walk: Walk, expected: list[str]) -> None:
    assert await walk.forward([11]) == expected
    assert await walk.backward([8]) == expected


# ------------------------------------------------------------------------------------------- orders

MEMBER_KEYS: dict[str, Callable[[Row], Any]] = {
    "CREATED_AT": lambda user: "",
    "FIRST_NAME": lambda user: folded(user["first_name"]),
    "LAST_NAME": lambda user: folded(user["last_name"]),
    "EMAIL_ADDRESS": lambda user: folded(user["email_address"]),
    "ORGANIZATION_NAME": lambda user: "",
}
MINE_KEYS: dict[str, Callable[[Row], Any]] = {
    "CREATED_AT": lambda organization: "",
    "FIRST_NAME": lambda organization: "",
    "LAST_NAME": lambda organization: "",
    "EMAIL_ADDRESS": lambda organization: "",
    "ORGANIZATION_NAME": lambda organization: folded(organization["name"]),
}


async def test_members_are_walked_in_order(api: Api, crowd: Crowd) -> None:
    for order, key in MEMBER_KEYS.items():
        expected = crowd.members(key)

        await assert_walked(walk_members(api, crowd, field=order, direction="ASC"), expected)
        await assert_walked(walk_members(api, crowd, field=order, direction="DESC"), expected[::-1])


async def test_the_viewers_memberships_are_walked_in_order(api: Api, crowd: Crowd) -> None:
    for order, key in MINE_KEYS.items():
        expected = crowd.mine(key)

        await assert_walked(walk_mine(api, crowd, field=order, direction="ASC"), expected)
        await assert_walked(walk_mine(api, crowd, field=order, direction="DESC"), expected[::-1])


async def test_all_organizations_are_walked_in_order(api: Api, crowd: Crowd) -> None:
    keys: dict[str, Callable[[Row], Any]] = {
        "CREATED_AT": lambda row: "",
        "NAME": lambda row: folded(row["name"]),
        "MEMBERS_COUNT": crowd.members_count,
    }
    for order, key in keys.items():
        expected = crowd.all_organizations(key)

        await assert_walked(walk_all(api, field=order, direction="ASC"), expected)
        await assert_walked(walk_all(api, field=order, direction="DESC"), expected[::-1])


async def test_lists_are_newest_first_when_no_order_is_asked_for(api: Api, crowd: Crowd) -> None:
    newest_users = sorted(crowd.users, reverse=True)

    await assert_walked(walk_members(api, crowd), crowd.members(lambda user: "")[::-1])
    await assert_walked(
        walk_members(api, crowd, field="FIRST_NAME"), crowd.members(MEMBER_KEYS["FIRST_NAME"])[::-1]
    )
    await assert_walked(walk_mine(api, crowd), crowd.mine(lambda organization: "")[::-1])
    await assert_walked(walk_all(api), sorted(crowd.organizations, reverse=True))
    await assert_walked(
        Walk(api, crowd.viewer, OWN, {"id": crowd.viewer.id}),
        crowd.mine(lambda organization: "")[::-1],
    )
    assert await Walk(api, SERVICE, USERS, {}).forward([11]) == newest_users


sizes = st.lists(st.integers(1, 100), min_size=1, max_size=5)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(forward=sizes, backward=sizes)
async def test_pages_of_any_size_give_the_same_list(
    api: Api, crowd: Crowd, forward: list[int], backward: list[int]
) -> None:
    walk = walk_members(api, crowd, field="FIRST_NAME", direction="ASC")
    expected = crowd.members(MEMBER_KEYS["FIRST_NAME"])

    assert await walk.forward(forward) == expected
    assert await walk.backward(backward) == expected


# -------------------------------------------------------------------------------- changes meanwhile


@pytest.mark.parametrize(("order", "direction"), [("CREATED_AT", "DESC"), ("FIRST_NAME", "ASC")])
async def test_who_stays_is_met_once_while_others_come_and_go(
    api: Api, crowd: Crowd, order: str, direction: str
) -> None:
    walk = walk_members(api, crowd, field=order, direction=direction)
    everybody = set(crowd.members(MEMBER_KEYS[order])) - {crowd.own}
    going = set(sorted(everybody)[::5])
    staying = everybody - going
    met: list[str] = []
    page = await walk.page(first=3)

    while page["edges"]:
        met += ids_on(page)
        if going:
            await join_and_leave(
                api, crowd, f"new{len(going)}@example.com", NAMES[len(going)], going.pop()
            )
        page = await walk.page(first=3, after=page["pageInfo"]["endCursor"])

    assert len(met) == len(set(met))
    assert staying <= set(met)


async def join_and_leave(api: Api, crowd: Crowd, email: str, name: str | None, gone: str) -> None:
    table = metadata.tables["membership"]
    newcomer = a_user(email, name)
    membership = a_membership(crowd.organization_id, newcomer["id"], crowd.role_id)
    await write(api.store, user=[newcomer], membership=[membership])
    async with api.store.write() as session:
        await session.execute(delete(table).where(table.c.id == gone))


# --------------------------------------------------------------------------------------------- ends


async def test_a_page_says_whether_the_list_goes_on(api: Api, crowd: Crowd) -> None:
    walk = walk_members(api, crowd, direction="ASC")
    ids = crowd.members(lambda user: "")
    cursors = [edge["cursor"] for edge in (await walk.page(first=100))["edges"]]
    middle, end = cursors[10], cursors[-1]
    parts: list[tuple[JSON, list[str], bool, bool]] = [
        ({"first": 2}, ids[:2], False, True),
        ({"last": 2}, ids[-2:], True, False),
        ({"first": len(ids)}, ids, False, False),
        ({"last": len(ids)}, ids, False, False),
        ({"first": 0}, [], False, True),
        ({"last": 0}, [], True, False),
        ({"first": 2, "after": middle}, ids[11:13], True, True),
        ({"last": 2, "before": middle}, ids[8:10], True, True),
        ({"first": 100, "before": middle}, ids[:10], False, True),
        ({"last": 100, "after": middle}, ids[11:], True, False),
        ({"first": 5, "after": end}, [], True, False),
        ({"last": 5, "before": cursors[0]}, [], False, True),
        ({"first": 100, "after": cursors[3], "before": cursors[6]}, ids[4:6], True, True),
        ({"first": 100, "after": cursors[6], "before": cursors[3]}, [], True, True),
    ]

    for part, expected, has_previous, has_next in parts:
        page = await walk.page(**part)
        info = page["pageInfo"]
        found = (ids_on(page), info["hasPreviousPage"], info["hasNextPage"])
        assert found == (expected, has_previous, has_next), part


async def test_a_page_can_be_numbered(api: Api, crowd: Crowd) -> None:
    walk = walk_members(api, crowd, field="FIRST_NAME", direction="ASC")
    ids = crowd.members(MEMBER_KEYS["FIRST_NAME"])
    count = len(ids)
    parts: list[tuple[JSON, list[str], bool, bool]] = [
        ({"first": 2, "offset": 0}, ids[:2], False, True),
        ({"first": 2, "offset": 3}, ids[3:5], True, True),
        ({"first": 2, "offset": count - 2}, ids[-2:], True, False),
        ({"first": 2, "offset": count}, [], True, False),
        ({"last": 2, "offset": 0}, ids[-2:], True, False),
        ({"last": 2, "offset": 3}, ids[-5:-3], True, True),
        ({"last": 2, "offset": count - 2}, ids[:2], False, True),
        ({"last": 2, "offset": count}, [], False, True),
        ({"offset": 10_000}, [], True, False),
    ]

    for part, expected, has_previous, has_next in parts:
        page = await walk.page(**part)
        info = page["pageInfo"]
        found = (ids_on(page), info["hasPreviousPage"], info["hasNextPage"])
        assert found == (expected, has_previous, has_next), part


async def test_a_numbered_page_has_the_cursors_of_its_entries(api: Api, crowd: Crowd) -> None:
    walk = walk_members(api, crowd, field="FIRST_NAME", direction="ASC")
    ids = crowd.members(MEMBER_KEYS["FIRST_NAME"])

    page = await walk.page(first=2, offset=4)
    following = await walk.page(first=2, after=page["pageInfo"]["endCursor"])

    assert ids_on(following) == ids[6:8]


async def test_every_list_of_people_and_organizations_takes_an_offset(
    api: Api, crowd: Crowd
) -> None:
    walks = [
        walk_members(api, crowd),
        walk_mine(api, crowd),
        walk_all(api),
        Walk(api, SERVICE, USERS, {}),
    ]

    for walk in walks:
        whole = ids_on(await walk.page(first=10))
        assert ids_on(await walk.page(first=4, offset=3)) == whole[3:7]


@pytest.mark.parametrize(
    ("part", "code", "sentence"),
    [
        ({"offset": -1}, "BAD_USER_INPUT", "offset must be 0 or greater."),
        ({"offset": 0, "after": "x"}, "BAD_USER_INPUT", "Give either an offset or a cursor"),
        ({"offset": 1, "before": "x"}, "BAD_USER_INPUT", "Give either an offset or a cursor"),
        ({"offset": 10_001}, "LIMIT_EXCEEDED", "An offset can be at most 10000."),
    ],
)
async def test_a_wrong_offset_is_refused_in_words(
    api: Api, crowd: Crowd, part: JSON, code: str, sentence: str
) -> None:
    answer = await api.run(MEMBERS, {"id": crowd.organization_id, **part}, by=crowd.viewer)

    assert answer.code == code
    assert answer.error["message"].startswith(sentence)


async def test_a_numbered_page_costs_what_a_page_costs(api: Api, crowd: Crowd) -> None:
    walk = walk_members(api, crowd)

    async def measure(**part: int) -> tuple[int, Any]:
        with counted(api.store) as statements:
            answer = await api.run(MEMBERS, {**walk.variables, **part}, by=crowd.viewer)
        return len(statements), answer.body["extensions"]["cost"]["asked"]

    await measure(first=2)
    assert await measure(first=2, offset=5) == await measure(first=2)


async def test_a_list_without_entries_has_an_empty_page(api: Api, crowd: Crowd) -> None:
    empty = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    alone = await api.person("alone@example.com")

    for part in ({}, {"first": 0}, {"last": 5}):
        page = await Walk(api, alone, MINE, {}).page(**part)

        assert (page["edges"], page["pageInfo"]) == ([], empty), part
