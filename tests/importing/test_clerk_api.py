"""What an import reads from Clerk's Backend API, and what it refuses to send there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from resolvers.importing.records import Kind, Record, UserRecord
from server.importing.clerk import api as api_module
from server.importing.clerk.api import ClerkApi
from server.importing.clerk.folder import ClerkFolder
from server.importing.source import SourceError
from tests.support.data.clerk_export import (
    JSON,
    clerk_invitation,
    clerk_membership,
    clerk_organization,
    clerk_role,
    clerk_user,
)

URL = "https://api.example.com"


class Fake:
    """A Backend API that answers as the tests say."""

    def __init__(self, lists: dict[str, list[JSON]]) -> None:
        self.lists = lists
        self.requests: list[str] = []
        # What happens before the answers.
        self.trouble: list[httpx.Response | Exception] = []
        self.pauses: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(f"{request.url.path}?{request.url.query.decode()}")
        if self.trouble:
            trouble = self.trouble.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            return trouble
        if request.headers["authorization"] != "Bearer sk_test":
            return httpx.Response(401, json={"errors": []})
        name, given = request.url.path.removeprefix("/v1/"), request.url.params
        if name.removesuffix("/count") not in self.lists:
            return httpx.Response(404, json={"errors": []})
        span = int(given.get("created_at_after", 0)), int(given.get("created_at_before", 2**50))
        entries = [
            one
            for one in self.lists[name.removesuffix("/count")]
            if span[0] <= one.get("created_at", 0) < span[1]
        ]
        if name.endswith("/count"):
            return httpx.Response(200, json={"object": "total_count", "total_count": len(entries)})
        start, size = int(given.get("offset", 0)), int(given["limit"])
        page = entries[start : start + size]
        is_bare = name == "users"
        return httpx.Response(
            200, json=page if is_bare else {"data": page, "total_count": len(entries)}
        )

    def download(self, folder: Path, key: str = "sk_test") -> ClerkFolder:
        transport = httpx.MockTransport(self.answer)
        api = ClerkApi(URL, key, transport=transport, sleep=self.pauses.append)
        api.download(folder, lambda name, number: None)
        return ClerkFolder(folder)


def make_fake(users: int = 3) -> Fake:
    organization = clerk_organization(0, id="org_a/b")
    return Fake(
        {
            "users": [clerk_user(number) for number in range(users)],
            "organizations": [organization],
            "organizations/org_a/b/memberships": [
                clerk_membership(0, user, organization=organization) for user in range(users)
            ],
            "organizations/org_a/b/invitations": [clerk_invitation(0, 0)],
            "organization_roles": [clerk_role("org:admin")],
        }
    )


def test_the_api_is_read_into_pages(tmp_path: Path) -> None:
    fake = make_fake()

    folder = fake.download(tmp_path)

    numbers = {kind: len(list(folder.read(kind))) for kind in Kind}
    assert numbers == {
        Kind.PERMISSIONS: 0,
        Kind.ROLES: 1,
        Kind.ROLE_SETS: 0,
        Kind.USERS: 3,
        Kind.ORGANIZATIONS: 1,
        Kind.MEMBERSHIPS: 3,
        Kind.INVITATIONS: 1,
        Kind.DOMAINS: 0,
    }
    assert "/v1/organizations?limit=500&offset=0" in fake.requests
    assert any("status=pending" in request for request in fake.requests)


def test_a_list_that_is_too_long_for_offsets_is_read_by_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "DEEPEST", 20)
    monkeypatch.setattr(api_module, "PAGE", 7)
    fake = make_fake(users=101)

    folder = fake.download(tmp_path)

    for kind in (Kind.USERS, Kind.MEMBERSHIPS):
        assert len({one.identity for one in folder.read(kind) if isinstance(one, Record)}) == 101
        assert len(list(folder.read(kind))) == 101
    assert all(int(httpx.URL(one).params.get("offset", 0)) <= 20 for one in fake.requests)


def test_entries_that_move_to_the_next_page_are_read_once(tmp_path: Path) -> None:
    fake = make_fake(users=600)
    users = fake.lists["users"]

    def add_user(request: httpx.Request) -> httpx.Response:
        response = fake.answer(request)
        if request.url.path == "/v1/users" and len(users) == 600:
            users.insert(0, clerk_user(600))
        return response

    transport = httpx.MockTransport(add_user)
    ClerkApi(URL, "sk_test", transport=transport).download(tmp_path, lambda name, number: None)

    found = [one for one in ClerkFolder(tmp_path).read(Kind.USERS) if isinstance(one, UserRecord)]
    assert [one.external_id for one in found] == [f"user_{number:06}" for number in range(600)]


@pytest.mark.parametrize(
    ("url", "key", "sentence"),
    [
        ("http://api.example.com", "sk_test", "use https"),
        ("ftp://api.example.com", "sk_test", "must be an absolute http or https URL"),
        ("api.example.com", "sk_test", "must be an absolute http or https URL"),
        (URL, "sk_test\r", "contains a character"),
        (URL, "sk_t\u00e9st", "contains a character"),
    ],
)
def test_a_key_is_sent_only_where_nobody_else_reads_it(
    tmp_path: Path, url: str, key: str, sentence: str
) -> None:
    """A key that can't be sent is in no message either."""
    with pytest.raises(SourceError, match=sentence) as refusal:
        ClerkApi(url, key).download(tmp_path, lambda name, number: None)
    assert key.strip() not in str(refusal.value)


def test_a_busy_server_is_asked_again(tmp_path: Path) -> None:
    fake = make_fake()
    fake.trouble = [
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(429, headers={"Retry-After": "90000"}),
        httpx.ConnectError("refused"),
        httpx.Response(503),
    ]

    folder = fake.download(tmp_path)

    assert fake.pauses == [7.0, 60.0, 4.0, 8.0]
    assert len(list(folder.read(Kind.USERS))) == 3


def test_a_server_that_never_answered_is_not_waited_for(tmp_path: Path) -> None:
    fake = make_fake()
    fake.trouble = [httpx.ConnectError("refused")]

    with pytest.raises(SourceError, match="doesn't answer: ConnectError refused"):
        fake.download(tmp_path)
    assert fake.pauses == []


@pytest.mark.parametrize(
    ("key", "trouble", "sentence"),
    [
        ("sk_wrong", list[Any], "The secret key is wrong"),
        ("sk_test", lambda: [httpx.Response(503)] * 8, "doesn't answer: 503"),
        ("sk_test", lambda: [httpx.Response(200, text="<html>")], "not JSON"),
        ("sk_test", lambda: [httpx.Response(200, json={"a": 1})], "not a list"),
        ("sk_test", lambda: [httpx.Response(302)], "302"),
    ],
)
def test_an_api_that_can_not_be_read_is_told(
    tmp_path: Path, key: str, trouble: Callable[[], list[Any]], sentence: str
) -> None:
    fake = make_fake()
    fake.trouble = trouble()
    with pytest.raises(SourceError, match=sentence):
        fake.download(tmp_path, key)
