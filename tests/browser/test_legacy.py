"""The React components of the documentation of 2022, of which only import lines have changed.

A number in the name of a test is that of its check in the design of the browser packages.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.react_page import Site
from tests.support.processes.commands import Server

pytestmark = pytest.mark.slow

INVITATIONS = """
query ($id: ID!) {
  organization(by: { id: $id }) { invitations(statuses: [PENDING]) { nodes { emailAddress role { key } } } }
}
"""
MEMBERS = """
query ($id: ID!) {
  organization(by: { id: $id }) { name memberships { nodes { user { id } role { key } } } }
}
"""


@pytest.fixture(scope="module")
def pages(server: Server, chromium: Browser, react_pages: Path) -> Site:
    return Site(server, react_pages, chromium)


def roles(pages: Site, organization_id: str) -> dict[str, str]:
    organization = pages.graphql(MEMBERS, id=organization_id)["organization"]
    return {
        membership["user"]["id"]: membership["role"]["key"]
        for membership in organization["memberships"]["nodes"]
    }


def test_36_37_create_and_list(pages: Site) -> None:
    ada, address = pages.person()
    engines = pages.organization("Engines", ada)
    with pages.tab(address, "auth", "create2022", "list2022") as tab:
        tab.enter(engines["id"])
        tab.holds("li", "Engines")
        tab.page.locator("input[name=organizationName]").fill("Difference")
        tab.page.get_by_role("button", name="Create organization").click()
        tab.holds("li", "Engines", "Difference")
        emptied = tab.page.locator("input[name=organizationName]").input_value()

        assert emptied == ""
        assert tab.complaints == []


def test_36_an_empty_list_says_so(pages: Site) -> None:
    _, address = pages.person()
    with pages.tab(address, "list2022") as tab:
        expect(tab.page.get_by_text("You do not belong to any organizations yet.")).to_be_visible()


def test_36_edit(pages: Site) -> None:
    ada, address = pages.person()
    engines = pages.organization("Engines", ada)
    with pages.tab(address, "edit2022", organization=engines["id"]) as tab:
        field = tab.page.locator("input[name=name]")
        expect(field).to_have_value("Engines")
        read = tab.names().count("ReadOrganization")
        field.fill("Analytical Engines")
        tab.page.get_by_role("button", name="Save").click()
        tab.page.wait_for_url(f"**/organizations/{engines['id']}")

        # Strict mode runs the effect twice. It doesn't run again with each render.
        assert read <= 2
        assert (
            pages.graphql(MEMBERS, id=engines["id"])["organization"]["name"] == "Analytical Engines"
        )
        assert tab.complaints == []


def test_36_38_39_members_and_invitations(pages: Site) -> None:
    ada, address = pages.person()
    grace, her_address = pages.person("Grace", "Hopper")
    engines = pages.organization("Engines", ada, [grace])
    with pages.tab(address, "auth", "organization2022") as tab:
        tab.enter(engines["id"])
        tab.sees("h1", "Organization: Engines")
        hers = tab.page.get_by_role("listitem").filter(has_text=her_address)
        expect(hers).to_contain_text(f"Grace Hopper <{her_address}> :: basic_member")

        invite = tab.page.get_by_placeholder("Email address")
        for invited in ("one@new.example", "two@new.example"):
            invite.fill(invited)
            tab.page.get_by_role("button", name="Invite").click()
            expect(tab.page.get_by_text(invited)).to_be_visible()
        pending = pages.graphql(INVITATIONS, id=engines["id"])["organization"]["invitations"][
            "nodes"
        ]
        tab.page.get_by_role("listitem").filter(has_text="one@new.example").get_by_role(
            "button"
        ).click()
        expect(tab.page.get_by_text("one@new.example")).to_have_count(0)
        expect(tab.page.get_by_text("two@new.example")).to_be_visible()

        hers.get_by_role("button", name="Change to admin").click()
        expect(hers.get_by_role("button", name="Change to member")).to_be_enabled()
        promoted = roles(pages, engines["id"])
        hers.get_by_role("button", name="Change to member").click()
        expect(hers.get_by_role("button", name="Change to admin")).to_be_enabled()
        with tab.page.expect_response(
            lambda answer: "RemoveMembership" in (answer.request.post_data or "")
        ):
            hers.get_by_role("button", name="Remove member").click()
            expect(hers).to_have_count(0)

        assert {invitation["role"]["key"] for invitation in pending} == {"org:member"}
        assert promoted == {ada: "org:admin", grace: "org:admin"}
        assert roles(pages, engines["id"]) == {ada: "org:admin"}
        left = pages.graphql(INVITATIONS, id=engines["id"])["organization"]["invitations"]["nodes"]
        assert [invitation["emailAddress"] for invitation in left] == ["two@new.example"]
        assert tab.complaints == []


def test_39_the_last_admin_is_refused_in_words(pages: Site) -> None:
    ada, address = pages.person()
    engines = pages.organization("Engines", ada)
    with pages.tab(address, "auth", "members2022") as tab:
        tab.enter(engines["id"])
        tab.wait("probe.members2022?.last.membershipList?.length === 1")
        message = tab.run(
            "async () => { try { await probe.members2022.last.membershipList[0].update({"
            " role: 'basic_member' }) } catch (error) { return error.message } }"
        )

        assert message
        assert " " in message
        assert roles(pages, engines["id"]) == {ada: "org:admin"}
        assert tab.run("probe.members2022.last.membershipList[0].role") == "admin"


def test_36_members_see_no_controls(pages: Site) -> None:
    ada, _ = pages.person()
    grace, address = pages.person("Grace", "Hopper")
    engines = pages.organization("Engines", ada, [grace])
    with pages.tab(address, "auth", "organization2022") as tab:
        tab.enter(engines["id"])
        expect(tab.page.get_by_role("listitem")).to_have_count(2)
        expect(tab.page.get_by_role("button")).to_have_count(0)

        assert "ReadInvitations" not in tab.names()
