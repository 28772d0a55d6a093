"""One Chromium, one development server, and the pages of these tests, for all tests of the folder."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.built import build_once
from tests.browser.gallery import Gallery
from tests.browser.gallery import build as build_gallery
from tests.browser.react_page import build as build_page
from tests.browser.support import PAGES, SECRET_KEY, Site
from tests.support.processes.commands import Server, started
from tests.support.servers import chromium as browsers
from tests.support.servers.chromium import PATIENCE, find_chromium
from tests.support.servers.static_files import served

ROOT = Path(__file__).parents[2]
VITE = ROOT / "web" / "node_modules" / "vite" / "bin" / "vite.js"


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with browsers.chromium() as running:
        yield running


@pytest.fixture(scope="package")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the built pages."""
    node = ROOT / ".venv" / "bin" / "node"
    program = [node if node.exists() else shutil.which("node") or "node", VITE, "build"]

    def build(folder: Path) -> None:
        command = [*program, "--config", PAGES / "vite.config.mjs", "--outDir", folder]
        subprocess.run(command, check=True)

    return build_once(tmp_path_factory, "js", build)


@pytest.fixture(scope="package")
def react_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of hooks."""
    return build_once(tmp_path_factory, "react", lambda folder: build_page("react", folder))


@pytest.fixture(scope="package")
def component_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(
        tmp_path_factory, "components", lambda folder: build_page("components", folder)
    )


@pytest.fixture(scope="package")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server, which holds its database."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="package")
def server(server_folder: Path) -> Iterator[Server]:
    """The server of all tests that don't stop it: each makes people and organizations of its own."""
    find_chromium()
    settings = {"TENANTRY_SECRET_KEYS": SECRET_KEY, "TENANTRY_LOG_LEVEL": "error"}
    with started("dev", folder=server_folder, **settings) as running:
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser of one person: its pages share storage and cookies."""
    opened = chromium.new_context()
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def site(server: Server, context: BrowserContext, pages: Path) -> Site:
    return Site(server.url, context, pages)


@pytest.fixture(scope="package")
def gallery_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(build_once(tmp_path_factory, "gallery", build_gallery)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def gallery(chromium: Browser, gallery_url: str) -> Iterator[Gallery]:
    """The states of the components. Whatever a page complains about fails the test."""
    context = chromium.new_context(reduced_motion="reduce", timezone_id="UTC")
    context.set_default_timeout(PATIENCE)
    opened = Gallery(gallery_url, context)
    yield opened
    context.close()
    assert opened.complaints == []
