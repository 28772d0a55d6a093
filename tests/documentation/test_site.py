"""The built site: its links lead somewhere, its diagrams are drawn, and it asks no other host."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from docsite.__main__ import ZENSICAL
from docsite.stage import MERMAID, ROOT, stage
from tests.support.servers import chromium as browsers
from tests.support.servers.static_files import served

pytestmark = pytest.mark.slow

PAGES = (
    "index.html",
    "concepts.html",
    "guides/invitations.html",
    "reference/api/mutations.html",
    "deployment.html",
)
LINK = re.compile(r'\s(?:href|src)="?([^"\s>]+)')
# Elements that a browser loads by itself.
RESOURCE = re.compile(
    r'<(?:script|img|iframe)[^>]*\ssrc="?(https?:[^"\s>]+)'
    r'|<link[^>]*rel="?(?:stylesheet|icon|preload|preconnect)[^>]*href="?(https?:[^"\s>]+)'
)


def require(path: Path) -> None:
    if not path.exists() and os.environ.get("TENANTRY_REQUIRE_BROWSER"):
        pytest.fail(f"There is no {path}: make docs")
    if not path.exists():
        pytest.skip("the tools of the documentation are not installed: make docs")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built in a folder of its own."""
    require(ZENSICAL)
    require(MERMAID)
    folder = tmp_path_factory.mktemp("site")
    stage(folder / "docs")
    config = (ROOT / "mkdocs.yml").read_text()
    config = config.replace("docs_dir: var/docs", "docs_dir: docs")
    (folder / "mkdocs.yml").write_text(config.replace("site_dir: var/site", "site_dir: site"))
    built = subprocess.run(
        [ZENSICAL, "build", "--strict"], cwd=folder, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def url(site: Path) -> Iterator[str]:
    with served(site) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsers.chromium() as running:
        yield running


def test_every_link_leads_to_a_page_and_its_anchor(site: Path) -> None:
    texts = {path: path.read_text() for path in site.rglob("*.html") if path.name != "404.html"}
    ids = {path: set(re.findall(r'\sid="?([^"\s>]+)', text)) for path, text in texts.items()}
    broken: list[str] = []
    for path, text in texts.items():
        for link in {unquote(link) for link in LINK.findall(text)}:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / parts.path).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            missing = parts.fragment not in ids.get(target, {parts.fragment})
            if not target.is_file() or (parts.fragment and missing):
                broken.append(f"{path.relative_to(site)}: {link}")

    assert len(texts) > 50
    assert broken == []


def test_no_page_loads_from_another_host(site: Path) -> None:
    loaded = {
        (path.name, found)
        for path in site.rglob("*.html")
        for found in RESOURCE.findall(path.read_text())
    }

    assert loaded == set()


class Visit:
    """What a page asks for and complains about."""

    def __init__(self, page: Page) -> None:
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", self.note_request)
        page.on("console", self.note_message)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def note_request(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_pages_in_a_browser(url: str, chromium: Browser, scheme: str, width: int) -> None:
    page = chromium.new_page(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    visit = Visit(page)
    for name in PAGES:
        page.goto(f"{url}/{name}")
        page.wait_for_function("!document.querySelector('pre.mermaid')")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert page.locator("body").get_attribute("data-md-color-scheme") == (
            "slate" if scheme == "dark" else "default"
        )

    assert visit.complaints == []
    assert visit.hosts <= {urlsplit(url).netloc, ""}


def test_every_diagram_is_well_formed(url: str, chromium: Browser) -> None:
    fence = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    diagrams = [
        text for path in ROOT.glob("docs/**/*.md") for text in fence.findall(path.read_text())
    ]
    page = chromium.new_page()
    page.goto(f"{url}/concepts.html")
    page.wait_for_function("window.mermaid")

    assert len(diagrams) >= 10
    for diagram in diagrams:
        assert page.evaluate("text => mermaid.parse(text)", diagram)


def test_the_search_finds_a_setting(url: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{url}/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("TENANTRY_SMTP_URL", delay=20)
    page.get_by_text("TENANTRY_SMTP_URL").first.wait_for()
