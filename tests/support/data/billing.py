"""Creates features, plans, and subscriptions through the API, as the operator does."""

from typing import Any

from tests.support.api import JSON, SERVICE, Answer, Api

PLAN = (
    "plan { id key name description payerType isDefault publiclyVisible seatLimit metadata"
    " features { key } }"
)
SUBSCRIPTION = (
    "subscription { id status seats source externalId startedAt periodEndsAt endedAt"
    " plan { key } organization { id } user { id } }"
)


async def bill(api: Api, field: str, selection: str = "", /, **input: Any) -> Answer:
    """Sends a mutation of the catalogue or of a subscription, with the secret key."""
    return await api.mutate(field, input, selection, by=SERVICE)


async def switch_billing(api: Api, is_on: bool = True) -> None:
    assert (await api.mutate("updateInstance", {"billingEnabled": is_on}, by=SERVICE)).payload


async def make_feature(api: Api, key: str) -> JSON:
    return (await bill(api, "createFeature", "feature { id key }", key=key, name=key)).payload[
        "feature"
    ]


async def make_plan(api: Api, key: str, *features: str, **values: Any) -> JSON:
    input = {"key": key, "name": key.capitalize(), "features": features, **values}
    return (await bill(api, "createPlan", PLAN, **input)).payload["plan"]


async def subscribe(api: Api, organization_id: str, plan: str, **values: Any) -> JSON:
    input = {"organizationId": organization_id, "plan": plan, **values}
    return (await bill(api, "setSubscription", SUBSCRIPTION, **input)).payload["subscription"]


async def plan_key(api: Api, organization_id: str) -> str | None:
    """Returns the plan in force of an organization."""
    document = "query($id: ID!) { organization(by: { id: $id }) { plan { key } } }"
    found = await api.run(document, {"id": organization_id}, by=SERVICE)
    plan = found.data["organization"]["plan"]
    return plan and plan["key"]
