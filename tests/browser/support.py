"""What the tests in a browser share: the site that they open, and people with organizations."""

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page, Request, Route

PAGES = Path(__file__).parent / "pages"
SECRET_KEY = "sk_f1a09c3b77d24e5681b0c4d2e9f35a6c8d7e10b2a4936f58"
COUNTER = itertools.count(1)


@dataclass
class Sent:
    """A request to the API."""

    operation: str
    variables: dict[str, Any]
    token: str | None


@dataclass
class Site:
    """Serves the built pages under the origin of the server, so that they are its own."""

    url: str
    context: BrowserContext
    folder: Path
    sent: list[Sent] = field(default_factory=list[Sent])

    def __post_init__(self) -> None:
        self.context.route("**/pages/**", self._serve)
        self.context.on("request", self._record)

    def _serve(self, route: Route) -> None:
        path = route.request.url.partition("/pages/")[2].partition("?")[0]
        file = self.folder / path
        route.fulfill(path=file if file.suffix else self.folder / "js.html")

    def _record(self, request: Request) -> None:
        if request.method != "POST" or not request.url.endswith("/graphql"):
            return
        body = json.loads(request.post_data or "{}")
        operation = body["query"].replace("(", " ").replace("{", " ").split()[1]
        scheme = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.sent.append(Sent(operation, body.get("variables", {}), scheme or None))

    def open(self, path: str = "js.html", origin: str | None = None) -> Page:
        page = self.context.new_page()
        page.goto(f"{origin or self.url}/pages/{path}")
        return page

    def start(self, email: str | None, page: Page | None = None, **options: Any) -> Page:
        """Opens a page of the person and waits until the state is loaded."""
        page = page or self.open()
        page.evaluate("options => window.start(options)", {"email": email, **options})
        return page

    def operations(self) -> list[str]:
        return [request.operation for request in self.sent]


@dataclass
class Person:
    """Somebody at the development server's identity provider, without a browser."""

    url: str
    email: str

    @property
    def authorization(self) -> str:
        answer = httpx.post(
            f"{self.url}/dev/identity-token",
            json={"email": self.email},
            headers={"origin": self.url},
        )
        return f"Bearer {answer.json()['token']}"

    def run(self, document: str, **variables: Any) -> Any:
        return run(self.url, self.authorization, document, **variables)

    @property
    def id(self) -> str:
        return self.run("{ viewer { user { id } } }")["viewer"]["user"]["id"]

    def creates(self, name: str, slug: str | None = None) -> str:
        """Returns the ID of the new organization."""
        document = """mutation Create($input: CreateOrganizationInput!) {
            createOrganization(input: $input) { organization { id } userErrors { message } } }"""
        made = self.run(
            document, input={"name": name, "slug": slug or f"s-{next(COUNTER)}-{len(name)}"}
        )
        return made["createOrganization"]["organization"]["id"]


def run(url: str, authorization: str | None, document: str, **variables: Any) -> Any:
    headers = {"authorization": authorization} if authorization else {}
    body = {"query": document, "variables": variables}
    answer = httpx.post(f"{url}/graphql", json=body, headers=headers, timeout=30).json()
    assert "errors" not in answer, answer
    for payload in answer["data"].values():
        assert not (isinstance(payload, dict) and payload.get("userErrors")), payload  # pyright: ignore[reportUnknownMemberType]
    return answer["data"]


def by_key(url: str, document: str, **variables: Any) -> Any:
    """Runs a document as a service with the secret key."""
    return run(url, f"Bearer {SECRET_KEY}", document, **variables)


def somebody(url: str) -> Person:
    person = Person(url, f"person{next(COUNTER)}-{id(url)}@example.com")
    assert person.id
    return person


def add_member(url: str, organization_id: str, person: Person, role: str = "org:member") -> None:
    document = """mutation Add($input: CreateMembershipInput!) {
        createMembership(input: $input) { membership { id } userErrors { message } } }"""
    by_key(
        url, document, input={"organizationId": organization_id, "userId": person.id, "role": role}
    )
