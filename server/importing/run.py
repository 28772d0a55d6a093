"""Runs an import: batches of records in transactions, each complete or not at all (rule 77)."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from models.database.session import DatabaseSession
from models.errors.input import IdentifierExists
from resolvers.authority.access import SYSTEM
from resolvers.events.payloads import record_instance
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import Transaction, begin
from resolvers.importing.batch import BATCH, MARK, Batch
from resolvers.importing.domains import import_domains
from resolvers.importing.invitations import import_invitations
from resolvers.importing.memberships import import_memberships
from resolvers.importing.organizations import import_organizations
from resolvers.importing.records import ImportOptions, Kind, Record
from resolvers.importing.report import Outcome, Problem, Report
from resolvers.importing.role_model import import_permissions, import_role_sets, import_roles
from resolvers.importing.seats import warn_about_seats
from resolvers.importing.users import import_users
from schema.foundation.transactions import retry_deadlocks
from server.importing.source import Source, to_problem

Write = Callable[[Batch, Sequence[Any]], Awaitable[None]]
# Called with the kind and the number of the records that were read.
Progress = Callable[[Kind, int], None]
RunBatch = Callable[[Kind, Sequence[Record]], Awaitable[Report]]

WRITERS: dict[Kind, Write] = {
    Kind.PERMISSIONS: import_permissions,
    Kind.ROLES: import_roles,
    Kind.ROLE_SETS: import_role_sets,
    Kind.USERS: import_users,
    Kind.ORGANIZATIONS: import_organizations,
    Kind.MEMBERSHIPS: import_memberships,
    Kind.INVITATIONS: import_invitations,
    Kind.DOMAINS: import_domains,
}


class _Undo(Exception):
    """Ends a trial, whose transaction it rolls back."""


async def check(
    server: Server, source: Source, options: ImportOptions, progress: Progress
) -> Report:
    """Imports everything in one transaction and undoes it: the report is that of an import."""

    async def run() -> Report:
        report = Report()
        try:
            async with server.store.write() as session:

                async def run_batch(kind: Kind, records: Sequence[Record]) -> Report:
                    # Another session, because one that knows all rows becomes slow.
                    own = DatabaseSession(session.transaction)
                    batch = Batch(Transaction(server, own, SYSTEM), options, kind)
                    await write_batch(batch, records)
                    await own.flush()
                    return batch.report

                report = await _run(source, run_batch, progress)
                raise _Undo
        except _Undo:
            return report

    return await retry_deadlocks(run)


async def write(
    server: Server, source: Source, options: ImportOptions, progress: Progress
) -> Report:
    """Imports everything, in one transaction for each batch.

    An import that was interrupted continues when it is started again: what is here already is left
    alone.
    """

    async def run_batch(kind: Kind, records: Sequence[Record]) -> Report:
        async def run() -> Report:
            async with begin(server, SYSTEM) as tx:
                batch = Batch(tx, options, kind)
                await write_batch(batch, records)
                batch.mark_events()
            return batch.report

        return await retry_deadlocks(run)

    if not options.leaves_events:
        await _begin_log(server, options)
    report = await _run(source, run_batch, progress)
    if not options.leaves_events:
        await _begin_log(server, options)
    return report


# ---------------------------------------------------------------------------------------- batches


async def write_batch(batch: Batch, records: Sequence[Record]) -> None:
    """Writes a batch while no role and no organization can change."""
    await batch.tx.lock_roles_exclusively()
    await WRITERS[batch.kind](batch, records)
    if batch.kind in (Kind.MEMBERSHIPS, Kind.INVITATIONS):
        await warn_about_seats(batch, records)


async def _run(source: Source, run_batch: RunBatch, progress: Progress) -> Report:
    report = Report()
    source.left.clear()
    for kind in Kind:
        for records, problems in _split(source.read(kind)):
            report.problems += problems
            report.counts[kind, Outcome.REFUSED] += len(problems)
            if records:
                report.add(await run_batch(kind, records))
            progress(kind, len(records) + len(problems))
    report.left += source.left
    return report


def _split(
    read: Iterator[Record | Problem],
) -> Iterator[tuple[list[Record], list[Problem]]]:
    """Splits what is read into batches; a record that was there before is a problem."""
    seen, records, problems = set[object](), list[Record](), list[Problem]()
    for one in read:
        if isinstance(one, Problem):
            problems.append(one)
        elif one.identity in seen:
            repeated = IdentifierExists("The source has this record more than once.")
            problems.append(to_problem(one.place, repeated))
        else:
            seen.add(one.identity)
            records.append(one)
        if len(records) + len(problems) == BATCH:
            yield records, problems
            records, problems = [], []
    if records or problems:
        yield records, problems


# ---------------------------------------------------------------------------------------- the log


async def _begin_log(server: Server, options: ImportOptions) -> None:
    """Makes every cursor before now expire: who has one misses what the import doesn't log."""
    async with begin(server, SYSTEM) as tx:
        instance = await tx.lock_instance()
        mark = {"source": options.source, "silent": not options.sends_webhooks}
        record_instance(tx, instance, {MARK: mark})
        await tx.events.write()
        instance.forgotten_cursor = tx.events.cursor or instance.forgotten_cursor
