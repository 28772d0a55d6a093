"""Webhooks: the endpoints of the instance, and the list of an endpoint's deliveries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from models.database.statements import StatementValues
from models.database.store import Readable
from models.webhooks import DeliveryStatus, WebhookDelivery, WebhookEndpoint
from resolvers.lists.pages import load_rows
from resolvers.lists.specs import ListSpec

DELIVERIES_OF_ENDPOINT = ListSpec(
    "webhook deliveries", WebhookDelivery, col(WebhookDelivery.endpoint_id)
)


@dataclass(frozen=True, slots=True)
class DeliveryFilter(StatementValues):
    statuses: tuple[DeliveryStatus, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.statuses is not None:
            yield col(WebhookDelivery.status).in_(status.value for status in self.statuses)


async def load_endpoints(store: Readable) -> Sequence[WebhookEndpoint]:
    """Loads all webhook endpoints, oldest first; there are few."""
    return await load_rows(store, select(WebhookEndpoint).order_by(col(WebhookEndpoint.id)))
