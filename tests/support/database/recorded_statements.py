"""The statements that the application sends: for every mutation, list and object, and by itself."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial

from models.database.store import Store
from resolvers.delivery.backlog import load_backlogs
from resolvers.delivery.overdue import find_overdue
from tests.conftest import Templates, make_api
from tests.support.api import JSON, SERVICE, Answer, Api, Caller, Clock, operation
from tests.support.data.domains import NAME, change, created, send_code, verified, work
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.large_database import Databases, get_id
from tests.support.data.sessions import bearer_of, open_session
from tests.support.database.plans import Recorded, recording_statements
from tests.support.documents.domain_mutations import OF_DOMAINS, a_request, prepared
from tests.support.documents.lists import CORE, find_lists, select_everything, select_payload
from tests.support.documents.mutations import NAMES, caller_of, prepare
from tests.support.processes.commands import listening
from tests.support.servers import webhook_receiver
from tests.support.servers.smtp import Memory, cleanup, delivery, invited, mail_ticket
from tests.support.subscriptions import a_socket, a_subscription, begun

# What is around each list.
AROUND = {
    "Query": "{ LIST }",
    "Viewer": "{ viewer { LIST } }",
    "Organization": '{ organization(by: { id: "ORGANIZATION" }) { LIST } }',
    "User": '{ user(id: "USER") { LIST } }',
    "WebhookEndpoint": f"""{{ node(id: "{get_id("whep", 1)}") {{
        ... on WebhookEndpoint {{ LIST }} }} }}""",
}
# What only secret keys can read.
SERVICE_ONLY = frozenset({"Query", "WebhookEndpoint"})
FILTERS = {
    "query": "person 12",
    "roles": ["org:member"],
    "emailAddresses": ["person7@example.com"],
    "externalIds": ["sub|7"],
    "names": ["company7.com"],
    "planKey": "plan7",
    "externalId": "sub_7",
    "verified": True,
}


@asynccontextmanager
async def opened(url: str, templates: Templates) -> AsyncGenerator[Api]:
    store = Store(url)
    api = make_api(store, Clock(templates.clock()))
    try:
        yield api
    finally:
        await api.client.aclose()
        await store.close()


# --------------------------------------------------------------------------------- small databases


async def record_mutation(mutation: str, api: Api, acme: Acme, recorded: Recorded) -> None:
    input, by = await prepare(api, acme, mutation), caller_of(acme, mutation)
    with recording_statements(api.store, recorded):
        answer = await api.mutate(mutation, input, select_payload(mutation), by=by)
    # Of a membership that has ended, the caller may not see everything any more.
    assert answer.body["data"][mutation]["userErrors"] == [], answer.body


async def record_as_user(mutation: str, api: Api, acme: Acme, recorded: Recorded) -> None:
    """Sends the mutation as the administrator, who isn't allowed to send each of them."""
    input = await prepare(api, acme, mutation)
    with recording_statements(api.store, recorded):
        await api.mutate(mutation, input, select_payload(mutation), by=acme.admin)


async def record_domain_mutation(mutation: str, api: Api, acme: Acme, recorded: Recorded) -> None:
    async with prepared(api, acme, mutation) as (here, input):
        people = {"acceptSuggestion": await here.person(f"carl@{NAME}")}
        with recording_statements(api.store, recorded):
            await here.mutate(
                mutation, input, select_payload(mutation), by=people.get(mutation, SERVICE)
            )


async def record_enrollment(api: Api, acme: Acme, recorded: Recorded) -> None:
    """Enrolls users who are there, and new ones, and sends the notices about them."""
    await api.person(f"a@{NAME}")
    with recording_statements(api.store, recorded):
        domain = await verified(api, acme.id, mode="AUTOMATIC_INVITATION")
        await work(api)
        await api.person(f"b@{NAME}")
        other = await created(api, acme.id, "b.com", by=acme.admin)
        await send_code(api, other, "it@b.com", by=acme.admin)
        await a_request(api, acme.id, "c.com")
        await delivery(api.store, api.clock, Memory()).deliver()
        await change(api, "deleteDomain", domain, by=acme.admin, selection="deletedId")


async def record_idempotent(api: Api, acme: Acme, recorded: Recorded) -> None:
    body = {"query": operation("create-organization"), "variables": {"name": "N", "slug": "n"}}
    headers = {"authorization": str(acme.admin.authorization), "idempotency-key": "4f6c0e2a"}
    with recording_statements(api.store, recorded):
        for _ in range(2):
            answer = await api.client.post("/graphql", json=body, headers=headers)
            assert answer.json()["data"]["createOrganization"]["organization"], answer.text


async def record_first_visit(api: Api, acme: Acme, recorded: Recorded) -> None:
    """Signs in a user who is new, and a known one with a token that says something new."""
    with recording_statements(api.store, recorded):
        await api.person("new@example.com")
        await api.person(acme.member.email, given_name="New", iat=int(api.clock().timestamp()) + 1)


async def record_background_work(api: Api, acme: Acme, recorded: Recorded) -> None:
    """Does what the worker does: mail, webhooks, cleaning up, and counting what waits."""
    async with webhook_receiver.listening() as receiver:
        await webhook_receiver.an_endpoint(api, receiver.url())
        await invited(api, acme, "new@example.com")
        with recording_statements(api.store, recorded):
            await delivery(api.store, api.clock, Memory()).deliver()
            await webhook_receiver.sender(api.store, api.clock).deliver()
    with recording_statements(api.store, recorded):
        await load_backlogs(api.store, api.clock())
        await find_overdue(api.store, api.clock())
        api.clock.forward(days=60)
        await cleanup(api.store, api.clock).clean_up()


async def record_subscriptions(api: Api, acme: Acme, recorded: Recorded) -> None:
    of_acme = f'organizationId: "{acme.id}"'
    documents = [
        operation("organization-events"),
        f"subscription {{ membershipChanged({of_acme}) {{ cursor user {{ id }} }} }}",
        "subscription { viewerMembershipChanged { cursor membership { id } } }",
        f'subscription {{ organizationEvents({of_acme}, after: "0") {{ cursor }} }}',
        'subscription { viewerEvents(after: "0") { cursor } }',
    ]
    with recording_statements(api.store, recorded):
        async with listening(api.app) as port, a_socket(port, acme.member) as socket:
            for number, document in enumerate(documents):
                await socket.subscribe(document, id=str(number), organizationId=acme.id)
            # The reader of the log has to find all of them.
            await asyncio.sleep(1)
            input = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:admin"}
            assert (await api.mutate("updateMembership", input, by=SERVICE)).payload
            received = [await socket.receive() for _ in range(len(documents))]
    assert all(message["type"] == "next" for message in received), received


async def record_lookups_for_viewers(api: Api, acme: Acme, recorded: Recorded) -> None:
    """Does what concerns a viewer in each of the ways that only the store knows."""
    carl = await api.person(f"carl@{NAME}")
    await a_member(api, acme.id, carl)
    changes: list[tuple[str, JSON]] = [
        ("updateOrganization", {"organizationId": acme.id, "name": "New"}),
        ("updateRole", {"key": "org:member", "name": "New"}),
        ("updateRoleSet", {"key": "role_set:primary", "name": "New"}),
        ("updateInstance", {"name": "New"}),
        ("deleteOrganization", {"organizationId": acme.id}),
    ]
    other = await an_organization(api, by=acme.outsider, name="Other")
    with recording_statements(api.store, recorded):
        async with (
            listening(api.app) as port,
            a_subscription(port, carl, "subscription { viewerEvents { name } }") as socket,
        ):
            await begun(api)
            for mutation, input in changes:
                assert (await api.mutate(mutation, input, by=SERVICE)).payload
                while (await socket.told())["name"].startswith("organizationMembership"):
                    pass
            await verified(api, other, mode="AUTOMATIC_SUGGESTION")
            await work(api)
            assert (await socket.told())["name"] == "organizationSuggestion.created"
            input = {"organizationId": other, "emailAddress": carl.email}
            assert (await api.mutate("createInvitation", input, by=SERVICE)).payload
            assert (await socket.told())["name"] == "organizationInvitation.created"


Record = Callable[[Api, Acme, Recorded], Awaitable[None]]


def list_changes() -> Iterator[Record]:
    for mutation in NAMES:
        yield partial(record_mutation, mutation)
        yield partial(record_as_user, mutation)
    yield from (partial(record_domain_mutation, mutation) for mutation in OF_DOMAINS)
    yield record_enrollment
    yield from (record_idempotent, record_first_visit, record_background_work)
    yield record_subscriptions
    yield record_lookups_for_viewers


def record_changes(databases: Databases, recorded: Recorded) -> None:
    """Records what changes a small database; each change gets a new one."""

    async def run(record: Record, url: str) -> None:
        async with opened(url, databases.templates) as api:
            await record(api, databases.templates.acme, recorded)

    for record in list_changes():
        asyncio.run(run(record, databases.make_small()))


# ------------------------------------------------------------------------------ the large database


async def record_lists(api: Api, acme: Acme) -> None:
    """Reads each list: its start, the page after that, and the end, in all orders."""
    user_id, filters = acme.admin.id, {**FILTERS, "userIds": [acme.admin.id]}
    filters |= {"organizationId": acme.id, "userId": user_id}
    for one in find_lists():
        around = AROUND[one.parent].replace("ORGANIZATION", acme.id).replace("USER", user_id)
        callers = [SERVICE] if one.parent in SERVICE_ONLY else [acme.admin]
        callers += [SERVICE] if one.parent == "Organization" else []
        for by in callers:
            for values in one.choose_values(filters):
                page = await read_page(api, by, one.write(around), values | {"first": 20})
                if end := page["pageInfo"]["endCursor"]:
                    after = {"first": 20, "after": end}
                    await read_page(api, by, one.write(around), values | after)
                    if "before" in one.arguments:
                        before = {"last": 20, "before": end}
                        await read_page(api, by, one.write(around), values | before)
                if "last" in one.arguments:
                    await read_page(api, by, one.write(around), values | {"last": 20})


async def read_page(api: Api, by: Caller, document: str, variables: JSON) -> JSON:
    found = (await api.run(document, variables, by=by)).data
    while "pageInfo" not in found:
        (found,) = found.values()
    return found


async def record_objects(api: Api, acme: Acme) -> None:
    """Reads one object of each type, and several at once, with everything in them."""
    tables = {"Organization": "org", "User": "user", "Membership": "orgmem", "Session": "sess"}
    tables |= {"OrganizationDomain": "orgdmn", "MembershipRequest": "orgmreq"}
    tables |= {"Invitation": "orginv", "WebhookEndpoint": "whep", "WebhookDelivery": "whdl"}
    for name, prefix in tables.items():
        type_ = CORE.type_map[name]
        ids = [get_id(prefix, number) for number in (1, 2)]
        document = f"""query($ids: [ID!]!) {{ nodes(ids: $ids) {{
            ... on {name} {select_everything(type_, 1)} }} }}"""
        for by in (SERVICE, acme.admin):
            # The administrator of Acme is a plain member of the others, and may not see everything.
            assert (await api.run(document, {"ids": ids}, by=by)).body["data"]["nodes"]


async def record_other_queries(api: Api, acme: Acme) -> None:
    member, given = acme.member, {"organizationId": acme.id, "permission": "org:sys_profile:manage"}
    found: list[Answer] = [
        await api.send("my-organizations", by=acme.admin),
        await api.send("members", by=acme.admin, organizationId=acme.id, first=50),
        await api.send("invitations", by=acme.admin, organizationId=acme.id),
        await api.send("my-invitations", by=acme.outsider),
        await api.send("check-permission", by=member, **given),
        await api.send("instance", by=member),
        await api.send("role-model", by=SERVICE),
        await api.send("events", by=acme.admin, organizationId=acme.id),
        await api.send("webhook-deliveries", by=SERVICE),
    ]
    session = bearer_of(await open_session(api, by=acme.admin, organizationId=acme.id))
    found.append(await api.send("sessions", by=session))
    invitation_id = get_id("orginv", 20)
    ticket = await mail_ticket(api, invitation_id)
    found.append(await api.send("invitation-by-ticket", ticket=ticket))
    ids = f'organizationId: "{acme.id}", userId: "{member.id}"'
    for by in (SERVICE, acme.admin):
        found.append(
            await api.run(
                f"""{{ cursor membership({ids}) {{ id }} permissions {{ id }}
                checkPermission({ids}, permission: "org:sys_profile:manage") {{ allowed }}
                roles {{ id }} organization(by: {{ slug: "company-7" }}) {{ id }}
                node(id: "{invitation_id}") {{ id }} user(id: "{member.id}") {{ id }} }}""",
                by=by,
            )
        )
    own = f"""{{ viewer {{ canCreateOrganization membership(organizationId: "{acme.id}") {{ id }} }}
        organization(by: {{ id: "{acme.id}" }}) {{ viewerCan(permission: "org:sys_profile:manage")
          membership(userId: "{member.id}") {{ id }} }} }}"""
    found.append(await api.run(own, by=acme.admin))
    assert all(answer.body["data"] for answer in found)


async def record_reads(api: Api, acme: Acme, recorded: Recorded) -> None:
    """Records what is read from the large database."""
    with recording_statements(api.store, recorded):
        await record_lists(api, acme)
        await record_objects(api, acme)
        await record_other_queries(api, acme)
