"""The data of the benchmark, created through the public API."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from rich.progress import Progress

from tests.support.api import SECRET_KEY, sign_token, test_issuer

SERVICE = f"Bearer {SECRET_KEY}"
# The most users or memberships of one mutation.
BULK = 100
# In how many organizations each user of the load is.
OWN = 5
# How many other members these organizations have.
FELLOWS = 20
CREATE_USERS = """mutation($input: CreateUsersInput!) { createUsers(input: $input) {
  users { id } userErrors { code message } } }"""
CREATE_ORGANIZATION = """mutation($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { id } userErrors { code message } } }"""
CREATE_MEMBERSHIPS = """mutation($input: CreateMembershipsInput!) {
  createMemberships(input: $input) { memberships { id } userErrors { code message } } }"""
SIGN_IN = "{ viewer { user { id } } }"


@dataclass(frozen=True)
class Sizes:
    """How much there is."""

    organizations: int = 1_000
    users: int = 20_000
    # Of the large organization.
    members: int = 10_000
    # The users that send requests.
    callers: int = 200


@dataclass
class Person:
    """A user with a token of their identity provider."""

    id: str
    email: str
    authorization: str
    organization_ids: list[str] = field(default_factory=list[str])


@dataclass
class Data:
    """What the workloads use."""

    callers: list[Person]
    # Users in no organization, whose tokens are known as well.
    others: list[Person]
    large_id: str
    memberships_per_second: float
    # The members that fill the organizations of the callers.
    fellows: dict[str, list[str]]


def email(number: int) -> str:
    return f"person{number}@example.com"


def authorize(number: int) -> str:
    """Signs an identity token of the user with this number."""
    now = int(time.time())
    claims = {
        **{"iss": test_issuer().issuer, "aud": test_issuer().audience, "sub": f"sub{number}"},
        **{"iat": now, "exp": now + 36_000, "email": email(number), "email_verified": True},
    }
    return f"Bearer {sign_token(claims)}"


class Api:
    """Sends documents, and fails with what was refused."""

    def __init__(self, url: str) -> None:
        self.client = httpx.AsyncClient(base_url=url, timeout=60)

    async def query(self, query: str, variables: dict[str, Any], by: str = SERVICE) -> Any:
        body = {"query": query, "variables": variables}
        headers = {"authorization": by}
        answer = (await self.client.post("/graphql", json=body, headers=headers)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def send(self, query: str, input: dict[str, Any] | None = None, by: str = SERVICE) -> Any:
        data = await self.query(query, {"input": input} if input else {}, by)
        (payload,) = data.values()
        assert not payload.get("userErrors"), payload
        return payload


async def join(
    api: Api, organization_id: str, user_ids: Sequence[str], role: str = "org:member"
) -> None:
    for start in range(0, len(user_ids), BULK):
        members = [{"userId": id} for id in user_ids[start : start + BULK]]
        given = {"organizationId": organization_id, "role": role, "members": members}
        await api.send(CREATE_MEMBERSHIPS, given)


async def seed(url: str, sizes: Sizes) -> Data:
    """Creates everything, and signs the callers in once, so that their tokens are known."""
    api = Api(url)
    with Progress(transient=True) as progress:
        user_ids = await _create_users(api, sizes.users, progress)
        ids = await _create_organizations(api, sizes.organizations, progress)
        task = progress.add_task("Adding members", total=sizes.members)
        began = time.perf_counter()
        for start in range(0, sizes.members, BULK):
            await join(api, ids[0], user_ids[start : min(start + BULK, sizes.members)])
            progress.advance(task, BULK)
        rate = sizes.members / (time.perf_counter() - began)
        people = [Person(id, email(n), "") for n, id in enumerate(user_ids)]
        callers, others = people[-sizes.callers :], people[sizes.members : -sizes.callers]
        task = progress.add_task("Signing in", total=len(callers))
        for number, person in enumerate(callers):
            person.authorization = authorize(len(people) - sizes.callers + number)
            person.organization_ids = [
                ids[1 + (number * OWN + one) % (len(ids) - 1)] for one in range(OWN)
            ]
            # First, so that the newest memberships are those of their own organizations.
            await join(api, ids[0], [person.id], "org:member" if number else "org:admin")
            for id in person.organization_ids:
                await join(api, id, [person.id], "org:admin")
            await api.send(SIGN_IN, by=person.authorization)
            progress.advance(task)
        # Each organization of the load has a page of members.
        task = progress.add_task("Filling organizations", total=len(ids))
        fellows: dict[str, list[str]] = {}
        for number, id in enumerate(ids[1:]):
            first = number * FELLOWS % max(sizes.members - FELLOWS, 1)
            fellows[id] = user_ids[first : first + FELLOWS]
            await join(api, id, fellows[id])
            progress.advance(task)
    await api.client.aclose()
    return Data(callers, others, ids[0], rate, fellows)


async def sign_in(url: str, people: Sequence[Person]) -> None:
    """Signs users in, so that their tokens are known."""
    api = Api(url)
    with Progress(transient=True) as progress:
        task = progress.add_task("Signing in", total=len(people))
        for person in people:
            person.authorization = authorize(int(person.email.partition("@")[0][len("person") :]))
            await api.send(SIGN_IN, by=person.authorization)
            progress.advance(task)
    await api.client.aclose()


async def _create_users(api: Api, number: int, progress: Progress) -> list[str]:
    task = progress.add_task("Creating users", total=number)
    user_ids: list[str] = []
    for start in range(0, number, BULK):
        users = [
            {
                **{"emailAddress": email(n), "emailVerified": True, "firstName": f"Person {n}"},
                **{"issuer": test_issuer().issuer, "externalId": f"sub{n}", "lastName": "Load"},
            }
            for n in range(start, min(start + BULK, number))
        ]
        created = await api.send(CREATE_USERS, {"users": users})
        user_ids += [user["id"] for user in created["users"]]
        progress.advance(task, BULK)
    return user_ids


async def _create_organizations(api: Api, number: int, progress: Progress) -> list[str]:
    task = progress.add_task("Creating organizations", total=number)

    async def create(n: int) -> str:
        payload = await api.send(
            CREATE_ORGANIZATION, {"name": f"Organization {n}", "maxAllowedMemberships": 0}
        )
        progress.advance(task)
        return payload["organization"]["id"]

    ids: list[str] = []
    for start in range(0, number, 20):
        ids += await asyncio.gather(*map(create, range(start, min(start + 20, number))))
    return ids
