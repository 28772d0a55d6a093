"""Creates and reads webhook endpoints and their deliveries."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from models.base import now
from models.database.tables import metadata
from models.events import EventType
from models.keys.encryption import make_cipher
from models.webhooks import PURPOSE
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from tests.support.api import JSON, SECRET, SERVICE, Answer, Api, events
from tests.support.data.rows import a_delivery, write

URL = "https://hooks.example.com/tenantry"
STORAGE = make_cipher((SECRET,), PURPOSE)
NEVER = "whep_01m803rqhgwgafn17w2nqwqyh5"
FIELDS = "id url description types enabled disabledReason secret createdAt updatedAt"
ENDPOINT = f"webhookEndpoint {{ {FIELDS} }}"
ENDPOINTS, DELIVERIES = metadata.tables["webhook_endpoint"], metadata.tables["webhook_delivery"]


async def create(api: Api, url: str = URL, **input: Any) -> Answer:
    return await api.mutate("createWebhookEndpoint", {"url": url, **input}, ENDPOINT, by=SERVICE)


async def an_endpoint(api: Api, url: str = URL, **input: Any) -> JSON:
    """Creates an endpoint."""
    return (await create(api, url, **input)).payload["webhookEndpoint"]


async def change(api: Api, field: str, endpoint_id: str, /, **input: Any) -> Answer:
    """Sends a mutation of an endpoint, with the secret key."""
    return await api.mutate(
        field, {"webhookEndpointId": endpoint_id, **input}, ENDPOINT, by=SERVICE
    )


async def update_endpoint(api: Api, endpoint_id: str, /, **input: Any) -> Answer:
    return await change(api, "updateWebhookEndpoint", endpoint_id, **input)


async def replay(api: Api, endpoint_id: str, /, **input: Any) -> Answer:
    return await change(api, "replayWebhookDeliveries", endpoint_id, **input)


async def kept(api: Api, row_id: str) -> JSON | None:
    """Loads the row of an endpoint or a delivery; None if it was deleted."""
    table = ENDPOINTS if row_id.startswith("whep_") else DELIVERIES
    async with api.store.read() as connection:
        rows = await connection.execute(select(table).where(table.c.id == row_id))
        return next(iter(rows.mappings()), None)


async def alter(api: Api, row_id: str, **values: Any) -> None:
    """Changes columns of an endpoint or a delivery that otherwise only the worker changes."""
    table = ENDPOINTS if row_id.startswith("whep_") else DELIVERIES
    async with api.store.write() as session:
        await session.execute(update(table).where(table.c.id == row_id).values(values))


async def happen(api: Api, number: int) -> list[int]:
    """Writes this number of events, and returns their cursors."""
    async with begin(replace(api.server, clock=now), SYSTEM) as tx:
        for one in range(number):
            tx.record(
                EventType.USER_UPDATED, f"user_{one}", {"object": "user", "id": f"user_{one}"}
            )
    return [event["cursor"] for event in await events(api.store)][-number:]


async def deliveries(api: Api, endpoint_id: str, number: int = 1, **values: Any) -> list[str]:
    """Creates deliveries of new events, as the worker does; returns their IDs, oldest first."""
    rows = [a_delivery(endpoint_id, cursor, **values) for cursor in await happen(api, number)]
    await write(api.store, webhook_delivery=rows)
    return [row["id"] for row in rows]


async def a_failed_delivery(api: Api, endpoint_id: str, **values: Any) -> str:
    """Creates a delivery whose last attempt has failed."""
    own: JSON = {
        "status": "failed",
        "attempts": 8,
        "next_attempt_at": None,
        "last_attempt_at": api.clock(),
        "last_status_code": 500,
        "last_error": "The receiver answered with 500.",
    }
    return (await deliveries(api, endpoint_id, **own | values))[0]
