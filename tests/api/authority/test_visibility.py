"""Who sees what: an object that the caller may not see is an object that never was."""

import asyncio
import base64
from collections import Counter
from dataclasses import dataclass

import pytest

from models.roles import MEMBERSHIPS_READ
from schema.foundation.context import Context
from tests.conftest import counted
from tests.support.api import NOBODY, SERVICE, Answer, Api, Caller
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.rows import a_role, ids_by_key

NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
BY_ID = "query($id: ID!) { organization(by: { id: $id }) { id } }"
BY_SLUG = "query($slug: String!) { organization(by: { slug: $slug }) { id } }"
MEMBERSHIP = """query($organization: ID!, $user: ID!) {
  membership(organizationId: $organization, userId: $user) { id user { id } } }"""
ABSENT = "00000000000000000000000000"


@dataclass(frozen=True)
class World:
    """Acme with somebody who may not read its members,
    and Rival, whose administrator belongs to both.
    """

    acme: Acme
    rival: str
    blind: Caller
    rita: Caller
    ids: dict[str, str]

    @property
    def callers(self) -> dict[str, Caller]:
        acme = self.acme
        people = {
            "outsider": acme.outsider,
            "member": acme.member,
            "admin": acme.admin,
            "blind": self.blind,
        }
        return people | {"rita": self.rita, "service": SERVICE}


async def membership_id(api: Api, organization_id: str, user: Caller) -> str:
    answer = await api.run(
        MEMBERSHIP, {"organization": organization_id, "user": user.id}, by=SERVICE
    )
    return answer.data["membership"]["id"]


@pytest.fixture
async def world(api: Api, acme: Acme) -> World:
    """Rita is the administrator of Rival and a plain
    member of Acme; the outsider is a member of Rival.
    """
    await a_role(api.store, "org:blind", "org:sys_billing:read")
    rita = await api.person("rita@example.com")
    rival = await an_organization(api, by=rita, name="Rival")
    blind = await a_member(api, acme.id, "blind@example.com", "org:blind")
    await a_member(api, acme.id, rita)
    await a_member(api, rival, acme.outsider)
    ids = {
        "acme": acme.id,
        "rival": rival,
        "admin": acme.admin.id,
        "blind": blind.id,
        "outsider": acme.outsider.id,
        "rita": rita.id,
        "admin in acme": await membership_id(api, acme.id, acme.admin),
        "blind in acme": await membership_id(api, acme.id, blind),
        "rita in rival": await membership_id(api, rival, rita),
        "role": (await ids_by_key(api.store, "role"))["org:admin"],
        "permission": (await ids_by_key(api.store, "permission"))[MEMBERSHIPS_READ],
        "role set": (await ids_by_key(api.store, "role_set"))["role_set:primary"],
    }
    return World(acme, rival, blind, rita, ids)


# ----------------------------------------------------------------------------------- node and nodes

ACME = "member admin blind rita service"
EVERYBODY = "outsider member admin blind rita service"
# Type and callers of each object: who is not named gets null.
VISIBLE = {
    "acme": ("Organization", ACME),
    "rival": ("Organization", "outsider rita service"),
    "admin": ("User", "member admin rita service"),
    "blind": ("User", "member admin blind rita service"),
    "outsider": ("User", "outsider rita service"),
    "rita": ("User", "outsider member admin rita service"),
    "admin in acme": ("Membership", "member admin rita service"),
    "blind in acme": ("Membership", "member admin blind rita service"),
    "rita in rival": ("Membership", "outsider rita service"),
    "role": ("Role", EVERYBODY),
    "permission": ("Permission", EVERYBODY),
    "role set": ("RoleSet", "service"),
}


async def test_objects_are_shown_by_id_to_those_who_may_see_them(api: Api, world: World) -> None:
    for name, caller in world.callers.items():
        expected = [
            {"__typename": type_, "id": world.ids[what]} if name in callers.split() else None
            for what, (type_, callers) in VISIBLE.items()
        ]

        together = await api.run(NODES, {"ids": [world.ids[what] for what in VISIBLE]}, by=caller)
        alone = [
            (await api.run(NODE, {"id": world.ids[what]}, by=caller)).data["node"]
            for what in VISIBLE
        ]

        assert together.data["nodes"] == expected, name
        assert alone == expected, name


async def test_nobody_is_shown_no_object(api: Api, world: World) -> None:
    for id in world.ids.values():
        answer = await api.run(NODE, {"id": id}, by=NOBODY)
        assert (answer.code, answer.body["data"]) == ("UNAUTHENTICATED", {"node": None})
    assert (
        await api.run(NODES, {"ids": list(world.ids.values())}, by=NOBODY)
    ).code == "UNAUTHENTICATED"


async def test_an_id_that_may_not_be_seen_is_one_that_never_was(api: Api, world: World) -> None:
    for name, caller in world.callers.items():
        hidden = [
            world.ids[what] for what, (_, callers) in VISIBLE.items() if name not in callers.split()
        ]
        for id in hidden:
            absent = f"{id.split('_')[0]}_{ABSENT}"
            with counted(api.store) as for_hidden:
                answer = await raw(api, NODE, caller, id=id)
            with counted(api.store) as for_absent:
                expected = await raw(api, NODE, caller, id=absent)

            assert answer == expected, (name, id)
            assert for_hidden == for_absent, (name, id)


async def raw(api: Api, document: str, by: Caller, **variables: str) -> bytes:
    headers = {"authorization": by.authorization} if by.authorization else {}
    body = {"query": document, "variables": variables}
    return (await api.client.post("/graphql", json=body, headers=headers)).content


async def test_an_id_has_one_type_and_one_spelling(api: Api, world: World) -> None:
    prefixes = {id.split("_")[0] for id in world.ids.values()}
    for id in world.ids.values():
        prefix, ulid = id.split("_")
        encoded = base64.b64encode(id.encode()).decode()
        others = [f"{other}_{ulid}" for other in prefixes - {prefix}]
        spellings = [
            id.upper(),
            f"{prefix}_{ulid.upper()}",
            f" {id}",
            f"{id} ",
            f"{id}\n",
            f"{id}=",
            ulid,
            prefix,
            f"{prefix}_",
            encoded,
            encoded.rstrip("="),
            f"{encoded}==",
            base64.b64encode(f"Organization:{id}".encode()).decode(),
            id.replace("_", "%5F"),
            id.replace("_", "\uff3f"),
            f"{prefix}__{ulid}",
            f"{id}{id}",
            id[:-1],
            f"{prefix}_8{ulid[1:]}",
            "",
            "null",
            "*",
            "%",
        ]

        found = (await api.run(NODES, {"ids": [id, *others, *spellings]}, by=SERVICE)).data["nodes"]

        assert [one and one["id"] for one in found] == [id, *(None for _ in [*others, *spellings])]


async def test_an_id_of_another_type_opens_no_organization(api: Api, world: World) -> None:
    for id in set(world.ids.values()) - {world.acme.id, world.rival}:
        assert (await api.run(BY_ID, {"id": id}, by=SERVICE)).data == {"organization": None}
        variables = {"organization": id, "user": world.acme.admin.id}
        assert (await api.run(MEMBERSHIP, variables, by=SERVICE)).data == {"membership": None}


async def test_a_hundred_ids_can_be_asked_for_at_once(api: Api, world: World) -> None:
    ids = [f"user_{n:026}" for n in range(99)]

    found = await api.run(NODES, {"ids": [world.acme.id, *ids]}, by=world.acme.member)
    refused = await api.run(
        NODES, {"ids": [world.acme.id, *ids, world.acme.id]}, by=world.acme.member
    )

    assert Counter(map(bool, found.data["nodes"])) == {True: 1, False: 99}
    extensions = {"code": "LIMIT_EXCEEDED", "limit": "nodes", "allowed": 100, "asked": 101}
    assert (refused.error["extensions"], refused.body["data"]) == (extensions, {"nodes": None})


# ------------------------------------------------------------------------------------ organizations


async def test_another_organization_is_one_that_never_was(api: Api, world: World) -> None:
    assert (await api.run(BY_ID, {"id": world.rival}, by=world.rita)).data["organization"]
    assert (await api.run(BY_SLUG, {"slug": "rival"}, by=world.rita)).data["organization"]
    for caller in (world.acme.admin, world.acme.member, world.blind):
        by_id = await raw(api, BY_ID, caller, id=world.rival)
        by_slug = await raw(api, BY_SLUG, caller, slug="rival")

        assert by_id == await raw(api, BY_ID, caller, id=f"org_{ABSENT}")
        assert by_slug == await raw(api, BY_SLUG, caller, slug="absent")
        for answer in (by_id, by_slug):
            assert answer.startswith(b'{"data":{"organization":null}')
            assert b"errors" not in answer


@pytest.mark.parametrize(
    ("document", "name"), [(BY_ID, "id"), (BY_SLUG, "slug")], ids=["id", "slug"]
)
async def test_another_organization_costs_what_an_absent_one_does(
    api: Api, world: World, document: str, name: str
) -> None:
    hidden = {"id": world.rival, "slug": "rival"}
    absent = {"id": f"org_{ABSENT}", "slug": "absent"}

    with counted(api.store) as for_hidden:
        await api.run(document, {name: hidden[name]}, by=world.acme.admin)
    with counted(api.store) as for_absent:
        await api.run(document, {name: absent[name]}, by=world.acme.admin)

    assert for_hidden == for_absent


async def test_a_membership_elsewhere_is_one_that_never_was(api: Api, world: World) -> None:
    shown = await api.run(
        MEMBERSHIP, {"organization": world.rival, "user": world.rita.id}, by=world.acme.outsider
    )
    assert shown.data["membership"]["user"]["id"] == world.rita.id
    for caller in (world.acme.admin, world.acme.member, world.blind):
        hidden = await raw(api, MEMBERSHIP, caller, organization=world.rival, user=world.rita.id)

        assert hidden == await raw(
            api, MEMBERSHIP, caller, organization=f"org_{ABSENT}", user=world.rita.id
        )
        assert hidden == await raw(
            api, MEMBERSHIP, caller, organization=world.rival, user=f"user_{ABSENT}"
        )
        assert hidden == await raw(
            api, MEMBERSHIP, caller, organization=world.rival, user=world.acme.outsider.id
        )


async def test_a_total_counts_only_what_the_viewer_may_list(api: Api, world: World) -> None:
    document = """{ viewer { memberships { totalCount nodes { organization { memberships { totalCount } } } } } }"""

    mine = (await api.run(document, by=world.acme.outsider)).data["viewer"]["memberships"]

    assert mine["totalCount"] == 1
    assert [one["organization"]["memberships"]["totalCount"] for one in mine["nodes"]] == [2]


async def test_a_taken_slug_tells_nothing_of_who_has_it(api: Api, world: World) -> None:
    own = await api.mutate(
        "createOrganization", {"name": "New", "slug": "acme"}, by=world.acme.admin
    )
    other = await api.mutate(
        "createOrganization", {"name": "New", "slug": "rival"}, by=world.acme.admin
    )

    assert [error["code"] for error in own.user_errors] == ["form_identifier_exists"]
    assert own.body == other.body


# -------------------------------------------------------------------------------------- two at once

MINE = """query($id: ID!) { viewer { user { id } memberships { nodes { organization {
  id viewerMembership { user { id } } viewerPermissions memberships { nodes { user { id emailAddress } } } } } } }
  node(id: $id) { id } organization(by: { slug: "acme" }) { viewerMembership { user { id } } } }"""


async def test_two_viewers_at_once_see_what_each_sees_alone(api: Api, world: World) -> None:
    viewers = [world.rita, world.acme.admin, world.acme.outsider, world.blind]
    alone = [await api.run(MINE, {"id": world.rival}, by=viewer) for viewer in viewers]

    together: list[Answer] = await asyncio.gather(
        *(api.run(MINE, {"id": world.rival}, by=viewer) for _ in range(5) for viewer in viewers)
    )

    assert len({repr(answer.body) for answer in alone}) == len(viewers)
    assert [answer.body for answer in together] == [answer.body for answer in alone] * 5


async def test_a_viewer_deleted_within_the_request_is_signed_out(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the token and the look at the user, somebody deletes the user."""
    monkeypatch.setattr(Context, "user_id", f"user_{ABSENT}")

    answer = await api.run("{ viewer { user { id } } }", by=acme.member)

    assert answer.code == "UNAUTHENTICATED"
