"""What an import from Clerk reads: pages, and the users of the dashboard."""

import csv
import json
from pathlib import Path

import pytest

from resolvers.importing.records import Kind, Place, Record, UserRecord
from resolvers.importing.report import Problem
from server.importing import json_pages
from server.importing.clerk.folder import ClerkFolder
from server.importing.clerk.users_csv import LACKING, ClerkUsersFile
from server.importing.report_file import write_report
from server.importing.source import SourceError
from tests.support.data.clerk_export import (
    clerk_organization,
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
        ('[{"key": "org:a", "name": ' + "1" * 5_000 + "}]", ["1 form_param_format_invalid"]),
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


@pytest.mark.parametrize(
    "value",
    ['"a\\u0000"', '{"\\u0000": 1}', '"\\ud800"', "NaN", "1e999", "[-9007199254740993]", "9" * 400],
)
def test_metadata_that_no_database_keeps_are_a_line(tmp_path: Path, value: str) -> None:
    """As in the API."""
    page = json.dumps([clerk_user(0), clerk_user(1, public_metadata={"a": "?"})])
    (tmp_path / "users.json").write_text(page.replace('"?"', value))
    problems = [one for one in ClerkFolder(tmp_path).read(Kind.USERS) if isinstance(one, Problem)]
    assert show([*problems]) == ["users.json:1 form_param_format_invalid"]
    assert not problems[0].message.endswith("..")


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
        lacks=LACKING,
        external_id="user_1",
        email_address="ada@example.com",
        email_verified=True,
        first_name="Ada",
        last_name="Love\nlace",
    )
    assert found[1] == UserRecord(
        place=Place("users.csv", 4),
        lacks=LACKING,
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
