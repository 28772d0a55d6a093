"""Domains where two rules meet: lapsed invitations, a second domain, errors that roll back."""

from tests.support.api import SERVICE, Api, events
from tests.support.data.domains import (
    NAME,
    asking,
    change,
    create,
    created,
    invitations_of_domains,
    look,
    prepare_record,
    requests,
    send_code,
    suggestions,
    verified,
    work,
)
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import codes, decline, fields, invited, resend
from tests.support.servers.dns import name_server
from tests.support.servers.smtp import mails

SUGGESTION = "AUTOMATIC_SUGGESTION"
INVITATION = "AUTOMATIC_INVITATION"


async def test_an_invitation_that_has_lapsed_does_not_keep_a_domain_from_inviting(
    api: Api, acme: Acme
) -> None:
    """Even if nothing has stored yet that it has expired (rule 13)."""
    await verified(api, acme.id, mode=INVITATION)
    await invited(api, acme.id, f"carl@{NAME}", by=acme.admin, expiresInDays=1)
    api.clock.forward(days=1)

    await api.person(f"carl@{NAME}")

    (invitation,) = await invitations_of_domains(api, acme.id)
    assert invitation["status"] == "PENDING"
    names = [one["type"] for one in await events(api.store)]
    assert names[-2:] == ["organizationInvitation.expired", "organizationInvitation.created"]


async def test_an_expired_invitation_of_a_domain_is_resent_without_a_seat(
    api: Api, acme: Acme
) -> None:
    await verified(api, acme.id, mode=INVITATION)
    await api.person(f"carl@{NAME}")
    (invitation,) = await invitations_of_domains(api, acme.id)
    full = {"organizationId": acme.id, "maxAllowedMemberships": 2}
    assert (await api.mutate("updateOrganization", full, by=SERVICE)).payload
    api.clock.forward(days=31)

    answer = await resend(api, acme.id, invitation["id"], by=SERVICE)

    assert codes(answer) == []
    assert answer.payload["invitation"]["status"] == "PENDING"


async def test_a_user_who_moves_to_another_domain_can_ask_once(api: Api, acme: Acme) -> None:
    """The suggestion of the old address is hidden, so it doesn't keep the user from a new one."""
    await verified(api, acme.id, "acme.com", mode=SUGGESTION)
    await verified(api, acme.id, "acme.io", mode=SUGGESTION)
    carl = await api.person("carl@acme.com")
    (old,) = await suggestions(api, by=carl)
    moved = {"userId": carl.id, "emailAddress": "carl@acme.io", "emailVerified": True}
    assert (await api.mutate("updateUser", moved, by=SERVICE)).payload

    (new,) = await suggestions(api, by=carl)
    asked = await api.mutate("acceptSuggestion", {"suggestionId": new["id"]}, by=carl)

    assert asked.payload["userErrors"] == []
    moved_back = {**moved, "emailAddress": "carl@acme.com"}
    assert (await api.mutate("updateUser", moved_back, by=SERVICE)).payload
    assert await suggestions(api, by=carl) == []
    again = await api.mutate("acceptSuggestion", {"suggestionId": old["id"]}, by=carl)
    assert codes(again) == ["resource_not_found"]
    assert len(await requests(api, acme.id)) == 1


async def test_a_domain_that_is_added_again_enrolls_nobody_again(api: Api, acme: Acme) -> None:
    """Who has declined gets no second email, however often somebody deletes the domain."""
    domain = await verified(api, acme.id, mode=INVITATION)
    carl = await api.person(f"carl@{NAME}")
    (invitation,) = await invitations_of_domains(api, acme.id)
    assert (await decline(api, by=carl, invitationId=invitation["id"])).payload
    deleted = await change(api, "deleteDomain", domain, by=acme.admin, selection="deletedId")
    assert deleted.payload["userErrors"] == []

    await verified(api, acme.id, mode=INVITATION)
    await work(api)

    assert len(await invitations_of_domains(api, acme.id)) == len(await mails(api.store)) == 1


async def test_a_taken_name_is_an_error_of_the_name(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await verified(api, other)

    answer = await create(api, acme.id, by=SERVICE, verified=True)

    assert codes(answer) == ["organization_domain_already_exists"]
    assert fields(answer) == ["input.name"]


async def test_the_event_says_that_an_own_address_has_verified_the_domain(
    api: Api, acme: Acme
) -> None:
    carl = await a_member(api, acme.id, f"carl@{NAME}", "org:admin")
    domain = await created(api, acme.id, by=carl)

    assert (await send_code(api, domain, by=carl)).payload["domain"]["verified"]

    *_, last = await events(api.store)
    assert last["type"] == "organizationDomain.updated"
    assert last["changes"] == {"verified": False}


async def test_a_name_without_room_for_a_record_has_none(api: Api, acme: Acme) -> None:
    """Trying again later wouldn't help, so the answer isn't UNAVAILABLE."""
    name = ".".join(["a" * 60] * 4) + ".com"
    async with name_server() as dns:
        here = asking(api, dns)
        domain = await created(here, acme.id, name, by=SERVICE)
        await prepare_record(here, domain, by=SERVICE)

        answer = await look(here, domain, by=SERVICE)

        assert codes(answer) == ["domain_record_not_found"]
        await here.client.aclose()
