"""What the cleanup changes: invitations that have expired, and emails and sessions that are old."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from models.database.store import Store
from models.invitations import Invitation, is_overdue
from models.mail import Mail, MailStatus
from models.sessions import Session


async def load_organizations_with_expired_invitations(store: Store, now: datetime) -> Sequence[str]:
    """Loads the IDs of organizations that have a pending invitation that has expired."""
    organization_ids = select(Invitation.organization_id).where(is_overdue(now))
    async with store.read() as connection:
        # For a DISTINCT, SQLite would read all invitations.
        return list(dict.fromkeys((await connection.execute(organization_ids)).scalars()))


async def delete_old_mails_and_sessions(store: Store, before: datetime) -> None:
    """Deletes emails whose invitation was deleted, and sessions that ended before that time."""
    is_old_mail = (
        col(Mail.invitation_id).is_(None),
        col(Mail.status) != MailStatus.QUEUED.value,
        col(Mail.created_at) < before,
    )
    async with store.write() as session:
        await session.execute(delete(Mail).where(*is_old_mail))
        await session.execute(delete(Session).where(col(Session.expires_at) < before))
