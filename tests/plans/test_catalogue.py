"""The catalogue: features and plans by API."""

from typing import Any

import pytest

from models.plans import PayerType
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.plans.plans import NewPlan, create_plan
from tests.support.api import NOBODY, SERVICE, Api, contents, events
from tests.support.data.billing import (
    PLAN,
    bill,
    make_feature,
    make_plan,
    plan_key,
    subscribe,
    switch_billing,
)
from tests.support.data.factories import Acme, an_organization
from tests.support.data.roles import make_permission, shape

CATALOGUE: list[tuple[str, Any]] = [
    ("createFeature", {"key": "x", "name": "X"}),
    ("updateFeature", {"key": "posts", "name": "X"}),
    ("deleteFeature", {"key": "posts"}),
    ("createPlan", {"key": "x", "name": "X", "features": []}),
    ("updatePlan", {"key": "pro", "name": "X"}),
    ("replacePlan", {"key": "pro", "withKey": "basic"}),
]


async def log_of(api: Api, *subjects: str) -> list[tuple[str, Any]]:
    return [
        (one["type"], one["changes"])
        for one in await events(api.store)
        if one["type"].split(".")[0] in subjects
    ]


async def test_documents_create_and_read_plans(api: Api) -> None:
    await switch_billing(api)

    made = await api.send(
        "create-plan",
        by=SERVICE,
        feature="posts",
        featureName="Posts",
        key="pro",
        name="Pro",
        seatLimit=10,
    )
    seen = await api.send("plans", by=SERVICE)

    plan = {"key": "pro", "seatLimit": 10, "features": [{"key": "posts"}]}
    assert made.data["createPlan"]["plan"] == {"id": made.data["createPlan"]["plan"]["id"], **plan}
    assert [one["key"] for one in seen.data["plans"]] == ["free_user", "free_org", "pro"]
    assert [one["key"] for one in seen.data["features"]] == ["posts"]


async def test_a_plan_is_made_changed_and_replaced(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    await make_feature(api, "posts")
    values = {"description": "For teams", "seatLimit": 10, "metadata": {"price": 9}}
    made = await make_plan(api, "pro", "posts", **values)
    await make_plan(api, "team", stripePrices=["price_b"])
    await bill(api, "updatePlan", key="pro", stripePrices=["price_a"])
    await subscribe(api, acme.id, "pro", seats=20)

    changed = (await bill(api, "updatePlan", PLAN, key="pro", seatLimit=None, name="Pro 2")).payload
    replaced = (await bill(api, "replacePlan", PLAN, key="pro", withKey="team")).payload

    assert made == {
        "id": made["id"],
        "key": "pro",
        "name": "Pro",
        "payerType": "ORGANIZATION",
        "isDefault": False,
        "publiclyVisible": True,
        "features": [{"key": "posts"}],
        **values,
    }
    assert changed["plan"] == {**made, "seatLimit": None, "name": "Pro 2"}
    assert replaced["plan"]["key"] == "team"
    assert await plan_key(api, acme.id) == "team"
    assert (await log_of(api, "plan"))[2:] == [
        ("plan.created", None),
        ("plan.created", None),
        ("plan.updated", {"stripe_prices": []}),
        ("plan.updated", {"name": "Pro", "seat_limit": 10}),
        ("plan.deleted", None),
        ("plan.updated", {"stripe_prices": ["price_b"]}),
    ]
    assert (await log_of(api, "subscription"))[2:] == [("subscription.updated", {"plan": "pro"})]
    last = [one for one in await events(api.store) if one["type"] == "plan.updated"][-1]
    assert last["data"]["stripe_prices"] == ["price_a", "price_b"]


async def test_features_are_made_changed_and_deleted(api: Api) -> None:
    await switch_billing(api)
    made = await make_feature(api, "export-csv")

    renamed = await bill(
        api, "updateFeature", "feature { name description }", key="export-csv", name="Export"
    )
    same = await bill(api, "updateFeature", key="export-csv", name="Export")
    deleted = await bill(api, "deleteFeature", "deletedId", key="export-csv")

    assert renamed.payload["feature"] == {"name": "Export", "description": None}
    assert same.payload["cursor"] is None
    assert deleted.payload["deletedId"] == made["id"]
    assert await log_of(api, "feature") == [
        ("feature.created", None),
        ("feature.updated", {"name": "export-csv"}),
        ("feature.deleted", None),
    ]


KEYS = ["", "a b", "a,b", "a:b", "o:posts", "Posts", "ä", "x" * 65, "po\nsts", "org:posts:edit"]


@pytest.mark.parametrize("key", [*KEYS, "sys_memberships", "sys_"])
async def test_keys_that_tokens_could_not_carry_are_rejected(api: Api, key: str) -> None:
    """EN2: a separator in a key would shift the numbers of `fpm`."""
    await switch_billing(api)
    before = await contents(api.store)

    feature = await bill(api, "createFeature", key=key, name="X")
    plan = await bill(api, "createPlan", key=key, name="X", features=[])

    assert [one["field"] for one in feature.user_errors] == [["input", "key"]]
    assert key.startswith("sys_") or [one["field"] for one in plan.user_errors] == [
        ["input", "key"]
    ]
    if not key.startswith("sys_"):
        assert await contents(api.store) == before


async def test_a_permission_makes_the_feature_that_it_names(api: Api) -> None:
    await make_permission(api, "org:posts:edit")
    await make_permission(api, "org:posts:read")
    too_long = await shape(api, "createPermission", key=f"org:{'x' * 65}:read", name="X")

    features = (await api.run("{ features { key } }", by=SERVICE)).data["features"]

    assert features == [{"key": "posts"}]
    assert [one["code"] for one in too_long.user_errors] == ["form_param_max_length_exceeded"]


async def test_a_feature_in_use_cannot_be_deleted(api: Api) -> None:
    await make_permission(api, "org:posts:edit")
    await make_permission(api, "org:posts:read")
    await switch_billing(api)

    refused = await bill(api, "deleteFeature", key="posts")
    unknown = await bill(api, "deleteFeature", key="post")

    assert [(one["code"], one["meta"]) for one in refused.user_errors] == [
        ("resource_in_use", {"permissions": ["org:posts:edit", "org:posts:read"]}),
        ("resource_in_use", {"plans": ["free_org"]}),
    ]
    assert [(one["code"], one["meta"]) for one in unknown.user_errors] == [
        ("resource_not_found", {"nearest": {"post": ["posts"]}})
    ]


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"key": "free_org"}, [("key", "form_identifier_exists")]),
        ({"name": ""}, [("name", "form_param_missing")]),
        ({"features": ["none"]}, [("features", "resource_not_found")]),
        ({"seatLimit": 0}, [("seatLimit", "form_param_value_invalid")]),
        ({"payerType": "USER", "seatLimit": 1}, [("seatLimit", "form_param_value_invalid")]),
        ({"stripePrices": ["price 1"]}, [("stripePrices", "form_param_format_invalid")]),
        ({"stripePrices": ["price_pro"]}, [("stripePrices", "form_identifier_exists")]),
        ({"stripePrices": ["p"] * 51}, [("stripePrices", "form_param_value_invalid")]),
        ({"metadata": {"x": "y" * 9000}}, [("metadata", "form_param_exceeds_allowed_size")]),
        (
            {"key": "A", "name": "", "seatLimit": -1},
            [
                ("key", "form_param_format_invalid"),
                ("name", "form_param_missing"),
                ("seatLimit", "form_param_value_invalid"),
            ],
        ),
    ],
)
async def test_all_that_is_wrong_with_a_plan_is_reported(
    api: Api, input: Any, expected: list[tuple[str, str]]
) -> None:
    await switch_billing(api)
    await make_plan(api, "pro", stripePrices=["price_pro"])
    before = await contents(api.store)

    refused = await bill(api, "createPlan", **{"key": "x", "name": "X", "features": [], **input})

    assert [(one["field"][1], one["code"]) for one in refused.user_errors] == expected
    assert await contents(api.store) == before


async def test_there_is_one_default_plan_for_each_kind_of_payer(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    await make_plan(api, "starter", isDefault=True)
    await make_plan(api, "person", payerType="USER")
    await bill(api, "updatePlan", key="person", isDefault=True)

    plans = (await api.run("{ plans { key isDefault } }", by=SERVICE)).data["plans"]

    assert {one["key"] for one in plans if one["isDefault"]} == {"starter", "person"}
    assert await plan_key(api, acme.id) == "starter"
    assert ("plan.updated", {"is_default": True}) in await log_of(api, "plan")


@pytest.mark.parametrize(
    ("key", "with_key", "field", "code"),
    [
        ("free_org", "pro", "key", "resource_in_use"),
        ("pro", "free_org", "withKey", "form_param_value_invalid"),
        ("pro", "person", "withKey", "form_param_value_invalid"),
        ("pro", "pro", "withKey", "form_param_value_invalid"),
        ("none", "pro", "key", "resource_not_found"),
        ("pro", "none", "withKey", "resource_not_found"),
    ],
)
async def test_what_cannot_replace_a_plan(
    api: Api, key: str, with_key: str, field: str, code: str
) -> None:
    await switch_billing(api)
    await make_plan(api, "pro")
    await make_plan(api, "person", payerType="USER")
    before = await contents(api.store)

    refused = await bill(api, "replacePlan", key=key, withKey=with_key)

    assert [(one["field"], one["code"]) for one in refused.user_errors] == [
        (["input", field], code)
    ]
    assert await contents(api.store) == before


# ------------------------------------------------------------------------------------------ callers


@pytest.mark.parametrize(("field", "input"), CATALOGUE)
async def test_the_catalogue_is_closed_while_billing_is_disabled(
    api: Api, acme: Acme, field: str, input: Any
) -> None:
    await switch_billing(api)
    await make_feature(api, "posts")
    await make_plan(api, "pro")
    await make_plan(api, "basic")
    await switch_billing(api, False)
    before = await contents(api.store)

    refused = await bill(api, field, **input)
    by_user = await api.mutate(field, input, by=acme.admin)
    by_nobody = await api.mutate(field, input, by=NOBODY)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "billing_not_enabled")
    assert (by_user.code, by_user.reason) == ("FORBIDDEN", "secret_key_required")
    assert by_nobody.code == "UNAUTHENTICATED"
    assert await contents(api.store) == before


async def test_everybody_sees_the_public_plans_only(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    hidden = await make_plan(api, "hidden", publiclyVisible=False)
    shown = await make_plan(api, "shown")
    node = "query($a: ID!, $b: ID!) { a: node(id: $a) { id } b: node(id: $b) { id } }"

    public = (await api.run("{ instance { billingEnabled plans { key } } }")).data["instance"]
    by_user = await api.run(node, {"a": hidden["id"], "b": shown["id"]}, by=acme.member)
    by_key = await api.run(node, {"a": hidden["id"], "b": shown["id"]}, by=SERVICE)
    refused = await api.run("{ plans { key } }", by=acme.admin)

    assert public == {
        "billingEnabled": True,
        "plans": [{"key": "free_user"}, {"key": "free_org"}, {"key": "shown"}],
    }
    assert by_user.data == {"a": None, "b": {"id": shown["id"]}}
    assert by_key.data == {"a": {"id": hidden["id"]}, "b": {"id": shown["id"]}}
    assert refused.reason == "secret_key_required"


async def test_a_deleted_organization_takes_its_subscription_along(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    await make_plan(api, "pro")
    other = await an_organization(api, by=acme.outsider, name="Beta")
    await subscribe(api, other, "pro")

    await shape(api, "deleteOrganization", organizationId=other)

    found = await api.run("{ subscriptions { totalCount } }", by=SERVICE)
    assert found.data["subscriptions"]["totalCount"] == 0


async def test_a_replacement_gets_no_more_prices_than_a_plan_can_have(api: Api) -> None:
    """Else what is exported could not be applied."""
    await switch_billing(api)
    for key in ("old", "new"):
        await make_plan(api, key, stripePrices=[f"price_{key}_{number}" for number in range(26)])
    before = await contents(api.store)

    answer = await bill(api, "replacePlan", key="old", withKey="new")

    assert [(one["field"], one["meta"]) for one in answer.user_errors] == [
        (["input", "withKey"], {"limit": 50})
    ]
    assert await contents(api.store) == before


async def test_billing_stays_disabled_without_a_possible_default_plan(api: Api) -> None:
    async with begin(api.server, SYSTEM) as tx:
        await create_plan(tx, NewPlan("free_org", "Free", payer_type=PayerType.USER))

    answer = await api.mutate("updateInstance", {"billingEnabled": True}, by=SERVICE)

    assert [(one["code"], one["field"]) for one in answer.user_errors] == [
        ("form_param_value_invalid", ["input", "billingEnabled"])
    ]
    assert (await api.run("{ instance { billingEnabled } }")).data["instance"] == {
        "billingEnabled": False
    }
