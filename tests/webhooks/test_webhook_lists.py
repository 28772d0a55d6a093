"""Webhook endpoints and their deliveries, read: pages,
filters, counts, objects by id, and how many statements.
"""

from typing import Any

import pytest

from tests.api.statements.test_statements import read_by
from tests.support.api import JSON, SERVICE, Api
from tests.support.data.factories import Acme
from tests.support.data.rows import a_delivery, write
from tests.support.data.rows import an_endpoint as endpoint_row
from tests.support.data.webhooks import URL, a_failed_delivery, an_endpoint, deliveries, happen

pytestmark = pytest.mark.both_databases

PAGE = """totalCount edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"""
LIST = f"""query($id: ID!, $first: Int, $after: String, $statuses: [DeliveryStatus!]) {{ node(id: $id) {{
    ... on WebhookEndpoint {{ deliveries(first: $first, after: $after, statuses: $statuses) {{ {PAGE} }} }} }} }}"""
DELIVERY = """id status attempts lastStatusCode lastError lastAttemptAt nextAttemptAt createdAt
    event { __typename id cursor name data }"""


async def listed(api: Api, endpoint_id: str, **variables: Any) -> JSON:
    return (await api.run(LIST, {"id": endpoint_id, **variables}, by=SERVICE)).data["node"][
        "deliveries"
    ]


def ids(page: JSON) -> list[str]:
    return [node["id"] for node in page["nodes"]]


async def node(api: Api, id: str, selection: str) -> JSON:
    document = f"query($id: ID!) {{ node(id: $id) {{ id ... on {selection} }} }}"
    return (await api.run(document, {"id": id}, by=SERVICE)).data["node"]


async def test_endpoints_are_listed_oldest_first(api: Api) -> None:
    made = [
        await an_endpoint(api, f"{URL}/{one}", types=["USER_DELETED"] if one else None)
        for one in range(3)
    ]

    found = await api.run("{ webhookEndpoints { id url types secret } }", by=SERVICE)

    assert found.data["webhookEndpoints"] == [
        {name: one[name] for name in ("id", "url", "types", "secret")} for one in made
    ]


async def test_deliveries_are_listed_newest_first_in_pages(api: Api) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    newest_first = (await deliveries(api, endpoint_id, 5))[::-1]
    await deliveries(api, (await an_endpoint(api))["id"], 2)

    first = await listed(api, endpoint_id, first=2)
    second = await listed(api, endpoint_id, first=2, after=first["pageInfo"]["endCursor"])
    third = await listed(api, endpoint_id, first=2, after=second["pageInfo"]["endCursor"])

    assert [ids(page) for page in (first, second, third)] == [
        newest_first[:2],
        newest_first[2:4],
        newest_first[4:],
    ]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, third)] == [
        True,
        True,
        False,
    ]
    assert [page["totalCount"] for page in (first, second, third)] == [5, 5, 5]
    assert [edge["node"]["id"] for edge in first["edges"]] == ids(first)


async def test_deliveries_are_listed_by_status(api: Api) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    (waiting,) = await deliveries(api, endpoint_id)
    failed = await a_failed_delivery(api, endpoint_id)
    succeeded = await a_failed_delivery(api, endpoint_id, status="succeeded")

    pages = {
        statuses: await listed(api, endpoint_id, statuses=list(statuses))
        for statuses in (("PENDING",), ("FAILED",), ("SUCCEEDED", "FAILED"), ())
    }

    assert [ids(page) for page in pages.values()] == [[waiting], [failed], [succeeded, failed], []]
    assert [page["totalCount"] for page in pages.values()] == [1, 1, 2, 0]


async def test_a_cursor_of_another_endpoint_is_refused(api: Api) -> None:
    endpoint_id, other = (await an_endpoint(api))["id"], (await an_endpoint(api))["id"]
    await deliveries(api, endpoint_id, 2)
    after = (await listed(api, endpoint_id, first=1))["pageInfo"]["endCursor"]

    refused = await api.run(LIST, {"id": other, "after": after}, by=SERVICE)

    assert refused.code == "BAD_USER_INPUT"
    assert len(ids(await listed(api, endpoint_id, after=after))) == 1


async def test_a_delivery_tells_what_was_sent_and_what_became_of_it(api: Api, acme: Acme) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    metadata = {"organizationId": acme.id, "mode": "MERGE", "privateMetadata": {"plan": "gold"}}
    cursor = (await api.mutate("updateOrganizationMetadata", metadata, by=SERVICE)).payload[
        "cursor"
    ]
    waiting = a_delivery(endpoint_id, int(cursor), next_attempt_at=api.clock())
    await write(api.store, webhook_delivery=[waiting])
    failed = await a_failed_delivery(api, endpoint_id)

    new = await node(api, waiting["id"], f"WebhookDelivery {{ {DELIVERY} }}")
    old = await node(api, failed, f"WebhookDelivery {{ {DELIVERY} }}")

    now = api.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (new["status"], new["attempts"], new["nextAttemptAt"]) == ("PENDING", 0, now)
    assert (new["lastStatusCode"], new["lastError"], new["lastAttemptAt"]) == (None, None, None)
    assert (new["event"]["__typename"], new["event"]["cursor"]) == ("OrganizationEvent", cursor)
    assert new["event"]["name"] == "organization.updated"
    assert new["event"]["data"]["private_metadata"] == {"plan": "gold"}
    assert (old["status"], old["attempts"], old["nextAttemptAt"]) == ("FAILED", 8, None)
    assert (old["lastStatusCode"], old["lastAttemptAt"]) == (500, now)
    assert old["lastError"] == "The receiver answered with 500."
    assert old["event"]["__typename"] == "InstanceEvent"


async def test_an_endpoint_and_a_delivery_are_found_by_id_by_secret_keys_only(
    api: Api, acme: Acme
) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    (delivery_id,) = await deliveries(api, endpoint_id)
    both = [endpoint_id, delivery_id]
    never = [f"{one.partition('_')[0]}_01m803rqhgwgafn17w2nqwqyh5" for one in both]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"

    shown, unknown = [
        (await api.run(document, {"ids": one}, by=SERVICE)).data["nodes"] for one in (both, never)
    ]
    hidden, absent = [
        (await api.run(document, {"ids": one}, by=acme.admin)).body for one in (both, never)
    ]

    assert [(one["__typename"], one["id"]) for one in shown] == [
        ("WebhookEndpoint", endpoint_id),
        ("WebhookDelivery", delivery_id),
    ]
    assert unknown == [None, None]
    assert hidden == absent
    assert hidden["data"] == {"nodes": [None, None]}
    assert "errors" not in hidden


@pytest.mark.parametrize("width", [1, 20])
async def test_all_endpoints_with_their_deliveries_are_five_statements(
    api: Api, width: int
) -> None:
    cursors = await happen(api, 3)
    endpoints = [endpoint_row(URL) for _ in range(width)]
    rows = [a_delivery(one["id"], cursor) for one in endpoints for cursor in cursors]
    await write(api.store, webhook_endpoint=endpoints, webhook_delivery=rows)
    document = """{ webhookEndpoints { url types enabled
        deliveries(first: 2) { totalCount nodes { status event { name } } pageInfo { hasNextPage } } } }"""

    assert await read_by(api, SERVICE, document) == sorted(
        [
            "instance",  # the settings; the key stands in them
            "webhook_endpoint",  # all endpoints
            "webhook_delivery",  # a page of each
            "webhook_delivery",  # their totalCount
            "event",  # what they tell
        ]
    )
    found = (await api.run(document, by=SERVICE)).data["webhookEndpoints"]
    assert [
        (one["deliveries"]["totalCount"], len(one["deliveries"]["nodes"])) for one in found
    ] == [(3, 2)] * width


async def test_the_deliveries_of_one_endpoint_are_three_statements(api: Api) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    await deliveries(api, endpoint_id, 20)
    document = """query($id: ID!) { node(id: $id) { ... on WebhookEndpoint {
        deliveries { nodes { id } pageInfo { hasNextPage } } } } }"""

    assert await read_by(api, SERVICE, document, id=endpoint_id) == [
        "instance",
        "webhook_delivery",
        "webhook_endpoint",
    ]
