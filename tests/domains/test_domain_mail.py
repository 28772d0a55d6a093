"""The emails about domains and membership requests, sent to a real mail server."""

import re

import pytest

from models.errors.input import ValueInvalid
from resolvers.authority.access import SYSTEM
from resolvers.domains.affiliation import prepare_affiliation
from resolvers.foundation.transaction import begin
from tests.conftest import server_for
from tests.support.api import SERVICE, Api, contents
from tests.support.data.domains import (
    NAME,
    change,
    code_of,
    created,
    enter_code,
    send_code,
    verify_by_code,
)
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.documents.domain_mutations import a_request
from tests.support.servers.smtp import Post, delivery, listening, mails, text_of


async def deliver(api: Api, post: Post) -> None:
    await delivery(api.store, api.clock, post.url).deliver()


async def statuses(api: Api) -> list[str]:
    return [mail.status for mail in await mails(api.store)]


async def test_the_code_comes_by_email_and_verifies_the_domain(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    async with listening(Post()) as post:
        await send_code(api, domain, f"IT@{NAME}", by=acme.admin)
        await deliver(api, post)

    (letter,) = post.letters
    assert letter["To"] == f"IT@{NAME}"
    assert letter["Subject"] == "Your code to verify a domain for Acme"
    for kind in ("plain", "html"):
        body = text_of(letter, kind)
        assert "Ada Lovelace wants to verify" in body
        assert "acme" in body
        (code,) = set(re.findall(r"\b\d{6}\b(?!;)", re.sub(r"#\d{6}", "", body)))
        assert code == await code_of(api, domain)
    assert (await enter_code(api, domain, code, by=acme.admin)).payload["domain"]["verified"]
    # The code is nowhere in the database.
    assert code not in [value for row in (await contents(api.store))["mail"] for value in row]


async def test_an_old_code_is_not_sent(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    async with listening(Post()) as post:
        await send_code(api, domain, by=acme.admin)
        api.clock.forward(seconds=30)
        await send_code(api, domain, f"second@{NAME}", by=acme.admin)
        await deliver(api, post)
        assert post.addresses == [f"second@{NAME}"]
        api.clock.forward(seconds=30)
        await send_code(api, domain, f"third@{NAME}", by=acme.admin)
        api.clock.forward(minutes=10)
        await deliver(api, post)
        assert post.addresses == [f"second@{NAME}"]

    assert await statuses(api) == ["dropped", "sent", "dropped"]


async def test_without_a_mail_server_a_record_is_the_way(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    server = server_for(api.store, api.clock)
    assert not server.can_mail
    which = {"organization_id": acme.id, "domain_id": domain["id"]}

    with pytest.raises(ValueInvalid, match="DNS record"):
        async with begin(server, SYSTEM) as tx:
            await prepare_affiliation(tx, **which, email_address=f"it@{NAME}")


async def test_those_who_lose_a_domain_are_notified(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other & Sons")
    await a_member(api, acme.id, "second@example.com", "org:admin")
    ours = await created(api, acme.id, by=acme.admin)
    await verify_by_code(api, ours, by=acme.admin)
    async with listening(Post()) as post:
        await deliver(api, post)
        post.letters.clear()
        theirs = await created(api, other, by=acme.outsider)
        assert (await change(api, "verifyDomain", theirs, by=SERVICE)).payload
        # Who leaves before it is sent gets none.
        second = await api.person("second@example.com")
        await api.mutate("leaveOrganization", {"organizationId": acme.id}, by=second)
        await deliver(api, post)

    (letter,) = post.letters
    assert (letter["To"], letter["Subject"]) == (
        acme.admin.email,
        "Acme has lost a verified domain",
    )
    assert "Other" not in text_of(letter)
    assert "the operator has decided so" in text_of(letter)
    assert "prove its ownership with a DNS record" in text_of(letter)


async def test_managers_are_notified_of_a_request(api: Api, acme: Acme) -> None:
    await a_request(api, acme.id)
    async with listening(Post()) as post:
        await deliver(api, post)
        (letter,) = post.letters
        assert (letter["To"], letter["Subject"]) == (
            acme.admin.email,
            "Somebody wants to join Acme",
        )
        assert "carl" not in text_of(letter)


async def test_a_notice_that_nobody_needs_is_dropped(api: Api, acme: Acme) -> None:
    _, request_id = await a_request(api, acme.id)
    which = {"organizationId": acme.id, "membershipRequestId": request_id}
    assert (await api.mutate("rejectMembershipRequest", which, by=acme.admin)).payload
    async with listening(Post()) as post:
        await deliver(api, post)

    assert post.letters == []
    assert await statuses(api) == ["dropped"]
