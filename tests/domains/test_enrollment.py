"""Enrollment: who is invited or gets a suggestion, when, and how often (rules 37, 38, and 40)."""

import pytest
from sqlalchemy import func, select

from models.database.tables import metadata
from resolvers.authority.access import SYSTEM
from resolvers.domains import batches
from resolvers.foundation.transaction import begin
from tests.conftest import counted
from tests.support.api import SERVICE, Api, Caller, contents, events
from tests.support.data.domains import (
    NAME,
    change,
    invitations_of_domains,
    kinds,
    list_domains,
    set_mode,
    suggestions,
    verified,
    work,
)
from tests.support.data.factories import Acme, a_member, a_role, an_organization
from tests.support.data.invitations import (
    accept,
    codes,
    decline,
    invite,
    invited,
    revoke,
    seats,
    ticket,
)
from tests.support.data.rows import a_user, write
from tests.support.servers.smtp import mails

SUGGESTION = "AUTOMATIC_SUGGESTION"
INVITATION = "AUTOMATIC_INVITATION"
SEATS = """query($id: ID!) { organization(by: { id: $id }) {
  seats { members pendingInvitations } } }"""


async def test_who_signs_up_at_a_domain_gets_a_suggestion_at_once(api: Api, acme: Acme) -> None:
    domain = await verified(api, acme.id, mode=SUGGESTION)

    person = await api.person(f"carl@{NAME}")

    (suggestion,) = await suggestions(api, by=person)
    assert suggestion["status"] == "PENDING"
    assert suggestion["publicOrganization"] == {"id": acme.id, "name": "Acme"}
    (shown,) = await list_domains(api, acme.id)
    assert (shown["id"], shown["totalPendingSuggestions"]) == (domain["id"], 1)
    *_, last = await events(api.store)
    assert last["type"] == "organizationSuggestion.created"
    assert last["actor_type"] == "system"
    assert await mails(api.store) == []


async def test_who_signs_up_at_a_domain_is_invited(api: Api, acme: Acme) -> None:
    await verified(api, acme.id, mode=INVITATION)

    person = await api.person(f"carl@{NAME}")

    (invitation,) = await invitations_of_domains(api, acme.id)
    assert invitation["domain"] == NAME
    assert invitation["inviter"] is None
    assert len(await mails(api.store)) == 1
    document = "{ viewer { invitations { nodes { id domain } } } }"
    answer = await api.run(document, by=person)
    (mine,) = answer.data["viewer"]["invitations"]["nodes"]
    assert mine == {"id": invitation["id"], "domain": NAME}
    joined = await accept(api, by=person, invitationId=mine["id"])
    assert joined.payload["membership"]["role"]["key"] == "org:member"


async def test_the_list_of_invitations_leaves_out_those_of_domains(api: Api, acme: Acme) -> None:
    await verified(api, acme.id, mode=INVITATION)
    await api.person(f"carl@{NAME}")
    made = await invited(api, acme.id, by=acme.admin)
    document = """query($id: ID!) { organization(by: {id: $id}) { pendingInvitationsCount
        invitations { nodes { id domain } totalCount } domainInvitations { totalCount } } }"""

    found = (await api.run(document, {"id": acme.id}, by=acme.admin)).data["organization"]

    assert found["invitations"] == {"nodes": [{"id": made["id"], "domain": None}], "totalCount": 1}
    assert found["pendingInvitationsCount"] == found["domainInvitations"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("email", "claims"),
    [
        (f"carl@dev.{NAME}", {}),
        (f"carl@x{NAME}", {}),
        ("carl@com", {}),
        (f"carl@{NAME}", {"verified": False}),
        # As a string, only "true" counts: Cognito writes it like that.
        (f"carl@{NAME}", {"email_verified": "yes"}),
        (f"carl@{NAME}", {"email_verified": 1}),
        (f"carl@{NAME}", {"email_verified": None}),
    ],
)
async def test_who_has_no_verified_address_at_the_domain_gets_nothing(
    api: Api, acme: Acme, email: str, claims: dict[str, object]
) -> None:
    await verified(api, acme.id, mode=SUGGESTION)

    person = await api.person(email, **claims)

    assert await suggestions(api, by=person) == []
    assert await kinds(api, "organizationSuggestion") == []
    await work(api)
    assert await kinds(api, "organizationSuggestion") == []


async def test_an_address_that_becomes_verified_enrolls(api: Api, acme: Acme) -> None:
    await verified(api, acme.id, mode=SUGGESTION)
    await api.person(f"carl@{NAME}", verified=False)
    api.clock.forward(seconds=1)

    person = await api.person(f"carl@{NAME}")

    assert len(await suggestions(api, by=person)) == 1


async def test_a_secret_key_that_verifies_an_address_enrolls(api: Api, acme: Acme) -> None:
    await verified(api, acme.id, mode=SUGGESTION)
    new = [
        {"emailAddress": f"{name}@{NAME}", "emailVerified": name != "c"} for name in ("a", "b", "c")
    ]
    await api.mutate("createUser", new[0], by=SERVICE)
    answer = await api.mutate("createUsers", {"users": new[1:]}, "users { id }", by=SERVICE)
    assert len(await kinds(api, "organizationSuggestion")) == 2
    last = answer.payload["users"][1]["id"]
    update = {"userId": last, "emailVerified": True}
    assert (await api.mutate("updateUser", update, by=SERVICE)).payload
    assert len(await kinds(api, "organizationSuggestion")) == 3
    moved = {"userId": acme.member.id, "emailAddress": f"d@{NAME}", "emailVerified": True}
    assert (await api.mutate("updateUser", moved, by=SERVICE)).payload

    # That one is a member already.
    assert len(await kinds(api, "organizationSuggestion")) == 3


async def test_a_ticket_does_not_verify_an_address_for_enrollment(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await verified(api, acme.id, mode=SUGGESTION)
    made = await invited(api, other, f"carl@{NAME}", by=acme.outsider)
    by_mail = await ticket(api, made["id"])
    token = api.token(None, sub="carl")
    answer = await api.run("{ viewer { user { id } } }", by=Caller(f"Bearer {token}"))
    person = Caller(f"Bearer {token}", answer.data["viewer"]["user"]["id"])
    assert (await accept(api, by=person, ticket=by_mail)).payload

    assert await suggestions(api, by=person) == []
    domain = await verified(api, acme.id, "b.com")
    await set_mode(api, domain, SUGGESTION, by=SERVICE)
    await work(api)
    assert await kinds(api, "organizationSuggestion") == []
    # Then the issuer verifies it too.
    api.clock.forward(seconds=1)
    again = await api.person(f"carl@{NAME}", sub="carl")
    assert len(await suggestions(api, by=again)) == 1


async def test_users_who_are_there_already_are_enrolled_by_the_worker(api: Api, acme: Acme) -> None:
    people = [await api.person(f"{n}@{NAME}") for n in range(3)]
    await api.person(f"unverified@{NAME}", verified=False)
    await api.person("elsewhere@example.com")
    await a_member(api, acme.id, people[0])
    domain = await verified(api, acme.id)
    await set_mode(api, domain, SUGGESTION, by=acme.admin)

    await work(api)
    await work(api)

    assert [len(await suggestions(api, by=person)) for person in people] == [0, 1, 1]
    assert len(await kinds(api, "organizationSuggestion")) == 2


async def test_batches_can_be_resumed_and_enroll_everyone_once(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the first batch, another worker goes on."""
    monkeypatch.setattr(batches, "PIECE", 10)
    await write(api.store, user=[a_user(f"{n}@{NAME}") for n in range(35)])
    domain = await verified(api, acme.id)
    await set_mode(api, domain, INVITATION, by=acme.admin)

    async with begin(api.server, SYSTEM) as tx:
        assert await batches.enroll_batch(tx, acme.id, domain["id"])
    assert len(await mails(api.store)) == 10

    await work(api)

    assert len(await mails(api.store)) == 35
    assert (await list_domains(api, acme.id))[0]["totalPendingInvitations"] == 35
    assert len((await contents(api.store))["domain_enrollment"]) == 35


async def test_those_who_were_verified_while_the_mode_changed_are_looked_for_again(
    api: Api, acme: Acme
) -> None:
    domain = await verified(api, acme.id)
    await set_mode(api, domain, SUGGESTION, by=acme.admin)
    await work(api)
    # Its transaction didn't see the new mode.
    await write(api.store, user=[a_user(f"late@{NAME}")])
    await work(api)
    assert await kinds(api, "organizationSuggestion") == []
    api.clock.forward(minutes=1)

    await work(api)

    assert len(await kinds(api, "organizationSuggestion")) == 1
    assert await batches.load_due_domains(api.store, api.clock()) == []


async def test_nobody_is_enrolled_twice_by_a_domain(api: Api, acme: Acme) -> None:
    domain = await verified(api, acme.id, mode=INVITATION)
    declined, removed, left = [await api.person(f"{n}@{NAME}") for n in ("a", "b", "c")]
    made = {one["emailAddress"][0]: one["id"] for one in await invitations_of_domains(api, acme.id)}
    assert (await decline(api, by=declined, invitationId=made["a"])).payload
    for person, name in ((removed, "b"), (left, "c")):
        assert (await accept(api, by=person, invitationId=made[name])).payload
    await api.mutate(
        "removeMembership", {"organizationId": acme.id, "userId": removed.id}, by=acme.admin
    )
    await api.mutate("leaveOrganization", {"organizationId": acme.id}, by=left)
    before = len(await kinds(api, "organizationInvitation"))

    for mode in ("MANUAL_INVITATION", SUGGESTION, INVITATION):
        await set_mode(api, domain, mode, by=acme.admin)
        await work(api)
        api.clock.forward(minutes=1)
        await work(api)
    for name, person in (("a", declined), ("b", removed), ("c", left)):
        await api.person(f"{name}@{NAME}")
        # The address becomes verified once more.
        for is_verified in (False, True):
            update = {"userId": person.id, "emailVerified": is_verified}
            assert (await api.mutate("updateUser", update, by=SERVICE)).payload

    assert len(await kinds(api, "organizationInvitation")) == before
    assert await kinds(api, "organizationSuggestion") == []
    assert len(await mails(api.store)) == 3


async def test_members_and_invited_people_are_left_alone(api: Api, acme: Acme) -> None:
    await invite(api, acme.id, f"invited@{NAME}", by=acme.admin)
    await a_member(api, acme.id, f"member@{NAME}")
    await verified(api, acme.id, mode=INVITATION)
    invited_person = await api.person(f"invited@{NAME}")
    api.clock.forward(seconds=1)
    await api.person(f"member@{NAME}")
    await work(api)

    assert await invitations_of_domains(api, acme.id) == []
    document = "{ viewer { invitations { totalCount } } }"
    answer = await api.run(document, by=invited_person)
    assert answer.data["viewer"]["invitations"]["totalCount"] == 1


async def test_a_domain_invitation_takes_a_seat_when_it_is_accepted(api: Api, acme: Acme) -> None:
    await seats(api, acme.id, 3)
    await verified(api, acme.id, mode=INVITATION)
    first, second = [await api.person(f"{n}@{NAME}") for n in range(2)]
    made = {one["emailAddress"][0]: one["id"] for one in await invitations_of_domains(api, acme.id)}
    ordinary = await invited(api, acme.id, by=acme.admin)

    used = await api.run(SEATS, {"id": acme.id}, by=SERVICE)
    assert used.data["organization"]["seats"] == {"members": 2, "pendingInvitations": 1}
    full = await accept(api, by=first, invitationId=made["0"])
    assert codes(full) == ["organization_membership_quota_exceeded"]
    assert (await revoke(api, acme.id, ordinary["id"], by=acme.admin)).payload
    assert (await accept(api, by=first, invitationId=made["0"])).payload
    assert codes(await accept(api, by=second, invitationId=made["1"])) == [
        "organization_membership_quota_exceeded"
    ]
    added = {"organizationId": acme.id, "userId": second.id}
    answer = await api.mutate("createMembership", added, by=SERVICE)
    assert codes(answer) == ["organization_membership_quota_exceeded"]


async def test_the_role_is_the_default_one_of_the_acceptance(api: Api, acme: Acme) -> None:
    await a_role(api, "org:guest", ["org:sys_memberships:read"])
    await verified(api, acme.id, mode=INVITATION)
    person = await api.person(f"carl@{NAME}")
    (made,) = await invitations_of_domains(api, acme.id)
    change_default = {"key": "role_set:primary", "defaultRole": "org:guest"}
    assert (await api.mutate("updateRoleSet", change_default, by=SERVICE)).payload

    answer = await accept(api, by=person, invitationId=made["id"])

    assert made["role"]["key"] == "org:member"
    assert answer.payload["membership"]["role"]["key"] == "org:guest"
    assert answer.payload["invitation"]["role"]["key"] == "org:guest"


@pytest.mark.parametrize("mode", [INVITATION, SUGGESTION])
async def test_what_is_pending_ends_with_the_mode_if_asked_and_with_the_domain(
    api: Api, acme: Acme, mode: str
) -> None:
    domain = await verified(api, acme.id, mode=mode)
    person = await api.person(f"carl@{NAME}")
    total = "totalPendingInvitations" if mode == INVITATION else "totalPendingSuggestions"
    kept = await set_mode(api, domain, "MANUAL_INVITATION", by=acme.admin)
    assert kept.payload["domain"][total] == 1

    ended = await set_mode(api, domain, "MANUAL_INVITATION", by=acme.admin, deletePending=True)

    assert ended.payload["domain"][total] == 0
    assert await suggestions(api, by=person) == []
    again = await verified(api, acme.id, "b.com", mode=mode)
    other = await api.person("carl@b.com")
    assert (await change(api, "deleteDomain", again, by=acme.admin, selection="deletedId")).payload
    assert await suggestions(api, by=other) == []
    statuses = [one["status"] for one in await invitations_of_domains(api, acme.id)]
    assert statuses == (["REVOKED"] * 2 if mode == INVITATION else [])


async def test_a_suggestion_of_another_address_is_hidden(api: Api, acme: Acme) -> None:
    await verified(api, acme.id, mode=SUGGESTION)
    person = await api.person(f"carl@{NAME}")
    (suggestion,) = await suggestions(api, by=person)
    moved = {"userId": person.id, "emailAddress": "carl@example.com", "emailVerified": True}
    assert (await api.mutate("updateUser", moved, by=SERVICE)).payload

    assert await suggestions(api, by=person) == []
    input = {"suggestionId": suggestion["id"]}
    assert codes(await api.mutate("acceptSuggestion", input, by=person)) == ["resource_not_found"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "instance", [{"domainsEnabled": False}, {"domainsEnrollmentModes": ["AUTOMATIC_INVITATION"]}]
)
async def test_what_the_operator_switches_off_enrolls_nobody(
    api: Api, acme: Acme, instance: dict[str, object]
) -> None:
    await verified(api, acme.id, mode=SUGGESTION)
    assert (await api.mutate("updateInstance", instance, by=SERVICE)).payload

    person = await api.person(f"carl@{NAME}")
    await work(api)

    assert await suggestions(api, by=person) == []
    on = {"domainsEnabled": True, "domainsEnrollmentModes": ["AUTOMATIC_SUGGESTION"]}
    assert (await api.mutate("updateInstance", on, by=SERVICE)).payload
    await work(api)
    assert len(await suggestions(api, by=person)) == 1


async def test_a_deleted_user_leaves_nothing(api: Api, acme: Acme) -> None:
    await verified(api, acme.id, mode=SUGGESTION)
    person = await api.person(f"carl@{NAME}")
    assert (await api.mutate("deleteUser", {"userId": person.id}, by=SERVICE)).payload

    found = await contents(api.store)
    for table in ("organization_suggestion", "domain_enrollment", "membership_request"):
        assert found[table] == []
    async with api.store.read() as connection:
        users = metadata.tables["user"]
        count = select(func.count()).where(users.c.id == person.id)
        assert (await connection.execute(count)).scalar_one() == 0


async def test_a_sign_in_looks_for_a_domain_once_and_only_if_the_address_is_verified(
    api: Api, acme: Acme
) -> None:
    async def count(email: str, **claims: object) -> int:
        """Counts the statements about domains of a person's sign-in, and of their next request."""
        api.clock.forward(seconds=1)
        person = api.token(email, **claims)  # pyright: ignore[reportArgumentType]
        with counted(api.store) as statements:
            for _ in range(2):
                await api.run("{ viewer { user { id } } }", by=Caller(f"Bearer {person}"))
        return sum("organization_domain" in one for one in statements)

    assert await count(f"b@{NAME}", verified=False) == 0
    assert await count(f"a@{NAME}") == 1
    assert await count(f"a@{NAME}") == 1
    await verified(api, acme.id, mode=SUGGESTION)
    await work(api)
    # Who was enrolled is not locked with the organization at each refresh.
    assert await count(f"a@{NAME}") == 1
