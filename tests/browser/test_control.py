"""The control components of @tenantry/react in a browser, against a development server.

A number in the name of a test is that of its check in the design of the browser packages.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.react_page import Site
from tests.support.processes.commands import Server

pytestmark = pytest.mark.slow

LEAVE = """
mutation ($input: RemoveMembershipInput!) {
  removeMembership(input: $input) { membership { id } userErrors { message } }
}
"""


@pytest.fixture(scope="module")
def pages(server: Server, chromium: Browser, react_pages: Path) -> Site:
    return Site(server, react_pages, chromium)


def test_71_an_open_task_leads_to_its_page(pages: Site) -> None:
    ada, address = pages.person()
    pages.organization("Engines", ada)
    with pages.tab(address, "auth", "redirects") as tab:
        tab.page.wait_for_url("**/tasks?*")

        assert "redirect_url=%2Fdashboard" in tab.page.url


def test_71_who_has_an_organization_stays(pages: Site) -> None:
    ada, address = pages.person()
    engines = pages.organization("Engines", ada)
    with pages.tab(address, "auth") as tab:
        tab.enter(engines["id"])
        tab.open(address, "auth", "redirects")
        tab.wait("probe.auth?.last.orgId")

        assert "/pages/index.html" in tab.page.url


def test_71_who_is_signed_out_is_led_to_the_sign_in_page(pages: Site) -> None:
    with pages.tab(None, "auth", "redirects") as tab:
        tab.page.wait_for_url("**/sign-in?*")
        tab.sees("#auth", "signed out")


def test_72_no_fallback_is_painted_on_the_way_to_the_content(pages: Site) -> None:
    ada, address = pages.person()
    engines = pages.organization("Engines", ada)
    with pages.tab(address, "auth") as tab:
        tab.enter(engines["id"])
        tab.open(address, "auth", "painted")
        tab.sees("#painted", "admin")
        tab.wait("probe.painted.last.includes('admin')")

        assert tab.run("probe.painted.last") == ["", "admin"]


def test_74_a_foreign_slug_looks_like_an_unknown_one(pages: Site) -> None:
    ada, address = pages.person()
    grace, _ = pages.person("Grace")
    own = pages.organization("Engines", ada)
    foreign = pages.organization("Difference", grace)
    with pages.tab(address, "auth", "slug", slug=own["slug"]) as tab:
        tab.sees("#slug", "Engines")
        for slug in (foreign["slug"], "nothing-has-this-slug"):
            tab.open(address, "auth", "slug", slug=slug)
            tab.sees("#slug", "not found")

        assert tab.run("probe.auth.last.orgId") == own["id"]


def test_74_a_link_moves_no_other_tab(pages: Site) -> None:
    ada, address = pages.person()
    one, two = (pages.organization(name, ada) for name in ("Engines", "Difference"))
    with pages.tab(address, "auth") as tab:
        tab.enter(one["id"])
        link = tab.beside(address, "auth", "slug", slug=two["slug"])
        link.sees("#slug", "Difference")
        third = tab.beside(address, "auth")
        third.wait("probe.auth?.last.orgId")

        assert third.run("probe.auth.last.orgId") == one["id"]
        assert tab.run("probe.auth.last.orgId") == one["id"]


def test_44_who_is_removed_sees_the_organization_no_more(pages: Site) -> None:
    ada, _ = pages.person()
    grace, address = pages.person("Grace")
    engines = pages.organization("Engines", ada, [grace])
    with pages.tab(address, "auth", "slug", slug=engines["slug"]) as tab:
        tab.sees("#slug", "Engines")
        tab.wait("probe.tenantry.last.live.status === 'open'")
        pages.graphql(LEAVE, input={"organizationId": engines["id"], "userId": grace})
        tab.sees("#slug", "not found")
