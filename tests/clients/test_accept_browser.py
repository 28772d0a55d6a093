"""The page behind the link in a real browser; in development somebody can be chosen to accept"
" as."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator

import pytest
import uvicorn
from playwright.async_api import Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from server.http.pages.invitation_page import DemoIdentity, routes
from tests.support.api import Api
from tests.support.data.factories import Acme
from tests.support.servers.smtp import invited, mail_ticket, until

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.skipif(
        BROWSER is None and "TENANTRY_REQUIRE_BROWSER" not in os.environ,
        reason="there is no browser here",
    ),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
async def origin(api: Api) -> AsyncIterator[str]:
    """A development server on loopback: the page, the drawn images and the API."""

    def demo(address: str) -> list[DemoIdentity]:
        people = {f"As {address}": address, "As Mallory": "mallory@example.com"}
        return [
            DemoIdentity(label, f"Bearer {api.token(email)}") for label, email in people.items()
        ]

    app = Starlette(routes=[*routes(api.server, demo), Mount("/", app=api.app)])
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page that may complain of nothing: neither errors nor blocked parts."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = await browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await browser.close()
    assert complaints == []


@pytest.mark.slow
async def test_a_demo_user_accepts_on_the_page(
    api: Api, acme: Acme, origin: str, page: Page
) -> None:
    (made,) = await invited(api, acme, "new@example.com", role="org:admin")
    await page.goto(f"{origin}/invitations/accept?ticket={await mail_ticket(api, made['id'])}")
    status = page.get_by_role("status")
    heading = await page.get_by_role("heading").inner_text()
    image = await page.evaluate("document.querySelector('img').naturalWidth")

    await page.get_by_label("Respond as").select_option("As Mallory")
    await page.get_by_role("button", name="Accept").click()
    await expect(status).not_to_be_empty()
    refused = await status.inner_text()
    await page.get_by_label("Respond as").select_option("As new@example.com")
    await page.get_by_role("button", name="Accept").click()
    await expect(status).to_have_text("Accepted. You are now a member.")
    is_done = await page.get_by_role("button", name="Accept").is_disabled()
    await page.reload()

    assert (heading, image) == ("Join Acme", 120)
    assert "another" in refused
    assert await status.count() == 0
    assert is_done
    assert "This invitation was already accepted." in await page.inner_text("main")
    newcomer = await api.person("new@example.com")
    mine = await api.run(
        "{ viewer { memberships { nodes { role { key } organization { id } } } } }", by=newcomer
    )
    assert mine.data["viewer"]["memberships"]["nodes"] == [
        {"role": {"key": "org:admin"}, "organization": {"id": acme.id}}
    ]


@pytest.mark.slow
async def test_a_demo_user_declines_on_the_page(
    api: Api, acme: Acme, origin: str, page: Page
) -> None:
    (made,) = await invited(api, acme, "new@example.com")
    await page.goto(f"{origin}/invitations/accept?ticket={await mail_ticket(api, made['id'])}")

    await page.get_by_role("button", name="Decline").click()
    await expect(page.get_by_role("status")).to_have_text("Declined.")
    await page.reload()

    assert "This invitation was declined." in await page.inner_text("main")
