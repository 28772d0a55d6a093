"""Runs imports of folders that tests write, and loads what they have written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from models.database.store import Store
from resolvers.importing.records import ImportOptions, Kind
from resolvers.importing.report import Outcome, Report
from server.importing.clerk.folder import ClerkFolder
from server.importing.run import check, write
from tests.support.api import Api, test_issuer
from tests.support.data.clerk_export import JSON, write_list

ISSUER = test_issuer().issuer

# What an import has written, by natural keys: IDs, nonces, and times of updates differ.
IMPORTED = {
    "user": "SELECT external_id, issuer, email_address, email_verified, identifier, first_name,"
    " last_name, image_url, public_metadata, private_metadata, created_at, search_text"
    ' FROM "user"',
    "organization": "SELECT o.external_id, o.name, slug, o.public_metadata, o.private_metadata,"
    " max_allowed_memberships, admin_delete_enabled, u.external_id, r.key, o.created_at"
    " FROM organization o JOIN role_set r ON r.id = o.role_set_id"
    ' LEFT JOIN "user" u ON u.id = o.created_by_id',
    "membership": "SELECT o.external_id, u.external_id, r.key, m.public_metadata,"
    " m.private_metadata, m.created_at FROM membership m"
    ' JOIN organization o ON o.id = m.organization_id JOIN "user" u ON u.id = m.user_id'
    " JOIN role r ON r.id = m.role_id",
    "invitation": "SELECT i.id, o.external_id, i.email_address, i.status, r.key, i.by_service,"
    " u.external_id, i.public_metadata, i.private_metadata, i.expires_at, i.created_at"
    " FROM invitation i JOIN organization o ON o.id = i.organization_id"
    ' JOIN role r ON r.id = i.role_id LEFT JOIN "user" u ON u.id = i.inviter_id',
    "domain": "SELECT o.external_id, d.name, d.verified, d.enrollment_mode,"
    " d.ownership_strategy, c.name, d.created_at FROM organization_domain d"
    " JOIN organization o ON o.id = d.organization_id"
    " LEFT JOIN domain_claim c ON c.holder = d.id",
    "role": "SELECT r.key, r.name, p.key FROM role r"
    " LEFT JOIN role_permission rp ON rp.role_id = r.id"
    " LEFT JOIN permission p ON p.id = rp.permission_id",
    "role_set": "SELECT s.key, r.key FROM role_set s JOIN role_set_role x ON x.role_set_id = s.id"
    " JOIN role r ON r.id = x.role_id",
}


async def imported(store: Store) -> dict[str, list[str]]:
    """Loads what imports write, sorted and without what differs from run to run."""
    async with store.write() as session:
        found = {name: await session.execute(text(query)) for name, query in IMPORTED.items()}
        return {name: sorted(map(repr, map(tuple, rows.all()))) for name, rows in found.items()}


@dataclass
class Importer:
    """Who imports a folder into the instance of an API."""

    api: Api
    folder: Path

    @property
    def store(self) -> Store:
        return self.api.store

    def add(self, name: str, *entries: JSON) -> None:
        """Adds the pages of a list."""
        write_list(self.folder, name, list(entries))

    async def run(self, *, is_trial: bool = False, **options: Any) -> Report:
        run = check if is_trial else write
        given = ImportOptions(source="clerk", issuer=ISSUER, **options)
        return await run(self.api.server, ClerkFolder(self.folder), given, _ignore)


def _ignore(kind: Kind, number: int) -> None: ...


def counts(report: Report, outcome: Outcome) -> dict[str, int]:
    return {kind.value: n for (kind, one), n in report.counts.items() if one is outcome and n}


def lines(report: Report, *, warnings: bool = False) -> list[str]:
    """The code and the place of each line of the report."""
    return [
        f"{problem.place} {problem.code}"
        for problem in report.problems
        if problem.is_warning == warnings
    ]
