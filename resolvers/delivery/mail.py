"""The emails that wait to be sent, and the invitation of each."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table
from sqlmodel import col, select

from models.database.statements import prepared_statement
from models.database.store import Store
from models.instance import Instance
from models.invitations import Invitation
from models.mail import Mail, MailStatus
from models.organizations import Organization
from models.roles import Role
from models.users import User
from resolvers.delivery.queue import Claim, QueueTable, get_ids
from resolvers.lists.pages import AnyRow

MAILS: Table = Mail.metadata.tables["mail"]
MAIL_QUEUE = QueueTable(
    rows=MAILS,
    waiting_status=MailStatus.QUEUED.value,
    lease=timedelta(minutes=10),
    claim_query=Select(
        MAILS.c.id,
        MAILS.c.attempts,
        MAILS.c.kind,
        MAILS.c.invitation_id,
        MAILS.c.organization_id,
        MAILS.c.inviter_id,
        MAILS.c.domain,
        MAILS.c.recipient_id,
        MAILS.c.nonce,
        MAILS.c.next_attempt_at,
        MAILS.c.last_error,
    ),
    # Counted at once: a worker that dies while it sends has used an attempt.
    claim_values={"attempts": MAILS.c.attempts + 1},
)


async def load_due_mail_ids(
    store: Store, now: datetime, sending: Collection[Claim], limit: int
) -> Sequence[str]:
    """Loads the IDs of emails that can be claimed, those that have waited longest first."""
    statement = _select_due_mail_ids(now, get_ids(sending), limit)
    async with store.read() as connection:
        return (await connection.execute(statement)).scalars()


@prepared_statement
def _select_due_mail_ids(now: datetime, sending_ids: Collection[str], limit: int) -> Select[str]:
    due = Select[str](MAILS.c.id).where(MAIL_QUEUE.is_due(now, sending_ids))
    return due.order_by(MAILS.c.next_attempt_at).limit(limit)


async def load_invitation(store: Store, invitation_id: str | None) -> AnyRow | None:
    """Loads the invitation that an email is about; None if it was deleted."""
    columns: Any = (
        Invitation.id,
        Invitation.nonce,
        Invitation.status,
        Invitation.expires_at,
        Invitation.email_address,
        col(Organization.name).label("organization_name"),
        col(Role.name).label("role_name"),
        User.first_name,
        User.last_name,
        select(Instance.name).scalar_subquery().label("product"),
    )
    statement = (
        Select[Any](*columns)
        .select_from(Invitation)
        .join(Organization, col(Organization.id) == col(Invitation.organization_id))
        .join(Role, col(Role.id) == col(Invitation.role_id))
        .outerjoin(User, col(User.id) == col(Invitation.inviter_id))
        .where(col(Invitation.id) == invitation_id)
    )
    async with store.read() as connection:
        return (await connection.execute(statement)).one_or_none()
