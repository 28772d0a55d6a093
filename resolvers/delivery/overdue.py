"""The work that a worker should have done by now."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_
from sqlmodel import col

from models.database.store import Store
from models.domains import OrganizationDomain
from models.events import Event
from models.invitations import IS_PENDING, Invitation
from models.webhooks import WebhookEndpoint
from resolvers.delivery.mail import MAIL_QUEUE
from resolvers.delivery.queue import QueueTable
from resolvers.delivery.webhooks import DELIVERIES, WEBHOOK_QUEUE

# How long after its time work is overdue. Workers look for it much more often.
OVERDUE_AFTER = timedelta(minutes=3)


async def find_overdue(store: Store, now: datetime) -> list[str]:
    """Returns the names of the kinds of work that are long overdue."""
    before = now - OVERDUE_AFTER
    endpoint_id = col(WebhookEndpoint.id) == DELIVERIES.c.endpoint_id
    is_enabled = exists().where(endpoint_id, col(WebhookEndpoint.enabled)).correlate(DELIVERIES)
    old_event = exists().where(
        col(Event.cursor) > col(WebhookEndpoint.cursor), col(Event.occurred_at) < before
    )
    is_behind_the_log = exists().where(
        col(WebhookEndpoint.enabled), old_event.correlate(WebhookEndpoint)
    )
    expired_invitation = exists().where(IS_PENDING, col(Invitation.expires_at) < before)
    due_enrollment = exists().where(
        col(OrganizationDomain.enrollment_due_at).is_not(None),
        col(OrganizationDomain.enrollment_due_at) < before,
    )
    conditions = {
        "mail": is_stuck(MAIL_QUEUE, before, now),
        "webhooks": or_(is_stuck(WEBHOOK_QUEUE, before, now, is_enabled), is_behind_the_log),
        "expiries of invitations": expired_invitation,
        "enrollments of users": due_enrollment,
    }
    async with store.read() as connection:
        row = (await connection.execute(Select[Any](*conditions.values()))).one()
    return [name for name, is_overdue in zip(conditions, row, strict=True) if is_overdue]


def is_stuck(
    queue: QueueTable, before: datetime, now: datetime, *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a row has been due for long, although no row was claimed or settled since.

    Rows that wait while others are sent are no sign: a slow receiver can delay them.
    """
    row = queue.rows.c
    waits = exists().where(queue.is_due(now, ()), row.next_attempt_at < before, *conditions)
    return waits & ~exists().where(row.updated_at >= before)
