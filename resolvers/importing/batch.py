"""A batch: some records of one kind, which one transaction writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar
from ulid import ULID

from models.base import JSONObject, to_milliseconds
from models.database.statements import prepared_statement
from models.errors.input import IdentifierExists, InputError, ResourceNotFound
from models.errors.request import Forbidden
from models.organizations import Organization
from models.users import User
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.transaction import Transaction
from resolvers.importing.choices import Existing
from resolvers.importing.records import ImportOptions, Kind, Record
from resolvers.importing.report import Outcome, Problem, Report

# How many records a transaction writes.
BATCH = 1_000
# The key of the mark in the changes of an event.
MARK = "import"


@dataclass(slots=True, eq=False)
class Batch:
    """The transaction, the options, and what the report gets once it is committed."""

    tx: Transaction
    options: ImportOptions
    kind: Kind
    report: Report = field(default_factory=Report)

    def count(self, outcome: Outcome, kind: Kind | None = None) -> None:
        self.report.counts[kind or self.kind, outcome] += 1

    def refuse(
        self, record: Record, errors: Sequence[InputError], kind: Kind | None = None
    ) -> None:
        """Refuses the record: all of its errors are reported, and it counts once."""
        for error in errors:
            self.report.problems.append(Problem(record.place, error.code, error.message))
        self.count(Outcome.REFUSED, kind)

    def refuse_all(self, records: Sequence[Record], error: Forbidden) -> None:
        """Refuses records that the settings of the instance don't allow."""
        code = str((error.extensions or {}).get("reason", error.code))
        for record in records:
            self.report.problems.append(Problem(record.place, code, str(error)))
            self.count(Outcome.REFUSED)

    def warn(self, record: Record, code: str, message: str) -> None:
        self.report.problems.append(Problem(record.place, code, message, is_warning=True))

    def keep(self, record: Record, what: str) -> bool:
        """Returns whether an object that is already here stays as it is."""
        if self.options.existing is Existing.UPDATE:
            return False
        if self.options.existing is Existing.FAIL:
            self.refuse(record, [IdentifierExists(f"{what} already exists.")])
        else:
            self.count(Outcome.UNCHANGED)
        return True

    def apply(self, row: Any, record: Record, new: Mapping[str, Any]) -> dict[str, Any]:
        """Sets what the source knows and what differs; returns the previous values."""
        return apply_changes(row, select_known(record, new))

    def to_time(self, moment: datetime | None) -> datetime:
        """Returns a time of the source, or now for one that is missing or in the future."""
        return min(moment or self.tx.now, self.tx.now)

    def mark_events(self) -> None:
        """Marks the events of the batch as those of an import, or drops them (rule 80)."""
        if not self.options.leaves_events:
            self.tx.events.rows.clear()
        mark: JSONObject = {"source": self.options.source}
        if not self.options.sends_webhooks:
            mark["silent"] = True
        for row in self.tx.events.rows:
            row["changes"] = {**(row["changes"] or {}), MARK: mark}


def select_known(record: Record, new: Mapping[str, Any]) -> dict[str, Any]:
    """Leaves out what the source doesn't know, which an update must keep."""
    return {name: value for name, value in new.items() if name not in record.lacks}


def make_id(prefix: str, at: datetime | None, source: str, external_id: str) -> str:
    """Makes the same ID whenever an object is imported, for objects that keep no ID of the source.

    As with every ID, its first part is the time: that of the source, even one in the future.
    """
    milliseconds = to_milliseconds(at) if at else 0
    random_part = sha256(f"{source}:{external_id}".encode()).digest()[:10]
    return f"{prefix}_{ULID(milliseconds.to_bytes(6) + random_part)}".lower()


# ------------------------------------------------------------------------------- objects of others


async def load_users(tx: Transaction, issuer: str, ids: Collection[str]) -> dict[str, User]:
    """Loads users of the issuer by the IDs that the source has given them."""
    if not ids:
        return {}
    users = (await tx.session.execute(_select_users(issuer, ids))).scalars()
    return {user.external_id: user for user in users if user.external_id}


@prepared_statement
def _select_users(issuer: str, ids: Collection[str]) -> SelectOfScalar[User]:
    return select(User).where(col(User.external_id).in_(ids), col(User.issuer) == issuer)


async def load_organizations(tx: Transaction, ids: Collection[str]) -> dict[str, Organization]:
    """Loads organizations by the IDs that the source has given them."""
    if not ids:
        return {}
    organizations = (await tx.session.execute(_select_organizations(ids))).scalars()
    return {one.external_id: one for one in organizations if one.external_id}


@prepared_statement
def _select_organizations(ids: Collection[str]) -> SelectOfScalar[Organization]:
    return select(Organization).where(col(Organization.external_id).in_(ids))


def user_unknown(external_id: str) -> ResourceNotFound:
    return ResourceNotFound(
        f"The user {external_id[:80]!r} isn't here: the source lacks it, or it was refused.",
        at="user",
    )


def organization_unknown(external_id: str) -> ResourceNotFound:
    return ResourceNotFound(
        f"The organization {external_id[:80]!r} isn't here: the source lacks it, or it was"
        " refused.",
        at="organization",
    )
