"""Search and filters: what they find, what they take literally, and how much of it."""

from typing import Any

import pytest

from tests.support.api import JSON, SERVICE, Api, Caller
from tests.support.data.factories import Acme
from tests.support.data.rows import a_membership, a_user, an_organization, ids_by_key, write
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_socket

pytestmark = pytest.mark.both_databases

USERS = [
    ("evariste@example.com", "Évariste", "Galois"),
    ("lukasz@example.com", "Łukasz", "Nowak"),
    ("strasse@example.org", "Jürgen", "Groß"),
    ("O'Brien+tag@example.com", "Conor", "O'Brien"),
    ("percent@example.net", "50% Ada", "a_b"),
    ("nothing@example.net", "505 Ada", "axb"),
    ("slash@example.net", "a/b", "a\\b"),
]
ORGANIZATIONS = [
    ("Évariste & Söhne", "evariste-soehne"),
    ("50% Off", "half"),
    ("505 Off", "more"),
    ("STRASSE", "weg"),
]

ALL_USERS = """query($query: String, $emailAddresses: [String!], $externalIds: [String!]) {
  users(query: $query, emailAddresses: $emailAddresses, externalIds: $externalIds) { nodes { identifier } } }"""
ALL_ORGANIZATIONS = """query($query: String, $userIds: [ID!], $first: Int) {
  organizations(query: $query, userIds: $userIds, first: $first) { nodes { name } } }"""
MEMBERS = """query($id: ID!, $query: String, $roles: [String!]) { organization(by: { id: $id }) {
  memberships(query: $query, roles: $roles) { nodes { user { identifier } } } } }"""
MINE = """query($query: String, $roles: [String!]) {
  viewer { memberships(query: $query, roles: $roles) { nodes { organization { name } } } } }"""


@pytest.fixture
async def ids(api: Api, acme: Acme) -> dict[str, str]:
    """Everybody is a member of Acme, whose administrator is
    a member of every organization; ids by address or name.
    """
    role_id = (await ids_by_key(api.store, "role"))["org:member"]
    role_set_id = (await ids_by_key(api.store, "role_set"))["role_set:primary"]
    users = [a_user(*user) for user in USERS]
    organizations = [an_organization(name, role_set_id, slug) for name, slug in ORGANIZATIONS]
    pairs = [(acme.id, user["id"]) for user in users] + [
        (one["id"], acme.admin.id) for one in organizations
    ]
    memberships = [a_membership(*pair, role_id) for pair in pairs]
    await write(api.store, user=users, organization=organizations, membership=memberships)
    names = {user["identifier"]: user["id"] for user in users} | {
        one["name"]: one["id"] for one in organizations
    }
    return names | {
        "Acme": acme.id,
        acme.admin.email: acme.admin.id,
        acme.member.email: acme.member.id,
    }


def names_in(found: Any) -> set[str]:
    """The identifiers or names of the nodes, wherever the list stands in the answer."""
    while "nodes" not in found:
        (found,) = found.values()
    nodes = [one.get("user") or one.get("organization") or one for one in found["nodes"]]
    return {one.get("identifier") or one["name"] for one in nodes}


async def found(api: Api, document: str, by: Caller = SERVICE, **variables: Any) -> set[str]:
    return names_in((await api.run(document, variables, by=by)).data)


PEOPLE_FOUND: dict[str, set[str]] = {
    "évariste": {"evariste@example.com"},
    "ÉVARISTE": {"evariste@example.com"},
    "E\u0301variste": {"evariste@example.com"},
    "ŁUKASZ": {"lukasz@example.com"},
    "łukasz nowak": {"lukasz@example.com"},
    "GROSS": {"strasse@example.org"},
    "groß": {"strasse@example.org"},
    "JÜRGEN": {"strasse@example.org"},
    "example.org": {"strasse@example.org"},
    "O'BRIEN+TAG@": {"O'Brien+tag@example.com"},
    "50%": {"percent@example.net"},
    "%": {"percent@example.net"},
    "a_b": {"percent@example.net"},
    "a/b": {"slash@example.net"},
    "a\\b": {"slash@example.net"},
    "/%": set(),
    "\\%": set(),
    "' OR '1'='1": set(),
    "'; DROP TABLE user; --": set(),
    '"': set(),
    "user_": set(),
    "\U0001f600": set(),
}


async def test_people_are_found_by_a_part_of_name_or_address(
    api: Api, acme: Acme, ids: dict[str, str]
) -> None:
    for query, expected in PEOPLE_FOUND.items():
        assert await found(api, ALL_USERS, query=query) == expected, query
        assert await found(api, MEMBERS, acme.member, id=acme.id, query=query) == expected, query


ORGANIZATIONS_FOUND: dict[str, set[str]] = {
    "évariste": {"Évariste & Söhne"},
    "SÖHNE": {"Évariste & Söhne"},
    "evariste-soehne": {"Évariste & Söhne"},
    "straße": {"STRASSE"},
    "WEG": {"STRASSE"},
    "50%": {"50% Off"},
    "50_": set(),
    "off": {"50% Off", "505 Off"},
    "' OR 1=1 --": set(),
    "org_": set(),
}


async def test_organizations_are_found_by_a_part_of_name_or_slug(
    api: Api, acme: Acme, ids: dict[str, str]
) -> None:
    for query, expected in ORGANIZATIONS_FOUND.items():
        assert await found(api, ALL_ORGANIZATIONS, query=query) == expected, query
        assert await found(api, MINE, acme.admin, query=query) == expected, query


async def test_a_whole_id_finds_its_object_and_a_part_nothing(
    api: Api, acme: Acme, ids: dict[str, str]
) -> None:
    grace, acme_id = ids["grace@example.com"], ids["Acme"]

    assert await found(api, ALL_USERS, query=grace) == {"grace@example.com"}
    assert await found(api, MEMBERS, acme.admin, id=acme_id, query=grace) == {"grace@example.com"}
    assert await found(api, ALL_ORGANIZATIONS, query=acme_id) == {"Acme"}
    assert await found(api, MINE, acme.admin, query=acme_id) == {"Acme"}
    for part in (grace[:-1], grace.upper()):
        assert await found(api, ALL_USERS, query=part) == set()
        assert await found(api, MEMBERS, acme.admin, id=acme_id, query=part) == set()
    assert await found(api, ALL_ORGANIZATIONS, query=acme_id[:-1]) == set()
    assert await found(api, MINE, acme.admin, query=acme_id[:-1]) == set()


async def test_an_empty_search_leaves_everything(api: Api, acme: Acme, ids: dict[str, str]) -> None:
    people = {*(user[0] for user in USERS), acme.admin.email, acme.member.email}

    assert await found(api, ALL_USERS, query="") == people | {acme.outsider.email}
    assert await found(api, MEMBERS, acme.admin, id=acme.id, query="") == people
    assert await found(api, MINE, acme.admin, query="") == {
        "Acme",
        *(name for name, _ in ORGANIZATIONS),
    }


async def test_a_search_stays_within_its_list(api: Api, acme: Acme, ids: dict[str, str]) -> None:
    assert await found(api, MINE, acme.member, query="off") == set()
    assert await found(api, MEMBERS, acme.member, id=acme.id, query="mallory") == set()
    assert await found(api, MEMBERS, acme.member, id=acme.id, query=acme.outsider.id) == set()
    assert await found(api, MINE, acme.outsider, query=acme.id) == set()


# ------------------------------------------------------------------------------------------ filters

HOSTILE = ["' OR '1'='1", '"', "%", "_", "\\", "org_", "user_01", "", "\U0001f600", "x" * 300]


async def test_members_are_filtered_by_role(api: Api, acme: Acme, ids: dict[str, str]) -> None:
    admin, everybody = (
        {acme.admin.email},
        {*(user[0] for user in USERS), acme.admin.email, acme.member.email},
    )
    roles = {
        ("org:admin",): admin,
        ("org:member",): everybody - admin,
        ("org:admin", "org:member"): everybody,
    }

    for wanted, expected in roles.items():
        assert (
            await found(api, MEMBERS, acme.member, id=acme.id, roles=[*wanted, *HOSTILE])
            == expected
        )
    assert await found(api, MEMBERS, acme.member, id=acme.id, roles=[]) == set()
    assert await found(api, MEMBERS, acme.member, id=acme.id, roles=HOSTILE) == set()
    assert await found(api, MINE, acme.admin, roles=["org:admin"]) == {"Acme"}
    assert await found(
        api, MEMBERS, acme.member, id=acme.id, roles=["org:member"], query="galois"
    ) == {USERS[0][0]}


async def test_organizations_are_filtered_by_their_people(
    api: Api, acme: Acme, ids: dict[str, str]
) -> None:
    everything = {"Acme", *(name for name, _ in ORGANIZATIONS)}

    assert await found(api, ALL_ORGANIZATIONS, userIds=[acme.member.id]) == {"Acme"}
    assert (
        await found(api, ALL_ORGANIZATIONS, userIds=[acme.member.id, acme.admin.id, *HOSTILE])
        == everything
    )
    assert await found(api, ALL_ORGANIZATIONS, userIds=[acme.outsider.id, *HOSTILE]) == set()
    assert await found(api, ALL_ORGANIZATIONS, userIds=[]) == set()
    assert await found(api, ALL_ORGANIZATIONS, userIds=[acme.admin.id], query="off") == {
        "50% Off",
        "505 Off",
    }


async def test_users_are_filtered_by_address_as_addresses_are_compared(
    api: Api, ids: dict[str, str]
) -> None:
    spellings = ["EVARISTE@EXAMPLE.COM", "o'brien+tag@example.com", "unknown@example.com"]

    assert await found(api, ALL_USERS, emailAddresses=spellings) == {
        "evariste@example.com",
        "O'Brien+tag@example.com",
    }
    assert await found(api, ALL_USERS, emailAddresses=["o'brien@example.com"]) == set()
    assert await found(api, ALL_USERS, emailAddresses=["no address", *HOSTILE]) == set()
    assert await found(api, ALL_USERS, emailAddresses=[]) == set()


async def test_users_are_filtered_by_subject(api: Api, ids: dict[str, str]) -> None:
    subjects = ["sub|lukasz@example.com", "sub|LUKASZ@example.com", "sub|unknown@example.com"]

    assert await found(api, ALL_USERS, externalIds=subjects) == {"lukasz@example.com"}
    assert await found(api, ALL_USERS, externalIds=HOSTILE) == set()
    assert await found(api, ALL_USERS, externalIds=[]) == set()
    assert await found(api, ALL_USERS, externalIds=subjects, query="nowak") == {
        "lukasz@example.com"
    }
    assert (
        await found(api, ALL_USERS, externalIds=subjects, emailAddresses=["evariste@example.com"])
        == set()
    )


# ------------------------------------------------------------------------------------------- limits


async def test_a_filter_takes_a_hundred_values(api: Api, acme: Acme) -> None:
    filters = [
        (ALL_ORGANIZATIONS, SERVICE, "userIds"),
        (ALL_USERS, SERVICE, "emailAddresses"),
        (ALL_USERS, SERVICE, "externalIds"),
        (MEMBERS, acme.member, "roles"),
        (MINE, acme.member, "roles"),
    ]
    for document, caller, name in filters:
        values = [f"value{n}@example.com" for n in range(101)]

        assert (
            await found(api, document, caller, **id_for(document, acme), **{name: values[:100]})
            == set()
        )
        refused = await api.run(document, {**id_for(document, acme), name: values}, by=caller)
        assert refused.error["extensions"] == {
            "code": "LIMIT_EXCEEDED",
            "limit": "filter",
            "allowed": 100,
            "asked": 101,
        }


async def test_a_search_takes_256_characters(api: Api, acme: Acme) -> None:
    searches = [
        (ALL_ORGANIZATIONS, SERVICE),
        (ALL_USERS, SERVICE),
        (MEMBERS, acme.member),
        (MINE, acme.member),
    ]
    for document, caller in searches:
        assert (
            await found(api, document, caller, **id_for(document, acme), query="ß" * 256) == set()
        )
        for length in (257, 60_000):
            refused = await api.run(
                document, {**id_for(document, acme), "query": "%" * length}, by=caller
            )
            extensions = {
                "code": "LIMIT_EXCEEDED",
                "limit": "query",
                "allowed": 256,
                "asked": length,
            }
            assert refused.error["extensions"] == extensions


@ONLY_SQLITE
async def test_any_other_text_has_4096_characters(api: Api) -> None:
    longest = "a" * 4_096
    input = {"name": "Acme", "slug": longest}
    document = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }"

    shown = await api.run(document, {"id": longest}, by=SERVICE)
    refused = await api.run(document, {"id": f"{longest}a"}, by=SERVICE)
    checked = await api.mutate("createOrganization", input, by=SERVICE)
    unchecked = await api.mutate("createOrganization", {**input, "slug": f"{longest}a"}, by=SERVICE)

    def limit(name: str) -> JSON:
        return {"code": "LIMIT_EXCEEDED", "limit": name, "allowed": 4_096, "asked": 4_097}

    assert shown.data == {"node": None, "nodes": [None]}
    assert [error["extensions"] for error in refused.body["errors"]] == [limit("id"), limit("ids")]
    # The rule of slugs comes after the limit, and names the input.
    assert checked.user_errors
    assert unchecked.error["extensions"] == limit("slug")


@ONLY_SQLITE
async def test_a_list_in_an_input_has_1000_values(api: Api) -> None:
    addresses = [{"emailAddress": f"user{number}@example.com"} for number in range(1_001)]

    checked = await api.mutate("createUsers", {"users": addresses[:1_000]}, by=SERVICE)
    unchecked = await api.mutate("createUsers", {"users": addresses}, by=SERVICE)

    assert [error["code"] for error in checked.user_errors] == ["bulk_size_exceeded"]
    assert unchecked.error["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": "users",
        "allowed": 1_000,
        "asked": 1_001,
    }


@ONLY_SQLITE
async def test_subscriptions_have_the_same_limits(api: Api) -> None:
    long, many = "1" * 4_097, ", ".join(["USER_CREATED"] * 101)
    documents = {
        "after": f'subscription {{ events(after: "{long}") {{ id }} }}',
        "filter": f"subscription {{ events(types: [{many}]) {{ id }} }}",
        "organizationId": f'subscription {{ organizationEvents(organizationId: "{long}") {{ id }} }}',
    }

    async with listening(api.app) as port, a_socket(port, SERVICE) as socket:
        for limit, document in documents.items():
            await socket.subscribe(document)
            refusal = await socket.refused()
            assert (refusal["code"], refusal["limit"]) == ("LIMIT_EXCEEDED", limit)


def id_for(document: str, acme: Acme) -> JSON:
    return {"id": acme.id} if document == MEMBERS else {}
