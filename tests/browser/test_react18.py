"""The hooks with React 18, in strict mode as all pages here: check 107."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.react_page import Site, build
from tests.browser.test_hooks import (
    test_1_the_first_load_is_one_request,
    test_15_what_an_organization_decides_changes_in_one_render,
    test_24_numbered_pages_stop_at_both_ends,
    test_30_functions_stay_the_same,
)
from tests.browser.test_legacy import (
    test_36_37_create_and_list,
    test_36_38_39_members_and_invitations,
    test_36_edit,
)
from tests.support.processes.commands import Server

pytestmark = pytest.mark.slow

__all__ = [
    "test_1_the_first_load_is_one_request",
    "test_15_what_an_organization_decides_changes_in_one_render",
    "test_24_numbered_pages_stop_at_both_ends",
    "test_30_functions_stay_the_same",
    "test_36_37_create_and_list",
    "test_36_38_39_members_and_invitations",
    "test_36_edit",
]

REACT = Path(__file__).parents[1] / "clients" / "react18"


@pytest.fixture(scope="module")
def pages(server: Server, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Site:
    built = build("react", tmp_path_factory.mktemp("react18"), react=REACT)
    return Site(server, built, chromium)


def test_107_the_page_has_react_18(pages: Site) -> None:
    with pages.tab(None, "version") as tab:
        tab.sees("#version", "18.3.1")
