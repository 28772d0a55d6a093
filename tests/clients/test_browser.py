"""GraphiQL of a development server in a real browser,
as a newcomer meets it; nothing leaves the machine.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page, Request, expect

from tests.support.processes.commands import Server, started, tenantry
from tests.support.servers.chromium import PATIENCE, chromium, find_chromium

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    find_chromium()
    with started("dev", folder=tmp_path) as server:
        yield server


@pytest.fixture
def page() -> Iterator[Page]:
    """A window that is high enough for whole answers: the editor draws only lines that can be"
    " seen."""
    with chromium("--disable-quic") as running:
        page = running.new_page(viewport={"width": 1400, "height": 2400})
        page.set_default_timeout(PATIENCE)
        yield page


def sees(page: Page, person: str, answer: str) -> None:
    """Runs the document at hand as somebody, and reads the answer."""
    page.get_by_label("Signed in as").select_option(person)
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_role("status")).to_contain_text(f"as {person}")
    expect(page.get_by_role("region", name="Result Window")).to_contain_text(answer)


class Seen:
    """Where the page's requests went, and what it said on the console."""

    def __init__(self, page: Page) -> None:
        self.hosts: set[str] = set()
        self.messages: list[str] = []
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", self._error)

    def _request(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)

    def _console(self, message: ConsoleMessage) -> None:
        self.messages.append(f"{message.type}: {message.text}")

    def _error(self, error: Error) -> None:
        self.messages.append(str(error))


def test_a_newcomer_runs_the_first_query_with_one_click(
    server: Server, page: Page, tmp_path: Path
) -> None:
    seen = Seen(page)

    page.goto(f"{server.url}/graphql")
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("MyOrganizations")
    page.get_by_role("button", name="Execute query").click()

    expect(page.get_by_role("status")).to_contain_text("200 OK")
    expect(page.get_by_role("status")).to_contain_text("as Ada Lovelace")
    expect(page.get_by_role("region", name="Result Window")).to_contain_text("Difference Lab")

    tab = page.get_by_role("tab", name="Members", exact=True)
    tab.get_by_role("button", name="Members", exact=True).click()
    sees(page, "Ada Lovelace", "grace@example.com")
    page.screenshot(path=tmp_path / "members.png")
    sees(page, "Grace Hopper", "katherine@example.com")
    sees(page, "Mallory Archer", '"organization": null')
    sees(page, "Secret key", "margaret@example.com")
    sees(page, "Nobody", "UNAUTHENTICATED")

    page.get_by_role("button", name="Show Documentation Explorer").click()
    expect(page.get_by_text("Root Types")).to_be_visible()
    page.screenshot(path=tmp_path / "documentation.png")

    assert seen.hosts == {urlsplit(server.url).netloc}
    assert seen.messages == []


def test_a_newcomer_listens_to_an_organization(server: Server, page: Page, tmp_path: Path) -> None:
    seen, status = Seen(page), page.get_by_role("status")
    token = tenantry("token", "--email", "ada@example.com", folder=tmp_path).stdout.strip()
    page.goto(f"{server.url}/graphql")
    page.get_by_role("tab", name="OrganizationEvents").get_by_role(
        "button", name="OrganizationEvents"
    ).click()
    editor = page.locator(".graphiql-query-editor .view-lines")
    expect(editor).to_contain_text("subscription OrganizationEvents")

    with page.expect_websocket() as opened:
        page.get_by_role("button", name="Execute query").click()
    expect(status).to_contain_text("Listening as Ada Lovelace · no event yet")
    invite(server, f"Bearer {token}", "barbara@example.com")
    expect(page.get_by_role("region", name="Result Window")).to_contain_text("barbara@example.com")
    expect(status).to_contain_text("Listening as Ada Lovelace · 1 event")
    page.screenshot(path=tmp_path / "listening.png")

    page.get_by_role("button", name="Stop query").click()
    expect(status).to_contain_text("Stopped listening as Ada Lovelace · 1 event")
    if not opened.value.is_closed():
        opened.value.wait_for_event("close")

    refused(page, "Mallory Archer", "NOT_FOUND")
    refused(page, "Nobody", "(4401)")
    page.get_by_role("button", name="Headers", exact=True).click()
    page.get_by_role("region", name="Headers").click()
    page.keyboard.insert_text('{"Authorization": "Bearer nonsense"}')
    refused(page, "Ada Lovelace", "(4403)", sender="set in the Headers pane")
    assert seen.messages == []


def invite(server: Server, authorization: str, address: str) -> None:
    own = server.graphql(
        "{ viewer { memberships { nodes { organization { id name } } } } }", authorization
    ).json()
    organizations = [node["organization"] for node in own["data"]["viewer"]["memberships"]["nodes"]]
    (company,) = [one["id"] for one in organizations if one["name"] == "Analytical Engines"]
    input = {"organizationId": company, "emailAddress": address}
    document = """mutation($input: CreateInvitationInput!) {
      createInvitation(input: $input) { userErrors { message } } }"""
    answer = server.graphql(document, authorization, input=input).json()
    assert answer["data"] == {"createInvitation": {"userErrors": []}}


def refused(page: Page, person: str, reason: str, *, sender: str | None = None) -> None:
    """Listens as somebody who may not, and reads why."""
    page.get_by_label("Signed in as").select_option(person)
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_role("status")).to_contain_text(
        f"Stopped listening as {sender or person} · no event"
    )
    expect(page.get_by_role("region", name="Result Window")).to_contain_text(reason)
