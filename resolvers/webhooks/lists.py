"""Webhooks read: the endpoints of the instance, and the pages of their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col

from models.database.store import Readable
from models.errors import BadUserInput
from models.webhooks import WebhookDelivery, WebhookEndpoint
from resolvers.queries.lists import columns
from resolvers.queries.pages import AnyRow, AnySelect, Order, Page, Slice, by_asked, counts, pages

ORDER = Order("webhook deliveries", col(WebhookDelivery.id), descending=True)
ENDPOINT_ID = col(WebhookDelivery.endpoint_id)

Statuses = tuple[str, ...] | None
"""Of which deliveries are listed; all of them when None."""


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """A list of deliveries as a selection asks for it; the same for all its endpoints."""

    statuses: Statuses
    part: Slice


def _with(statuses: Statuses) -> AnySelect:
    statement = columns(WebhookDelivery)
    return statement if statuses is None else statement.where(col(WebhookDelivery.status).in_(statuses))


async def endpoints(store: Readable) -> Sequence[AnyRow]:
    """All of them, oldest first; there are few."""
    async with store.read() as connection:
        return (await connection.execute(columns(WebhookEndpoint).order_by(col(WebhookEndpoint.id)))).all()


async def delivery_pages(store: Readable, keys: list[tuple[str, DeliveryList]]) -> Sequence[Page | BadUserInput]:
    async def read(asked: DeliveryList, endpoint_ids: list[str]) -> list[Page | BadUserInput]:
        async with store.read() as connection:
            listed = _with(asked.statuses)
            return await pages(connection, listed, ORDER, asked.part, parent=ENDPOINT_ID, parents=endpoint_ids)

    return await by_asked(keys, read)


async def delivery_counts(store: Readable, keys: list[tuple[str, Statuses]]) -> Sequence[int]:
    async def read(statuses: Statuses, endpoint_ids: list[str]) -> list[int]:
        async with store.read() as connection:
            return await counts(connection, _with(statuses), ENDPOINT_ID, endpoint_ids)

    return await by_asked(keys, read)
