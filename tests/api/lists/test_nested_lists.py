"""Lists below many parents, and what is counted of them."""

from itertools import cycle

import pytest

from tests.support.api import JSON, SERVICE, Answer, Api
from tests.support.data.sorted_members import NAMES, Crowd, a_crowd

pytestmark = pytest.mark.both_databases

ORDERS = cycle(["CREATED_AT", "FIRST_NAME", "LAST_NAME", "EMAIL_ADDRESS", "ORGANIZATION_NAME"])
PARTS: list[JSON] = [
    {},
    {"first": 1},
    {"last": 2},
    {"first": 0},
    {"first": 2, "query": "example"},
    {"last": 2, "query": "ada"},
    {"first": 2, "roles": ["org:member"]},
    {"first": 2, "roles": []},
]

PAGE = "{ edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
MEMBERSHIPS = f"""memberships(
  first: $first, last: $last, after: $after, orderBy: $orderBy, query: $query, roles: $roles) {PAGE}"""
VARIABLES = """$first: Int, $last: Int, $after: String,
  $orderBy: MembershipOrder, $query: String, $roles: [String!]"""
MANY = f"query({VARIABLES}) {{ organizations(first: 100) {{ nodes {{ id {MEMBERSHIPS} }} }} }}"
ONE = f"query($id: ID!, {VARIABLES}) {{ organization(by: {{ id: $id }}) {{ {MEMBERSHIPS} }} }}"
OWN = f"memberships(first: $first, last: $last) {PAGE}"
MANY_USERS = f"query($first: Int, $last: Int) {{ users(first: 100) {{ nodes {{ id {OWN} }} }} }}"
ONE_USER = f"query($id: ID!, $first: Int, $last: Int) {{ user(id: $id) {{ {OWN} }} }}"


@pytest.fixture
async def crowd(api: Api) -> Crowd:
    return await a_crowd(api)


async def test_pages_of_many_organizations_are_those_of_each(api: Api, crowd: Crowd) -> None:
    for direction, order, part in zip(
        cycle(["ASC", "DESC"]), ORDERS, [*PARTS, *PARTS], strict=False
    ):
        variables = {**part, "orderBy": {"field": order, "direction": direction}}
        nested = (await api.run(MANY, variables, by=SERVICE)).data["organizations"]["nodes"]

        assert len(nested) == len(crowd.organizations)
        for one in nested[::9] + nested[-1:]:
            single = await api.run(ONE, {**variables, "id": one["id"]}, by=SERVICE)
            assert single.data["organization"]["memberships"] == one["memberships"], (
                variables,
                one["id"],
            )


async def test_pages_of_many_users_are_those_of_each(api: Api, crowd: Crowd) -> None:
    for part in ({"first": 1}, {"last": 2}, {}):
        nested = (await api.run(MANY_USERS, part, by=SERVICE)).data["users"]["nodes"]

        assert len(nested) == len(crowd.users)
        for one in nested[:6] + nested[-1:]:
            single = await api.run(ONE_USER, {**part, "id": one["id"]}, by=SERVICE)
            assert single.data["user"]["memberships"] == one["memberships"], part


async def test_a_cursor_below_many_parents_serves_its_own_and_refuses_the_others(
    api: Api, crowd: Crowd
) -> None:
    one = {"id": crowd.organization_id, "first": 2}
    start = (await api.run(ONE, one, by=SERVICE)).data["organization"]["memberships"]
    after = start["pageInfo"]["endCursor"]

    nested = await api.run(MANY, {"first": 2, "after": after}, by=SERVICE)

    single = (await api.run(ONE, {**one, "after": after}, by=SERVICE)).data["organization"][
        "memberships"
    ]
    found = {one["id"]: one["memberships"] for one in nested.body["data"]["organizations"]["nodes"]}
    assert found.pop(crowd.organization_id) == single
    assert [one for one in found.values() if one is not None] == []
    assert {error["extensions"]["code"] for error in nested.body["errors"]} == {"BAD_USER_INPUT"}


async def test_nodes_are_the_nodes_of_the_edges(api: Api, crowd: Crowd) -> None:
    found = (await api.run(MANY, {"first": 3}, by=SERVICE)).data["organizations"]["nodes"]

    for one in found:
        assert one["memberships"]["nodes"] == [edge["node"] for edge in one["memberships"]["edges"]]


# ------------------------------------------------------------------------------------------- totals

TOTALS = """query($id: ID!, $query: String, $roles: [String!]) {
  viewer { memberships(first: 1, query: $query, roles: $roles) { totalCount } }
  organization(by: { id: $id }) { memberships(first: 1, query: $query, roles: $roles) { totalCount } } }"""
ALL_TOTALS = """query($query: String, $userIds: [ID!], $emailAddresses: [String!], $externalIds: [String!]) {
  organizations(first: 1, query: $query, userIds: $userIds) { totalCount }
  users(first: 1, query: $query, emailAddresses: $emailAddresses, externalIds: $externalIds) { totalCount } }"""
NESTED_TOTALS = """query($query: String) { organizations(first: 100) { nodes {
  id all: memberships(first: 0) { totalCount } some: memberships(first: 0, query: $query) { totalCount } } } }"""


def totals(answer: Answer) -> list[int]:
    return [one.get("memberships", one)["totalCount"] for one in answer.data.values()]


async def test_the_totals_of_memberships_count_what_the_filters_leave(
    api: Api, crowd: Crowd
) -> None:
    number = len(NAMES)
    asked: list[tuple[JSON, list[int]]] = [
        ({}, [number, number + 1]),
        ({"query": "ada"}, [4, 5]),
        ({"roles": ["org:member"]}, [number, number + 1]),
        ({"roles": ["org:admin"]}, [0, 0]),
        ({"roles": []}, [0, 0]),
        ({"roles": ["org:admin"], "query": "ada"}, [0, 0]),
    ]

    for variables, expected in asked:
        answer = await api.run(TOTALS, {"id": crowd.organization_id, **variables}, by=crowd.viewer)
        assert totals(answer) == expected, variables


async def test_the_totals_of_everything_count_what_the_filters_leave(
    api: Api, crowd: Crowd
) -> None:
    number = len(NAMES)
    some = list(crowd.users.values())[:3]
    asked: list[tuple[JSON, list[int]]] = [
        ({}, [number, number + 1]),
        ({"query": "ada"}, [4, 5]),
        ({"userIds": [one["id"] for one in some]}, [2, number + 1]),
        ({"externalIds": [one["external_id"] for one in some]}, [number, 3]),
        ({"emailAddresses": [one["identifier"] for one in some]}, [number, 3]),
        ({"externalIds": [some[0]["external_id"]], "query": "nobody"}, [0, 0]),
    ]

    for variables, expected in asked:
        assert totals(await api.run(ALL_TOTALS, variables, by=SERVICE)) == expected, variables


async def test_the_totals_of_many_parents_are_those_of_each(api: Api, crowd: Crowd) -> None:
    answer = await api.run(NESTED_TOTALS, {"query": "nobody has this"}, by=SERVICE)

    for one in answer.data["organizations"]["nodes"]:
        members = crowd.members_count({"id": one["id"]})
        assert (one["all"]["totalCount"], one["some"]["totalCount"]) == (members, 0)
