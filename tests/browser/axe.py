"""What axe-core finds in a page against WCAG 2.2, levels A and AA."""

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.react_page import REPOSITORY

AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A transition that another one replaces never finishes.
SETTLED = (
    "Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => {})"
)
# The rules whose result depends on the colors of the page.
COLORS = ["color-contrast", "link-in-text-block"]
RUN = """async ([exclude, runOnly]) =>
    (await axe.run({ exclude: exclude.map(selector => [selector]) },
                   { runOnly, resultTypes: ["violations"] })).violations"""


def violations(page: Page, exclude: Sequence[str] = (), rules: Sequence[str] = WCAG) -> list[str]:
    """The violations of rules, each with the element. Without axe-core, the test fails: it has shown nothing."""
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: make web")
    page.evaluate(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(RUN, [list(exclude), list(rules)])
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
