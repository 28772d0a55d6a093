"""The story of a domain and a plan, told by the documents in `graphql/operations/`."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.api import JSON, SECRET, SECRET_KEY, SERVICE, Answer, Api, Caller
from tests.support.data.factories import Acme, an_organization
from tests.support.processes.commands import PRODUCTION, started
from tests.support.servers import webhook_receiver
from tests.support.servers.dns import NameServer, name_server
from tests.support.servers.smtp import Post, listening, text_of, until
from tests.support.servers.stripe import SECRET as STRIPE_SECRET
from tests.support.servers.stripe import a_subscription, an_event, deliver
from tests.support.servers.webhook_receiver import Receiver

SECONDS = 30


# What the log of Acme contains at the end, oldest first.
HISTORY = [
    "organizationDomain.created",
    # A record is prepared, and found; the mode is changed.
    *["organizationDomain.updated"] * 3,
    # Grace.
    "organizationSuggestion.created",
    "organizationSuggestion.accepted",
    "organizationMembershipRequest.created",
    "organizationMembershipRequest.accepted",
    "organizationMembership.created",
    # The plan of ten seats, and seven colleagues.
    "subscription.created",
    "subscription.active",
    *["organizationMembership.created"] * 7,
    # The eleventh, who waits for the upgrade.
    "organizationSuggestion.created",
    "organizationSuggestion.accepted",
    "organizationMembershipRequest.created",
    "subscription.updated",
    "organizationMembershipRequest.accepted",
    "organizationMembership.created",
]


@dataclass
class World:
    """A running server with its worker, and the servers that it talks to."""

    api: Api
    dns: NameServer
    post: Post
    receiver: Receiver

    async def letter_to(self, address: str, subject: str) -> str:
        """Waits for an email, and returns its text."""

        def arrived() -> list[str]:
            letters = [one for one in self.post.letters if one["To"] == address]
            return [text_of(one) for one in letters if subject in one["Subject"]]

        await until(lambda: bool(arrived()), SECONDS)
        return arrived()[0]

    async def requested(self, person: Caller) -> str:
        """Asks to join by the suggestion that the person finds; returns the ID of the request."""
        found = (await self.api.send("my-suggestions", by=person)).data["viewer"]["suggestions"]
        (suggestion,) = found["nodes"]
        assert suggestion["publicOrganization"]["name"] == "Acme"
        asked = await self.api.send("accept-suggestion", by=person, suggestionId=suggestion["id"])
        assert asked.payload["membershipRequest"]["status"] == "PENDING"
        return asked.payload["membershipRequest"]["id"]

    async def events(self, acme: Acme) -> list[JSON]:
        found = await self.api.send("events", by=SERVICE, organizationId=acme.id, first=100)
        return found.data["organization"]["events"]["nodes"]


@pytest.fixture
async def world(api: Api, acme: Acme, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(name_server())
        post = await stack.enter_async_context(listening(Post()))
        receiver = await stack.enter_async_context(webhook_receiver.listening())
        settings = {
            **PRODUCTION,
            "TENANTRY_SECRET": SECRET,
            "TENANTRY_SECRET_KEYS": SECRET_KEY,
            "TENANTRY_WEBHOOK_NETWORKS": '["127.0.0.0/8"]',
            "TENANTRY_DATABASE_URL": database_url,
            "TENANTRY_DNS_SERVERS": dns.setting,
            "TENANTRY_SMTP_URL": post.url,
            "TENANTRY_STRIPE_WEBHOOK_SECRETS": STRIPE_SECRET,
        }
        server = stack.enter_context(started("serve", folder=tmp_path, **settings))
        await api.client.aclose()
        api.client = httpx.AsyncClient(base_url=server.url, timeout=SECONDS)
        yield World(api, dns, post, receiver)


@pytest.mark.slow
async def test_acme_proves_its_domain_and_buys_seats_for_those_who_ask(
    world: World, acme: Acme
) -> None:
    send = world.api.send
    await send("create-webhook-endpoint", by=SERVICE, url=world.receiver.url())
    before = len(await world.events(acme))

    await lose_name(world, acme)
    await prove_domain(world, acme)
    grace = await world.api.person("grace@acme.com", given_name="Grace", family_name="Hopper")
    request_id = await world.requested(grace)
    # Once nobody waits for a decision, the email isn't sent.
    assert await world.letter_to(acme.admin.email, "Somebody wants to join Acme")
    joined = await accepted(world, acme, request_id)
    await fill_plan(world, acme)
    eleventh = await world.requested(await world.api.person("carl@acme.com"))
    refused = await accepted(world, acme, eleventh)
    await upgrade(world, acme)
    late = await accepted(world, acme, eleventh)

    assert joined.payload["membership"]["user"]["identifier"] == "grace@acme.com"
    (error,) = refused.user_errors
    assert error["code"] == "insufficient_seats"
    assert error["meta"] == {"limit": 10, "seats_quantity": 11}
    assert late.payload["membership"]["user"]["identifier"] == "carl@acme.com"
    plan = (await send("organization-plan", by=acme.admin, id=acme.id)).data["organization"]
    assert plan["plan"]["key"] == "pro"
    assert plan["seats"] == {
        "limit": 25,
        "members": 11,
        "pendingInvitations": 0,
        "available": 14,
        "source": "PLAN",
        "overLimit": False,
    }
    (domain,) = (await send("domains", by=acme.admin, organizationId=acme.id)).data["organization"][
        "domains"
    ]["nodes"]
    assert (domain["verified"], domain["totalPendingSuggestions"]) == (True, 0)
    everywhere = (await send("all-domains", by=SERVICE, verified=True)).data["domains"]
    assert [one["organization"]["name"] for one in everywhere["nodes"]] == ["Acme"]
    events = (await world.events(acme))[before:]
    assert [one["name"] for one in events] == HISTORY
    await delivered(world, events)


async def lose_name(world: World, acme: Acme) -> None:
    """Lets others hold the name by a code that somebody at Acme has passed on."""
    send = world.api.send
    squatters = await an_organization(world.api, by=acme.outsider, name="Squatters")
    theirs = {"organizationId": squatters}
    made = await send("create-domain", by=acme.outsider, **theirs, name="acme.com")
    theirs["domainId"] = made.payload["domain"]["id"]
    address = {"emailAddress": "intern@acme.com"}
    await send("prepare-domain-affiliation", by=acme.outsider, **theirs, **address)
    letter = await world.letter_to("intern@acme.com", "Your code")
    (code,) = re.findall(r"^\s*(\d{6})\s*$", letter, re.MULTILINE)
    taken = await send("attempt-domain-affiliation", by=acme.outsider, **theirs, code=code)
    assert taken.payload["domain"]["verified"]


async def prove_domain(world: World, acme: Acme) -> None:
    """Publishes a record, which is worth more than a code."""
    send, ours = world.api.send, {"organizationId": acme.id}
    made = await send("create-domain", by=acme.admin, **ours, name="acme.com")
    which = {**ours, "domainId": made.payload["domain"]["id"]}
    prepared = await send("prepare-domain-ownership", by=acme.admin, **which)
    record = prepared.payload["domain"]["ownership"]
    world.dns.texts[record["txtRecordName"]] = [f'"{record["txtRecordValue"]}"']
    proven = await send("attempt-domain-ownership", by=acme.admin, **which)
    assert proven.payload["domain"]["verified"]
    assert await world.letter_to(acme.outsider.email, "Squatters has lost a verified domain")
    mode = {"enrollmentMode": "AUTOMATIC_SUGGESTION"}
    assert (await send("update-domain-enrollment", by=acme.admin, **which, **mode)).payload


async def accepted(world: World, acme: Acme, request_id: str) -> Answer:
    """Accepts a request that the administrator finds in the list."""
    ours = {"organizationId": acme.id}
    waiting = await world.api.send("membership-requests", by=acme.admin, **ours)
    nodes = waiting.data["organization"]["membershipRequests"]["nodes"]
    assert [one["id"] for one in nodes] == [request_id]
    return await world.api.send(
        "accept-membership-request", by=acme.admin, **ours, membershipRequestId=request_id
    )


async def fill_plan(world: World, acme: Acme) -> None:
    """Gives Acme a plan of ten seats, and adds members until none is left."""
    send, ours = world.api.send, {"organizationId": acme.id}
    assert (await send("enable-billing", by=SERVICE)).payload
    team = {"feature": "export", "featureName": "Export", "key": "team", "name": "Team"}
    pro = {"feature": "sso", "featureName": "Single sign-on", "key": "pro", "name": "Pro"}
    for plan in ({**team, "seatLimit": 10}, {**pro, "stripePrices": ["price_pro"]}):
        made = (await send("create-plan", by=SERVICE, **plan)).data
        assert made["createFeature"]["userErrors"] == made["createPlan"]["userErrors"] == []
    assert (await send("set-subscription", by=SERVICE, **ours, plan="team")).payload
    new = [{"emailAddress": f"colleague{number}@example.com"} for number in range(7)]
    users = (await send("create-users", by=SERVICE, users=new)).payload["users"]
    members = [{"userId": user["id"]} for user in users]
    assert (await send("add-members", by=SERVICE, **ours, members=members)).payload


async def upgrade(world: World, acme: Acme) -> None:
    """Reports a subscription as Stripe does, and waits until the worker has applied it."""
    event = an_event(a_subscription(acme.id, quantity=25, livemode=True), livemode=True)
    assert (await deliver(world.api, event)).is_success

    async def is_applied() -> bool:
        found = await world.api.send("organization-plan", by=acme.admin, id=acme.id)
        return found.data["organization"]["plan"]["key"] == "pro"

    await until(is_applied, SECONDS)


async def delivered(world: World, events: list[JSON]) -> None:
    """Waits until the receiver has the events, each once; webhooks can arrive in any order."""

    cursors = {one["cursor"] for one in events}

    def received() -> list[JSON]:
        bodies: list[JSON] = [json.loads(one.body) for one in world.receiver.received]
        ours = [one for one in bodies if one["cursor"] in cursors]
        return sorted(ours, key=lambda one: int(one["cursor"]))

    await until(lambda: len(received()) >= len(events), SECONDS)
    assert [(one["cursor"], one["type"]) for one in received()] == [
        (one["cursor"], one["name"]) for one in events
    ]


async def test_the_operator_decides_and_a_manager_turns_somebody_down(api: Api, acme: Acme) -> None:
    ours = {"organizationId": acme.id}
    made = await api.send("create-domain", by=acme.admin, **ours, name="acme.com")
    which = {**ours, "domainId": made.payload["domain"]["id"]}
    override = await api.send("verify-domain", by=SERVICE, **which)
    assert override.payload["domain"]["ownership"]["strategy"] == "MANUAL_OVERRIDE"
    mode = {"enrollmentMode": "AUTOMATIC_SUGGESTION"}
    await api.send("update-domain-enrollment", by=acme.admin, **which, **mode)
    person = await api.person("carl@acme.com")
    found = (await api.send("my-suggestions", by=person)).data["viewer"]["suggestions"]["nodes"]
    asked = await api.send("accept-suggestion", by=person, suggestionId=found[0]["id"])
    request_id = asked.payload["membershipRequest"]["id"]
    rejected = await api.send(
        "reject-membership-request", by=acme.admin, **ours, membershipRequestId=request_id
    )
    deleted = await api.send("delete-domain", by=acme.admin, **which)

    assert rejected.payload["membershipRequest"]["status"] == "REJECTED"
    assert deleted.payload["deletedId"] == which["domainId"]
    mine = (await api.send("my-suggestions", by=person)).data["viewer"]["membershipRequests"]
    assert [one["status"] for one in mine["nodes"]] == ["REJECTED"]
