"""Takes the pictures of `docs/images` from a development server, with Chromium."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
TENANTRY = ROOT / ".venv" / "bin" / "tenantry"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 60.0
INVITE = """mutation($id: ID!) { createInvitation(input: {
    organizationId: $id, emailAddress: "barbara@example.com" }) { userErrors { message } } }"""
COMPANY = '{ organization(by: { slug: "analytical-engines" }) { id } }'


def take_screenshots() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name)) as url,
        open_browser() as browser,
    ):
        take_graphiql(browser, url)
        take_demo(browser, url)
        invite(url, Path(name))
        message = read_newest_mail(Path(name))
        take_mail(browser, message)
        take_invitation_page(browser, message)
    for image in sorted(IMAGES.glob("*.png")):
        print(image.relative_to(ROOT))


@contextmanager
def serving(folder: Path) -> Generator[str]:
    """Serves the demo company until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [TENANTRY, "dev", "--port", str(port)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_alive(f"http://127.0.0.1:{port}/healthz"):
            if time.monotonic() > deadline:
                raise SystemExit("The development server doesn't answer.")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def is_alive(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@contextmanager
def open_browser() -> Generator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("Install Chromium or Chrome to take screenshots.")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


def open_page(browser: Browser, width: int, height: int) -> Page:
    size = {"width": width, "height": height}
    return browser.new_page(viewport=size, device_scale_factor=1.5, color_scheme="light")  # pyright: ignore[reportArgumentType]


def take_graphiql(browser: Browser, url: str) -> None:
    page = open_page(browser, 1240, 640)
    page.goto(f"{url}/graphql")
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_role("region", name="Result Window")).to_contain_text("Difference Lab")
    page.screenshot(path=IMAGES / "graphiql.png")


def take_demo(browser: Browser, url: str) -> None:
    """Takes the live screen after Ada has changed the role of Grace."""
    page = open_page(browser, 1240, 1040)
    page.goto(f"{url}/demo/live?as=ada@example.com")
    ada = page.frame_locator("iframe[title='Ada’s window']")
    grace = page.frame_locator("iframe[title='Grace’s window']")
    row = ada.get_by_role("listitem").filter(has_text="Grace")
    row.get_by_role("button", name="Make admin").click()
    expect(grace.get_by_text("Your role here: org:admin")).to_be_visible()
    page.screenshot(path=IMAGES / "demo.png")
    row.get_by_role("button", name="Make member").click()
    expect(grace.get_by_text("Your role here: org:member")).to_be_visible()


def invite(url: str, folder: Path) -> None:
    """Invites somebody as Ada, and waits for the email."""
    command = [TENANTRY, "token", "--email", "ada@example.com"]
    token = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    headers = {"authorization": f"Bearer {token.strip()}"}

    def send(query: str, **variables: str) -> dict[str, dict[str, str]]:
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{url}/graphql", json=body, headers=headers).json()
        if "data" not in answer:
            raise SystemExit(json.dumps(answer))
        return answer["data"]

    send(INVITE, id=send(COMPANY)["organization"]["id"])
    deadline = time.monotonic() + START_SECONDS
    while not find_mails(folder, "barbara") and time.monotonic() < deadline:
        time.sleep(0.1)


def find_mails(folder: Path, recipient: str) -> list[Path]:
    mails = sorted((folder / "var" / "outbox").glob("*.eml"))
    return [mail for mail in mails if recipient.encode() in mail.read_bytes()]


def read_newest_mail(folder: Path) -> EmailMessage:
    mail = find_mails(folder, "barbara")[-1]
    return BytesParser(policy=policy.default).parsebytes(mail.read_bytes())


def take_mail(browser: Browser, message: EmailMessage) -> None:
    html = message.get_body(("html",))
    assert html, "The email has no HTML part"
    page = open_page(browser, 640, 480)
    page.set_content(html.get_content())
    page.screenshot(path=IMAGES / "invitation-email.png")


def take_invitation_page(browser: Browser, message: EmailMessage) -> None:
    text = message.get_body(("plain",))
    assert text, "The email has no text part"
    link = next(word for word in text.get_content().split() if word.startswith("http"))
    page = open_page(browser, 640, 480)
    page.goto(link)
    page.screenshot(path=IMAGES / "invitation-page.png")
