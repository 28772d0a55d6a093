"""The demo of a development server in a real browser, as a newcomer walks through it."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect

from server.development.demo import DEMO
from tests.browser.axe import violations
from tests.browser.support import Person
from tests.support.processes.commands import Server
from tests.support.servers.chromium import PATIENCE

pytestmark = pytest.mark.slow

ADA = "ada@example.com"
GRACE = "grace@example.com"
COUNTER = itertools.count(1)
# The components and scripts of 2022 are as the guide has them, without labels.
GUIDE = "[data-guide]"
SCREENS = {
    "": "Who are you?",
    "custom": "Custom flow",
    "prebuilt": "Prebuilt components",
    "orgs": "Slug routes",
    "orgs/analytical-engines": "Slug routes",
    "permissions": "Permissions",
    "task": "Choose an organization",
    "mailbox": "Mailbox",
    "live": "Live",
    "nowhere": "There is no such screen",
    "plain/": "Without React",
    "plain/components.html": "Components without React",
    "gallery/": "Gallery",
}


@dataclass
class Demo:
    """The server, and what the pages of a test asked for and complained about."""

    server: Server
    chromium: Browser
    contexts: list[BrowserContext] = field(default_factory=list[BrowserContext])
    hosts: set[str] = field(default_factory=set[str])
    complaints: list[str] = field(default_factory=list[str])

    def context(self, **options: Any) -> BrowserContext:
        """Opens a browser with an empty storage."""
        context = self.chromium.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: self._record(request.url))
        context.on("page", self._listen)
        self.contexts.append(context)
        return context

    def open(self, path: str, person: str | None, context: BrowserContext | None = None) -> Page:
        page = (context or self.context()).new_page()
        self.go(page, path, person)
        return page

    def go(self, page: Page, path: str, person: str | None = None) -> None:
        query = f"?as={quote(person)}" if person else ""
        page.goto(f"{self.server.url}/demo/{path}{query}")

    def _record(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.hosts.add(urlsplit(url).netloc)

    def _listen(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._record(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(f"{message.type}: {message.text}")
                if message.type in {"error", "warning"}
                else None
            ),
        )

    def run(self, person: str, document: str, **variables: object) -> dict[str, Any]:
        """Runs an operation as somebody, apart from the pages."""
        return Person(self.server.url, person).run(document, **variables)

    def organization(self, person: str) -> dict[str, str]:
        """Creates an organization of the person, with a name that no other has."""
        document = """mutation ($name: String!) { createOrganization(input: { name: $name }) {
            organization { id name slug } } }"""
        name = f"Loom {next(COUNTER)}"
        return self.run(person, document, name=name)["createOrganization"]["organization"]

    def invite(self, inviter: str, organization_id: str, address: str) -> None:
        document = """mutation ($id: ID!, $address: String!) { createInvitation(input: {
            organizationId: $id, emailAddress: $address }) { userErrors { message } } }"""
        self.run(inviter, document, id=organization_id, address=address)

    def people(self, organization_id: str) -> dict[str, str]:
        """The members as the store has them, with their roles, asked for by Ada."""
        document = """query ($id: ID!) { organization(by: { id: $id }) { memberships { nodes {
            user { identifier } role { key } } } } }"""
        members = self.run(ADA, document, id=organization_id)["organization"]["memberships"]
        return {one["user"]["identifier"]: one["role"]["key"] for one in members["nodes"]}


@pytest.fixture
def demo(server: Server, chromium: Browser) -> Iterator[Demo]:
    """Ensures that no page asked another host for anything, and that none complained.

    This is check 101; GraphiQL's part of it is in tests/clients/test_browser.py.
    """
    if not (DEMO / "index.html").is_file():
        pytest.fail("The demo is not built: make install")
    demo = Demo(server, chromium)
    yield demo
    for context in demo.contexts:
        context.close()
    assert demo.hosts == {urlsplit(server.url).netloc}
    assert demo.complaints == []


def new_person() -> str:
    """An address that nobody else uses."""
    return f"joan{next(COUNTER)}@example.com"


def stage(page: Page) -> Locator:
    return page.locator(".stage")


# ------------------------------------------------------------------------------------ every screen


@pytest.mark.parametrize(
    ("person", "scheme"), [(ADA, "light"), ("mallory@example.com", "dark"), (None, "light")]
)
def test_every_screen_opens_at_its_address_on_a_narrow_screen(
    demo: Demo, person: str | None, scheme: str
) -> None:
    size = {"width": 360, "height": 800}
    page = demo.context(viewport=size, color_scheme=scheme).new_page()
    complaints: dict[str, list[str]] = {}

    for path, title in SCREENS.items():
        demo.go(page, path, person)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.get_by_text("Loading …")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        if found := violations(page, exclude=[GUIDE]):
            complaints[path] = found
    assert complaints == {}


def test_the_navigation_leads_through_all_screens(demo: Demo) -> None:
    page = demo.open("", ADA)
    links = page.get_by_role("navigation", name="Screens").locator("ol").get_by_role("link")
    expect(links).to_have_count(8)

    for at in range(8):
        link = links.nth(at)
        link.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(link.inner_text())
        expect(link).to_have_attribute("aria-current", "page")
        assert page.get_by_role("tabpanel").inner_text()


# ------------------------------------------------------------------------------------ who are you?


def test_each_tab_is_somebody_else(demo: Demo) -> None:
    context = demo.context()
    page = demo.open("", None, context)
    expect(page.get_by_text("You aren’t signed in.")).to_be_visible()

    page.get_by_role("button", name=re.compile("^Ada")).click()
    expect(page.get_by_text("You are Ada Lovelace.")).to_be_visible()
    with context.expect_page() as opened:
        page.get_by_role("link", name="New tab as Grace").click()
    other = opened.value
    expect(other.get_by_text("You are Grace Hopper.")).to_be_visible()

    opened_again: list[str] = []
    for tab in (page, other):
        tab.on("request", lambda request: opened_again.extend(find_new_sessions(request)))
    for tab, name in ((page, "Ada Lovelace"), (other, "Grace Hopper")):
        tab.reload()
        expect(tab.get_by_text(f"You are {name}.")).to_be_visible()
    assert opened_again == [], "The tabs share one place for a session."

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You aren’t signed in.")).to_be_visible()
    expect(other.get_by_text("You are Grace Hopper.")).to_be_visible()


def find_new_sessions(request: Request) -> list[str]:
    return re.findall(r"mutation CreateSession\b", request.post_data or "")


def test_anybody_signs_in_by_address(demo: Demo) -> None:
    person = new_person()
    page = demo.open("", None)

    page.get_by_label("Or anybody, by email address").fill(person)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text(f"You are {person}.")).to_be_visible()


# ------------------------------------------------------------------------------------- custom flow


def test_the_components_of_2022_do_their_work(demo: Demo) -> None:
    """Checks 36 to 39."""
    name, page = f"Loom {next(COUNTER)}", demo.open("custom", ADA)

    page.locator("input[name=organizationName]").fill(name)
    page.get_by_role("button", name="Create organization").click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=f"Organization: {name}")).to_be_visible()
    organization_id = page.url.rpartition("/")[2]
    expect(page.get_by_text(":: admin")).to_be_visible()

    invite(page, GRACE, "Member")
    invite(page, "radia@example.com", "Admin")
    stage(page).locator("li", has_text="radia@example.com").get_by_role(
        "button", name="Revoke"
    ).click()
    expect(stage(page).get_by_text("radia@example.com")).to_have_count(0)

    accept_in_mailbox(demo, GRACE, name)
    row = stage(page).locator("li", has_text=GRACE)
    expect(row).to_contain_text(":: basic_member")
    # The page shows a change before the server has answered.
    with page.expect_response(lambda one: "updateMembership" in (one.request.post_data or "")):
        row.get_by_role("button", name="Change to admin").click()
    expect(row.get_by_role("button", name="Change to member")).to_be_visible()
    assert demo.people(organization_id) == {ADA: "org:admin", GRACE: "org:admin"}
    row.get_by_role("button", name="Change to member").click()
    expect(row).to_contain_text(":: basic_member")

    page.locator("input[name=name]").fill(f"{name} renamed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=f"Organization: {name} renamed")).to_be_visible()

    with page.expect_response(lambda one: "removeMembership" in (one.request.post_data or "")):
        row.get_by_role("button", name="Remove member").click()
    expect(row).to_have_count(0)
    assert demo.people(organization_id) == {ADA: "org:admin"}


def invite(page: Page, address: str, role: str) -> None:
    page.get_by_placeholder("Email address").fill(address)
    page.get_by_label(role).check()
    page.get_by_role("button", name="Invite", exact=True).click()
    invited = stage(page).locator("li", has_text=address).get_by_role("button", name="Revoke")
    expect(invited).to_be_visible()


def accept_in_mailbox(demo: Demo, person: str, organization: str) -> None:
    """Opens the email in a browser of its own, and accepts the invitation as its recipient."""
    page = demo.open("mailbox", None)
    email = re.compile(f"{organization} To {person}")
    page.get_by_role("list", name="Emails").get_by_role("button", name=email).click()
    page.get_by_role("button", name=re.compile("^Answer as")).click()
    expect(page).to_have_url(re.compile("/demo/invitation$"))
    stage(page).get_by_role("button", name=re.compile("Accept|Join")).click()
    expect(page).to_have_url(re.compile("/demo/orgs"))


def test_a_member_sees_people_without_controls(demo: Demo) -> None:
    page = demo.open("custom", GRACE)

    page.get_by_role("link", name="Analytical Engines").click()

    expect(page.locator("li", has_text=ADA)).to_contain_text(":: admin")
    expect(page.get_by_role("button", name="Remove member")).to_have_count(0)
    expect(page.get_by_placeholder("Email address")).to_have_count(0)


# ---------------------------------------------------------------------------------------- prebuilt


def test_the_switcher_switches_and_the_profile_follows(demo: Demo) -> None:
    page = demo.open("prebuilt", ADA)

    for name in ("Difference Lab", "Analytical Engines"):
        page.get_by_role("button", name=re.compile("organization switcher", re.I)).click()
        panel = page.get_by_role("dialog")
        panel.get_by_role("button", name=re.compile(name)).first.click()
        expect(page.get_by_label("Name", exact=True)).to_have_value(name)


def test_props_change_the_components_and_the_code(demo: Demo) -> None:
    page = demo.open("prebuilt", ADA)
    switcher = page.get_by_role("button", name=re.compile("organization switcher", re.I))
    create = page.get_by_role("button", name="Create organization")
    switcher.click()
    expect(create).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_label("hideCreate").check()
    page.get_by_label("Theme").select_option("dark")
    page.get_by_label("Content").select_option("OrganizationList")

    code = page.get_by_role("tabpanel")
    expect(code).to_contain_text('<OrganizationSwitcher hideCreate appearance={{ theme: "dark" }}')
    expect(code).to_contain_text('<OrganizationList appearance={{ theme: "dark" }} />')
    switcher.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("button", name="Create organization")).to_have_count(0)
    expect(page.locator(".product .tn-root").first).to_have_css("color-scheme", "dark")


# ------------------------------------------------------------------------------------- slug routes


def test_the_address_decides_in_each_tab(demo: Demo) -> None:
    context = demo.context()
    company = demo.open("orgs/analytical-engines", ADA, context)
    lab = demo.open("orgs/difference-lab", ADA, context)

    for _ in range(2):
        expect(company.get_by_text("Welcome to Analytical Engines")).to_be_visible()
        expect(lab.get_by_text("Welcome to Difference Lab")).to_be_visible()
        company.reload()
        lab.reload()

    company.get_by_role("link", name="/orgs/difference-lab").click()
    expect(company.get_by_text("Welcome to Difference Lab")).to_be_visible()
    company.go_back()
    expect(company.get_by_text("Welcome to Analytical Engines")).to_be_visible()


def test_an_organization_of_others_looks_like_none(demo: Demo) -> None:
    """Check 74."""
    person = new_person()
    page = demo.open("orgs", person)
    texts: list[str] = []

    for slug in ("analytical-engines", "no-such-organization"):
        page.get_by_role("link", name=f"/orgs/{slug}").click()
        expect(page.locator(".address")).to_contain_text(slug)
        expect(page.get_by_role("alert")).to_be_visible()
        texts.append(page.locator(".product-body").inner_text())

    assert texts[0] == texts[1]
    assert "Analytical" not in texts[0]


def test_a_slug_of_before_leads_nowhere(demo: Demo) -> None:
    person = new_person()
    organization = demo.organization(person)
    page = demo.open(f"orgs/{organization['slug']}", person)
    expect(page.get_by_text(f"Welcome to {organization['name']}")).to_be_visible()

    document = """mutation ($id: ID!, $slug: String!) { updateOrganization(input: {
        organizationId: $id, slug: $slug }) { userErrors { message } } }"""
    slug = f"{organization['slug']}-renamed"
    demo.run(person, document, id=organization["id"], slug=slug)

    page.reload()
    expect(page.get_by_role("alert")).to_have_text(
        "There is no such organization, or you don’t belong to it."
    )
    page.get_by_role("link", name=f"/orgs/{slug}").click()
    expect(page.get_by_text(f"Welcome to {organization['name']}")).to_be_visible()


# ------------------------------------------------------------------------------------- permissions


def test_permissions_come_with_their_reason(demo: Demo) -> None:
    def choose(person: str) -> Page:
        page = demo.open("permissions", person)
        page.get_by_role("button", name=re.compile("Analytical Engines")).click()
        return page

    ada, grace = choose(ADA), choose(GRACE)

    def cells(page: Page, permission: str) -> Locator:
        return page.get_by_role("row", name=permission).get_by_role("cell")

    manage = "org:sys_memberships:manage"
    expect(cells(ada, manage)).to_have_text([manage, "Yes", "GRANTED_BY_ROLE Admin"])
    expect(cells(grace, manage)).to_have_text([manage, "No", "ROLE_LACKS_PERMISSION Member"])
    expect(ada.get_by_role("button", name="Delete the organization")).to_be_enabled()
    expect(grace.get_by_role("button", name="Delete the organization")).to_be_disabled()
    expect(stage(grace).get_by_text("Ask an admin to invite people.")).to_be_visible()

    ada.get_by_label("Another permission").fill("org:manage_members")
    ada.get_by_role("button", name="Check").click()
    invented = "org:manage_members"
    expect(cells(ada, invented)).to_have_text([invented, "No", "UNKNOWN_PERMISSION"])


# -------------------------------------------------------------------------------------------- task


def test_an_invited_person_joins_in_the_task(demo: Demo) -> None:
    """Check 70: one click joins, activates, and goes on."""
    host, person = new_person(), new_person()
    organization = demo.organization(host)
    demo.invite(host, organization["id"], person)
    page = demo.open("task", person)
    expect(page.get_by_text("Your session is pending.")).to_be_visible()

    page.get_by_role("button", name=re.compile("Join|Accept")).click()

    expect(page).to_have_url(re.compile("/demo/orgs$"))
    page.get_by_role("link", name="Choose an organization").click()
    expect(page.get_by_text(f"It works in {organization['slug']}.")).to_be_visible()


def test_the_mode_changes_in_open_pages(demo: Demo) -> None:
    person = new_person()
    demo.organization(person)
    page, other = demo.open("task", person), demo.open("task", GRACE)
    switcher = page.get_by_role("button", name=re.compile("organization switcher", re.I))
    held: list[Route] = []

    def hold(route: Route) -> None:
        is_end = "mutation EndSession" in (route.request.post_data or "")
        held.append(route) if is_end else route.continue_()

    page.route("**/graphql", hold)
    expect(other.get_by_label("Required")).to_be_checked()

    page.get_by_label("Optional").click()
    try:
        expect(other.get_by_label("Optional")).to_be_checked()
        expect(switcher).to_be_visible()
        page.get_by_role("button", name="Begin a new session").click()
        # A click on what belongs to the session that ends would be lost.
        expect(page.get_by_text("A new session begins")).to_be_visible()
        expect(switcher).to_have_count(0)
        held[0].continue_()
        page.unroute("**/graphql")
        expect(page.get_by_text("It works in the personal account.")).to_be_visible()
        switcher.click()
        expect(page.get_by_role("dialog")).to_contain_text("Personal account")
    finally:
        other.get_by_label("Required").click()
        expect(other.get_by_label("Required")).to_be_checked()

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Begin a new session").click()
    expect(page.get_by_text("Your session is pending.")).to_be_visible()


# ----------------------------------------------------------------------------------------- mailbox


def test_the_link_of_an_email_works(demo: Demo) -> None:
    host, person = new_person(), new_person()
    organization = demo.organization(host)
    demo.invite(host, organization["id"], person)
    context = demo.context()
    page = demo.open("mailbox", host, context)
    emails = page.get_by_role("list", name="Emails")
    emails.get_by_role("button", name=organization["name"]).click()

    with context.expect_page() as opened:
        page.get_by_role("article").get_by_role("link", name="invitations/accept").click()
    expect(opened.value.get_by_text(f"Join {organization['name']}").first).to_be_visible()
    opened.value.close()

    page.get_by_role("button", name=f"Answer as {person}").click()
    expect(stage(page)).to_contain_text(organization["name"])
    assert "ticket" not in page.url
    stage(page).get_by_role("button", name=re.compile("Accept|Join")).click()
    expect(page.get_by_role("link", name=f"/orgs/{organization['slug']}")).to_be_visible()


# -------------------------------------------------------------------------------------------- live


def test_what_one_changes_the_other_sees(demo: Demo) -> None:
    """Check 42."""
    page = demo.open("live", None)
    ada = page.frame_locator("iframe[title='Ada’s window']")
    grace = page.frame_locator("iframe[title='Grace’s window']")

    def change(name: str) -> Locator:
        row = ada.get_by_role("listitem").filter(has_text="Grace")
        return row.get_by_role("button", name=name)

    expect(grace.get_by_text("Your role here: org:member")).to_be_visible()
    expect(grace.get_by_role("button")).to_have_count(0)

    change("Make admin").click()
    expect(grace.get_by_text("Your role here: org:admin")).to_be_visible()
    expect(grace.get_by_role("button").first).to_be_visible()
    expect(ada.get_by_label("Events")).to_contain_text("MEMBERSHIP_UPDATED")

    change("Make member").click()
    expect(grace.get_by_text("Your role here: org:member")).to_be_visible()
    expect(grace.get_by_role("button")).to_have_count(0)


# ------------------------------------------------------------------------------------ script tag


def test_the_scripts_of_2022_do_their_work(demo: Demo) -> None:
    """Check 40."""
    person, guest = new_person(), new_person()
    page = demo.open("plain/", person)
    ready = page.locator("body[data-ready]")
    expect(ready).to_be_attached()
    name = f"Loom {next(COUNTER)}"

    def reload() -> None:
        page.get_by_role("link", name="load the page again").click()
        expect(ready).to_be_attached()

    page.locator("#new_organization input").fill(name)
    with page.expect_response("**/graphql"):
        page.get_by_role("button", name="Create organization").click()
    reload()
    expect(page.locator("#organizations_list")).to_have_text(f"{name} - admin")
    expect(page.locator("#edit_organization input")).to_have_value(name)

    page.locator("#new_invitation input").fill(guest)
    with page.expect_response("**/graphql"):
        page.get_by_role("button", name="Invite").click()
    page.locator("#edit_organization input").fill(f"{name} renamed")
    with page.expect_response("**/graphql"):
        page.get_by_role("button", name="Save").click()
    reload()
    expect(page.locator("#organizations_list")).to_have_text(f"{name} renamed - admin")
    expect(page.locator("#memberships_list")).to_contain_text(f"{person} - admin")
    expect(page.locator("#invitations_list")).to_contain_text(f"{guest} - basic_member")

    with page.expect_response("**/graphql"):
        page.get_by_role("button", name="Revoke").click()
    reload()
    expect(page.locator("#memberships_list")).to_contain_text(person)
    expect(page.locator("#invitations_list")).to_be_empty()


def test_components_mount_without_react(demo: Demo) -> None:
    page = demo.open("plain/components.html", ADA)

    page.get_by_role("button", name=re.compile("Difference Lab")).click()

    switcher = page.get_by_role("button", name=re.compile("organization switcher", re.I))
    expect(switcher).to_contain_text("Difference Lab")
