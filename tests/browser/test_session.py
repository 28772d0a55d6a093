"""The session of `@tenantry/js` in real tabs: checks 1 to 14 of the browser side."""

import base64
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import Site, somebody

pytestmark = pytest.mark.slow


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_the_first_load_is_one_request(site: Site) -> None:
    """Check 1."""
    ada = somebody(site.url)
    organization = ada.creates("Engines")

    page = site.start(ada.email)

    assert site.operations() == ["CreateSession"]
    assert page.evaluate("tenantry.state.isLoaded")
    assert page.evaluate("tenantry.user.identifier") == ada.email
    assert page.evaluate("tenantry.organization") is None
    page.evaluate("id => tenantry.setActive({ organization: id })", organization)
    site.sent.clear()
    page.reload()
    site.start(ada.email, page)
    assert site.operations() == ["CreateSessionToken"]
    expect(page.locator("#organization")).to_have_text("Engines")


def advance(pages: list[Page], seconds: int, step: int = 5) -> None:
    """Lets time pass in the pages, which read their token in each step.

    Their clocks go on by themselves too, so that what a step takes counts.
    """
    end = pages[0].evaluate("performance.now()") + seconds * 1000
    while pages[0].evaluate("performance.now()") < end:
        for page in pages:
            page.clock.run_for(step * 1000)
            page.evaluate("readToken()")


READ_TOKEN = """
window.ages = {};
const pending = new Set();
const { fetch } = window;
window.fetch = (...request) => {
  const answer = fetch(...request);
  pending.add(answer);
  answer.catch(() => undefined).finally(() => pending.delete(answer));
  return answer;
};
window.readToken = async () => {
  // Time in the page goes on only after what it has asked for is there.
  while (pending.size > 0) await Promise.allSettled([...pending]);
  const token = await tenantry.getToken();
  const now = performance.now();
  window.ages[token] ??= [now, now];
  window.ages[token][1] = now;
};
"""


def open_with_clock(site: Site, email: str) -> Page:
    page = site.context.new_page()
    page.clock.install()
    page.add_init_script(READ_TOKEN)
    page.goto(f"{site.url}/pages/js.html")
    return site.start(email, page)


def test_nothing_at_rest_is_a_credential(site: Site) -> None:
    """Check 2."""
    ada = somebody(site.url)
    organization = ada.creates("Engines")
    page = site.start(ada.email)
    page.evaluate("id => tenantry.setActive({ organization: id })", organization)

    stored = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")

    assert page.evaluate("tenantry.session.id") in stored
    assert organization in stored
    assert not re.search(r"[\w-]+\.[\w-]{20,}\.[\w-]+", stored), stored
    assert site.context.cookies() == []


def test_the_cookie_for_server_rendering_holds_the_token_of_the_tab(site: Site) -> None:
    """Check 2, with `sessionCookie`."""
    ada = somebody(site.url)
    organization = ada.creates("Engines")
    page = site.start(ada.email, sessionCookie=True)

    page.evaluate("id => tenantry.setActive({ organization: id })", organization)

    [cookie] = site.context.cookies()
    assert cookie.get("name") == "tenantry_session"
    assert (cookie.get("secure"), cookie.get("sameSite")) == (True, "Lax")
    assert claims(cookie.get("value", ""))["o"]["id"] == organization
    assert cookie.get("value") == page.evaluate("tenantry.getToken()")
    page.evaluate("tenantry.signOut()")
    assert site.context.cookies() == []


def test_reloads_and_tabs_share_one_session(site: Site) -> None:
    """Check 3."""
    ada = somebody(site.url)
    page = site.start(ada.email)
    session = page.evaluate("tenantry.session.id")

    for _ in range(10):
        page.reload()
        site.start(ada.email, page)
        assert page.evaluate("tenantry.session.id") == session
    tabs = [site.open() for _ in range(4)]
    for tab in tabs:
        tab.evaluate("email => void window.start({ email })", ada.email)
    for tab in tabs:
        tab.wait_for_function("window.tenantry?.session")
        assert tab.evaluate("tenantry.session.id") == session

    counted = ada.run("{ viewer { user { sessions { totalCount } } } }")
    assert counted["viewer"]["user"]["sessions"]["totalCount"] == 1


def test_tabs_that_open_together_open_one_session(site: Site) -> None:
    ada = somebody(site.url)
    tabs = [site.open() for _ in range(5)]

    for tab in tabs:
        tab.evaluate("email => void window.start({ email })", ada.email)
    for tab in tabs:
        tab.wait_for_function("window.tenantry?.session")

    assert site.operations().count("CreateSession") == 1


def test_a_visible_page_always_has_a_fresh_token(site: Site) -> None:
    """Check 4."""
    ada = somebody(site.url)
    page = open_with_clock(site, ada.email)
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 401 else None)

    advance([page], 180)

    ages = page.evaluate("Object.values(ages)")
    assert len(ages) >= 4
    assert all(last - first < 55_000 for first, last in ages)
    assert refused == []


def test_a_wrong_clock_does_not_matter(site: Site) -> None:
    """Check 5."""
    ada = somebody(site.url)
    for minutes in (-10, 10):
        page = site.context.new_page()
        page.add_init_script(
            f"const now = Date.now; Date.now = () => now() + {minutes * 60_000};"
            f"const Real = Date; window.Date = class extends Real {{ constructor(...a) {{"
            " a.length ? super(...a) : super(Date.now()) } static now() {"
            f" return now.call(Real) + {minutes * 60_000} }} }};"
        )
        statuses: list[int] = []
        page.on("response", lambda answer, seen=statuses: seen.append(answer.status))
        page.goto(f"{site.url}/pages/js.html")
        site.start(ada.email, page)
        site.sent.clear()

        first = page.evaluate("tenantry.getToken()")
        page.evaluate("tenantry.getOrganizationMemberships()")
        again = page.evaluate("tenantry.getToken()")

        assert first == again
        assert 401 not in statuses
        assert site.operations() == ["ReadUserMemberships"]
        page.close()


def test_five_tabs_mint_as_one(site: Site) -> None:
    """Check 6."""
    ada = somebody(site.url)
    organization = ada.creates("Engines")
    first = open_with_clock(site, ada.email)
    first.evaluate("id => tenantry.setActive({ organization: id })", organization)
    site.sent.clear()
    tabs = [first, *(open_with_clock(site, ada.email) for _ in range(4))]
    assert [tab.evaluate("tenantry.organization.id") for tab in tabs] == [organization] * 5

    advance(tabs, 120, step=1)

    mints = [name for name in site.operations() if "Session" in name]
    assert 2 <= len(mints) <= 4, site.operations()
    tokens = {tab.evaluate("tenantry.getToken()") for tab in tabs}
    assert len(tokens) == 1


def hide(page: Page, state: str) -> None:
    page.evaluate(
        """state => {
            Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def test_a_page_that_was_hidden_gets_a_fresh_token(site: Site) -> None:
    """Check 7."""
    ada = somebody(site.url)
    page = open_with_clock(site, ada.email)
    before = page.evaluate("tenantry.getToken()")
    hide(page, "hidden")
    page.clock.run_for(120_000)
    site.sent.clear()

    hide(page, "visible")
    after = page.evaluate("tenantry.getToken()")

    assert after != before
    assert claims(after)["sid"] == claims(before)["sid"]
    assert site.operations().count("RenewSessionToken") == 1


def test_signing_out_ends_every_tab(site: Site) -> None:
    """Check 10."""
    ada = somebody(site.url)
    first, second = site.start(ada.email), site.start(ada.email)

    first.evaluate("tenantry.signOut()")

    for page in (first, second):
        expect(page.locator("#person")).to_have_text("nobody")
        assert page.evaluate("tenantry.session") is None
        assert page.evaluate("tenantry.getToken()") is None
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert (first.evaluate("signOuts"), second.evaluate("signOuts")) == (1, 0)
    counted = ada.run("{ viewer { user { sessions { totalCount } } } }")
    assert counted["viewer"]["user"]["sessions"]["totalCount"] == 0


def test_another_user_sees_nothing_of_the_one_before(site: Site) -> None:
    """Check 11."""
    ada, bob = somebody(site.url), somebody(site.url)
    organization = ada.creates("Engines")
    page = site.start(ada.email)
    page.evaluate("id => tenantry.setActive({ organization: id })", organization)
    page.evaluate(
        """() => {
            window.painted = [];
            const read = () => painted.push(["person", "organization"].map((id) =>
                document.getElementById(id).textContent));
            new MutationObserver(read).observe(document.body, {
                subtree: true, childList: true, characterData: true });
        }"""
    )

    page.evaluate("email => { window.email = email; return tenantry.reload(); }", bob.email)

    expect(page.locator("#person")).to_have_text(bob.email)
    painted = page.evaluate("painted")
    assert [bob.email, "Engines"] not in painted
    assert ["nobody", "none"] in painted
    assert page.evaluate(
        "email => states.every(({ user, organization }) =>"
        " user?.identifier !== email || organization === null)",
        bob.email,
    )


def test_a_provider_that_is_away_is_asked_again(site: Site) -> None:
    """Check 12."""
    ada = somebody(site.url)
    page = site.open()
    page.evaluate(
        "email => { isProviderAway = true; create({ email }); tenantry.load(); }", ada.email
    )
    expect(page.locator("#status")).to_have_text("degraded")
    assert page.evaluate("tenantry.state.error.code") == "identity_token_failed"

    page.evaluate("isProviderAway = false")

    expect(page.locator("#status")).to_have_text("ready")
    expect(page.locator("#person")).to_have_text(ada.email)


def test_a_refused_origin_is_explained(site: Site) -> None:
    """Check 13."""
    page = site.open(origin="http://localhost:5999")
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))

    page.evaluate(
        """url => {
            create({ email: null, url, getIdentityToken: async () => null });
            tenantry.load().catch(() => undefined);
        }""",
        site.url,
    )

    expect(page.locator("#status")).to_have_text("error")
    assert page.evaluate("tenantry.state.error.code") == "origin_not_allowed"
    said = [message for message in messages if "[Tenantry]" in message]
    assert len(said) == 1
    assert "TENANTRY_ALLOWED_ORIGINS" in said[0]
    assert "http://localhost:5999" in said[0]


def test_a_token_of_another_organization_leaves_the_tab_where_it_is(site: Site) -> None:
    """Check 14."""
    ada = somebody(site.url)
    engines, looms = ada.creates("Engines"), ada.creates("Looms")
    page = site.start(ada.email)
    page.evaluate("id => tenantry.setActive({ organization: id })", engines)
    states = page.evaluate("states.length")

    token = page.evaluate("id => tenantry.getToken({ organizationId: id })", looms)

    assert claims(token)["o"]["id"] == looms
    assert page.evaluate("tenantry.organization.id") == engines
    assert page.evaluate("states.length") == states
    assert claims(page.evaluate("tenantry.getToken()"))["o"]["id"] == engines


def test_without_locks_and_channels_each_tab_works_alone(site: Site) -> None:
    """Check 106: checks 1, 10, 15, and 20."""
    ada = somebody(site.url)
    engines, looms = ada.creates("Engines"), ada.creates("Looms")
    site.context.add_init_script(
        "delete window.BroadcastChannel;"
        "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });"
    )
    first = site.start(ada.email)
    assert site.operations() == ["CreateSession"]
    second = site.start(ada.email)
    for page, organization in ((first, engines), (second, looms)):
        page.evaluate("id => tenantry.setActive({ organization: id })", organization)

    assert first.evaluate("tenantry.organization.id") == engines
    assert claims(first.evaluate("tenantry.getToken()"))["o"]["id"] == engines
    assert claims(second.evaluate("tenantry.getToken()"))["o"]["id"] == looms
    assert site.start(ada.email).evaluate("tenantry.organization.id") == looms
    first.evaluate("tenantry.signOut()")
    expect(first.locator("#person")).to_have_text("nobody")


def test_an_invented_permission_is_explained(site: Site) -> None:
    ada = somebody(site.url)
    engines = ada.creates("Engines")
    page = site.start(ada.email)
    page.evaluate("id => tenantry.setActive({ organization: id })", engines)

    with page.expect_console_message(lambda message: "[Tenantry]" in message.text) as said:
        assert not page.evaluate("tenantry.has({ permission: 'org:sys_membership:manage' })")

    assert "org:sys_membership:manage doesn't exist" in said.value.text
    assert "org:sys_memberships:manage" in said.value.text


def test_a_tab_of_somebody_else_gets_nothing_of_the_first(site: Site) -> None:
    ada, grace = somebody(site.url), somebody(site.url)
    engines = ada.creates("Engines")
    first = site.start(ada.email)
    first.evaluate("id => tenantry.setActive({ organization: id })", engines)

    second = site.start(grace.email)

    assert second.evaluate("tenantry.user.identifier") == grace.email
    assert second.evaluate("states.every(({ user }) => user.identifier === email)")
    assert second.evaluate("tenantry.organization") is None
    assert first.evaluate("tenantry.user.identifier") == ada.email
    assert claims(first.evaluate("tenantry.getToken({ skipCache: true })"))["o"]["id"] == engines
