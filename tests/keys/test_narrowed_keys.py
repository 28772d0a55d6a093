"""What keys reach that are narrowed to scopes or to organizations, and what nobody gets around."""

from dataclasses import dataclass
from typing import Any

import pytest

from models.base import parse_prefix
from models.errors.request import NotFound
from models.keys.scopes import KeyScope, Narrowing, add_implied
from resolvers.authority.access import SYSTEM, Actor, ActorType
from resolvers.foundation.transaction import begin
from schema.nodes import FETCH
from tests.support.api import JSON, SERVICE, Api, Caller, contents
from tests.support.data.api_keys import create_key
from tests.support.data.billing import make_feature, make_plan, subscribe, switch_billing
from tests.support.data.domains import requests, suggestions, verified
from tests.support.data.factories import Acme, a_member, an_invitation, an_organization
from tests.support.data.keys import a_key
from tests.support.data.sessions import a_session
from tests.support.data.webhooks import a_failed_delivery, an_endpoint
from tests.support.servers.tokens import one_database

NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
ALL = """{
  organizations { totalCount nodes { id } }
  users { totalCount nodes { id memberships { totalCount nodes { organization { id } } }
    sessions { nodes { id } } subscription { id } plan { key } } }
  domains { totalCount nodes { name } }
  subscriptions { totalCount nodes { organization { id } } }
  events(first: 100) { nodes { organizationId } }
}"""
# The scope that a type of node needs, and the only one: no other shows it.
OF_TYPES = {
    "User": KeyScope.USERS_READ,
    "Session": KeyScope.SESSIONS_WRITE,
    "Organization": KeyScope.ORGANIZATIONS_READ,
    "Membership": KeyScope.MEMBERSHIPS_READ,
    "Invitation": KeyScope.INVITATIONS_READ,
    "OrganizationDomain": KeyScope.DOMAINS_READ,
    "OrganizationSuggestion": KeyScope.DOMAINS_READ,
    "MembershipRequest": KeyScope.MEMBERSHIPS_READ,
    "Role": KeyScope.ROLES_READ,
    "Permission": KeyScope.ROLES_READ,
    "RoleSet": KeyScope.ROLES_READ,
    "WebhookEndpoint": KeyScope.WEBHOOKS_MANAGE,
    "WebhookDelivery": KeyScope.WEBHOOKS_MANAGE,
    "Feature": KeyScope.BILLING_READ,
    "Plan": KeyScope.BILLING_READ,
    "PlanSubscription": KeyScope.BILLING_READ,
    "SecretKey": KeyScope.KEYS_MANAGE,
    "ApiKey": KeyScope.KEYS_MANAGE,
}
OF_THE_MODEL = {"Role", "Permission", "RoleSet", "Feature", "Plan"}


@dataclass(frozen=True)
class World:
    """Acme, with an object of every type, and Rival, which has one member."""

    acme: Acme
    rival: str
    rita: Caller
    # By type.
    nodes: dict[str, str]


async def every_node(api: Api) -> dict[str, str]:
    """Finds one object of each type in the database."""
    rows = [row for table in (await contents(api.store)).values() for row in table]
    ids = [value for row in rows for value in row if isinstance(value, str) and parse_prefix(value)]
    # The first ones are Acme's.
    found = {parse_prefix(id): id for id in reversed(ids)}
    chosen = [found[prefix] for prefix in FETCH if prefix is not None]
    nodes = (await api.run(NODES, {"ids": chosen}, by=SERVICE)).data["nodes"]
    return {node["__typename"]: node["id"] for node in nodes}


@pytest.fixture
async def world(api: Api, acme: Acme) -> World:
    await switch_billing(api)
    await make_feature(api, "spare")
    await make_plan(api, "pro")
    await make_plan(api, "solo", payerType="USER")
    mine = {"userId": acme.member.id, "plan": "solo"}
    assert (await api.mutate("setSubscription", mine, by=SERVICE)).payload
    rita = await api.person("rita@example.com")
    rival = await an_organization(api, by=rita, name="Rival")
    await a_member(api, rival, acme.member)
    for organization_id, name in ((acme.id, "acme.com"), (rival, "rival.com")):
        await subscribe(api, organization_id, "pro")
        await verified(api, organization_id, name, "AUTOMATIC_SUGGESTION")
    await a_session(api, by=acme.admin)
    endpoint = await an_endpoint(api)
    await a_failed_delivery(api, endpoint["id"])
    await a_key(api, "Old")
    assert (await create_key(api, acme.id, by=acme.admin)).payload
    asking = await api.person("sam@acme.com")
    (suggestion,) = await suggestions(api, by=asking)
    assert (
        await api.mutate("acceptSuggestion", {"suggestionId": suggestion["id"]}, by=asking)
    ).payload
    assert await requests(api, acme.id)
    return World(await an_invitation(api, acme), rival, rita, await every_node(api))


async def test_a_node_needs_the_scope_of_its_type(api: Api, world: World) -> None:
    assert set(world.nodes) == set(OF_TYPES)
    ids = list(world.nodes.values())

    for scope in KeyScope:
        _, key = await a_key(api, scopes=[scope])
        answer = await api.run(NODES, {"ids": ids}, by=key)
        shown = {node["__typename"] for node in answer.data["nodes"] if node}
        expected = {type_ for type_, needed in OF_TYPES.items() if needed in add_implied([scope])}
        assert shown == expected, scope


async def test_a_key_for_an_organization_sees_only_what_is_in_it(api: Api, world: World) -> None:
    _, key = await a_key(api, organization_ids=[world.rival])

    listed = (await api.run(ALL, by=key)).data
    nodes = (await api.run(NODES, {"ids": list(world.nodes.values())}, by=key)).data["nodes"]

    rival = {"organization": {"id": world.rival}}
    own = {"totalCount": 1, "nodes": [rival]}
    assert listed["organizations"] == {"totalCount": 1, "nodes": [{"id": world.rival}]}
    members = [world.rita.id, world.acme.member.id]
    assert listed["users"] == {
        "totalCount": 2,
        "nodes": [
            {"id": id, "memberships": own, "sessions": None, "subscription": None, "plan": None}
            for id in members
        ],
    }
    assert listed["domains"] == {"totalCount": 1, "nodes": [{"name": "rival.com"}]}
    assert listed["subscriptions"] == own
    told = [event["organizationId"] for event in listed["events"]["nodes"]]
    assert len(told) > 3
    assert set(told) == {world.rival}
    shown = {node["__typename"] for node in nodes if node}
    assert shown == OF_THE_MODEL


OTHERS: list[tuple[str, Any]] = [
    ('{ organization(by: { id: "ACME" }) { id } }', {"organization": None}),
    ('{ organization(by: { slug: "acme" }) { id } }', {"organization": None}),
    ('{ membership(organizationId: "ACME", userId: "ADMIN") { id } }', {"membership": None}),
    ('{ user(id: "ADMIN") { id } }', {"user": None}),
    (
        '{ checkPermission(organizationId: "ACME", permission: "org:sys_memberships:read")'
        " { allowed reason } }",
        {"checkPermission": {"allowed": False, "reason": "NOT_A_MEMBER"}},
    ),
    (
        '{ checkPermission(organizationId: "ACME", userId: "ADMIN",'
        ' permission: "org:sys_memberships:read") { allowed reason } }',
        {"checkPermission": {"allowed": False, "reason": "NOT_A_MEMBER"}},
    ),
    ('{ slugAvailability(slug: "acme", organizationId: "ACME") { available } }', "NOT_FOUND"),
    ('{ events(organizationId: "ACME") { nodes { id } } }', "NOT_FOUND"),
    ('{ domains(organizationId: "ACME") { nodes { id } } }', {"domains": {"nodes": []}}),
    (
        '{ subscriptions(organizationId: "ACME") { nodes { id } } }',
        {"subscriptions": {"nodes": []}},
    ),
    ("{ roles { membersCount } }", "FORBIDDEN"),
]


async def test_another_organization_is_one_that_never_was(api: Api, world: World) -> None:
    _, key = await a_key(api, organization_ids=[world.rival])

    for document, expected in OTHERS:
        document = document.replace("ACME", world.acme.id).replace("ADMIN", world.acme.admin.id)
        answer = await api.run(document, by=key)
        told = answer.body.get("errors", [{"extensions": {}}])[0]["extensions"].get("code")
        assert (told or answer.data) == expected, document
        assert "errors" not in (await api.run(document, by=SERVICE)).body, document


@one_database
async def test_a_transaction_locks_no_other_organization(api: Api, acme: Acme) -> None:
    """Whatever has begun it: not every door has the guards of GraphQL."""
    narrowing = Narrowing(organization_ids=frozenset({"org_x"}))
    for actor in (Actor(ActorType.SERVICE, "key_x", narrowing=narrowing), SYSTEM):
        async with begin(api.server, actor) as tx:
            if actor is SYSTEM:
                assert (await tx.lock_organization(acme.id)).id == acme.id
                continue
            with pytest.raises(NotFound):
                await tx.lock_organization(acme.id)
            with pytest.raises(NotFound):
                await tx.authorize(acme.id, None)


async def test_a_key_for_an_organization_works_in_it(api: Api, world: World) -> None:
    acme = world.acme
    scopes = [KeyScope.ORGANIZATIONS_WRITE, KeyScope.MEMBERSHIPS_WRITE]
    _, key = await a_key(api, scopes=scopes, organization_ids=[acme.id])

    renamed = await api.mutate(
        "updateOrganization", {"organizationId": acme.id, "name": "New"}, by=key
    )
    input = {"organizationId": acme.id, "userId": world.rita.id}
    joined = await api.mutate(
        "createMembership", input, "membership { organization { name } }", by=key
    )

    assert renamed.payload
    assert joined.payload["membership"] == {"organization": {"name": "New"}}


# ------------------------------------------------------------------------------ ways around (KY2)

AROUND: list[tuple[list[KeyScope], str, Any]] = [
    # By alias and fragment.
    (
        [KeyScope.ORGANIZATIONS_READ],
        '{ a: organization(by: { id: "ACME" }) { ...Hidden } }'
        " fragment Hidden on Organization { id b: memberships { nodes { id } } }",
        {"a": {"id": "ACME", "b": None}},
    ),
    # By an event.
    (
        [KeyScope.EVENTS_READ],
        """{ events(types: [MEMBERSHIP_CREATED], first: 1) { nodes {
             ... on MembershipEvent { membership { id } user { id } organization { id } } } } }""",
        {"events": {"nodes": [{"membership": None, "user": None, "organization": None}]}},
    ),
    (
        [KeyScope.EVENTS_READ],
        """{ events(types: [INVITATION_CREATED], first: 1) { nodes {
             ... on InvitationEvent { invitation { url } organization { id } } } } }""",
        {"events": {"nodes": [{"invitation": None, "organization": None}]}},
    ),
    # By the user of a membership.
    (
        [KeyScope.ORGANIZATIONS_READ, KeyScope.MEMBERSHIPS_READ],
        """{ organization(by: { id: "ACME" }) { membership(userId: "ADMIN") { privateMetadata
             user { id emailAddress emailVerified externalId privateMetadata sessions { nodes { id } }
               plan { key } subscription { id } } } } }""",
        {
            "organization": {
                "membership": {
                    "privateMetadata": None,
                    "user": {
                        "id": "ADMIN",
                        "emailAddress": None,
                        "emailVerified": None,
                        "externalId": None,
                        "privateMetadata": None,
                        "sessions": None,
                        "plan": None,
                        "subscription": None,
                    },
                }
            }
        },
    ),
    # By a subscription.
    (
        [KeyScope.BILLING_READ],
        "{ subscriptions(first: 1) { nodes { organization { id } } } }",
        {"subscriptions": {"nodes": [{"organization": None}]}},
    ),
    # By the members of a role.
    ([KeyScope.ROLES_READ], "{ roles { membersCount } }", {"roles": [{"membersCount": None}] * 2}),
    # By a delivery.
    (
        [KeyScope.WEBHOOKS_MANAGE],
        "{ webhookEndpoints { deliveries { nodes { event { id } } } } }",
        {"webhookEndpoints": None},
    ),
]


@one_database
async def test_no_way_leads_around_a_missing_scope(api: Api, world: World) -> None:
    acme = world.acme
    for scopes, document, expected in AROUND:
        _, key = await a_key(api, scopes=scopes)
        wanted = str(expected).replace("ACME", acme.id).replace("ADMIN", acme.admin.id)
        document = document.replace("ACME", acme.id).replace("ADMIN", acme.admin.id)
        answer = await api.run(document, by=key)
        assert str(answer.body["data"]) == wanted, document
        everything = await api.run(document, by=SERVICE)
        assert str(everything.data) != wanted, document


# ---------------------------------------------------------------------------------- private metadata


def with_private_metadata(acme: Acme) -> dict[str, JSON]:
    """Inputs that give private metadata, and nothing that the key isn't allowed."""
    private = {"privateMetadata": {"crm": 1}}
    mine = {"organizationId": acme.id}
    address = {"emailAddress": "new@example.com"}
    return {
        "createOrganization": {"name": "New", **private},
        "updateOrganizationMetadata": {**mine, "mode": "MERGE", **private},
        "updateMembershipMetadata": {
            **mine,
            "userId": acme.member.id,
            "mode": "REPLACE",
            **private,
        },
        "createMembership": {**mine, "userId": acme.outsider.id, **private},
        "createMemberships": {**mine, "members": [{"userId": acme.outsider.id, **private}]},
        "createInvitation": {**mine, **address, **private},
        "createInvitations": {**mine, "recipients": [{**address, **private}]},
        "createUser": {**address, **private},
        "createUsers": {"users": [{"emailAddress": "other@example.com", **private}]},
        "updateUser": {"userId": acme.member.id, **private},
    }


@one_database
async def test_private_metadata_have_scopes_of_their_own(api: Api, acme: Acme) -> None:
    writing = [
        *(KeyScope.ORGANIZATIONS_WRITE, KeyScope.MEMBERSHIPS_WRITE),
        *(KeyScope.INVITATIONS_WRITE, KeyScope.USERS_WRITE, KeyScope.EVENTS_READ),
    ]
    _, without = await a_key(api, scopes=writing)
    _, reading = await a_key(api, scopes=[*writing, KeyScope.PRIVATE_METADATA_READ])
    _, both = await a_key(api, scopes=[*writing, KeyScope.PRIVATE_METADATA_WRITE])
    before = await contents(api.store)

    for mutation, input in with_private_metadata(acme).items():
        for key in (without, reading):
            answer = await api.mutate(mutation, input, by=key)
            assert answer.error["extensions"] == {
                "code": "FORBIDDEN",
                "reason": "missing_scope",
                "scopes": ["private_metadata:write"],
            }, mutation
    assert await contents(api.store) == before

    for mutation, input in with_private_metadata(acme).items():
        if mutation in {"createMemberships", "createInvitations"}:
            # What the one for a single person has just done.
            continue
        assert (await api.mutate(mutation, input, by=both)).payload, mutation
    document = f"""{{ organization(by: {{ id: "{acme.id}" }}) {{ privateMetadata }}
        events(types: [ORGANIZATION_UPDATED], first: 1) {{ nodes {{ data }} }} }}"""
    for key, expected in ((without, None), (reading, {"crm": 1}), (both, {"crm": 1})):
        answer = (await api.run(document, by=key)).data
        assert answer["organization"]["privateMetadata"] == expected
        assert answer["events"]["nodes"][0]["data"].get("private_metadata") == expected


@one_database
async def test_the_external_id_needs_the_scope_of_organizations(api: Api, acme: Acme) -> None:
    given = {"organizationId": acme.id, "externalId": "crm_1"}
    assert (await api.mutate("updateOrganization", given, by=SERVICE)).payload
    document = f"""{{ membership(organizationId: "{acme.id}", userId: "{acme.admin.id}") {{
        organization {{ externalId privateMetadata }} }} }}"""
    reading = [KeyScope.MEMBERSHIPS_READ]
    for scopes, expected in ((reading, None), ([*reading, KeyScope.ORGANIZATIONS_READ], "crm_1")):
        _, key = await a_key(api, scopes=scopes)
        read = (await api.run(document, by=key)).data["membership"]["organization"]
        assert read == {"externalId": expected, "privateMetadata": None}


# --------------------------------------------------------------------------- reaching for more (KY5)


@one_database
async def test_a_narrowed_key_gives_itself_no_more_than_it_has(api: Api, acme: Acme) -> None:
    held = [KeyScope.KEYS_MANAGE, KeyScope.WEBHOOKS_MANAGE, KeyScope.MEMBERSHIPS_WRITE]
    _, key = await a_key(api, scopes=held, expires_in_days=30)
    name = {"name": "More", "expiresInDays": 30}
    endpoint = await an_endpoint(api)
    before = await contents(api.store)

    async def missing(mutation: str, input: JSON) -> list[str]:
        answer = await api.mutate(mutation, input, by=key)
        assert answer.reason == "missing_scope"
        return answer.error["extensions"]["scopes"]

    more = {**name, "scopes": ["memberships:read", "users:read", "events:read"]}
    assert await missing("createSecretKey", more) == ["events:read", "users:read"]
    everything = await missing("createSecretKey", name)
    assert "instance:write" in everything
    assert not {*held, "memberships:read"} & {*everything}
    change = {"webhookEndpointId": endpoint["id"], "url": "https://mine.example.com/"}
    assert await missing("createWebhookEndpoint", {"url": change["url"]}) == ["events:read"]
    assert await missing("updateWebhookEndpoint", change) == ["events:read"]
    assert await missing("createUser", {"emailAddress": "x@example.com"}) == ["users:write"]
    for days in (31, None):
        input = {"name": "Longer", "scopes": ["memberships:read"], "expiresInDays": days}
        (error,) = (await api.mutate("createSecretKey", input, by=key)).user_errors
        assert (error["code"], error["field"]) == (
            "form_param_value_invalid",
            ["input", "expiresInDays"],
        )
    assert await contents(api.store) == before

    # An endpoint is sent private metadata too.
    _, reader = await a_key(api, scopes=[KeyScope.WEBHOOKS_MANAGE, KeyScope.EVENTS_READ])
    answer = await api.mutate("createWebhookEndpoint", {"url": change["url"]}, by=reader)
    assert answer.error["extensions"]["scopes"] == ["private_metadata:read"]

    less = {**name, "scopes": ["memberships:read"]}
    assert (await api.mutate("createSecretKey", less, by=key)).payload
