"""Webhooks read: the endpoints of the instance, and the pages of their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col

from models.database.store import Readable
from models.errors import BadUserInput
from models.webhooks import WebhookDelivery, WebhookEndpoint
from resolvers.pages import (
    AnyRow,
    AnySelect,
    Order,
    Page,
    PageRequest,
    load_counts,
    load_grouped,
    load_pages,
    select_columns,
)

ORDER = Order("webhook deliveries", col(WebhookDelivery.id), descending=True)
ENDPOINT_ID = col(WebhookDelivery.endpoint_id)

# Of which deliveries are listed; all of them when None.
Statuses = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """A list of deliveries as a selection asks for it; the same for all its endpoints."""

    statuses: Statuses
    part: PageRequest


def _with(statuses: Statuses) -> AnySelect:
    statement = select_columns(WebhookDelivery)
    return (
        statement
        if statuses is None
        else statement.where(col(WebhookDelivery.status).in_(statuses))
    )


async def load_endpoints(store: Readable) -> Sequence[AnyRow]:
    """All of them, oldest first; there are few."""
    async with store.read() as connection:
        return (
            await connection.execute(
                select_columns(WebhookEndpoint).order_by(col(WebhookEndpoint.id))
            )
        ).all()


async def load_delivery_pages(
    store: Readable, keys: list[tuple[str, DeliveryList]]
) -> Sequence[Page | BadUserInput]:
    async def read(asked: DeliveryList, endpoint_ids: list[str]) -> list[Page | BadUserInput]:
        async with store.read() as connection:
            listed = _with(asked.statuses)
            return await load_pages(
                connection, listed, ORDER, asked.part, parent=ENDPOINT_ID, parents=endpoint_ids
            )

    return await load_grouped(keys, read)


async def load_delivery_counts(store: Readable, keys: list[tuple[str, Statuses]]) -> Sequence[int]:
    async def read(statuses: Statuses, endpoint_ids: list[str]) -> list[int]:
        async with store.read() as connection:
            return await load_counts(connection, _with(statuses), ENDPOINT_ID, endpoint_ids)

    return await load_grouped(keys, read)
