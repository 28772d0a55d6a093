"""The subscriptions of narrowed keys, and of those that end."""

from tests.support.api import JSON, SERVICE, Api
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.keys import a_key
from tests.support.processes.commands import listening
from tests.support.servers.tokens import one_database
from tests.support.subscriptions import a_subscription, begun

ALL = "subscription { events { cursor type organizationId } }"
AFTER = 'subscription { events(after: "%s") { cursor type organizationId } }'
MEMBERS = "subscription { membershipChanged { type organizationId membership { id } } }"
DATA = "subscription { events(types: [ORGANIZATION_UPDATED]) { data } }"
REFUSALS: list[tuple[str, JSON, JSON]] = [
    (
        ALL,
        {"scopes": ["organizations:read"]},
        {"code": "FORBIDDEN", "reason": "missing_scope", "scopes": ["events:read"]},
    ),
    (
        'subscription { organizationEvents(organizationId: "ACME") { id } }',
        {"organization_ids": ["RIVAL"]},
        {"code": "NOT_FOUND", "reason": "organization_not_found_or_unauthorized"},
    ),
    (
        'subscription { membershipChanged(organizationId: "ACME") { id } }',
        {"organization_ids": ["RIVAL"]},
        {"code": "NOT_FOUND", "reason": "organization_not_found_or_unauthorized"},
    ),
]


async def rename(api: Api, organization_id: str) -> str:
    """Changes an organization, and returns the cursor of the event."""
    input = {"organizationId": organization_id, "name": f"Name of {organization_id[-6:]}"}
    return (await api.mutate("updateOrganization", input, by=SERVICE)).payload["cursor"]


async def test_a_key_for_an_organization_is_told_only_its_events(api: Api, acme: Acme) -> None:
    rival = await an_organization(api, by=SERVICE, name="Rival")
    _, key = await a_key(api, organization_ids=[rival])
    start = await rename(api, acme.id)
    await a_member(api, acme.id, "early@example.com")
    await rename(api, rival)

    async with (
        listening(api.app) as port,
        a_subscription(port, key, ALL) as live,
        a_subscription(port, key, MEMBERS) as members,
        a_subscription(port, key, AFTER % start) as late,
    ):
        # What happened before the subscription comes from the log.
        assert (await late.told())["organizationId"] == rival
        await begun(api, 3)
        await rename(api, acme.id)
        await a_member(api, acme.id, "new@example.com")
        await a_member(api, rival, "newer@example.com")

        for socket in (live, late):
            told = await socket.told()
            assert (told["type"], told["organizationId"]) == ("MEMBERSHIP_CREATED", rival)
        told = await members.told()
        assert (told["organizationId"], told["membership"] is not None) == (rival, True)


@one_database
async def test_a_narrowed_key_begins_no_stream_beyond_what_it_has(api: Api, acme: Acme) -> None:
    rival = await an_organization(api, by=SERVICE, name="Rival")
    async with listening(api.app) as port:
        for document, narrowed, expected in REFUSALS:
            if "organization_ids" in narrowed:
                narrowed = {"organization_ids": [rival]}
            _, key = await a_key(api, "Narrowed", **narrowed)
            document = document.replace("ACME", acme.id)
            async with a_subscription(port, key, document) as socket:
                assert await socket.refused() == expected


@one_database
async def test_keys_that_share_an_event_each_see_what_is_theirs(api: Api, acme: Acme) -> None:
    _, plain = await a_key(api, scopes=["events:read"])
    _, private = await a_key(api, scopes=["events:read", "private_metadata:read"])
    async with (
        listening(api.app) as port,
        a_subscription(port, private, DATA) as full,
        a_subscription(port, plain, DATA) as part,
    ):
        await begun(api, 2)
        input = {"organizationId": acme.id, "mode": "MERGE", "privateMetadata": {"crm": 1}}
        assert (await api.mutate("updateOrganizationMetadata", input, by=SERVICE)).payload

        assert (await full.told())["data"]["private_metadata"] == {"crm": 1}
        assert "private_metadata" not in (await part.told())["data"]


async def test_the_stream_of_a_key_ends_when_it_expires(api: Api, acme: Acme) -> None:
    _, key = await a_key(api, expires_in_days=1)
    async with (
        listening(api.app) as port,
        a_subscription(port, key, ALL) as ending,
        a_subscription(port, SERVICE, ALL) as other,
    ):
        await begun(api, 2)
        api.clock.forward(days=1)
        await rename(api, acme.id)

        assert await ending.refused() == {"code": "UNAUTHENTICATED"}
        assert (await other.told())["type"] == "ORGANIZATION_UPDATED"
