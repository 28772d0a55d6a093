"""The session of `@tenantry/js` in real tabs: checks 1 to 14 of the browser side."""

import base64
import json
from typing import Any

from playwright.sync_api import expect

from tests.browser.support import Site, somebody


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
