"""The hooks of @tenantry/react in a browser, against a development server.

A number in the name of a test is that of its check in the design of the browser packages.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.react_page import Site, Tab
from tests.support.data.large_database import METADATA, Insert, make_id, record
from tests.support.processes.commands import Server

pytestmark = pytest.mark.slow

LOADED = "probe.auth?.last.isLoaded"
SET_ROLE = """
mutation ($input: UpdateMembershipInput!) {
  updateMembership(input: $input) { membership { id } userErrors { message } }
}
"""
REMOVE = """
mutation ($input: RemoveMembershipInput!) {
  removeMembership(input: $input) { membership { id } userErrors { message } }
}
"""
RENAME = """
mutation ($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) { organization { id } userErrors { message } }
}
"""


@pytest.fixture(scope="module")
def pages(server: Server, chromium: Browser, react_pages: Path) -> Site:
    return Site(server, react_pages, chromium)


def five_members(pages: Site) -> tuple[str, dict[str, str], list[str]]:
    """An organization with Ada and four others; returns her address, it, and the ids of all."""
    ada, address = pages.person()
    others = [pages.person("Member")[0] for _ in range(4)]
    return address, pages.organization("Engines", ada, others), [ada, *others]


def last(tab: Tab, probe: str, *names: str) -> dict[str, object]:
    picked = (
        "([probe, names]) => Object.fromEntries(names.map(n => [n, window.probe[probe].last[n]]))"
    )
    return tab.run(picked, [probe, list(names)])


def test_1_the_first_load_is_one_request(pages: Site) -> None:
    ada, address = pages.person()
    organization = pages.organization("Engines", ada)
    with pages.tab(address, "auth") as tab:
        tab.wait(LOADED)
        first = tab.names()
        tab.enter(organization["id"])
        # Until it closes, the old page can still send a request after a late event.
        tab.page.goto("about:blank")
        tab.operations.clear()
        tab.open(address, "auth")
        tab.wait(LOADED)
        second = tab.names()

        assert last(tab, "auth", "orgId") == {"orgId": organization["id"]}
        assert (first, second) == (["CreateSession"], ["CreateSessionToken"])
        assert tab.complaints == []


def test_15_what_an_organization_decides_changes_in_one_render(pages: Site) -> None:
    ada, address = pages.person()
    owner, _ = pages.person("Grace")
    own = pages.organization("Engines", ada)
    other = pages.organization("Difference", owner, [ada])
    with pages.tab(address, "auth") as tab:
        tab.enter(own["slug"])
        tab.run("slug => probe.auth.last.setActive({ organization: slug })", other["slug"])
        tab.wait("slug => probe.auth.last.orgSlug === slug", other["slug"])
        claims = tab.run(
            "async () => JSON.parse(atob((await probe.auth.last.getToken()).split('.')[1]"
            ".replace(/-/g, '+').replace(/_/g, '/')))"
        )
        renders = tab.run(
            "probe.auth.all.map(({ orgSlug, orgRole, isAdmin, membershipRole }) =>"
            " [orgSlug, orgRole, isAdmin, membershipRole])"
        )
        tab.run("organization => probe.auth.last.setActive({ organization })", {"id": own["id"]})
        tab.wait("id => probe.auth.last.orgId === id", own["id"])

        assert claims["o"]["id"] == other["id"]
        assert claims["o"]["slg"] == other["slug"]
        shown = {tuple(render) for render in renders if render[0]}
        assert shown == {
            (own["slug"], "org:admin", True, "org:admin"),
            (other["slug"], "org:member", False, "org:member"),
        }


def test_16_no_render_mixes_two_organizations(pages: Site) -> None:
    ada, address = pages.person()
    two = [pages.organization(name, ada)["id"] for name in ("Engines", "Difference")]
    with pages.tab(address, "auth") as tab:
        tab.enter(two[0])
        tab.run(
            """async ids => {
              for (let i = 1; i <= 10; i += 1)
                await probe.auth.last.setActive({ organization: ids[i % 2] });
            }""",
            two,
        )
        mixed = tab.run(
            "probe.auth.all.filter(({ orgId, organizationId, ofMembership }) => orgId !== undefined"
            " && orgId !== null && (orgId !== organizationId || orgId !== ofMembership)).length"
        )
        seen = tab.run("[...new Set(probe.auth.all.map(({ orgId }) => orgId).filter(Boolean))]")

        assert mixed == 0
        assert set(seen) == set(two)


def test_17_a_foreign_organization_is_refused_and_nothing_changes(pages: Site) -> None:
    ada, address = pages.person()
    grace, _ = pages.person("Grace")
    own = pages.organization("Engines", ada)
    foreign = pages.organization("Difference", grace)
    with pages.tab(address, "auth") as tab:
        tab.enter(own["id"])
        codes = [
            tab.run(
                "async organization => { try { await probe.auth.last.setActive({ organization }) }"
                " catch (error) { return error.code } }",
                name,
            )
            for name in (foreign["id"], foreign["slug"], "org_unknown")
        ]

        assert codes == ["organization_not_found_or_unauthorized"] * 3
        assert last(tab, "auth", "orgId", "isSwitching") == {
            "orgId": own["id"],
            "isSwitching": False,
        }


def test_18_navigate_runs_after_the_switch(pages: Site) -> None:
    ada, address = pages.person()
    own = pages.organization("Engines", ada)
    with pages.tab(address, "auth") as tab:
        tab.wait(LOADED)
        tab.run(
            """async organization => {
              await probe.auth.last.setActive({ organization, navigate: ({ organization }) => {
                window.seen = [probe.tenantry.last.organization.id, organization.id];
              } });
            }""",
            own["slug"],
        )

        assert tab.run("window.seen") == [own["id"], own["id"]]


def test_19_of_two_quick_switches_the_last_wins(pages: Site) -> None:
    ada, address = pages.person()
    one, two = (pages.organization(name, ada) for name in ("Engines", "Difference"))
    with pages.tab(address, "auth") as tab:
        tab.enter(two["id"])
        tab.run(
            """async ([one, two]) => {
              window.visited = [];
              const go = organization => probe.auth.last.setActive({
                organization, navigate: () => { window.visited.push(organization) },
              });
              await Promise.all([go(one), go(two)]);
            }""",
            [one["id"], two["id"]],
        )

        assert last(tab, "auth", "orgId") == {"orgId": two["id"]}
        assert tab.run("window.visited") == [two["id"]]


def test_20_two_tabs_keep_their_own_organizations(pages: Site) -> None:
    ada, address = pages.person()
    one, two = (pages.organization(name, ada) for name in ("Engines", "Difference"))
    with pages.tab(address, "auth", "members") as first:
        first.enter(one["id"])
        second = first.beside(address, "auth", "members").enter(two["id"])
        grace, _ = pages.person("Grace")
        pages.add(one["id"], grace)
        first.wait("probe.members.last.count === 2")
        third = first.beside(address, "auth")
        third.wait("probe.auth?.last.orgId")

        assert last(first, "auth", "orgId") == {"orgId": one["id"]}
        assert last(second, "auth", "orgId") == {"orgId": two["id"]}
        assert last(third, "auth", "orgId") == {"orgId": two["id"]}
        assert last(second, "members", "count") == {"count": 1}


@pytest.mark.parametrize("keep", [False, True])
def test_21_members_of_one_organization_never_show_under_another(pages: Site, keep: bool) -> None:
    address, engines, members = five_members(pages)
    difference = pages.organization("Difference", members[0])
    params = json.dumps({"pageSize": 2, "keepPreviousData": keep})
    with pages.tab(address, "auth", "members", list=params) as tab:
        tab.enter(engines["id"])
        tab.wait("probe.members.last.data.length === 2")
        tab.run("probe.members.last.fetchNext()")
        tab.run("id => probe.auth.last.setActive({ organization: id })", difference["id"])
        tab.wait("probe.members.last.data.length === 1 && probe.members.last.count === 1")
        wrong = tab.run(
            "id => probe.members.all.filter(({ organizationId, data }) => data.some("
            "row => row.organization.id !== organizationId)).length",
            difference["id"],
        )

        assert wrong == 0


def test_23_without_parameters_no_list_is_read(pages: Site) -> None:
    ada, address = pages.person()
    own = pages.organization("Engines", ada)
    with pages.tab(address, "auth", "admin") as tab:
        tab.enter(own["id"])
        tab.sees("#admin", "admin")

        assert set(tab.names()) <= {"CreateSession", "CreateSessionToken", "SetActiveOrganization"}


def test_24_numbered_pages_stop_at_both_ends(pages: Site) -> None:
    address, engines, _ = five_members(pages)
    with pages.tab(address, "auth", "members", list=json.dumps({"pageSize": 2})) as tab:
        tab.enter(engines["id"])
        tab.wait("probe.members.last.data.length === 2")
        first = last(tab, "members", "count", "pageCount", "page", "hasPreviousPage")
        tab.run("probe.members.last.fetchPage(3)")
        tab.wait("probe.members.last.page === 3 && probe.members.last.data.length === 1")
        tab.run("probe.members.last.fetchNext()")
        at_end = last(tab, "members", "page", "hasNextPage")
        tab.run("probe.members.last.fetchPrevious()")
        tab.wait("probe.members.last.page === 2 && probe.members.last.data.length === 2")
        tab.run("probe.members.last.fetchPage(-7)")
        tab.wait("probe.members.last.page === 1")

        assert first == {"count": 5, "pageCount": 3, "page": 1, "hasPreviousPage": False}
        assert at_end == {"page": 3, "hasNextPage": False}


def test_25_an_infinite_list_has_no_double_and_no_gap(pages: Site) -> None:
    address, engines, members = five_members(pages)
    params = json.dumps({"pageSize": 2, "infinite": True})
    with pages.tab(address, "auth", "members", list=params) as tab:
        tab.enter(engines["id"])
        tab.wait("probe.members.last.data.length === 2")
        tab.run("probe.members.last.fetchNext()")
        tab.wait("probe.members.last.data.length === 4")
        gone = tab.run("probe.members.last.data[1].publicUserData.userId")
        kept = [member for member in members if member != gone]
        pages.graphql(REMOVE, input={"organizationId": engines["id"], "userId": gone})
        tab.wait("probe.members.last.count === 4")
        tab.run("probe.members.last.fetchPage(9)")
        tab.wait("probe.members.last.data.length === 4 && !probe.members.last.hasNextPage")
        shown = tab.run("probe.members.last.data.map(row => row.publicUserData.userId)")

        assert sorted(shown) == sorted(kept)


def test_26_the_initial_page_and_the_size_count(pages: Site) -> None:
    address, engines, _ = five_members(pages)
    params = json.dumps({"pageSize": 2, "initialPage": 2})
    with pages.tab(address, "auth", "members", list=params) as tab:
        tab.enter(engines["id"])
        tab.wait("probe.members.last.data.length === 2")
        start = last(tab, "members", "page", "pageCount")
        tab.run("probe.members.last.setParams({ pageSize: 3, initialPage: 1 })")
        tab.wait("probe.members.last.data.length === 3")

        assert start == {"page": 2, "pageCount": 2}
        assert last(tab, "members", "page", "pageCount") == {"page": 1, "pageCount": 2}


@pytest.mark.parametrize("keep", [False, True])
def test_27_rows_between_pages(pages: Site, keep: bool) -> None:
    address, engines, _ = five_members(pages)
    params = json.dumps({"pageSize": 2, "keepPreviousData": keep})
    with pages.tab(address, "auth", "members", list=params) as tab:
        tab.enter(engines["id"])
        tab.wait("probe.members.last.data.length === 2")
        tab.run("probe.members.last.fetchNext()")
        tab.wait("probe.members.last.page === 2 && !probe.members.last.isFetching")
        empty = tab.run("probe.members.all.some(at => at.page === 2 && at.data.length === 0)")

        assert empty is not keep


def test_28_query_and_role_filter(pages: Site) -> None:
    address, engines, _ = five_members(pages)
    with pages.tab(address, "auth", "members") as tab:
        tab.enter(engines["id"])
        tab.wait("probe.members.last.data.length === 5")
        tab.run("probe.members.last.setParams({ role: ['org:admin'] })")
        tab.wait("probe.members.last.data.length === 1")
        admins = tab.rows("#members")
        tab.run("probe.members.last.setParams({ query: 'member' })")
        tab.wait("probe.members.last.data.length === 4")

        assert admins == [f"{address} org:admin"]


def test_29_set_data_and_revalidate(pages: Site) -> None:
    address, engines, _ = five_members(pages)
    with pages.tab(address, "auth", "members") as tab:
        tab.enter(engines["id"])
        tab.wait("probe.members.last.data.length === 5")
        tab.run("probe.members.last.setData(rows => rows.slice(1))")
        tab.wait("probe.members.last.data.length === 4 && probe.members.last.count === 4")
        tab.run("probe.members.last.revalidate()")
        tab.wait("probe.members.last.data.length === 5 && probe.members.last.count === 5")


def test_30_functions_stay_the_same(pages: Site) -> None:
    address, engines, _ = five_members(pages)
    with pages.tab(address, "auth", "stable") as tab:
        tab.enter(engines["id"])
        for count in range(1, 21):
            tab.run("probe.stable.last.again()")
            tab.sees("#stable", str(count))
        changed = tab.run(
            "probe.stable.all.some(({ functions }) => functions.some("
            "(f, i) => f !== probe.stable.all[0].functions[i]))"
        )

        assert changed is False
        assert tab.run("probe.stable.all.at(-1).has === probe.stable.all.at(-10).has")


def test_31_an_idle_page_renders_nothing(pages: Site) -> None:
    address, engines, _ = five_members(pages)
    with pages.tab(address, "auth", "consumers") as tab:
        tab.enter(engines["id"])
        # The page is idle once its list is there: the answer with the five members renders too.
        tab.wait("document.querySelector('#consumers').textContent.split('Engines 5').length > 30")
        tab.wait("probe.tenantry.last.live.status === 'open'")
        before = tab.run("probe.consumers.last")
        tokens = [tab.run("probe.tenantry.last.getToken({ skipCache: true })") for _ in range(3)]

        assert len(set(tokens)) == 3
        assert tab.run("probe.consumers.last") == before


def add_teams(database: Path, template: str, number: int) -> None:
    """Adds the first member of an organization to as many new ones, as an administrator as well."""
    like = f"FROM membership WHERE organization_id = '{template}')"
    # Numbers of four digits: a search for one doesn't find it inside of another.
    name = "'Team ' || (1000 + i)"
    team = {"name": name, "slug": "'team-' || i", "search_text": f"lower({name})"}
    organizations = record(
        "org",
        max_allowed_memberships="0",
        admin_delete_enabled="true",
        role_set_id=f"(SELECT role_set_id FROM organization WHERE id = '{template}')",
        **team,
        **METADATA,
    )
    memberships = record(
        "orgmem",
        organization_id=make_id("org"),
        user_id=f"(SELECT user_id {like}",
        role_id=f"(SELECT role_id {like}",
        **METADATA,
    )
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(Insert("organization", number, organizations).write())
        connection.execute(Insert("membership", number, memberships).write())


def test_32_a_thousand_memberships_are_read_in_pages(pages: Site, server_folder: Path) -> None:
    ada, address = pages.person()
    own = pages.organization("Engines", ada)
    add_teams(server_folder / "var" / "tenantry.db", own["id"], 999)
    with pages.tab(address, "organizations", list=json.dumps({"pageSize": 1_000})) as tab:
        tab.wait("probe.organizations?.last.data.length > 0")
        shown = tab.run("probe.organizations.last.data.length")
        counts = last(tab, "organizations", "count", "pageCount")
        at_first = tab.names().count("ReadUserMemberships")
        tab.run("probe.organizations.last.fetchPage(10)")
        tab.wait("probe.organizations.last.data.at(-1)?.organization.name === 'Team 1001'")
        tab.run("probe.organizations.last.setParams({ pageSize: 1_000, query: 'team 1001' })")
        tab.holds("#organizations > li", "Team 1001")
        asked = [one.variables["first"] for one in tab.operations if "first" in one.variables]

        assert (shown, counts) == (100, {"count": 1_000, "pageCount": 10})
        assert at_first == 1
        assert max(asked) == 100
        assert tab.complaints == []


def test_33_an_unknown_permission_is_named(pages: Site) -> None:
    ada, address = pages.person()
    own = pages.organization("Engines", ada)
    with pages.tab(address, "auth", "permission") as tab:
        tab.enter(own["id"])
        tab.sees("#permission", "false UNKNOWN_PERMISSION")


def test_42_a_changed_role_shows_at_once_and_reaches_the_token(pages: Site) -> None:
    ada, _ = pages.person()
    grace, address = pages.person("Grace")
    own = pages.organization("Engines", ada, [grace])
    with pages.tab(address, "auth", "admin", "members") as tab:
        tab.enter(own["id"])
        tab.sees("#admin", "member")
        tab.wait("probe.tenantry.last.live.status === 'open'")
        pages.graphql(
            SET_ROLE, input={"organizationId": own["id"], "userId": grace, "role": "org:admin"}
        )
        tab.sees("#admin", "admin")
        tab.wait("probe.members.last.data.every(({ role }) => role === 'org:admin')")

        assert last(tab, "auth", "isAdmin", "orgRole") == {"isAdmin": True, "orgRole": "org:admin"}


def test_45_a_new_name_shows_without_reading_the_list(pages: Site) -> None:
    ada, address = pages.person()
    own = pages.organization("Engines", ada)
    other = pages.organization("Difference", ada)
    with pages.tab(address, "auth", "organizations") as tab:
        tab.enter(own["id"])
        tab.wait("probe.organizations.last.data.length === 2")
        tab.wait("probe.tenantry.last.live.status === 'open'")
        before = len(tab.operations)
        for organization, name in ((own, "Analytical"), (other, "Second")):
            pages.graphql(RENAME, input={"organizationId": organization["id"], "name": name})
        tab.wait("probe.organizations.last.data.map(o => o.organization.name).includes('Second')")
        tab.wait(
            "probe.organizations.last.data.map(o => o.organization.name).includes('Analytical')"
        )

        # The token is new, because it holds the slug; no list is read.
        assert set(tab.names()[before:]) <= {"CreateSessionToken"}


def test_37_a_created_organization_appears_in_the_list(pages: Site) -> None:
    ada, address = pages.person()
    own = pages.organization("Engines", ada)
    with pages.tab(address, "auth", "organizations") as tab:
        tab.enter(own["id"])
        tab.wait("probe.organizations.last.data.length === 1")
        tab.run("probe.organizations.last.createOrganization({ name: 'Difference' })")
        tab.wait("probe.organizations.last.data.length === 2")

        assert sorted(tab.rows("#organizations")) == ["Difference", "Engines"]
