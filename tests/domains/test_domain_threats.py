"""What attackers try with domains, and what stops them (docs/threats.md, Domains)."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from models.errors.input import InputError
from models.validation.domains import normalize_domain
from server import dns as resolver
from server.dns import make_record_lookup
from tests.conftest import counted
from tests.support.api import SERVICE, Answer, Api, Caller, contents
from tests.support.data.domains import (
    NAME,
    RECORD,
    asking,
    change,
    code_of,
    create,
    created,
    enter_code,
    invitations_of_domains,
    look,
    prepare_record,
    send_code,
    set_mode,
    stored,
    suggestions,
    verified,
    work,
)
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import accept, codes, seats
from tests.support.data.rows import a_user, write
from tests.support.http import ONLY_SQLITE
from tests.support.servers.dns import NameServer, name_server
from tests.support.servers.smtp import mails, until

INVALID, COMMON = "form_param_format_invalid", "organization_domain_common"
BLOCKED, FINE = "organization_domain_blocked", None
NAMES = [
    ("gmail.com", COMMON),
    ("googlemail.com", COMMON),
    ("GMAIL.com.", COMMON),
    ("mail.gmail.com", COMMON),
    ("ｇｍａｉｌ。ｃｏｍ", COMMON),
    ("outlook.com", COMMON),
    ("hotmail.com", COMMON),
    ("yahoo.com", COMMON),
    ("icloud.com", COMMON),
    ("proton.me", COMMON),
    ("gmx.de", COMMON),
    ("qq.com", COMMON),
    ("hey.com", COMMON),
    ("mailbox.org", COMMON),
    ("mailinator.com", BLOCKED),
    ("a.b.mailinator.com", BLOCKED),
    ("yopmail.com", BLOCKED),
    ("com", INVALID),
    ("co.uk", INVALID),
    ("github.io", INVALID),
    ("blogspot.com", INVALID),
    ("localhost", INVALID),
    ("intranet", INVALID),
    ("acme.test", INVALID),
    ("acme.localhost", INVALID),
    ("acme.invalid", INVALID),
    ("example.com", INVALID),
    ("shop.example.org", INVALID),
    ("*.acme.com", INVALID),
    ("acme.com:443", INVALID),
    ("https://acme.com", INVALID),
    ("acme.com/path", INVALID),
    ("it@acme.com", INVALID),
    ("127.0.0.1", INVALID),
    ("[::1]", INVALID),
    ("-acme.com", INVALID),
    ("acme..com", INVALID),
    ("ac me.com", INVALID),
    ("ac_me.com", INVALID),
    (f"{'a' * 64}.com", INVALID),
    ("xn--a.com", INVALID),
    ("", INVALID),
    ("acme.com", FINE),
    ("acme.co.uk", FINE),
    ("team.github.io", FINE),
    ("ACME.com.", FINE),
    # A look-alike is what its ASCII form says, and the operator of that name owns it.
    ("аcme.com", FINE),
    ("xn--bcher-kva.de", FINE),
]


@pytest.mark.parametrize(("name", "code"), NAMES)
def test_a_name_that_no_company_owns_is_rejected(name: str, code: str | None) -> None:
    try:
        stored_name, found = normalize_domain(name), None
    except InputError as error:
        stored_name, found = "", error.code

    assert found == code
    if code is None:
        assert stored_name.isascii()
        assert stored_name == stored_name.lower().rstrip(".")
        assert normalize_domain(stored_name) == stored_name


@ONLY_SQLITE
async def test_a_secret_key_cannot_verify_a_public_provider_either(api: Api, acme: Acme) -> None:
    answer = await create(api, acme.id, "gmail.com", by=SERVICE, verified=True)

    assert codes(answer) == [COMMON]
    assert (await contents(api.store))["domain_claim"] == []


async def test_a_thousand_guesses_are_nine_comparisons_an_hour(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    compared = 0
    for _ in range(4):
        answer = await send_code(api, domain, by=acme.admin)
        if "errors" not in answer.body:
            code = await code_of(api, domain)
            guesses = [f"{number:06}" for number in range(100) if f"{number:06}" != code]
            answers = await asyncio.gather(
                *(enter_code(api, domain, guess, by=acme.admin) for guess in guesses[:50])
            )
            found = [codes(one) for one in answers]
            assert found.count(["verification_failed"]) == 47
            compared += found.count(["form_code_incorrect"])
            assert codes(await enter_code(api, domain, code, by=acme.admin)) == [
                "verification_failed"
            ]
        api.clock.forward(seconds=30)

    assert compared == 9
    assert not (await stored(api, domain)).verified


async def test_a_code_is_for_one_domain_of_one_organization(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    ours = await created(api, acme.id, by=acme.admin)
    theirs = await created(api, other, by=acme.outsider)
    await send_code(api, ours, by=acme.admin)
    await send_code(api, theirs, f"ceo@{NAME}", by=acme.outsider)
    code = await code_of(api, ours)
    assert code != await code_of(api, theirs)

    assert codes(await enter_code(api, theirs, code, by=acme.outsider)) == ["form_code_incorrect"]


async def test_the_record_of_one_organization_is_none_of_another(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    ours = await created(api, acme.id, by=acme.admin)
    theirs = await created(api, other, by=acme.outsider)
    async with name_server() as dns:
        here = asking(api, dns)
        value = await prepare_record(here, ours, by=acme.admin)
        await prepare_record(here, theirs, by=acme.outsider)
        dns.texts[RECORD] = [f'"{value}"']

        assert codes(await look(here, theirs, by=acme.outsider)) == ["domain_record_not_found"]
        assert (await look(here, ours, by=acme.admin)).payload["domain"]["verified"]


async def test_a_new_preparation_invalidates_the_record_before(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    async with name_server() as dns:
        here = asking(api, dns)
        dns.texts[RECORD] = [f'"{await prepare_record(here, domain, by=acme.admin)}"']
        await prepare_record(here, domain, by=acme.admin)

        assert codes(await look(here, domain, by=acme.admin)) == ["domain_record_not_found"]


Lie = Callable[[NameServer, str], None]


def contained(dns: NameServer, value: str) -> None:
    dns.texts[RECORD] = [f'"x{value}"', f'"{value}x"', f'"{value[:-1]}"', f'"{value.upper()}"']


def elsewhere(dns: NameServer, value: str) -> None:
    for name in (NAME, f"_tenantry.www.{NAME}", "_tenantry.attacker.com"):
        dns.texts[name] = [f'"{value}"']


def long_chain(dns: NameServer, value: str) -> None:
    names = [RECORD, *(f"a{number}.{NAME}" for number in range(5))]
    dns.aliases.update(zip(names, names[1:], strict=False))
    dns.texts[names[-1]] = [f'"{value}"']


def many_records(dns: NameServer, value: str) -> None:
    dns.texts[RECORD] = [*(f'"{number}"' for number in range(1_000)), f'"{value}"']


@pytest.mark.parametrize("lie", [contained, elsewhere, long_chain, many_records])
async def test_what_is_not_the_record_proves_nothing(api: Api, acme: Acme, lie: Lie) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    async with name_server() as dns:
        here = asking(api, dns)
        lie(dns, await prepare_record(here, domain, by=acme.admin))
        answer = await look(here, domain, by=acme.admin)

    assert codes(answer) == ["domain_record_not_found"]
    found = answer.user_errors[0]["meta"]["found"]
    assert len(found) <= 5
    assert all(len(text) <= 100 for text in found)
    assert not (await stored(api, domain)).verified


@ONLY_SQLITE
async def test_what_is_the_record_is_found_through_aliases_and_tcp(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    async with name_server() as dns:
        here = asking(api, dns)
        value = await prepare_record(here, domain, by=acme.admin)
        names = [RECORD, *(f"a{number}.{NAME}" for number in range(4))]
        dns.aliases.update(zip(names, names[1:], strict=False))
        dns.texts[names[-1]] = [f'"{value}"', *(f'"{"x" * 200}{number}"' for number in range(9))]

        assert (await look(here, domain, by=acme.admin)).payload["domain"]["verified"]
    assert [protocol for _, protocol in dns.asked] == ["udp", "tcp"]


@ONLY_SQLITE
@pytest.mark.parametrize("trouble", ["silent", "broken", "loop", "absent"])
async def test_a_name_server_in_trouble_is_unavailable_within_seconds(
    api: Api, acme: Acme, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "LOOKUP_SECONDS", 0.6)
    monkeypatch.setattr(resolver, "SERVER_SECONDS", 0.2)
    domain = await created(api, acme.id, by=acme.admin)
    async with name_server() as dns:
        here = asking(api, dns)
        dns.is_silent, dns.is_broken = trouble == "silent", trouble == "broken"
        await prepare_record(here, domain, by=acme.admin)
        if trouble == "loop":
            dns.aliases = {RECORD: f"a.{NAME}", f"a.{NAME}": RECORD}
        if trouble == "absent":
            dns.port = 9
            here = asking(api, dns)
        answer = await look(here, domain, by=acme.admin)

    assert answer.code == "UNAVAILABLE" or trouble == "loop"
    assert not (await stored(api, domain)).verified


@ONLY_SQLITE
async def test_a_silent_name_server_holds_up_nobody(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop goes on, and no transaction is open meanwhile."""
    monkeypatch.setattr(resolver, "LOOKUP_SECONDS", 3)
    domain = await created(api, acme.id, by=acme.admin)
    stalls = list[float]()

    async def watch() -> None:
        while True:
            before = time.process_time()
            await asyncio.sleep(0.01)
            stalls.append(time.process_time() - before)

    async with name_server() as dns:
        here = asking(api, dns)
        dns.is_silent = True
        await prepare_record(here, domain, by=acme.admin)
        # What a first lookup imports is not part of a stall.
        await asyncio.to_thread(__import__, "dns.asyncresolver")
        watcher = asyncio.create_task(watch())
        looking = asyncio.create_task(look(here, domain, by=acme.admin))
        await until(lambda: bool(dns.asked))
        renamed = {"organizationId": acme.id, "name": "Renamed"}
        assert (await here.mutate("updateOrganization", renamed, by=acme.admin)).payload
        assert not looking.done()
        assert (await looking).code == "UNAVAILABLE"
        watcher.cancel()

    # The aim is 0.1; tests share their machine with others.
    assert max(stalls) < 0.25


@ONLY_SQLITE
async def test_nothing_but_the_record_is_asked_for(api: Api, acme: Acme) -> None:
    """No address of an answer is connected to, so that DNS can't lead anywhere."""
    async with name_server() as dns:
        dns.aliases = {RECORD: "localhost"}
        assert await make_record_lookup((dns.setting,))(RECORD) == []
    assert dns.asked == [(RECORD, "udp")]


async def test_a_flipped_mode_is_no_mail_bomb(api: Api, acme: Acme) -> None:
    users = 40
    await write(api.store, user=[a_user(f"{number}@{NAME}") for number in range(users)])
    domain = await verified(api, acme.id)
    for _ in range(5):
        for mode in ("AUTOMATIC_INVITATION", "MANUAL_INVITATION"):
            assert (await set_mode(api, domain, mode, by=acme.admin, deletePending=True)).payload
            await work(api)
            api.clock.forward(seconds=61)
            await work(api)
            if mode == "AUTOMATIC_INVITATION":
                assert len(await mails(api.store)) == users

    assert len(await mails(api.store)) == users


@pytest.mark.both_databases
async def test_as_many_join_by_a_domain_as_there_are_seats(api: Api, acme: Acme) -> None:
    """Two members are there already."""
    await verified(api, acme.id, mode="AUTOMATIC_INVITATION")
    people = [await api.person(f"{number}@{NAME}") for number in range(20)]
    await seats(api, acme.id, 10)
    made = {one["emailAddress"]: one["id"] for one in await invitations_of_domains(api, acme.id)}
    assert len(made) == 20

    answers = await asyncio.gather(
        *(accept(api, by=person, invitationId=made[person.email]) for person in people)
    )

    joined = [answer for answer in answers if not answer.user_errors]
    assert len(joined) == 8
    assert {code for answer in answers for code in codes(answer)} == {
        "organization_membership_quota_exceeded"
    }


async def test_nobody_learns_of_an_organization_by_a_claim_alone(api: Api, acme: Acme) -> None:
    """Whoever only claims an address at the domain gets what a stranger gets, at the same cost."""
    await verified(api, acme.id, mode="AUTOMATIC_SUGGESTION")
    victim = await api.person(f"victim@{NAME}")
    (suggestion,) = await suggestions(api, by=victim)
    api.clock.forward(seconds=1)
    liar = await api.person(f"liar@{NAME}", verified=False)
    stranger = await api.person("stranger@example.com", verified=False)
    asked: list[Callable[[Caller], Awaitable[Answer]]] = [
        lambda by: api.run("{ viewer { suggestions { nodes { id } totalCount } } }", by=by),
        lambda by: api.mutate("acceptSuggestion", {"suggestionId": suggestion["id"]}, by=by),
        lambda by: api.mutate("acceptSuggestion", {"suggestionId": "orgsug_none"}, by=by),
        lambda by: api.run(f'{{ node(id: "{suggestion["id"]}") {{ id }} }}', by=by),
    ]

    for ask in asked:
        answers, costs = list[Answer](), list[int]()
        for by in (liar, stranger):
            with counted(api.store) as statements:
                answers.append(await ask(by))
            costs.append(len(statements))
        assert answers[0].body == answers[1].body
        assert costs[0] == costs[1]


async def test_the_same_answer_whoever_holds_a_name(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    theirs = await created(api, other, by=acme.outsider)
    await verified(api, acme.id)

    answer = await send_code(api, theirs, by=acme.outsider)

    assert codes(answer) == ["organization_domain_already_exists"]
    assert acme.id not in str(answer.body)
    assert "Acme" not in str(answer.body)
    assert (
        await change(api, "deleteDomain", theirs, by=acme.outsider, selection="deletedId")
    ).payload
