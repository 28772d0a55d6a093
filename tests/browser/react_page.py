"""A page of hooks in tabs of a browser, on the origin of a development server."""

import itertools
import json
import mimetypes
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.support import SECRET_KEY
from tests.support.processes.commands import Server

COUNTER = itertools.count(1)
REPOSITORY = Path(__file__).parents[2]
SOURCES = REPOSITORY / "tests" / "browser" / "pages"
NODE = Path(sys.executable).with_name("node")
SECONDS = 20_000.0

CREATE_ORGANIZATION = """
mutation ($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { id slug } userErrors { message } }
}
"""
CREATE_USER = """
mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }
"""
CREATE_MEMBERSHIP = """
mutation ($input: CreateMembershipInput!) {
  createMembership(input: $input) { membership { id } userErrors { message } }
}
"""


def build(name: str, output: Path, *, react: Path | None = None) -> Path:
    """Builds a page of tests/browser/pages, with another React if a folder with one is given."""
    program = REPOSITORY / "web" / "build-page.mjs"
    arguments = [NODE, program, SOURCES / name, output, *([react] if react else [])]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output


@dataclass
class Operation:
    """A GraphQL request of a page."""

    name: str
    variables: dict[str, Any]


@dataclass
class Site:
    """A development server that also serves built pages."""

    server: Server
    pages: Path
    browser: Browser

    def graphql(self, query: str, **variables: object) -> dict[str, Any]:
        """Runs an operation with the server's secret key."""
        answer = self.server.graphql(query, f"Bearer {SECRET_KEY}", **variables).json()
        assert "errors" not in answer, answer
        for payload in answer["data"].values():
            assert not (isinstance(payload, dict) and payload.get("userErrors")), payload  # pyright: ignore[reportUnknownMemberType]
        return answer["data"]

    def person(self, first: str = "Ada", last: str = "Lovelace") -> tuple[str, str]:
        """Creates a user whom nobody else uses, and returns the id and the address."""
        address = f"{first.lower()}.{next(COUNTER)}@hooks.example"
        fields = {"firstName": first, "lastName": last, "emailVerified": True}
        made = self.graphql(CREATE_USER, input={"emailAddress": address, **fields})
        return made["createUser"]["user"]["id"], address

    def organization(self, name: str, creator: str, members: Sequence[str] = ()) -> dict[str, str]:
        made = self.graphql(CREATE_ORGANIZATION, input={"name": name, "createdBy": creator})
        organization = made["createOrganization"]["organization"]
        for member in members:
            self.add(organization["id"], member)
        return organization

    def add(self, organization_id: str, user_id: str, role: str = "org:member") -> None:
        fields = {"organizationId": organization_id, "userId": user_id, "role": role}
        self.graphql(CREATE_MEMBERSHIP, input=fields)

    @contextmanager
    def tab(self, address: str | None, *show: str, **parameters: str) -> Generator["Tab"]:
        """Opens the page as somebody, in a browser of their own."""
        context = self.browser.new_context()
        context.set_default_timeout(SECONDS)
        try:
            yield Tab(context.new_page(), self).open(address, *show, **parameters)
        finally:
            context.close()


@dataclass
class Tab:
    """A page, what it asked the server, and what it said on the console."""

    page: Page
    site: Site
    operations: list[Operation] = field(default_factory=list[Operation])
    complaints: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type == "error" else None
            ),
        )
        self.page.route(f"{self.site.server.url}/pages/**", self._serve)

    def open(self, address: str | None, *show: str, **parameters: str) -> "Tab":
        query = urlencode(
            {**({"as": address} if address else {}), "show": ",".join(show)} | parameters
        )
        self.page.goto(f"{self.site.server.url}/pages/index.html?{query}")
        return self

    def enter(self, organization: str) -> "Tab":
        """Makes an organization the active one of the tab; the page shows the scenario `auth`."""
        self.wait("probe.auth?.last.isLoaded")
        self.run("organization => probe.tenantry.last.setActive({ organization })", organization)
        self.wait("probe.auth.last.orgId !== null")
        return self

    def beside(self, address: str | None, *show: str, **parameters: str) -> "Tab":
        """Opens another tab of the same browser."""
        return Tab(self.page.context.new_page(), self.site).open(address, *show, **parameters)

    def run(self, script: str, argument: object = None) -> Any:
        return self.page.evaluate(script, argument)

    def wait(self, condition: str, argument: object = None) -> None:
        """Waits until a condition in the page holds."""
        self.page.wait_for_function(condition, arg=argument)

    def sees(self, selector: str, text: str) -> None:
        expect(self.page.locator(selector)).to_have_text(text, timeout=SECONDS)

    def holds(self, selector: str, *texts: str) -> None:
        """Waits until the elements have exactly these texts, in any order."""
        self.wait(
            "([selector, texts]) => JSON.stringify([...document.querySelectorAll(selector)]"
            ".map(node => node.textContent.trim()).sort()) === JSON.stringify(texts.sort())",
            [selector, list(texts)],
        )

    def rows(self, selector: str) -> list[str]:
        return self.page.locator(f"{selector} > li").all_inner_texts()

    def names(self) -> list[str]:
        return [operation.name for operation in self.operations]

    def _serve(self, route: Route) -> None:
        path = urlsplit(route.request.url).path.removeprefix("/pages/")
        file = self.site.pages / path
        kind = mimetypes.guess_type(file.name)[0] or "text/html"
        route.fulfill(body=file.read_bytes(), content_type=kind)

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).path == "/graphql" and request.method == "POST":
            body = json.loads(request.post_data or "{}")
            name = (
                body.get("operationName") or body["query"].split("(")[0].split("{")[0].split()[-1]
            )
            self.operations.append(Operation(name, body.get("variables") or {}))
