"""The application of docs/guides/next.md, built for production and used in a browser."""

import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    expect,
)

from tests.support.processes.commands import Server, await_answer, free_port, process, started
from tests.support.processes.node_apps import NODE, environment, titled
from tests.support.processes.session_tokens import (
    ADA,
    COMPANY,
    GRACE,
    LAB,
    MALLORY,
    ORIGIN,
    Issuing,
    expired,
)
from tests.support.servers.chromium import chromium
from tests.support.snippets import ROOT, read_snippets

EXAMPLE = ROOT / "examples" / "next"
WEB = ROOT / "web"
NEXT = WEB / "node_modules" / "next" / "dist" / "bin" / "next"
HTML = {"accept": "text/html"}
PAGES = {
    "TENANTRY_SIGN_IN_URL": "/sign-in",
    "TENANTRY_REFRESH_URL": "/refresh",
    "TENANTRY_TASK_URL": "/choose",
    "NEXT_TELEMETRY_DISABLED": "1",
}

# Asks the proxy as nobody.
ASK_HANDLER = """
import { NextRequest } from "next/server.js";

process.env.TENANTRY_URL = "https://tenantry.example.com";
process.env.TENANTRY_AUTHORIZED_PARTIES = "https://app.example.com";
process.env.TENANTRY_SIGN_IN_URL = "/sign-in";
for (const path of ["/orgs/engines/settings", "/orgs/engines"]) {
  const headers = { accept: "text/html" };
  const answer = await proxy(new NextRequest(`https://app.example.com${path}`, { headers }));
  const location = answer.headers.get("location");
  console.log(answer.status, location && new URL(location).pathname);
}
"""


def test_the_guide_shows_the_files_of_the_application() -> None:
    shown = {
        snippet.title: snippet.text
        for snippet in read_snippets(ROOT / "docs" / "guides" / "next.md")
        if snippet.language in ("js", "jsx")
    }

    assert len(shown) >= 5
    for name, text in shown.items():
        assert (EXAMPLE / name).read_text() == text, name


def test_the_handler_of_the_guide_protects_settings(tmp_path: Path) -> None:
    program = titled("docs/guides/next.md", "With a handler") + ASK_HANDLER
    with in_web() as folder:
        (folder / "program.mjs").write_text(program)
        done = subprocess.run(
            [NODE, "program.mjs"], cwd=folder, capture_output=True, text=True, timeout=60
        )

    assert done.stdout == "307 /sign-in\n200 null\n", done.stderr


@contextmanager
def in_web() -> Generator[Path]:
    """A folder whose programs find the packages of `web`."""
    if not NEXT.is_file():
        pytest.skip("Next.js is not installed: make web")
    folder = Path(tempfile.mkdtemp(prefix="next-example-", dir=WEB))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def built() -> Generator[Path]:
    """A copy of the application that was built where it finds the packages of `web`."""
    with in_web() as folder:
        # The copy takes the packages of `web` instead of those of the lock.
        leave_out = shutil.ignore_patterns("package-lock.json", "node_modules", ".next")
        shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True, ignore=leave_out)
        build = [NODE, NEXT, "build"]
        done = subprocess.run(build, cwd=folder, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        yield folder


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Issuing, Server]]:
    folder = tmp_path_factory.mktemp("issuing")
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with (
        built() as app,
        started("dev", folder=folder, TENANTRY_ALLOWED_ORIGINS=origin) as server,
    ):
        here = Issuing(server, folder)
        # The second one is that of tokens that the test makes.
        parties = {"TENANTRY_AUTHORIZED_PARTIES": f"{origin},{ORIGIN}"}
        variables = {**environment(here), **PAGES, **parties}
        serve = ("start", "--hostname", "127.0.0.1", "--port", str(port))
        with process(*serve, folder=app, program=(NODE, NEXT), **variables) as running:
            application = Server(running, origin)
            await_answer(application)
            yield here, application


class Visitor:
    """A person with a browser of their own, who notices complaints and the pages they went through."""

    def __init__(self, browser: Browser, app: Server) -> None:
        self.app = app
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(base_url=app.url)
        self.context.on("weberror", self.notice_error)
        self.context.on("console", self.notice)

    def notice(self, message: ConsoleMessage) -> None:
        # A page that isn't found is reported as an error of the network.
        if message.type == "error" and "404" not in message.text:
            self.complaints.append(message.text)

    def notice_error(self, error: WebError) -> None:
        self.complaints.append(str(error.error))

    def open(self) -> Page:
        return self.context.new_page()

    def sign_in(self, page: Page, email: str, path: str, organization: str | None) -> None:
        """Signs in, and chooses an organization, because who is in two has to."""
        page.goto(path)
        page.get_by_label("Email address").fill(email)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading")).to_have_text("Choose your organization")
        if organization:
            page.get_by_role("button", name=organization).click()

    def set_cookie(self, page: Page, token: str) -> None:
        # A page of the application would write its own again.
        page.goto("about:blank")
        self.add_cookie(token)

    def add_cookie(self, token: str) -> None:
        self.context.add_cookies(
            [{"name": "tenantry_session", "value": token, "url": self.app.url}]
        )

    def html(self, path: str) -> str:
        """The page as the server renders it, without scripts."""
        answer = self.context.request.get(path, headers=HTML)
        return answer.text()


def refreshes(page: Page) -> list[str]:
    """Collects the visits of the page that renews tokens, from now on."""
    found: list[str] = []

    def notice(request: Request) -> None:
        if request.is_navigation_request() and "/refresh?" in request.url:
            found.append(request.url)

    page.on("request", notice)
    return found


@pytest.mark.slow
def test_an_application_of_next(example: tuple[Issuing, Server]) -> None:
    here, app = example
    old = expired(here)
    check_nobody(app)
    with chromium() as browser:
        ada = Visitor(browser, app)
        check_signed_in_and_two_tabs(ada)
        check_stale_and_forged(ada, old)
        check_cookies_that_are_blocked(browser, app, old)
        check_roles(Visitor(browser, app))
        check_pending(Visitor(browser, app))
    assert ada.complaints == []


def check_nobody(app: Server) -> None:
    home = httpx.get(app.url, headers=HTML, timeout=60)
    inside = httpx.get(f"{app.url}/orgs/{COMPANY}", headers=HTML, timeout=60)

    assert "You are signed out." in home.text
    assert inside.status_code == 307
    assert inside.headers["location"].endswith(f"/sign-in?redirect_url=%2Forgs%2F{COMPANY}")


def check_signed_in_and_two_tabs(ada: Visitor) -> None:
    company, lab = ada.open(), ada.open()
    ada.sign_in(company, ADA, f"/orgs/{COMPANY}", "Analytical Engines")
    expect(company.get_by_role("heading")).to_have_text(COMPANY)
    expect(company.get_by_text("You work in Analytical Engines.")).to_be_visible()
    assert "You work in <!-- -->Analytical Engines" in ada.html(f"/orgs/{COMPANY}")

    lab.goto(f"/orgs/{LAB}")
    for _ in range(2):
        for page, slug, name in (
            (company, COMPANY, "Analytical Engines"),
            (lab, LAB, "Difference Lab"),
        ):
            page.reload()
            expect(page.get_by_role("heading")).to_have_text(slug)
            expect(page.get_by_text(f"You work in {name}.")).to_be_visible()
    lab.close()


def check_stale_and_forged(ada: Visitor, old: str) -> None:
    page = ada.context.pages[0]
    ada.set_cookie(page, old)
    visited = refreshes(page)
    page.goto(f"/orgs/{COMPANY}?a=b")
    expect(page.get_by_role("heading")).to_have_text(COMPANY)
    assert page.url.endswith(f"/orgs/{COMPANY}?a=b")
    assert len(visited) == 1

    # A link loads no page: Next.js fetches what has changed.
    page.goto("/")
    expect(page.get_by_text("You work in Analytical Engines.")).to_be_visible()
    ada.add_cookie(old)
    page.evaluate("path => window.next.router.push(path)", f"/orgs/{COMPANY}?c=d")
    expect(page.get_by_role("heading")).to_have_text(COMPANY)
    assert page.url.endswith(f"/orgs/{COMPANY}?c=d")
    assert len(visited) == 1

    ada.set_cookie(page, f"{old.rsplit('.', 1)[0]}.AAAA")
    page.goto(f"/orgs/{COMPANY}")
    assert "/sign-in?" in page.url


def check_cookies_that_are_blocked(browser: Browser, app: Server, old: str) -> None:
    """Scripts can't write the cookie, so that the server always sees the old one."""
    grace = Visitor(browser, app)
    page = grace.open()
    grace.sign_in(page, GRACE, "/sign-in", "Analytical Engines")
    expect(page.get_by_role("heading")).to_have_text("Welcome back")
    grace.context.add_init_script(
        "Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set() {} })"
    )
    grace.set_cookie(page, old)
    visited = refreshes(page)
    page.goto(f"/orgs/{COMPANY}")
    expect(page.get_by_role("heading")).to_have_text("Sign in")
    assert len(visited) == 2


def check_roles(grace: Visitor) -> None:
    page = grace.open()
    grace.sign_in(page, GRACE, f"/orgs/{COMPANY}", "Analytical Engines")
    expect(page.get_by_text("Your role is org:member.")).to_be_visible()

    forbidden = page.goto(f"/orgs/{COMPANY}/settings")
    assert forbidden
    assert forbidden.status == 404
    unknown = page.goto("/orgs/no-such-thing")
    assert unknown
    assert unknown.status == 404


def check_pending(mallory: Visitor) -> None:
    page = mallory.open()
    mallory.sign_in(page, MALLORY, "/sign-in", None)
    page.get_by_label("Name").fill("Mischief")
    page.get_by_role("button", name="Create organization").click()
    expect(page.get_by_role("heading")).to_have_text("Welcome back")
    expect(page.get_by_text("You work in Mischief.")).to_be_visible()
    assert mallory.complaints == []
