"""The story of a domain, told by the documents in `graphql/operations/`."""

import json

from tests.support import webhook_receiver
from tests.support.api import SERVICE, Api
from tests.support.dns import name_server
from tests.support.domains import asking, code_of
from tests.support.factories import Acme, an_organization


async def test_acme_proves_its_domain_and_grace_asks_to_join(api: Api, acme: Acme) -> None:
    ours = {"organizationId": acme.id}
    async with name_server() as dns, webhook_receiver.listening() as receiver:
        here = asking(api, dns)
        await webhook_receiver.an_endpoint(here, receiver.url())
        made = await here.send("create-domain", by=acme.admin, **ours, name="acme.com")
        which = {**ours, "domainId": made.payload["domain"]["id"]}

        # Others hold the name by a code that somebody at Acme has passed on.
        squatters = await an_organization(here, by=acme.outsider, name="Squatters")
        theirs = {"organizationId": squatters}
        made = await here.send("create-domain", by=acme.outsider, **theirs, name="acme.com")
        domain = made.payload["domain"]
        theirs["domainId"] = domain["id"]
        address = {"emailAddress": "intern@acme.com"}
        await here.send("prepare-domain-affiliation", by=acme.outsider, **theirs, **address)
        code = await code_of(here, domain)
        taken = await here.send("attempt-domain-affiliation", by=acme.outsider, **theirs, code=code)
        assert taken.payload["domain"]["verified"]

        # Acme publishes a record, which is worth more.
        prepared = await here.send("prepare-domain-ownership", by=acme.admin, **which)
        record = prepared.payload["domain"]["ownership"]
        dns.texts[record["txtRecordName"]] = [f'"{record["txtRecordValue"]}"']
        proven = await here.send("attempt-domain-ownership", by=acme.admin, **which)
        assert proven.payload["domain"]["verified"]
        mode = {"enrollmentMode": "AUTOMATIC_SUGGESTION"}
        await here.send("update-domain-enrollment", by=acme.admin, **which, **mode)

        # Grace signs in, sees the suggestion, asks, and is accepted.
        grace = await here.person("grace@acme.com", given_name="Grace")
        found = (await here.send("my-suggestions", by=grace)).data["viewer"]["suggestions"]
        (suggestion,) = found["nodes"]
        assert suggestion["publicOrganization"]["name"] == "Acme"
        asked = await here.send("accept-suggestion", by=grace, suggestionId=suggestion["id"])
        assert asked.payload["membershipRequest"]["status"] == "PENDING"
        waiting = await here.send("membership-requests", by=acme.admin, **ours)
        (request,) = waiting.data["organization"]["membershipRequests"]["nodes"]
        assert waiting.data["organization"]["pendingMembershipRequestsCount"] == 1
        joined = await here.send(
            "accept-membership-request", by=acme.admin, **ours, membershipRequestId=request["id"]
        )
        assert joined.payload["membership"]["user"]["identifier"] == "grace@acme.com"

        # Everything is in the list, with the secret key, and in webhooks.
        (shown,) = (await here.send("domains", by=acme.admin, **ours)).data["organization"][
            "domains"
        ]["nodes"]
        assert (shown["verified"], shown["totalPendingSuggestions"]) == (True, 0)
        everywhere = (await here.send("all-domains", by=SERVICE, verified=True)).data["domains"]
        assert [one["organization"]["name"] for one in everywhere["nodes"]] == ["Acme"]
        await webhook_receiver.sender(here.store, here.clock).deliver()
        await here.client.aclose()

    types = {json.loads(delivered.body)["type"] for delivered in receiver.received}
    assert {
        "organizationDomain.created",
        "organizationDomain.updated",
        "organizationSuggestion.created",
        "organizationSuggestion.accepted",
        "organizationMembershipRequest.created",
        "organizationMembershipRequest.accepted",
        "organizationMembership.created",
    } <= types


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
