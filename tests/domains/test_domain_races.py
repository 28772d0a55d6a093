"""Domains raced with real concurrency, on SQLite and PostgreSQL (rules 32, 33, 37, and 39)."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from models.database.store import Store
from resolvers.authority.access import SYSTEM
from resolvers.domains.batches import enroll_batch, load_due_domains
from resolvers.foundation.transaction import begin
from resolvers.instance import update_instance
from tests.support.api import JSON, SERVICE, Answer, Api, Caller
from tests.support.data.domains import (
    NAME,
    asking,
    change,
    code_of,
    created,
    enter_code,
    invitations_of_domains,
    kinds,
    list_domains,
    look,
    prepare_record,
    requests,
    send_code,
    set_mode,
    stored,
    verified,
    work,
)
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import codes
from tests.support.data.rows import a_user, write
from tests.support.documents.domain_mutations import a_request
from tests.support.servers.dns import name_server

pytestmark = pytest.mark.both_databases

Call = Callable[[], Awaitable[Answer]]
ROUNDS = [pytest.param(6, marks=pytest.mark.smaller), pytest.param(50, marks=pytest.mark.slow)]


async def patiently(call: Call) -> Answer:
    """Sends once more what a crowded database had no time for."""
    while True:
        answer = await call()
        errors = answer.body.get("errors", ())
        if all(error["extensions"]["code"] != "UNAVAILABLE" for error in errors):
            return answer


async def at_once(*calls: Call) -> list[Answer]:
    return list(await asyncio.gather(*map(patiently, calls)))


async def claims(store: Store) -> list[tuple[str, str]]:
    async with store.read() as connection:
        rows = await connection.run_text("SELECT name, holder FROM domain_claim ORDER BY name")
        return [(row[0], row[1]) for row in rows]


async def two_domains(api: Api, acme: Acme, other: str, name: str) -> tuple[JSON, JSON]:
    ours = await created(api, acme.id, name, by=SERVICE)
    return ours, await created(api, other, name, by=SERVICE)


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_of_two_codes_for_one_name_one_wins(api: Api, acme: Acme, rounds: int) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await api.mutate("updateInstance", {"domainsPerOrganization": 0}, by=SERVICE)
    for number in range(rounds):
        name = f"acme{number}.com"
        ours, theirs = await two_domains(api, acme, other, name)
        calls: list[Call] = []
        for domain, who in ((ours, "a"), (theirs, "b")):
            assert (await send_code(api, domain, f"{who}@{name}", by=SERVICE)).payload
            code = await code_of(api, domain)
            calls.append(partial(enter_code, api, domain, code, by=SERVICE))

        answers = await at_once(*calls)

        assert sorted(map(codes, answers)) == [[], ["organization_domain_already_exists"]]
        both = [(await stored(api, domain)).verified for domain in (ours, theirs)]
        assert sorted(both) == [False, True]
    assert len(await claims(api.store)) == rounds


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_ownership_beats_a_code_in_every_order(api: Api, acme: Acme, rounds: int) -> None:
    """The record wins, even if the code was a moment faster."""
    other = await an_organization(api, by=acme.outsider, name="Other")
    await api.mutate("updateInstance", {"domainsPerOrganization": 0}, by=SERVICE)
    async with name_server() as dns:
        here = asking(api, dns)
        for number in range(rounds):
            name = f"acme{number}.com"
            ours, theirs = await two_domains(here, acme, other, name)
            assert (await send_code(here, ours, f"a@{name}", by=SERVICE)).payload
            code = await code_of(here, ours)
            dns.texts[f"_tenantry.{name}"] = [f'"{await prepare_record(here, theirs, by=SERVICE)}"']

            by_code, by_record = await at_once(
                partial(enter_code, here, ours, code, by=SERVICE),
                partial(look, here, theirs, by=SERVICE),
            )

            assert codes(by_record) == []
            assert codes(by_code) in ([], ["organization_domain_already_exists"])
            assert not (await stored(here, ours)).verified
            assert (name, theirs["id"]) in await claims(api.store)


async def test_two_takeovers_of_each_others_names_both_end(api: Api, acme: Acme) -> None:
    """Each locks the other organization after its own."""
    other = await an_organization(api, by=acme.outsider, name="Other")
    for number in range(4):
        first, second = f"a{number}.com", f"b{number}.com"
        ours, theirs = await two_domains(api, acme, other, first)
        others_ours, others_theirs = await two_domains(api, acme, other, second)
        assert (await change(api, "verifyDomain", theirs, by=SERVICE)).payload
        assert (await change(api, "verifyDomain", others_ours, by=SERVICE)).payload

        answers = await at_once(
            partial(change, api, "verifyDomain", ours, by=SERVICE, takeOver=True),
            partial(change, api, "verifyDomain", others_theirs, by=SERVICE, takeOver=True),
        )

        assert list(map(codes, answers)) == [[], []]
        holders = dict(await claims(api.store))
        assert (holders[first], holders[second]) == (ours["id"], others_theirs["id"])


async def test_a_name_is_taken_over_while_it_is_deleted(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    for number in range(6):
        ours, theirs = await two_domains(api, acme, other, f"acme{number}.com")
        assert (await change(api, "verifyDomain", ours, by=SERVICE)).payload
        deleted, taken = await at_once(
            partial(change, api, "deleteDomain", ours, by=acme.admin, selection="deletedId"),
            partial(change, api, "verifyDomain", theirs, by=SERVICE, takeOver=True),
        )

        assert codes(deleted) == codes(taken) == []
        assert (theirs["name"], theirs["id"]) in await claims(api.store)
        await change(api, "deleteDomain", theirs, by=SERVICE, selection="deletedId")
    assert await claims(api.store) == []


@pytest.mark.parametrize("turn", range(2))
async def test_of_accepting_and_rejecting_a_request_one_wins(
    api: Api, acme: Acme, turn: int
) -> None:
    _, request_id = await a_request(api, acme.id)
    which = {"organizationId": acme.id, "membershipRequestId": request_id}
    verbs = ["accept", "reject"] if turn else ["reject", "accept"]

    answers = await at_once(
        *(
            partial(api.mutate, f"{verbs[n % 2]}MembershipRequest", which, by=acme.admin)
            for n in range(10)
        )
    )

    outcomes = [codes(answer) for answer in answers]
    assert outcomes.count([]) == 1
    assert outcomes.count(["membership_request_not_pending"]) == 9
    (request,) = await requests(api, acme.id)
    events = await kinds(api, "organizationMembershipRequest")
    assert events[1:] == [f"organizationMembershipRequest.{request['status'].lower()}"]


async def test_one_suggestion_accepted_on_many_devices_is_one_request(api: Api, acme: Acme) -> None:
    await verified(api, acme.id, mode="AUTOMATIC_SUGGESTION")
    person = await api.person(f"carl@{NAME}")
    document = "{ viewer { suggestions { nodes { id } } } }"
    (found,) = (await api.run(document, by=person)).data["viewer"]["suggestions"]["nodes"]

    answers = await at_once(
        *(
            partial(api.mutate, "acceptSuggestion", {"suggestionId": found["id"]}, by=person)
            for _ in range(10)
        )
    )

    assert [codes(answer) for answer in answers].count([]) == 1
    assert len(await requests(api, acme.id)) == 1


async def test_several_workers_and_sign_ins_enroll_everyone_once(api: Api, acme: Acme) -> None:
    await write(api.store, user=[a_user(f"{number}@{NAME}") for number in range(30)])
    domain = await verified(api, acme.id)
    assert (await set_mode(api, domain, "AUTOMATIC_INVITATION", by=acme.admin)).payload

    async def sign_in(number: int) -> Caller:
        return await api.person(f"{number}@{NAME}", iat=int(api.clock().timestamp()))

    await asyncio.gather(work(api), work(api), work(api), *map(sign_in, range(25, 35)))
    await work(api)

    made = [one["emailAddress"] for one in await invitations_of_domains(api, acme.id)]
    found = (await list_domains(api, acme.id))[0]["totalPendingInvitations"]
    assert found == 35
    assert len(made) == len({*made}) == 20
    assert len(await kinds(api, "organizationInvitation")) == 35


async def test_a_domain_that_is_deleted_while_it_enrolls_leaves_nothing_pending(
    api: Api, acme: Acme
) -> None:
    for mode, name in (("AUTOMATIC_INVITATION", NAME), ("AUTOMATIC_SUGGESTION", "acme.io")):
        await write(api.store, user=[a_user(f"{number}@{name}") for number in range(30)])
        domain = await verified(api, acme.id, name, mode=mode)

        async def delete(domain: JSON = domain) -> Answer:
            return await change(api, "deleteDomain", domain, by=SERVICE, selection="deletedId")

        answer, *_ = await asyncio.gather(
            patiently(delete), work(api), work(api), api.person(f"new@{name}")
        )

        assert codes(answer) == []
        statuses = {one["status"] for one in await invitations_of_domains(api, acme.id)}
        assert statuses <= {"REVOKED"}
        async with api.store.read() as connection:
            left = "SELECT count(*) FROM organization_suggestion"
            assert (await connection.run_text(left))[0][0] == 0


async def test_domains_that_are_enabled_while_a_batch_gives_up_enroll(api: Api, acme: Acme) -> None:
    """The batch still sees them disabled, and must not undo the new start."""
    domain = await verified(api, acme.id)
    assert (await set_mode(api, domain, "AUTOMATIC_SUGGESTION", by=SERVICE)).payload
    assert (await api.mutate("updateInstance", {"domainsEnabled": False}, by=SERVICE)).payload
    async with begin(api.server, SYSTEM) as tx:
        assert not await enroll_batch(tx, acme.id, domain["id"])
        enable = api.mutate("updateInstance", {"domainsEnabled": True}, by=SERVICE)
        enabling = asyncio.create_task(enable)
        await asyncio.wait([enabling], timeout=0.3)

    assert (await enabling).payload
    assert await load_due_domains(api.store, api.clock()) == [(acme.id, domain["id"])]


async def test_a_batch_that_waits_for_new_settings_enrolls_by_them(api: Api, acme: Acme) -> None:
    domain = await verified(api, acme.id)
    assert (await set_mode(api, domain, "AUTOMATIC_SUGGESTION", by=SERVICE)).payload
    assert (await api.mutate("updateInstance", {"domainsEnabled": False}, by=SERVICE)).payload
    async with begin(api.server, SYSTEM) as tx:
        await update_instance(tx, given={"domains_enabled": True})
        working = asyncio.create_task(work(api))
        await asyncio.wait([working], timeout=0.3)

    await working
    due = (await stored(api, domain)).enrollment_due_at
    assert due is not None
