"""Chromium for tests, which sends nothing but what the pages ask for."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from server.http.pages import graphiql

# The first one has no windows, and takes a quarter less processor time.
BROWSERS = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)
# Chromium reads only the last list of features to disable, so this one repeats those of Playwright
# that matter here. Without spare renderers, a page starts one process instead of two. Pages that the
# program answers itself aren't recognized as local.
DISABLED = (
    *("DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable"),
    *("LensOverlay", "MediaRouter", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    *("ThirdPartyStoragePartitioning", "SpareRendererForSitePerProcess"),
    "LocalNetworkAccessChecks",
)
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(DISABLED)}",
)
# How long a page may take for anything, in milliseconds.
PATIENCE = 20_000.0


def find_chromium() -> str:
    """The browser of this machine; without one the test is skipped, unless it is required."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    missing = "there is no Chromium on this machine" if found is None else None
    if not (graphiql.ASSETS / "graphiql.js").is_file():
        missing = "GraphiQL is not built: make install"
    if missing and os.environ.get("TENANTRY_REQUIRE_BROWSER"):
        pytest.fail(missing)
    if missing or not found:
        pytest.skip(missing or "")
    return found


@contextmanager
def chromium(*options: str) -> Generator[Browser]:
    """Runs a browser without windows."""
    arguments = [*QUIET, *options, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        expect.set_options(timeout=PATIENCE)
        yield running
        running.close()
