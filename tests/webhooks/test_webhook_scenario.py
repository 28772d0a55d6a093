"""A webhook from its endpoint to a verified delivery,
by real processes: one that serves, one that delivers.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from tests.support.api import SECRET_KEY, SERVICE, Api
from tests.support.data.webhooks import an_endpoint
from tests.support.processes.commands import PRODUCTION, process, started
from tests.support.servers.smtp import until
from tests.support.servers.webhook_receiver import Receiver, answering, listening

DELIVERIES = """query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { deliveries { nodes {
  id status attempts lastStatusCode lastError event { name } } } } } }"""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


async def shown(api: Api, endpoint_id: str) -> list[tuple[str, str, int]]:
    nodes = (await api.run(DELIVERIES, {"id": endpoint_id}, by=SERVICE)).data["node"]["deliveries"][
        "nodes"
    ]
    return [(one["event"]["name"], one["status"], one["attempts"]) for one in nodes]


@pytest.mark.slow
async def test_a_change_arrives_signed_and_what_failed_is_tried_again(
    api: Api, database_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.behaves["/hooks"] = answering(500)
    settings = {
        **PRODUCTION,
        "TENANTRY_DATABASE_URL": database_url,
        "TENANTRY_SECRET_KEYS": SECRET_KEY,
        "TENANTRY_WEBHOOK_NETWORKS": '["127.0.0.0/8"]',
    }
    with (
        started("serve", "--no-worker", folder=tmp_path, **settings) as server,
        process("worker", folder=tmp_path, **settings),
    ):
        api.client = httpx.AsyncClient(base_url=server.url, timeout=60)
        endpoint = await an_endpoint(api, receiver.url("/hooks"), types=["ORGANIZATION_CREATED"])
        ada = await api.person("ada@example.com")
        made = (await api.send("create-organization", by=ada, name="Acme")).payload["organization"]
        await until(lambda: len(receiver.at("/hooks")) == 1, seconds=60)
        receiver.behaves["/hooks"] = answering(204)
        await until(lambda: len(receiver.at("/hooks")) == 2, seconds=30)

        async def is_settled() -> bool:
            return await shown(api, endpoint["id"]) == [("organization.created", "SUCCEEDED", 2)]

        await until(is_settled)

    first, second = receiver.at("/hooks")
    told = Webhook(endpoint["secret"]).verify(second.body, second.headers)
    assert (first.id, first.body) == (second.id, second.body)
    assert told["type"] == "organization.created"
    assert told["data"]["id"] == made["id"]
