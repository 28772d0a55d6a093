"""What the workers should have done by now, as the database shows it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, or_
from sqlmodel import col

from models.database.store import Store
from models.events import Event
from models.invitations import PENDING as PENDING_INVITATION
from models.invitations import Invitation
from models.mail import Mail, MailStatus
from models.webhooks import PENDING, WebhookDelivery, WebhookEndpoint

# How long after its time something is overdue. Workers look every second, and sweep every minute.
OVERDUE_AFTER = timedelta(minutes=3)


async def overdue(store: Store, now: datetime) -> Mapping[str, bool]:
    """Which work is overdue: it's due for long, and
    no worker has done anything of its kind since.
    """
    before = now - OVERDUE_AFTER
    questions: dict[str, Any] = {
        "mail": _is_stuck(Mail, before, now, col(Mail.status) == MailStatus.QUEUED.value),
        "webhooks": or_(
            _is_stuck(
                WebhookDelivery, before, now, col(WebhookDelivery.status) == PENDING, _is_enabled()
            ),
            _is_behind_the_log(before),
        ),
        "expiries of invitations": exists().where(
            col(Invitation.status) == PENDING_INVITATION, col(Invitation.expires_at) < before
        ),
    }
    statement: Select[Any] = Select(*questions.values())
    async with store.read() as connection:
        row = (await connection.execute(statement)).one()
    return {name: bool(is_late) for name, is_late in zip(questions, row, strict=True)}


def _is_stuck(
    kind: type[Mail] | type[WebhookDelivery], before: datetime, now: datetime, *due: Any
) -> Any:
    """Whether something waits though nothing is sent:
    behind a slow receiver there may be a queue.
    """
    free = or_(col(kind.claimed_until).is_(None), col(kind.claimed_until) <= now)
    waits = exists().where(*due, col(kind.next_attempt_at) < before, free)
    return waits & ~exists().where(col(kind.updated_at) >= before)


def _is_enabled() -> Any:
    endpoint_id = col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id)
    return exists().where(endpoint_id, col(WebhookEndpoint.enabled)).correlate(WebhookDelivery)


def _is_behind_the_log(before: datetime) -> Any:
    """Whether an endpoint has no deliveries yet of events that it should have."""
    old = exists().where(
        col(Event.cursor) > col(WebhookEndpoint.cursor), col(Event.occurred_at) < before
    )
    return exists().where(col(WebhookEndpoint.enabled), old.correlate(WebhookEndpoint))
