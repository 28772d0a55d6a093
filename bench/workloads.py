"""The workloads W1 to W8: what is sent, and what the answer must be."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.load import Flow, make_request
from bench.seeding import FELLOWS, OWN, SERVICE, Data, Person
from tests.support.api import operation

MY_MEMBERSHIPS = """query MyMemberships { viewer { memberships(first: 5) { nodes {
  id createdAt role { key name } organization { id name slug imageUrl } } } } }"""
PAGE = """query Page($organizationId: ID!) { organization(by: { id: $organizationId }) {
  memberships(first: 50) {
    nodes { id createdAt role { key name } user { id identifier firstName lastName imageUrl } }
    pageInfo { hasNextPage endCursor } } } }"""
NESTED = """query Nested { viewer { memberships(first: 5) { nodes { organization {
  id name pendingInvitationsCount
  memberships(first: 20) { nodes { role { key } user { id identifier firstName } } } } } } } }"""


@dataclass(frozen=True)
class Workload:
    name: str
    description: str
    make_flows: Callable[[Data], Iterator[Flow]]
    # The ratios to the floor that are needed and aimed at.
    needed: float
    aim: float
    # How many requests a flow has.
    requests: int = 1
    # How many users with known tokens it uses up in a second, at most, besides the callers.
    newcomers: int = 0


def my_memberships(data: Data) -> Iterator[Flow]:
    for person in itertools.cycle(data.callers):
        yield _read_memberships(person)


def _read_memberships(person: Person) -> Flow:
    found = yield make_request(MY_MEMBERSHIPS, person.authorization)
    nodes = found["viewer"]["memberships"]["nodes"]
    assert len(nodes) == OWN, nodes
    assert all(node["role"]["key"] and node["organization"]["name"] for node in nodes), nodes


def page_of_members(data: Data) -> Iterator[Flow]:
    def read(person: Person) -> Flow:
        found = yield make_request(PAGE, person.authorization, organizationId=data.large_id)
        page = found["organization"]["memberships"]
        assert len(page["nodes"]) == 50, page
        assert page["pageInfo"]["hasNextPage"], page
        assert all(node["user"]["identifier"] and node["role"]["key"] for node in page["nodes"])

    return map(read, itertools.cycle(data.callers))


def nested_pages(data: Data) -> Iterator[Flow]:
    def read(person: Person) -> Flow:
        found = yield make_request(NESTED, person.authorization)
        nodes = found["viewer"]["memberships"]["nodes"]
        assert len(nodes) == OWN, nodes
        shown = [node["organization"] for node in nodes]
        assert all(len(one["memberships"]["nodes"]) == 20 for one in shown), shown
        assert all(one["pendingInvitationsCount"] is not None for one in shown), shown

    return map(read, itertools.cycle(data.callers))


def check_permission(data: Data) -> Iterator[Flow]:
    document = operation("check-permission")

    def check(person: Person) -> Flow:
        given = {
            "organizationId": random.choice(person.organization_ids),
            "permission": "org:sys_memberships:manage",
        }
        found = yield make_request(document, person.authorization, **given)
        decision = found["checkPermission"]
        assert decision["allowed"] is True, decision
        assert decision["role"]["key"] == "org:admin", decision

    return map(check, itertools.cycle(data.callers))


def create_organization(data: Data) -> Iterator[Flow]:
    document = operation("create-organization")

    def create(number: int) -> Flow:
        name = f"Created {number}"
        found = yield make_request(document, SERVICE, name=name)
        payload = found["createOrganization"]
        assert payload["organization"]["name"] == name, payload

    return map(create, itertools.count())


def invite_and_accept(data: Data) -> Iterator[Flow]:
    invite, accept = operation("invite"), operation("accept-invitation")

    def join(person: Person, organization_id: str) -> Flow:
        given = {"organizationId": organization_id, "emailAddress": person.email, "notify": False}
        found = yield make_request(invite, SERVICE, **given)
        invitation = found["createInvitation"]["invitation"]
        assert invitation["status"] == "PENDING", found
        proof = {"invitationId": invitation["id"]}
        found = yield make_request(accept, person.authorization, proof=proof)
        membership = found["acceptInvitation"]["membership"]
        assert membership["organization"]["id"] == organization_id, found

    newcomers = iter(list(_take_newcomers(data)))
    return map(join, newcomers, itertools.cycle(data.fellows))


def change_role(data: Data) -> Iterator[Flow]:
    document = operation("change-role")
    roles = {True: "org:admin", False: "org:member"}
    turns = itertools.count()

    def change(person: Person) -> Flow:
        # Each membership changes in turn, from one role to the other and back.
        turn = next(turns)
        round_, place = divmod(turn, len(data.callers) * FELLOWS)
        organization_id = person.organization_ids[0]
        user_id = data.fellows[organization_id][place // len(data.callers)]
        role = roles[round_ % 2 == 0]
        given = {"organizationId": organization_id, "userId": user_id, "role": role}
        found = yield make_request(document, person.authorization, **given)
        payload = found["updateMembership"]
        assert payload["membership"]["role"]["key"] == role, payload

    return map(change, itertools.cycle(data.callers))


def life_of_a_member(data: Data) -> Iterator[Flow]:
    add, check, change = map(operation, ("add-member", "check-permission", "change-role"))
    members, remove = operation("members"), operation("remove-member")

    def live(person: Person, admin: Person) -> Flow:
        organization_id = admin.organization_ids[0]
        where = {"organizationId": organization_id}
        found = yield make_request(add, SERVICE, **where, newUserId=person.id, role="org:member")
        assert found["createMembership"]["membership"]["role"]["key"] == "org:member", found
        found = yield make_request(MY_MEMBERSHIPS, person.authorization)
        assert organization_id in str(found), found
        manage = {**where, "permission": "org:sys_memberships:manage"}
        found = yield make_request(check, person.authorization, **manage)
        assert found["checkPermission"]["allowed"] is False, found
        given = {**where, "userId": person.id, "role": "org:admin"}
        found = yield make_request(change, admin.authorization, **given)
        assert found["updateMembership"]["membership"]["role"]["key"] == "org:admin", found
        found = yield make_request(members, person.authorization, **where, first=20)
        assert len(found["organization"]["memberships"]["nodes"]) == 20, found
        found = yield make_request(remove, admin.authorization, **where, userId=person.id)
        assert found["removeMembership"]["membership"], found

    newcomers = iter(list(_take_newcomers(data)))
    return map(live, newcomers, itertools.cycle(data.callers))


def _take_newcomers(data: Data) -> Iterator[Person]:
    """Takes the users whose tokens are known, so that no other workload uses them."""
    while data.others and data.others[0].authorization:
        yield data.others.pop(0)


WORKLOADS = [
    Workload("W1", "viewer's 5 memberships", my_memberships, 0.20, 0.45),
    Workload("W2", "page of 50 members", page_of_members, 0.15, 0.40),
    Workload("W3", "5 organizations × 20 members", nested_pages, 0.06, 0.20),
    Workload("W4", "checkPermission", check_permission, 0.30, 0.55),
    Workload("W5", "create an organization", create_organization, 0.06, 0.15),
    Workload("W6", "invite and accept", invite_and_accept, 0.06, 0.15, 2, 500),
    Workload("W7", "change a role", change_role, 0.12, 0.35),
    Workload("W8", "life of a member, 6 calls", life_of_a_member, 0.06, 0.15, 6, 270),
]
