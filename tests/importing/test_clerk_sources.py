"""What an import from Clerk reads: pages, the users of the dashboard, and the API itself."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from resolvers.importing.records import Kind, Place, Record, UserRecord
from resolvers.importing.report import Problem
from server.importing import json_pages
from server.importing.clerk import api as api_module
from server.importing.clerk.api import ClerkApi
from server.importing.clerk.folder import ClerkFolder
from server.importing.clerk.users_csv import ClerkUsersFile
from server.importing.report_file import write_report
from server.importing.source import SourceError
from tests.support.clerk_export import (
    JSON,
    clerk_invitation,
    clerk_membership,
    clerk_organization,
    clerk_role,
    clerk_user,
    write_list,
)

URL = "https://api.example.com"


def show(found: list[Record | Problem]) -> list[str]:
    """The place of each record, with the code of each problem."""
    return [
        f"{one.place} {one.code}" if isinstance(one, Problem) else str(one.place) for one in found
    ]


# ------------------------------------------------------------------------------------------ pages


def test_pages_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    write_list(tmp_path, "users", [clerk_user(number) for number in range(5_100)])
    (tmp_path / "users" / "notes.txt").write_text("not a page")
    one = json.dumps(clerk_organization(0), indent=2)
    (tmp_path / "organizations.json").write_text(f"\n[{one},\n\n{one}]")

    folder = ClerkFolder(tmp_path)

    users = [one for one in folder.read(Kind.USERS) if isinstance(one, UserRecord)]
    assert [user.external_id for user in users] == [f"user_{number:06}" for number in range(5_100)]
    assert show(list(folder.read(Kind.ORGANIZATIONS))) == [
        "organizations.json:2",
        f"organizations.json:{one.count(chr(10)) + 4}",
    ]
    assert list(folder.read(Kind.DOMAINS)) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"data": []}', []),
        ('[{"key": "org:a", "name": "A", "permissions": []}]', ["organization_roles.json:1"]),
        ("", ["organization_roles.json:1 form_param_format_invalid"]),
        ("null", ["organization_roles.json:1 form_param_format_invalid"]),
        ('{"roles": []}', ["organization_roles.json:1 form_param_format_invalid"]),
        ('{"data": {"a": []}}', ["organization_roles.json:1 form_param_format_invalid"]),
        ("[\n{}\n, 1]", ["2 form_param_format_invalid", "3 form_param_format_invalid"]),
        ('[\n{"key": "org:a", "name": "A"}\n{"key"', ["2", "3 form_param_format_invalid"]),
        ('[{"key": "org:a",\n "name": }]', ["2 form_param_format_invalid"]),
        ("[" * 100_000, ["1 form_param_format_invalid"]),
        ('[{"key": "org:a", "name": "\\ud800"}]', ["1 form_param_format_invalid"]),
        ('[{"key": "org:a", "name": "\\u0000"}]', ["1 form_param_format_invalid"]),
        ('[{"key": "org:a", "name": 1}]', ["1 form_param_format_invalid"]),
        (
            '[{"key": "org:a", "name": "' + "x" * 2_000_000 + '"}]',
            ["1 form_param_exceeds_allowed_size"],
        ),
    ],
)
def test_what_is_broken_is_a_line(tmp_path: Path, content: str, expected: list[str]) -> None:
    """Threat IM3."""
    name = "organization_roles.json"
    (tmp_path / name).write_text(content)

    found = show(list(ClerkFolder(tmp_path).read(Kind.ROLES)))

    assert found == [one if one.startswith(name) else f"{name}:{one}" for one in expected]


def test_a_file_that_is_not_utf_8_or_too_large_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threat IM3."""
    (tmp_path / "users.json").write_bytes(b'[{"id": "\xff"}]')
    first = show(list(ClerkFolder(tmp_path).read(Kind.USERS)))
    monkeypatch.setattr(json_pages, "FILE_BYTES", 10)
    second = show(list(ClerkFolder(tmp_path).read(Kind.USERS)))

    assert first == ["users.json:1 form_param_format_invalid"]
    assert second == ["users.json:1 form_param_exceeds_allowed_size"]


@pytest.mark.parametrize("name", ["users.json", "users", "users/1.json", "memberships/org_1"])
def test_no_link_is_followed(tmp_path: Path, name: str) -> None:
    """Threat IM2."""
    write_list(tmp_path / "elsewhere", "users", [clerk_user(0)])
    write_list(tmp_path / "clerk", "organizations", [clerk_organization(0)])
    link = tmp_path / "clerk" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path / "elsewhere" / "users" / "1.json")

    with pytest.raises(SourceError, match="must not contain links"):
        ClerkFolder(tmp_path / "clerk")


def test_a_folder_without_lists_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="none of the lists"):
        ClerkFolder(tmp_path)


# ------------------------------------------------------------------------------------ users as CSV


def test_users_of_the_dashboard_are_read(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(
        "id,first_name,last_name,username,primary_email_address,verified_email_addresses,"
        "unverified_email_addresses,password_digest\r\n"
        'user_1,Ada,"Love\nlace",,ada@example.com,ada@example.com|a@example.org,,$2a$10$x\r\n'
        "user_2,,,grace,,,grace@example.com,\r\n"
        "user_3,N\0L,,,x@example.com,,,\r\n"
        "user_4,Short\r\n"
    )
    source = ClerkUsersFile(path)

    found = list(source.read(Kind.USERS))

    assert found[0] == UserRecord(
        place=Place("users.csv", 2),
        external_id="user_1",
        email_address="ada@example.com",
        email_verified=True,
        first_name="Ada",
        last_name="Love\nlace",
    )
    assert found[1] == UserRecord(
        place=Place("users.csv", 4),
        external_id="user_2",
        email_address="grace@example.com",
        username="grace",
    )
    assert show(found[2:]) == ["users.csv:5 form_param_format_invalid", "users.csv:6"]
    assert dict(+source.left) == {"passwords": 1, "further email addresses": 1}
    assert list(source.read(Kind.ORGANIZATIONS)) == []


@pytest.mark.parametrize("content", ["", "a,b\n", "\xff"])
def test_another_file_is_not_one_of_the_dashboard(tmp_path: Path, content: str) -> None:
    path = tmp_path / "users.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(SourceError, match="users.csv"):
        ClerkUsersFile(path)


def test_a_report_has_no_formulas(tmp_path: Path) -> None:
    """Threat IM5."""
    path = tmp_path / "report.csv"
    place = Place("=cmd|' /C calc'!A0.json", 3)
    problems = [Problem(place, "form_param_value_invalid", message) for message in ("@x", " -1\n")]

    write_report(path, problems)

    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [
        ["'=cmd|' /C calc'!A0.json", "3", "refused", "form_param_value_invalid", message]
        for message in ("'@x", "' -1\\n")
    ]


# ---------------------------------------------------------------------------------------- the API


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
