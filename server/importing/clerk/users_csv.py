"""Reads the file of users that Clerk's dashboard exports."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from resolvers.importing.records import Kind, Place, Record, UserRecord
from resolvers.importing.report import Problem
from server.importing.json_pages import INVALID
from server.importing.source import SourceError, explain_file

REQUIRED = ("id", "primary_email_address")
SEPARATOR = "|"
# What the file of the dashboard lacks, and what it may lack.
LACKING = frozenset(
    {
        "public_metadata",
        "private_metadata",
        "image_url",
        "create_organization_enabled",
        "create_organizations_limit",
    }
)
NAMES = frozenset({"username", "first_name", "last_name"})


class ClerkUsersFile:
    def __init__(self, path: Path) -> None:
        """Raises SourceError if the file isn't one of the dashboard."""
        self.left = Counter[str]()
        self._path = path
        missing = set(REQUIRED) - set(self._read_header())
        if missing:
            raise SourceError(
                f"{path}: the first line must name the columns, but lacks:"
                f" {', '.join(sorted(missing))}."
            )

    def _read_header(self) -> list[str]:
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                return next(csv.reader(file), list[str]())
        except (UnicodeDecodeError, csv.Error) as error:
            raise SourceError(f"{self._path}: the file is not CSV in UTF-8: {error}.") from error

    def read(self, kind: Kind) -> Iterator[Record | Problem]:
        if kind is Kind.USERS:
            yield from self._read_users()

    def _read_users(self) -> Iterator[Record | Problem]:
        with explain_file(self._path):
            file = self._path.open(encoding="utf-8-sig", newline="")
        with file:
            rows, line = csv.DictReader(file), 2
            while True:
                place = Place(self._path.name, line)
                try:
                    row = next(rows, None)
                except (UnicodeDecodeError, csv.Error) as error:
                    message = f"It is not CSV in UTF-8: {error}. The rest of the file is not read."
                    yield Problem(place, INVALID, message)
                    return
                if row is None:
                    return
                line = rows.line_num + 1
                yield self._convert(place, {name: row[name] or "" for name in row if name})

    def _convert(self, place: Place, row: dict[str, str]) -> UserRecord | Problem:
        if any("\0" in value for value in row.values()):
            return Problem(place, INVALID, "The line contains a NUL character.")
        verified = _split(row.get("verified_email_addresses", ""))
        others = verified + _split(row.get("unverified_email_addresses", ""))
        primary = row["primary_email_address"].strip() or next(iter(others), "")
        self.left["passwords"] += bool(row.get("password_digest"))
        self.left["further email addresses"] += len(set(others) - {primary})
        self.left["phone numbers"] += bool(row.get("primary_phone_number"))
        return UserRecord(
            place=place,
            lacks=LACKING | (NAMES - row.keys()),
            external_id=row["id"].strip(),
            email_address=primary or None,
            email_verified=primary in verified,
            username=row.get("username") or None,
            first_name=row.get("first_name") or None,
            last_name=row.get("last_name") or None,
        )


def _split(cell: str) -> list[str]:
    return [address for part in cell.split(SEPARATOR) if (address := part.strip())]
