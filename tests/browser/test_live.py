"""Changes of others in open pages: checks 8, 9, and 42 to 49 of the browser side."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.support import SECRET_KEY, Person, Site, add_member, by_key, somebody
from tests.browser.test_session import claims, hide
from tests.browser.test_switching import set_active
from tests.support.processes.commands import Server, await_answer, free_port, process

pytestmark = pytest.mark.slow

SECOND = 1000


def is_live(page: Page) -> None:
    page.wait_for_function("tenantry.live.status === 'open'")


def change_role(url: str, organization_id: str, person: Person, role: str) -> None:
    document = """mutation Change($input: UpdateMembershipInput!) {
        updateMembership(input: $input) { userErrors { message } } }"""
    by_key(
        url, document, input={"organizationId": organization_id, "userId": person.id, "role": role}
    )


def remove(url: str, organization_id: str, person: Person) -> None:
    document = """mutation Remove($input: RemoveMembershipInput!) {
        removeMembership(input: $input) { userErrors { message } } }"""
    by_key(url, document, input={"organizationId": organization_id, "userId": person.id})


def rename(url: str, organization_id: str, name: str) -> None:
    document = """mutation Rename($input: UpdateOrganizationInput!) {
        updateOrganization(input: $input) { userErrors { message } } }"""
    by_key(url, document, input={"organizationId": organization_id, "name": name})


def invite(url: str, organization_id: str, address: str) -> str:
    document = """mutation Invite($input: CreateInvitationInput!) {
        createInvitation(input: $input) { invitation { id } userErrors { message } } }"""
    made = by_key(
        url,
        document,
        input={"organizationId": organization_id, "emailAddress": address, "notify": False},
    )
    return made["createInvitation"]["invitation"]["id"]


@pytest.fixture
def grace(site: Site) -> tuple[Page, Person, str]:
    """A member of an organization with an open page."""
    ada, grace = somebody(site.url), somebody(site.url)
    engines = ada.creates("Engines")
    add_member(site.url, engines, grace)
    page = site.start(grace.email)
    set_active(page, engines)
    is_live(page)
    return page, grace, engines


def test_a_changed_role_is_there_at_once(site: Site, grace: tuple[Page, Person, str]) -> None:
    """Check 42."""
    page, person, engines = grace
    assert not page.evaluate("tenantry.has({ role: 'admin' })")

    change_role(site.url, engines, person, "org:admin")

    page.wait_for_function("tenantry.has({ role: 'admin' })")
    assert page.evaluate("tenantry.has({ permission: 'org:sys_memberships:manage' })")
    assert claims(page.evaluate("tenantry.getToken()"))["o"]["rol"] == "admin"


def test_a_role_that_loses_a_permission_does_so_for_all_who_hold_it(site: Site) -> None:
    """Check 43."""
    ada, grace = somebody(site.url), somebody(site.url)
    engines = ada.creates("Engines")
    by_key(
        site.url,
        """mutation Make { permission: createPermission(input: { key: "org:reports:read", name: "Read" })
            { userErrors { message } }
          role: createRole(input: { key: "org:reporter", name: "Reporter",
            permissions: ["org:reports:read", "org:sys_memberships:read"], addToInitialRoleSet: true })
            { userErrors { message } } }""",
    )
    add_member(site.url, engines, grace, "org:reporter")
    page = site.start(grace.email)
    set_active(page, engines)
    is_live(page)
    assert page.evaluate("tenantry.has({ permission: 'org:reports:read' })")

    by_key(
        site.url,
        """mutation Lose { updateRole(input: { key: "org:reporter",
            permissions: ["org:sys_memberships:read"] }) { userErrors { message } } }""",
    )

    page.wait_for_function("!tenantry.has({ permission: 'org:reports:read' })")
    assert page.evaluate("tenantry.has({ role: 'org:reporter' })")
    assert "reports" not in claims(page.evaluate("tenantry.getToken()"))["fea"]


def test_who_is_removed_leaves_at_once(site: Site, grace: tuple[Page, Person, str]) -> None:
    """Check 44."""
    page, person, engines = grace

    remove(site.url, engines, person)

    expect(page.locator("#organization")).to_have_text("none")
    page.wait_for_function("events.some(({ name }) => name === 'organizationLeft')")
    left = page.evaluate("events.find(({ name }) => name === 'organizationLeft').value")
    assert (left["organizationId"], left["reason"]) == (engines, "removed")
    assert page.evaluate("tenantry.session.status") == "pending"
    assert page.evaluate("tenantry.status") == "ready"


def test_a_new_name_is_there_without_reading_a_list(
    site: Site, grace: tuple[Page, Person, str]
) -> None:
    """Check 45."""
    page, _, engines = grace
    site.sent.clear()

    rename(site.url, engines, "Analytical Engines")

    expect(page.locator("#organization")).to_have_text("Analytical Engines")
    assert page.evaluate("tenantry.membership.organization === tenantry.organization")
    assert page.evaluate(
        "events.some(({ name, value }) => name === 'organization' && value.name === 'Analytical Engines')"
    )
    assert site.sent == []


def test_an_invitation_is_there_and_gone_at_once(site: Site) -> None:
    """Check 46."""
    ada, grace = somebody(site.url), somebody(site.url)
    engines = ada.creates("Engines")
    page = site.start(grace.email)
    is_live(page)
    page.evaluate(
        """() => tenantry.on("invalidate", async (lists) => {
            if (!lists.some(({ list }) => list === "userInvitations")) return;
            window.badge = (await tenantry.user.getOrganizationInvitations()).totalCount;
        })"""
    )

    invitation = invite(site.url, engines, grace.email)

    page.wait_for_function("window.badge === 1")
    by_key(
        site.url,
        """mutation Revoke($input: InvitationRefInput!) {
            revokeInvitation(input: $input) { userErrors { message } } }""",
        input={"organizationId": engines, "invitationId": invitation},
    )
    page.wait_for_function("window.badge === 0")


def test_an_accepted_invitation_makes_a_pending_session_active(site: Site) -> None:
    ada, grace = somebody(site.url), somebody(site.url)
    engines = ada.creates("Engines")
    invite(site.url, engines, grace.email)
    page = site.start(grace.email)

    page.evaluate("tenantry.user.getOrganizationInvitations().then(({ data }) => data[0].accept())")

    assert page.evaluate("tenantry.organization.id") == engines
    assert page.evaluate("tenantry.session.status") == "active"


def test_a_revoked_session_signs_out_every_tab(site: Site) -> None:
    """Check 9."""
    ada = somebody(site.url)
    tabs = [site.start(ada.email), site.start(ada.email)]
    for page in tabs:
        is_live(page)

    by_key(
        site.url,
        """mutation Revoke($id: ID!) {
            revokeSession(input: { sessionId: $id }) { userErrors { message } } }""",
        id=tabs[0].evaluate("tenantry.session.id"),
    )

    for page in tabs:
        expect(page.locator("#person")).to_have_text("nobody")
        assert page.evaluate("tenantry.getToken()") is None
        assert page.evaluate("localStorage.length") == 0


def test_a_hidden_page_listens_again_when_it_is_shown(site: Site) -> None:
    """Check 49."""
    ada = somebody(site.url)
    engines = ada.creates("Engines")
    page = site.context.new_page()
    page.clock.install()
    page.goto(f"{site.url}/pages/js.html")
    with page.expect_websocket() as opened:
        site.start(ada.email, page)
    set_active(page, engines)
    is_live(page)
    hide(page, "hidden")

    page.clock.run_for(61 * SECOND)

    if not opened.value.is_closed():
        opened.value.wait_for_event("close")
    rename(site.url, engines, "Renamed meanwhile")
    hide(page, "visible")
    expect(page.locator("#organization")).to_have_text("Renamed meanwhile")


# ------------------------------------------------------------------------- servers that are stopped


class OwnServer:
    """A development server that a test can stop and start again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> Any:
        return process(
            *("dev", "--port", str(self.port)),
            folder=self.folder,
            TENANTRY_SECRET_KEYS=SECRET_KEY,
            TENANTRY_LOG_LEVEL="error",
        )


@pytest.fixture
def own(tmp_path: Path) -> OwnServer:
    return OwnServer(tmp_path)


@pytest.fixture
def own_site(own: OwnServer, context: BrowserContext, pages: Path) -> Site:
    return Site(own.url, context, pages)


def test_a_server_that_is_away_signs_nobody_out(own: OwnServer, own_site: Site) -> None:
    """Check 8."""
    with own.start() as running:
        await_answer(Server(running, own.url))
        ada = somebody(own.url)
        engines = ada.creates("Engines")
        page = own_site.start(ada.email)
        set_active(page, engines)
        is_live(page)

    expect(page.locator("#status")).to_have_text("degraded")
    assert page.evaluate("tenantry.organization.name") == "Engines"
    assert page.evaluate("tenantry.session.status") == "active"

    with own.start() as running:
        await_answer(Server(running, own.url))
        rename(own.url, engines, "Renamed meanwhile")
        expect(page.locator("#status")).to_have_text("ready")
        expect(page.locator("#organization")).to_have_text("Renamed meanwhile")
        is_live(page)


def test_a_list_equals_the_store_after_a_restart(own: OwnServer, own_site: Site) -> None:
    """Check 47."""
    add = """mutation Add($users: [CreateUserInput!]!) {
        createUsers(input: { users: $users }) { users { id } userErrors { message } } }"""
    join = """mutation Join($id: ID!, $members: [MembershipRecipientInput!]!) {
        createMemberships(input: { organizationId: $id, members: $members }) {
            userErrors { message } } }"""
    with own.start() as running:
        await_answer(Server(running, own.url))
        ada = somebody(own.url)
        engines = ada.creates("Engines")
        users = [{"emailAddress": f"member{number}@example.com"} for number in range(80)]
        ids = [user["id"] for user in by_key(own.url, add, users=users)["createUsers"]["users"]]
        page = own_site.start(ada.email)
        set_active(page, engines)
        is_live(page)
        page.evaluate(
            """() => {
                const read = async () => {
                    const page = await tenantry.organization.getMemberships({ pageSize: 1 });
                    window.count = page.totalCount;
                };
                tenantry.on("invalidate", (lists) => {
                    const isMine = ({ list }) => list === "memberships" || list === "all";
                    if (lists.some(isMine)) read().catch(() => undefined);
                });
            }"""
        )
        by_key(own.url, join, id=engines, members=[{"userId": one} for one in ids[:40]])
        running.kill()

    with own.start() as running:
        await_answer(Server(running, own.url))
        by_key(own.url, join, id=engines, members=[{"userId": one} for one in ids[40:]])
        page.wait_for_function("window.count === 81")
        page.wait_for_function("tenantry.organization.membersCount === 81")


def test_a_log_that_was_emptied_is_no_error(own: OwnServer, own_site: Site) -> None:
    """Check 48."""
    with own.start() as running:
        await_answer(Server(running, own.url))
        ada = somebody(own.url)
        engines = ada.creates("Engines")
        page = own_site.start(ada.email)
        set_active(page, engines)
        is_live(page)

    forget_events(own.folder / "var" / "tenantry.db")

    with own.start() as running:
        await_answer(Server(running, own.url))
        rename(own.url, engines, "Renamed meanwhile")
        expect(page.locator("#organization")).to_have_text("Renamed meanwhile")
        is_live(page)
        page.wait_for_function(
            "events.some(({ name, value }) => name === 'invalidate' && value[0].list === 'all')"
        )
        rename(own.url, engines, "Live again")
        expect(page.locator("#organization")).to_have_text("Live again")


def forget_events(database: Path) -> None:
    """Removes all events and one more, which the page can't have received."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'event'")
        connection.execute(
            "UPDATE instance SET forgotten_cursor ="
            " (SELECT seq FROM sqlite_sequence WHERE name = 'event')"
        )
        connection.execute("DELETE FROM event")
