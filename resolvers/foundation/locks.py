"""Advisory locks of PostgreSQL; SQLite has one writer and needs none."""

from collections.abc import Collection
from hashlib import sha256

from models.database.session import DatabaseSession

ROLES_LOCK = 7_236_002
EVENTS_LOCK = 7_236_003
KEYS_LOCK = 7_236_004


def is_on_postgresql(session: DatabaseSession) -> bool:
    return session.transaction.dialect.name == "postgresql"


async def take_lock(session: DatabaseSession, statement: str) -> None:
    """Runs a statement that takes a lock until the end of the transaction, on PostgreSQL only."""
    if is_on_postgresql(session):
        await (await session.connection()).run_command(statement)


async def take_advisory_lock(session: DatabaseSession, lock: int) -> None:
    await take_lock(session, f"SELECT pg_advisory_xact_lock({lock})")


async def share_advisory_lock(session: DatabaseSession, lock: int) -> None:
    """Takes a lock that several transactions can share, but that excludes an exclusive one."""
    await take_lock(session, f"SELECT pg_advisory_xact_lock_shared({lock})")


async def lock_texts(session: DatabaseSession, texts: Collection[str]) -> None:
    """Lets transactions that are about the same texts, such as addresses, run one after another.

    The locks are taken in one order, so that two transactions can't deadlock.
    """
    locks = sorted(int.from_bytes(sha256(one.encode()).digest()[:8], signed=True) for one in texts)
    if locks:
        await take_lock(
            session,
            f"SELECT pg_advisory_xact_lock(one) FROM unnest(ARRAY{locks}::bigint[]) AS one",
        )
