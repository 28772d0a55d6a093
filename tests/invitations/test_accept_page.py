"""The page behind the link: it tells, sends on, and changes nothing by itself (rules 15 and 20)."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from models.database.store import Store
from resolvers.invitations.tickets import TicketKind
from server.http.pages.invitation_page import DemoIdentity, routes
from server.settings.settings import Environment
from tests.conftest import server_for
from tests.support.api import SERVICE, Api, contents
from tests.support.data.factories import Acme
from tests.support.servers.smtp import invited, mail_ticket

PATH = "/invitations/accept"
HOSTILE = "</script><script>alert(1)</script>"


def pages(api: Api, store: Store | None = None, **values: Any) -> httpx.AsyncClient:
    """The page alone, for a development server; `demo` may be given."""
    demo = values.pop("demo", None)
    chosen = {"env": Environment.DEVELOPMENT, **values}
    server = server_for(store or api.store, api.clock, **chosen)
    app = Starlette(routes=routes(server, demo))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://evil.example")


def as_demo(address: str) -> list[DemoIdentity]:
    return [DemoIdentity(f"As {address}", "Bearer demo")]


def as_hostile(address: str) -> list[DemoIdentity]:
    return [DemoIdentity(HOSTILE, "Bearer demo")]


@pytest.fixture
async def browser(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with pages(api) as client:
        yield client


async def ticket_of(api: Api, invitation: Any, kind: TicketKind = TicketKind.MAIL) -> str:
    return await mail_ticket(api, invitation["id"], kind)


async def set_instance(api: Api, **input: Any) -> None:
    await api.mutate("updateInstance", input, by=SERVICE)


async def open_page(browser: httpx.AsyncClient, ticket: str) -> httpx.Response:
    return await browser.get(PATH, params={"ticket": ticket})


async def test_the_page_says_who_invites_whom_into_what(
    api: Api, acme: Acme, browser: httpx.AsyncClient
) -> None:
    (made,) = await invited(api, acme, "New@example.com")

    page = await open_page(browser, await ticket_of(api, made))

    shown = " ".join(re.sub(r"<style.*?</style>|<[^>]*>", "", page.text, flags=re.DOTALL).split())
    assert page.status_code == 200
    assert "Ada Lovelace has invited you to join Acme as Member." in shown
    assert "Sign up for the application with New@example.com" in shown
    assert "evil.example" not in page.text


async def test_the_page_names_the_product_if_the_instance_has_a_name(
    api: Api, acme: Acme, browser: httpx.AsyncClient
) -> None:
    (made,) = await invited(api, acme, "new@example.com")
    ticket = await ticket_of(api, made)
    await set_instance(api, name="Engine & Sons")

    page = (await open_page(browser, ticket)).text

    assert "to join <strong>Acme</strong> on Engine &amp; Sons as Member." in page
    assert "Sign up for Engine &amp; Sons with <strong>new@example.com</strong>" in page


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_the_page_changes_nothing(
    api: Api, acme: Acme, browser: httpx.AsyncClient, method: str
) -> None:
    (made,) = await invited(api, acme, "new@example.com", expiresInDays=1)
    ticket = await ticket_of(api, made)
    before = await contents(api.store)

    first = await browser.request(method, PATH, params={"ticket": ticket})
    api.clock.forward(days=1)
    expired = await browser.request(method, PATH, params={"ticket": ticket})

    assert (first.status_code, expired.status_code) == (200, 200)
    assert await contents(api.store) == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_the_page_takes_no_other_method(browser: httpx.AsyncClient, method: str) -> None:
    assert (await browser.request(method, PATH)).status_code == 405


@pytest.mark.parametrize(
    "edit", ["", "none", "orginv_x.y", "\x00", "é", "{}x", "x{}", "{}.", "{}" * 50]
)
async def test_a_link_that_is_not_whole_is_not_found(
    api: Api, acme: Acme, browser: httpx.AsyncClient, edit: str
) -> None:
    (made,) = await invited(api, acme, "new@example.com")

    page = await open_page(browser, edit.replace("{}", await ticket_of(api, made)))

    assert page.status_code == 404
    assert "This link is not valid" in page.text
    assert "Acme" not in page.text


async def test_a_page_without_a_ticket_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.get(PATH)).status_code == 404


async def test_the_link_before_a_resend_is_not_valid(
    api: Api, acme: Acme, browser: httpx.AsyncClient
) -> None:
    (made,) = await invited(api, acme, "new@example.com")
    old = await ticket_of(api, made)

    await api.mutate(
        "resendInvitation", {"organizationId": acme.id, "invitationId": made["id"]}, by=acme.admin
    )

    assert (await open_page(browser, old)).status_code == 404
    assert (await open_page(browser, await ticket_of(api, made))).status_code == 200


SETTLED = {
    "revoked": "This invitation was revoked.",
    "expired": "This invitation has expired. Ask for a new one.",
    "accepted": "This invitation was already accepted.",
    "declined": "This invitation was declined.",
}


@pytest.mark.parametrize("status", SETTLED)
async def test_a_settled_invitation_says_so_and_leads_nowhere(
    api: Api, acme: Acme, status: str
) -> None:
    await set_instance(api, invitationUrl="https://app.example.com/join")
    (made,) = await invited(api, acme, "new@example.com", expiresInDays=1)
    ticket = await ticket_of(api, made)
    newcomer = await api.person("new@example.com")
    if status == "revoked":
        await api.mutate(
            "revokeInvitation",
            {"organizationId": acme.id, "invitationId": made["id"]},
            by=acme.admin,
        )
    if status == "expired":
        api.clock.forward(days=1)
    if status in {"accepted", "declined"}:
        field = {"accepted": "acceptInvitation", "declined": "declineInvitation"}[status]
        document = f"mutation($t: String!) {{ {field}(input: {{ ticket: $t }}) {{ userErrors {{ code }} }} }}"
        assert (await api.run(document, {"t": ticket}, by=newcomer)).payload

    async with pages(api, demo=as_demo) as browser:
        page = await open_page(browser, ticket)

    assert page.status_code == 200
    assert SETTLED[status] in page.text
    assert "Bearer demo" not in page.text


# -------------------------------------------------------------------------------- where it leads on


async def test_a_redirect_url_gets_the_ticket_and_the_status_beside_its_own_query(
    api: Api, acme: Acme
) -> None:
    await set_instance(api, allowedRedirectOrigins=["https://app.example.com"])
    url = "https://app.example.com/join?a=1%20b&flag&ticket=mine&%74icket=mine&status=x#here"
    (made,) = await invited(api, acme, "new@example.com", redirectUrl=url)
    ticket = await ticket_of(api, made)

    async with pages(api) as browser:
        answer = await open_page(browser, ticket)

    location = answer.headers["location"]
    assert answer.status_code == 303
    assert (
        location == f"https://app.example.com/join?a=1%20b&flag&ticket={ticket}&status=sign_up#here"
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


async def test_without_a_redirect_url_the_invitation_url_is_the_target(
    api: Api, acme: Acme
) -> None:
    await set_instance(api, invitationUrl="https://app.example.com/invited")
    (made,) = await invited(api, acme, "new@example.com")

    async with pages(api) as browser:
        answer = await open_page(browser, await ticket_of(api, made))

    assert answer.headers["location"].startswith("https://app.example.com/invited?ticket=orginv_")


async def test_an_origin_that_was_taken_off_the_list_is_not_led_to(api: Api, acme: Acme) -> None:
    await set_instance(api, allowedRedirectOrigins=["https://app.example.com"])
    (made,) = await invited(
        api, acme, "new@example.com", redirectUrl="https://app.example.com/join"
    )
    ticket = await ticket_of(api, made)

    async with pages(api) as browser:
        before = await open_page(browser, ticket)
        await set_instance(api, allowedRedirectOrigins=[])
        after = await open_page(browser, ticket)

    assert before.status_code == 303
    assert after.status_code == 200
    assert "app.example.com" not in after.text


async def test_in_production_no_link_leads_to_plain_http(api: Api, acme: Acme) -> None:
    await set_instance(
        api,
        allowedRedirectOrigins=["http://app.example.com"],
        invitationUrl="http://app.example.com/i",
    )
    (made,) = await invited(api, acme, "new@example.com", redirectUrl="http://app.example.com/join")
    ticket = await ticket_of(api, made)

    async with pages(api) as development, pages(api, env=Environment.PRODUCTION) as production:
        assert (await open_page(development, ticket)).status_code == 303
        assert (await open_page(production, ticket)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "has_account", "status"),
    [
        (TicketKind.MAIL, False, "sign_up"),
        (TicketKind.MAIL, True, "sign_in"),
        (TicketKind.LINK, False, "sign_in"),
        (TicketKind.LINK, True, "sign_in"),
    ],
)
async def test_only_who_proved_the_mailbox_learns_whether_somebody_has_an_account(
    api: Api, acme: Acme, kind: TicketKind, has_account: bool, status: str
) -> None:
    (made,) = await invited(api, acme, "new@example.com")
    ticket = await ticket_of(api, made, kind)
    if has_account:
        await api.person("new@example.com")

    async with pages(api) as browser:
        shown = (await open_page(browser, ticket)).text
        await set_instance(api, invitationUrl="https://app.example.com/invited")
        location = (await open_page(browser, ticket)).headers["location"]

    assert parse_qs(urlsplit(location).query)["status"] == [status]
    assert ("Sign up" in shown) == (status == "sign_up")


# -------------------------------------------------------------------------------- how it is written


async def test_the_page_is_not_kept_framed_or_told_of(
    api: Api, acme: Acme, browser: httpx.AsyncClient
) -> None:
    (made,) = await invited(api, acme, "new@example.com")
    ticket = await ticket_of(api, made)

    for page in (await open_page(browser, ticket), await open_page(browser, "none")):
        policy = dict(
            part.split(" ", 1) for part in page.headers["content-security-policy"].split("; ")
        )
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', page.text))
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["x-frame-options"] == "DENY"
        assert (
            policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
        )
        assert policy["script-src"] == policy["style-src"] == f"'nonce-{nonce}'"


async def test_each_opening_has_a_nonce_of_its_own(browser: httpx.AsyncClient) -> None:
    policies = {(await browser.get(PATH)).headers["content-security-policy"] for _ in range(3)}

    assert len(policies) == 3


async def test_what_people_typed_is_escaped(api: Api, acme: Acme) -> None:
    async with api.store.write() as session:
        values = {"name": f'"{HOSTILE}&', "id": acme.id, "user": acme.admin.id}
        await session.execute(text("UPDATE organization SET name = :name WHERE id = :id"), values)
        await session.execute(text('UPDATE "user" SET first_name = :name WHERE id = :user'), values)
    (made,) = await invited(api, acme, "new@example.com")

    async with pages(api, demo=as_hostile) as browser:
        page = await open_page(browser, await ticket_of(api, made))

    assert HOSTILE not in page.text
    assert "alert(1)" in page.text
    assert page.text.count("</script>") == 2


async def test_nobody_can_be_chosen_unless_demo_identities_are_given(
    api: Api, acme: Acme, browser: httpx.AsyncClient
) -> None:
    (made,) = await invited(api, acme, "new@example.com")

    page = await open_page(browser, await ticket_of(api, made))

    assert "<script" not in page.text
    assert "<button" not in page.text


async def test_the_demo_identities_are_asked_for_by_the_invited_address(
    api: Api, acme: Acme
) -> None:
    (made,) = await invited(api, acme, "New@example.com")

    async with pages(api, demo=as_demo) as browser:
        page = await open_page(browser, await ticket_of(api, made))

    assert '"label":"As New@example.com","authorization":"Bearer demo"' in page.text


async def test_a_database_that_is_away_is_told_of_in_a_sentence(api: Api, acme: Acme) -> None:
    (made,) = await invited(api, acme, "new@example.com")
    away = Store("postgresql+asyncpg://nobody@127.0.0.1:1/none")

    async with pages(api, store=away) as browser:
        page = await open_page(browser, await ticket_of(api, made))

    assert page.status_code == 503
    assert "Try again in a moment" in page.text
    await away.close()
