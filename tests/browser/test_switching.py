"""The organization of a tab: checks 15 to 22, 103, and 105 of the browser side."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import Person, Site, add_member, by_key, somebody
from tests.browser.test_session import claims

pytestmark = pytest.mark.slow


def set_active(page: Page, organization: str | None, **params: Any) -> None:
    page.evaluate("params => tenantry.setActive(params)", {"organization": organization, **params})


def code_of(page: Page, expression: str) -> str | None:
    """The code that the promise is rejected with."""
    return page.evaluate(f"{expression}.then(() => null, (error) => error.code)")


def test_a_switch_shows_everything_at_once(site: Site) -> None:
    """Checks 15 and 16."""
    ada, owner = somebody(site.url), somebody(site.url)
    engines, looms = ada.creates("Engines", "fast-engines"), owner.creates("Looms", "old-looms")
    add_member(site.url, looms, ada)
    page = site.start(ada.email)

    for organization in (engines, "old-looms", engines):
        set_active(page, organization)
    page.evaluate("id => tenantry.setActive({ organization: { id } })", looms)

    assert page.evaluate("tenantry.organization.slug") == "old-looms"
    assert page.evaluate("tenantry.membership.role") == "org:member"
    assert page.evaluate("tenantry.has({ role: 'org:member' })")
    assert not page.evaluate("tenantry.has({ permission: 'org:sys_memberships:manage' })")
    assert claims(page.evaluate("tenantry.getToken()"))["o"]["slg"] == "old-looms"
    for _ in range(5):
        page.evaluate(
            "ids => ids.map((organization) => void tenantry.setActive({ organization }))",
            [engines, looms],
        )
    page.wait_for_function(
        "id => !tenantry.state.isSwitching && tenantry.organization.id === id", arg=looms
    )
    assert page.evaluate(
        "states.every(({ organization, membership, sessionClaims }) =>"
        " (organization === null) === (membership === null)"
        " && (organization?.id === sessionClaims?.o?.id)"
        " && (!membership || membership.organization === organization))"
    )


def test_a_foreign_organization_is_refused_and_nothing_changes(site: Site) -> None:
    """Check 17."""
    ada = somebody(site.url)
    engines, foreign = ada.creates("Engines"), somebody(site.url).creates("Looms", "foreign-looms")
    page = site.start(ada.email)
    set_active(page, engines)
    token = page.evaluate("tenantry.getToken()")

    for name in (foreign, "foreign-looms", "never-was"):
        refusal = code_of(page, f"tenantry.setActive({{ organization: '{name}' }})")
        assert refusal == "organization_not_found_or_unauthorized"

    assert page.evaluate("tenantry.organization.id") == engines
    assert page.evaluate("tenantry.getToken()") == token
    assert not page.evaluate("tenantry.state.isSwitching")
    set_active(page, engines)


def test_what_follows_a_switch_runs_after_it(site: Site) -> None:
    """Check 18."""
    ada = somebody(site.url)
    engines = ada.creates("Engines")
    page = site.start(ada.email, sessionCookie=True)

    seen = page.evaluate(
        """organization => new Promise((resolve) => tenantry.setActive({
            organization,
            navigate: (context) => resolve([
                tenantry.organization.id, context.organization.id, context.session.id,
                document.getElementById("organization").textContent]) }))""",
        engines,
    )

    assert seen == [engines, engines, page.evaluate("tenantry.session.id"), "Engines"]


def test_the_last_of_two_switches_wins(site: Site) -> None:
    """Check 19."""
    ada = somebody(site.url)
    engines, looms = ada.creates("Engines"), ada.creates("Looms")
    page = site.start(ada.email)

    went = page.evaluate(
        """async (ids) => {
            const went = [];
            await Promise.all(ids.map((organization) => tenantry.setActive({
                organization, navigate: (context) => void went.push(context.organization.id) })));
            return went;
        }""",
        [engines, looms],
    )

    assert went == [looms]
    assert page.evaluate("tenantry.organization.id") == looms
    assert site.start(ada.email).evaluate("tenantry.organization.id") == looms


def test_each_tab_keeps_its_organization(site: Site) -> None:
    """Check 20."""
    ada = somebody(site.url)
    engines, looms = ada.creates("Engines"), ada.creates("Looms")
    first, second = site.start(ada.email), site.start(ada.email)
    set_active(first, engines)
    set_active(second, looms)

    third = site.start(ada.email)

    assert third.evaluate("tenantry.organization.id") == looms
    for page, organization in ((first, engines), (second, looms)):
        for options in ("{}", "{ skipCache: true }"):
            token = page.evaluate(f"tenantry.getToken({options})")
            assert claims(token)["o"]["id"] == organization
        page.reload()
        site.start(ada.email, page)
        assert page.evaluate("tenantry.organization.id") == organization


def test_the_personal_account_follows_the_mode_of_the_instance(site: Site) -> None:
    """Check 22, and the personal account of the other mode."""
    ada = somebody(site.url)
    engines = ada.creates("Engines")
    page = site.start(ada.email)
    set_active(page, engines)
    states = page.evaluate("states.length")
    site.sent.clear()

    set_active(page, None)

    assert page.evaluate("tenantry.organization.id") == engines
    assert page.evaluate("states.length") == states
    assert site.sent == []
    try:
        change_mode(site.url, "OPTIONAL")
        page.evaluate("tenantry.reload()")
        set_active(page, None)
        assert page.evaluate("tenantry.organization") is None
        assert "o" not in claims(page.evaluate("tenantry.getToken()"))
    finally:
        change_mode(site.url, "REQUIRED")


def change_mode(url: str, mode: str) -> None:
    document = """mutation Mode($mode: MembershipMode!) {
        updateInstance(input: { membershipMode: $mode }) { userErrors { message } } }"""
    by_key(url, document, mode=mode)


def test_creating_the_first_organization_activates_a_pending_session(site: Site) -> None:
    ada = somebody(site.url)
    page = site.start(ada.email, taskUrls={"choose-organization": "/tasks/choose"})
    assert page.evaluate("tenantry.session.status") == "pending"
    assert "/tasks/choose?redirect_url=" in page.evaluate("tenantry.buildTaskUrl()")

    created = page.evaluate("tenantry.createOrganization({ name: 'Engines' }).then(({ id }) => id)")

    assert page.evaluate("tenantry.session.status") == "active"
    assert page.evaluate("tenantry.organization.id") == created
    assert page.evaluate("tenantry.buildTaskUrl()") is None


def test_an_organization_that_was_left_meanwhile_is_no_error(site: Site) -> None:
    """Check 103."""
    ada, owner = somebody(site.url), somebody(site.url)
    engines, looms = ada.creates("Engines"), owner.creates("Looms")
    add_member(site.url, looms, ada)
    page = site.start(ada.email)
    set_active(page, engines)
    set_active(page, looms, remember=False)
    page.goto("about:blank")
    leave(ada, looms)
    page.goto(f"{site.url}/pages/js.html")
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    site.sent.clear()

    site.start(ada.email, page)

    assert page.evaluate("tenantry.status") == "ready"
    assert page.evaluate("tenantry.organization.id") == engines
    assert site.operations() == ["CreateSessionToken", "CreateSessionToken"]
    assert [message for message in messages if "[Tenantry]" in message] == []


def leave(person: Person, organization_id: str) -> None:
    document = """mutation Leave($id: ID!) {
        leaveOrganization(input: { organizationId: $id }) { userErrors { message } } }"""
    person.run(document, id=organization_id)


def test_the_address_of_the_page_decides_the_organization(site: Site) -> None:
    ada = somebody(site.url)
    engines, looms = ada.creates("Engines", "url-engines"), ada.creates("Looms", "url-looms")
    site.start(ada.email).evaluate("id => tenantry.setActive({ organization: id })", engines)
    patterns = {"organizationPatterns": ["/pages/orgs/:slug", "/pages/orgs/:slug/(.*)"]}
    page = site.open("orgs/url-looms/members")
    site.sent.clear()

    site.start(ada.email, page, organizationFromUrl=patterns)

    assert site.operations() == ["CreateSessionToken"]
    assert page.evaluate("tenantry.organization.id") == looms
    page.evaluate("history.pushState(null, '', '/pages/orgs/url-engines')")
    expect(page.locator("#organization")).to_have_text("Engines")
    page.go_back()
    expect(page.locator("#organization")).to_have_text("Looms")
    assert site.start(ada.email).evaluate("tenantry.organization.id") == engines


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\\\evil.example/",
        "javascript:window.hacked=1",
        " java\\tscript:window.hacked=1",
        "data:text/html,<script>1</script>",
    ],
)
def test_a_page_of_a_foreign_origin_is_refused(site: Site, target: str) -> None:
    """Check 105."""
    ada = somebody(site.url)
    engines = ada.creates("Engines")
    page = site.start(ada.email)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    address = page.url

    assert page.evaluate(f"tenantry.navigate('{target}')") is False
    page.evaluate(
        f"organization => tenantry.setActive({{ organization, redirectUrl: '{target}' }})", engines
    )

    assert page.url == address
    assert page.evaluate("window.hacked") is None
    assert "allowedRedirectOrigins" in "".join(messages)


def test_a_page_of_the_own_origin_is_opened_with_the_slug(site: Site) -> None:
    ada = somebody(site.url)
    engines = ada.creates("Engines", "own-engines")
    page = site.start(ada.email)

    page.evaluate(
        "organization => void tenantry.setActive({ organization, redirectUrl: '/pages/at/:slug/:id' })",
        engines,
    )

    page.wait_for_url(f"**/pages/at/own-engines/{engines}")
