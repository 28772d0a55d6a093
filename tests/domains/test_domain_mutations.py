"""Each mutation of domains and membership requests: who can call it, its events, and repetition."""

import pytest

from tests.support.api import SERVICE, Api, Caller, contents, events
from tests.support.data.domains import NAME
from tests.support.data.factories import Acme
from tests.support.data.invitations import codes
from tests.support.documents.domain_mutations import OF_DOMAINS, prepared


async def caller_of(api: Api, mutation: str) -> Caller:
    """A secret key, where it is not something that only people do."""
    return await api.person(f"carl@{NAME}") if mutation == "acceptSuggestion" else SERVICE


@pytest.mark.parametrize("mutation", OF_DOMAINS)
async def test_who_can_call_what(api: Api, acme: Acme, mutation: str) -> None:
    row = OF_DOMAINS[mutation]
    async with prepared(api, acme, mutation) as (here, input):
        before = await contents(api.store)
        anonymous = await here.mutate(mutation, input)
        outsider = await here.mutate(mutation, input, by=acme.outsider)
        member = await here.mutate(mutation, input, by=acme.member)

        assert anonymous.code == "UNAUTHENTICATED"
        if mutation == "acceptSuggestion":
            assert codes(outsider) == codes(member) == ["resource_not_found"]
            assert (await here.mutate(mutation, input, by=SERVICE)).reason == "user_required"
        elif row.permission is None:
            assert outsider.reason == member.reason == "secret_key_required"
        else:
            assert outsider.code == "NOT_FOUND"
            assert member.reason == "missing_organization_permission"
            assert member.error["extensions"]["permissions"] == [row.permission]
        assert await contents(api.store) == before
        if row.permission is not None:
            assert (await here.mutate(mutation, input, by=acme.admin)).payload


@pytest.mark.parametrize("mutation", OF_DOMAINS)
async def test_a_mutation_records_its_events_and_is_safe_to_repeat(
    api: Api, acme: Acme, mutation: str
) -> None:
    row = OF_DOMAINS[mutation]
    async with prepared(api, acme, mutation) as (here, input):
        by = await caller_of(here, mutation)
        before = len(await events(api.store))
        first = await here.mutate(mutation, input, by=by)
        written = (await events(api.store))[before:]
        between = await contents(api.store)
        second = await here.mutate(mutation, input, by=by)

    assert [event["type"] for event in written] == row.events
    assert first.payload["cursor"] == str(written[-1]["cursor"])
    for event in written:
        assert event["actor_type"] == ("service" if by is SERVICE else "user")
        assert event["organization_id"] == acme.id
        assert event["object_id"] == event["data"]["id"]
    outcome = [second.code] if "errors" in second.body else codes(second)
    assert outcome == ([row.second] if row.second else [])
    assert (await contents(api.store) != between) == row.is_repeatable
