"""Subscriptions: which plan a payer has, and who may know."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.api import SERVICE, Answer, Api, Caller, contents, events
from tests.support.data.billing import (
    SUBSCRIPTION,
    bill,
    make_plan,
    plan_key,
    subscribe,
    switch_billing,
)
from tests.support.data.factories import Acme, a_member
from tests.support.data.roles import READ, make_role


@pytest.fixture
async def billed(api: Api, acme: Acme) -> Acme:
    """Acme on an instance with the plans `pro` and `team`, and `person` for users."""
    await switch_billing(api)
    await make_plan(api, "pro")
    await make_plan(api, "team", seatLimit=2)
    await make_plan(api, "person", payerType="USER")
    return acme


async def log_of(api: Api, *, since: int = 0) -> list[str]:
    names = [one["type"] for one in await events(api.store)]
    return [name for name in names if name.startswith("subscription.")][since:]


async def test_the_document_gives_an_organization_a_plan(api: Api, billed: Acme) -> None:
    given = await api.send(
        "set-subscription",
        by=SERVICE,
        organizationId=billed.id,
        plan="pro",
        seats=5,
        externalId="crm-1",
    )
    seen = await api.send("organization-plan", by=billed.admin, id=billed.id)

    made = given.payload["subscription"]
    assert made == {
        "id": made["id"],
        "status": "ACTIVE",
        "seats": 5,
        "source": "MANUAL",
        "externalId": "crm-1",
        "startedAt": made["startedAt"],
        "periodEndsAt": None,
        "plan": {"key": "pro"},
    }
    organization = seen.data["organization"]
    assert organization["plan"] == {"key": "pro", "name": "Pro"}
    assert organization["seats"] == {
        "limit": 5,
        "members": 2,
        "pendingInvitations": 0,
        "available": 3,
        "source": "PLAN",
        "overLimit": False,
    }
    assert organization["subscription"] == {"status": "ACTIVE", "seats": 5, "periodEndsAt": None}


async def test_a_subscription_is_made_changed_and_ended_once_each(api: Api, billed: Acme) -> None:
    made = await subscribe(api, billed.id, "pro", status="TRIALING")
    again = await bill(
        api, "setSubscription", organizationId=billed.id, plan="pro", status="TRIALING"
    )
    active = await subscribe(api, billed.id, "pro")
    overdue = await subscribe(api, billed.id, "pro", status="PAST_DUE")
    ended = await subscribe(api, billed.id, "pro", status="ENDED")
    once_more = await bill(
        api, "setSubscription", SUBSCRIPTION, organizationId=billed.id, plan="pro", status="ENDED"
    )
    new = await subscribe(api, billed.id, "pro")

    assert {made["id"], active["id"], overdue["id"], ended["id"]} == {made["id"]}
    assert again.payload["cursor"] is None
    assert ended["endedAt"]
    assert once_more.payload["cursor"] is None
    assert once_more.payload["subscription"] == ended
    assert new["id"] != made["id"]
    assert await log_of(api) == [
        "subscription.created",
        "subscription.updated",
        "subscription.active",
        "subscription.updated",
        "subscription.pastDue",
        "subscription.updated",
        "subscription.created",
        "subscription.active",
    ]


async def test_changes_are_recorded_with_what_was_before(api: Api, billed: Acme) -> None:
    await subscribe(api, billed.id, "pro", externalId="crm-1")
    await subscribe(api, billed.id, "team", seats=7, externalId="crm-2")

    (changed,) = [one for one in await events(api.store) if one["type"] == "subscription.updated"]

    assert changed["changes"] == {"plan": "pro", "seats": None}
    assert (changed["organization_id"], changed["data"]["plan"]) == (billed.id, "team")
    assert "external_id" not in changed["data"]
    assert changed["private_metadata"] == {"external_id": "crm-2"}


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"plan": "none"}, [("plan", "resource_not_found")]),
        ({"plan": "person"}, [("plan", "form_param_value_invalid")]),
        ({"seats": 0}, [("seats", "form_param_value_invalid")]),
        ({"status": "CANCELED"}, [("periodEndsAt", "form_param_missing")]),
        ({"externalId": "x" * 256}, [("externalId", "form_param_max_length_exceeded")]),
        ({"status": "ENDED"}, [("organizationId", "resource_not_found")]),
        ({"userId": "user_x"}, [("organizationId", "form_param_value_invalid")]),
        ({"organizationId": None}, [("organizationId", "form_param_value_invalid")]),
        ({"organizationId": None, "userId": "user_x"}, [("userId", "resource_not_found")]),
    ],
)
async def test_what_is_wrong_with_a_subscription_is_reported(
    api: Api, billed: Acme, input: Any, expected: list[tuple[str, str]]
) -> None:
    before = await contents(api.store)

    refused = await bill(
        api, "setSubscription", **{"organizationId": billed.id, "plan": "pro", **input}
    )

    assert [(one["field"][1], one["code"]) for one in refused.user_errors] == expected
    assert await contents(api.store) == before


async def test_subscribing_is_closed_while_billing_is_disabled(api: Api, billed: Acme) -> None:
    await switch_billing(api, False)
    input = {"organizationId": billed.id, "plan": "pro"}

    refused = await bill(api, "setSubscription", **input)
    by_admin = await api.mutate("setSubscription", input, by=billed.admin)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "billing_not_enabled")
    assert by_admin.reason == "secret_key_required"


# ---------------------------------------------------------------------------------------- visibility

OWN = """query($id: ID!) { organization(by: { id: $id }) {
  subscription { status externalId organization { id } } } }"""


async def test_who_can_read_the_subscription_of_an_organization(api: Api, billed: Acme) -> None:
    await make_role(api, "org:reader", READ, initially=True)
    reader = await a_member(api, billed.id, "reader@example.com", "org:reader")
    made = await subscribe(api, billed.id, "pro", externalId="crm-1")
    node = "query($id: ID!) { node(id: $id) { ... on PlanSubscription { externalId } } }"

    async def see(by: Caller) -> Answer:
        return await api.run(OWN, {"id": billed.id}, by=by)

    async def see_node(by: Caller) -> Any:
        return (await api.run(node, {"id": made["id"]}, by=by)).data["node"]

    shown = {"status": "ACTIVE", "externalId": None, "organization": {"id": billed.id}}
    assert (await see(billed.member)).data["organization"]["subscription"] == shown
    assert (await see(SERVICE)).data["organization"]["subscription"]["externalId"] == "crm-1"
    refused = await see(reader)
    assert (refused.reason, refused.error["extensions"]["permissions"]) == (
        "missing_organization_permission",
        ["org:sys_billing:read"],
    )
    assert [await see_node(one) for one in (billed.member, SERVICE, reader, billed.outsider)] == [
        {"externalId": None},
        {"externalId": "crm-1"},
        None,
        None,
    ]


async def test_members_who_can_read_billing_see_its_events(api: Api, billed: Acme) -> None:
    await make_role(api, "org:reader", READ, initially=True)
    reader = await a_member(api, billed.id, "reader@example.com", "org:reader")
    await subscribe(api, billed.id, "pro", externalId="crm-1")
    document = """query($id: ID!) { organization(by: { id: $id }) {
        events(types: [SUBSCRIPTION_CREATED]) { nodes { name data } } } }"""

    async def read(by: Caller) -> list[Any]:
        found = (await api.run(document, {"id": billed.id}, by=by)).data
        return found["organization"]["events"]["nodes"]

    assert [one["name"] for one in await read(billed.member)] == ["subscription.created"]
    assert "crm-1" not in str(await read(billed.member))
    assert "crm-1" in str(await read(SERVICE))
    assert await read(reader) == []


async def test_a_users_plan_is_their_own_affair(api: Api, billed: Acme) -> None:
    input = {"userId": billed.member.id, "plan": "person"}
    made = (await bill(api, "setSubscription", SUBSCRIPTION, **input)).payload["subscription"]
    document = "query($id: ID!) { user(id: $id) { plan { key } subscription { status } } }"

    async def see(by: Caller) -> Any:
        return (await api.run(document, {"id": billed.member.id}, by=by)).data["user"]

    assert (made["user"], made["organization"]) == ({"id": billed.member.id}, None)
    own = {"plan": {"key": "person"}, "subscription": {"status": "ACTIVE"}}
    assert await see(billed.member) == await see(SERVICE) == own
    assert await see(billed.admin) == {"plan": None, "subscription": None}
    assert await plan_key(api, billed.id) == "free_org"


async def test_subscriptions_are_listed_and_filtered(api: Api, billed: Acme) -> None:
    await subscribe(api, billed.id, "pro", externalId="crm-1")
    await subscribe(api, billed.id, "pro", status="ENDED")
    second = await subscribe(api, billed.id, "team", status="PAST_DUE", externalId="crm-2")
    input = {"userId": billed.member.id, "plan": "person"}
    third = (await bill(api, "setSubscription", SUBSCRIPTION, **input)).payload["subscription"]

    async def find(arguments: str) -> list[str]:
        document = f"{{ subscriptions{arguments} {{ nodes {{ id }} totalCount }} }}"
        found = (await api.run(document, by=SERVICE)).data["subscriptions"]
        assert found["totalCount"] >= len(found["nodes"])
        return [one["id"] for one in found["nodes"]]

    everything = await find("")
    assert everything[:2] == [third["id"], second["id"]]
    assert len(everything) == 3
    assert await find('(planKey: "team")') == [second["id"]]
    assert await find("(statuses: [PAST_DUE])") == [second["id"]]
    assert await find("(statuses: [])") == []
    assert await find('(externalId: "crm-2")') == [second["id"]]
    assert await find(f'(organizationId: "{billed.id}")') == everything[1:]
    assert await find(f'(userId: "{billed.member.id}")') == [third["id"]]
    assert await find("(first: 1)") == [third["id"]]


async def test_the_live_subscription_is_shown_until_it_ends(api: Api, billed: Acme) -> None:
    end = api.clock() + timedelta(days=1)
    await subscribe(api, billed.id, "pro", status="CANCELED", periodEndsAt=end.isoformat())
    api.clock.forward(days=2)
    canceled = (await api.run(OWN, {"id": billed.id}, by=SERVICE)).data["organization"]
    await subscribe(api, billed.id, "pro", status="ENDED")
    ended = (await api.run(OWN, {"id": billed.id}, by=SERVICE)).data["organization"]

    assert canceled["subscription"]["status"] == "CANCELED"
    assert ended["subscription"] is None


async def test_outsiders_learn_nothing_while_organizations_are_disabled(
    api: Api, billed: Acme
) -> None:
    id = (await subscribe(api, billed.id, "pro"))["id"]
    await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)
    document = "query($id: ID!) { node(id: $id) { id } }"

    seen = await api.run(document, {"id": id}, by=billed.outsider)
    own = await api.run(document, {"id": id}, by=billed.admin)

    assert seen.data == {"node": None}
    assert own.reason == "organization_not_enabled_in_instance"


async def test_an_end_within_a_millisecond_is_kept(api: Api, billed: Acme) -> None:
    input = {"plan": "pro", "periodEndsAt": "2031-01-01T00:00:00.123456Z"}
    made = await subscribe(api, billed.id, **input)

    again = await bill(api, "setSubscription", SUBSCRIPTION, organizationId=billed.id, **input)

    assert again.payload["subscription"] == made
    assert again.payload["cursor"] is None
