"""The hooks of @tenantry/react in a browser, against a development server.

A number in the name of a test is that of its check in the design of the browser packages.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pages import Site, site

READY = "probe.auth?.last.isLoaded"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("hooks"), "react") as opened:
        yield opened


def test_1_the_first_load_is_one_request(pages: Site) -> None:
    ada, address = pages.person()
    pages.organization("Engines", ada)
    with pages.tab(address, "auth") as tab:
        tab.wait(READY)
        before = len(tab.operations)

        assert tab.run("probe.auth.last.isSignedIn")
        assert before == 1
