"""Membership requests: asked for once, and decided once (rule 39)."""

import pytest

from tests.support.api import JSON, SERVICE, Answer, Api, Caller, events
from tests.support.data.domains import NAME, kinds, requests, suggestions, verified
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import (
    accept,
    codes,
    fields,
    invited,
    seats,
)
from tests.support.data.rows import a_membership, ids_by_key, write
from tests.support.documents.domain_mutations import a_request, a_suggested_person
from tests.support.servers.smtp import mails

MEMBERSHIP = "membership { id role { key } user { id } }"


async def ask(api: Api, suggestion_id: str, *, by: Caller) -> Answer:
    selection = (
        "suggestion { id status } membershipRequest { id status user { id } decidedBy { id } }"
    )
    return await api.mutate("acceptSuggestion", {"suggestionId": suggestion_id}, selection, by=by)


async def decide(
    api: Api, verb: str, acme: Acme, request_id: str, *, by: Caller, **input: object
) -> Answer:
    which: JSON = {"organizationId": acme.id, "membershipRequestId": request_id, **input}
    selection = (
        MEMBERSHIP if verb == "accept" else "membershipRequest { id status decidedBy { id } }"
    )
    return await api.mutate(f"{verb}MembershipRequest", which, selection, by=by)


async def test_a_person_asks_and_is_accepted(api: Api, acme: Acme) -> None:
    person, suggestion_id = await a_suggested_person(api, acme.id)

    asked = (await ask(api, suggestion_id, by=person)).payload
    again = await ask(api, suggestion_id, by=person)
    (shown,) = await requests(api, acme.id, by=acme.admin)
    accepted = (await decide(api, "accept", acme, shown["id"], by=acme.admin)).payload

    assert asked["suggestion"]["status"] == "ACCEPTED"
    assert asked["membershipRequest"]["status"] == "PENDING"
    assert codes(again) == ["organization_suggestion_already_accepted"]
    assert shown["user"]["id"] == person.id
    assert accepted["membership"]["role"]["key"] == "org:member"
    (settled,) = await requests(api, acme.id, by=acme.admin)
    assert (settled["status"], settled["decidedBy"]["id"]) == ("ACCEPTED", acme.admin.id)
    assert await suggestions(api, by=person) == []


async def test_a_rejected_person_is_not_enrolled_again_but_can_be_invited(
    api: Api, acme: Acme
) -> None:
    person, request_id = await a_request(api, acme.id)
    answer = await decide(api, "reject", acme, request_id, by=acme.admin)
    assert answer.payload["membershipRequest"]["status"] == "REJECTED"

    other = await verified(api, acme.id, "b.com", mode="AUTOMATIC_INVITATION")
    moved = {"userId": person.id, "emailAddress": "carl@b.com", "emailVerified": True}
    assert (await api.mutate("updateUser", moved, by=SERVICE)).payload

    assert other["verified"]
    assert await kinds(api, "organizationInvitation") == []
    made = await invited(api, acme.id, "carl@b.com", by=acme.admin)
    assert (await accept(api, by=person, invitationId=made["id"])).payload
    assert [one["status"] for one in await requests(api, acme.id)] == ["REJECTED"]


@pytest.mark.parametrize("verb", ["accept", "reject"])
async def test_a_request_is_decided_once(api: Api, acme: Acme, verb: str) -> None:
    _, request_id = await a_request(api, acme.id)
    assert (await decide(api, "reject", acme, request_id, by=acme.admin)).payload

    answer = await decide(api, verb, acme, request_id, by=acme.admin)

    assert codes(answer) == ["membership_request_not_pending"]
    assert fields(answer) == ["input.membershipRequestId"]


async def test_nobody_grants_a_role_that_holds_more_than_their_own(api: Api, acme: Acme) -> None:
    role: JSON = {
        "key": "org:recruiter",
        "name": "Recruiter",
        "permissions": ["org:sys_memberships:manage", "org:sys_memberships:read"],
        "addToInitialRoleSet": True,
    }
    assert (await api.mutate("createRole", role, by=SERVICE)).payload
    recruiter = await a_member(api, acme.id, "rita@example.com", "org:recruiter")
    person, request_id = await a_request(api, acme.id)

    too_much = await decide(api, "accept", acme, request_id, by=recruiter, role="org:admin")
    default = await decide(api, "accept", acme, request_id, by=recruiter)
    unknown = await decide(api, "accept", acme, request_id, by=acme.admin, role="org:none")
    named = await decide(api, "accept", acme, request_id, by=acme.admin, role="org:admin")

    assert too_much.reason == default.reason == "role_not_grantable"
    assert codes(unknown) == ["resource_not_found"]
    assert named.payload["membership"] == {
        "id": named.payload["membership"]["id"],
        "role": {"key": "org:admin"},
        "user": {"id": person.id},
    }


async def test_a_full_organization_keeps_the_request_open(api: Api, acme: Acme) -> None:
    _, request_id = await a_request(api, acme.id)
    await seats(api, acme.id, 2)

    answer = await decide(api, "accept", acme, request_id, by=acme.admin)

    assert codes(answer) == ["organization_membership_quota_exceeded"]
    assert [one["status"] for one in await requests(api, acme.id)] == ["PENDING"]
    await seats(api, acme.id, 3)
    assert (await decide(api, "accept", acme, request_id, by=acme.admin)).payload


async def test_a_direct_addition_settles_the_request(api: Api, acme: Acme) -> None:
    person, request_id = await a_request(api, acme.id)
    await a_member(api, acme.id, person)

    (request,) = await requests(api, acme.id)
    assert (request["id"], request["status"], request["decidedBy"]) == (
        request_id,
        "ACCEPTED",
        None,
    )
    assert (await kinds(api, "organizationMembershipRequest"))[-1].endswith(".accepted")


async def test_an_accepted_invitation_settles_request_and_suggestion(api: Api, acme: Acme) -> None:
    person, _ = await a_request(api, acme.id)
    made = await invited(api, acme.id, f"carl@{NAME}", by=acme.admin)
    assert (await accept(api, by=person, invitationId=made["id"])).payload

    (request,) = await requests(api, acme.id)
    assert (request["status"], request["decidedBy"]) == ("ACCEPTED", None)
    other = await an_organization(api, by=acme.outsider, name="Other")
    await verified(api, other, "b.com", mode="AUTOMATIC_SUGGESTION")
    suggested = await api.person("dora@b.com")
    assert len(await suggestions(api, by=suggested)) == 1
    await a_member(api, other, suggested)
    assert await suggestions(api, by=suggested) == []


async def test_a_member_who_still_has_a_request_is_accepted_with_an_error(
    api: Api, acme: Acme
) -> None:
    """Only a membership that was written past the rules can leave a request pending."""
    person, request_id = await a_request(api, acme.id)
    role_id = (await ids_by_key(api.store, "role"))["org:member"]
    await write(api.store, membership=[a_membership(acme.id, person.id, role_id)])

    answer = await decide(api, "accept", acme, request_id, by=acme.admin)

    assert codes(answer) == ["already_a_member_in_organization"]
    assert [one["status"] for one in await requests(api, acme.id)] == ["ACCEPTED"]
    assert (await kinds(api, "organizationMembershipRequest"))[-1].endswith(".accepted")


async def test_managers_get_one_email_a_day(api: Api, acme: Acme) -> None:
    await a_member(api, acme.id, "second@example.com", "org:admin")
    await verified(api, acme.id, mode="AUTOMATIC_SUGGESTION")
    for number in range(3):
        person = await api.person(f"{number}@{NAME}")
        (suggestion,) = await suggestions(api, by=person)
        assert (await ask(api, suggestion["id"], by=person)).payload

    keys = [mail.address_key for mail in await mails(api.store)]
    assert sorted(keys) == ["ada@example.com", "second@example.com"]
    api.clock.forward(days=1)
    person = await api.person(f"late@{NAME}")
    (suggestion,) = await suggestions(api, by=person)
    assert (await ask(api, suggestion["id"], by=person)).payload
    assert len(await mails(api.store)) == 4


async def test_who_sees_a_request(api: Api, acme: Acme) -> None:
    person, request_id = await a_request(api, acme.id)
    document = """query($id: ID!) { node(id: $id) { ... on MembershipRequest {
        status user { identifier emailAddress } publicOrganization { name } decidedBy { id } } } }"""

    async def shown(caller: Caller) -> JSON | None:
        return (await api.run(document, {"id": request_id}, by=caller)).data["node"]

    found = await shown(acme.admin)
    assert found
    assert found["user"] == {"identifier": f"carl@{NAME}", "emailAddress": None}
    assert await shown(person)
    assert await shown(acme.member) is None
    assert await shown(acme.outsider) is None
    assert (await decide(api, "reject", acme, request_id, by=acme.admin)).payload
    mine = await shown(person)
    assert mine
    assert (mine["status"], mine["decidedBy"]) == ("REJECTED", None)
    own = "{ viewer { membershipRequests { nodes { id status } totalCount } } }"
    listed = (await api.run(own, by=person)).data["viewer"]["membershipRequests"]
    assert listed == {"nodes": [{"id": request_id, "status": "REJECTED"}], "totalCount": 1}


async def test_a_request_of_another_organization_is_not_found(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    _, request_id = await a_request(api, acme.id)
    which = {"organizationId": other, "membershipRequestId": request_id}

    for verb in ("accept", "reject"):
        answer = await api.mutate(f"{verb}MembershipRequest", which, by=acme.outsider)
        assert codes(answer) == ["resource_not_found"]


async def test_the_number_of_pending_requests_is_for_managers(api: Api, acme: Acme) -> None:
    await a_request(api, acme.id)
    document = "query($id: ID!) { organization(by: {id: $id}) { pendingMembershipRequestsCount } }"

    answer = await api.run(document, {"id": acme.id}, by=acme.admin)
    refused = await api.run(document, {"id": acme.id}, by=acme.member)

    assert answer.data["organization"]["pendingMembershipRequestsCount"] == 1
    assert refused.reason == "missing_organization_permission"


async def test_events_of_requests_are_for_managers(api: Api, acme: Acme) -> None:
    await a_request(api, acme.id)
    document = """query($id: ID!) { organization(by: {id: $id}) { events(first: 100) {
        nodes { name } } } }"""

    async def names(caller: Caller) -> set[str]:
        answer = await api.run(document, {"id": acme.id}, by=caller)
        nodes = answer.data["organization"]["events"]["nodes"]
        return {one["name"].partition(".")[0] for one in nodes}

    ours = {"organizationDomain", "organizationSuggestion", "organizationMembershipRequest"}
    assert ours <= await names(acme.admin)
    assert not ours & await names(acme.member)
    assert await events(api.store)
