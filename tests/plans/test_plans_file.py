"""Features and plans as one file: exported, changed, looked at, applied whole or not at all."""

from pathlib import Path

import pytest
import yaml

from models.database.store import Store
from tests.support.api import JSON, Api, contents, events
from tests.support.data.billing import make_plan, plan_key, subscribe, switch_billing
from tests.support.data.factories import Acme
from tests.support.data.roles import make_permission
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import done
from tests.support.processes.model_file import Operator

MODEL: JSON = {
    "features": {
        "export": {"name": "Export", "description": "Downloads as CSV"},
        "posts": {"name": "Posts"},
    },
    "plans": {
        "basic": {"name": "Basic", "payer_type": "organization", "features": [], "default": True},
        "person": {"name": "Person", "payer_type": "user", "features": ["export"]},
        "pro": {
            "name": "Pro",
            "description": "For teams",
            "payer_type": "organization",
            "features": ["export", "posts"],
            "publicly_visible": False,
            "seat_limit": 10,
            "stripe_prices": ["price_a", "price_b"],
            "metadata": {"price": 9.5, "tiers": [{"up_to": 3}], "1": "yes", "on": None},
        },
    },
}


@pytest.fixture
def operator(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.chdir(tmp_path)
    return Operator("plans", tmp_path, database_url)


async def test_plans_are_prepared_while_billing_is_disabled(
    operator: Operator, store: Store
) -> None:
    lines = await operator.applied(MODEL)

    assert await operator.exported() == MODEL
    assert lines == [
        "+ feature export",
        '  + name: "Export"',
        '  + description: "Downloads as CSV"',
        "+ feature posts",
        '  + name: "Posts"',
        "+ plan basic",
        '  + name: "Basic"',
        '  + payer_type: "organization"',
        "  + default: true",
        "  + publicly_visible: true",
        "+ plan person",
        '  + name: "Person"',
        '  + payer_type: "user"',
        "  + publicly_visible: true",
        "  + export",
        "+ plan pro",
        '  + name: "Pro"',
        '  + description: "For teams"',
        '  + payer_type: "organization"',
        "  + seat_limit: 10",
        '  + metadata: {"price": 9.5, "tiers": [{"up_to": 3}], "1": "yes", "on": null}',
        "  + export",
        "  + posts",
        "  + price_a",
        "  + price_b",
        "5 to create, 0 to change, 0 to delete.",
    ]


async def test_applying_what_was_exported_changes_nothing(operator: Operator, store: Store) -> None:
    await operator.applied(MODEL)
    before = await contents(store)

    text = done(await operator.run("export"))
    again = await operator.apply(text)

    assert done(again) == "Nothing to change.\n"
    assert await contents(store) == before
    assert done(await operator.run("export")) == text


async def test_a_dry_run_changes_nothing(operator: Operator, store: Store) -> None:
    before = await contents(store)

    result = done(await operator.apply(MODEL, "--dry-run"))

    assert result.endswith("This was a dry run, so nothing was changed.\n")
    assert await contents(store) == before


async def test_everything_changes_at_once(api: Api, acme: Acme, operator: Operator) -> None:
    """The default plan goes, prices move, a plan is replaced, and a feature leaves."""
    await operator.applied(MODEL)
    await switch_billing(api)
    await subscribe(api, acme.id, "pro")
    wanted: JSON = {
        "features": {"posts": {"name": "Blog"}},
        "plans": {
            "basic": {"replaced_with": "team"},
            "free_user": {"name": "Free", "payer_type": "user", "features": [], "default": True},
            "person": {"name": "Person", "payer_type": "user", "features": []},
            "pro": {"replaced_with": "team"},
            "starter": {
                "name": "Starter",
                "features": ["posts"],
                "default": True,
                "stripe_prices": ["price_a"],
            },
            "team": {"name": "Team", "features": ["posts"], "stripe_prices": ["price_b"]},
        },
    }

    lines = await operator.applied(wanted)

    assert await plan_key(api, acme.id) == "team"
    assert lines[-1] == "2 to create, 2 to change, 3 to delete."
    assert "  its subscriptions get team" in lines
    seen = await operator.exported()
    assert {key: plan.get("stripe_prices") for key, plan in seen["plans"].items()} == {
        "free_user": None,
        "person": None,
        "starter": ["price_a"],
        "team": ["price_b"],
    }
    assert {one["actor_type"] for one in await events(api.store)} >= {"system"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"plans": {"a": {"name": "A", "features": ["postz"]}}},
            ["line 2: plans.a.features.0: The feature 'postz' doesn't exist. Did you mean posts?"],
        ),
        (
            {"plans": {"a": {"name": "A", "features": [], "seats": 3}}},
            [
                "line 2: plans.a.seats: The name is unknown. Did you mean features or seat_limit or"
                " default?"
            ],
        ),
        (
            {"plans": {"a": {"name": "A", "features": [], "seat_limit": "3"}}},
            ["line 2: plans.a.seat_limit: It must be a whole number."],
        ),
        (
            {
                "plans": {
                    "a": {"name": "A", "features": [], "default": True},
                    "b": {"name": "B", "features": [], "default": True},
                }
            },
            ["line 3: plans.b.default: The plan a is already the default one for organizations."],
        ),
        (
            {"plans": {"a": {"replaced_with": "b"}}},
            ["line 2: plans.a.replaced_with: The plan that stays 'b' doesn't exist."],
        ),
        (
            {"plans": {"a": {"name": "A", "features": [], "payer_type": "team"}}},
            ["line 2: plans.a.payer_type: Input should be 'organization' or 'user'."],
        ),
        (
            {"plans": {"a": {"name": "A", "features": [], "metadata": {"x": float("nan")}}}},
            ["line 2: plans.a.metadata: It contains a number that JSON can't represent."],
        ),
    ],
)
@ONLY_SQLITE
async def test_a_wrong_file_is_refused_with_its_lines(
    operator: Operator, store: Store, change: JSON, expected: list[str]
) -> None:
    entries = "\n".join(
        f"  {key}: {yaml.safe_dump(value, default_flow_style=True, width=999)}".rstrip()
        for key, value in change["plans"].items()
    )
    text = f"plans:\n{entries}\nfeatures: {{posts: {{name: Posts}}}}\n"

    assert await operator.errors(store, text) == [f"plans.yaml: {line}" for line in expected]


async def test_what_the_store_refuses_is_reported_with_its_line(
    api: Api, acme: Acme, operator: Operator
) -> None:
    await make_permission(api, "org:posts:edit")
    await switch_billing(api)
    await make_plan(api, "pro")
    text = """
features: {}
plans:
  free_org: {name: Free, features: [], default: true}
  free_user: {name: Free, payer_type: user, features: [], default: true}
"""

    missing = await operator.errors(api.store, text)
    to_default = await operator.errors(api.store, text + "  pro: {replaced_with: free_org}\n")
    unusable = await operator.errors(
        api.store, text + "  pro: {name: '', features: [], seat_limit: 0}\n"
    )
    payer = await operator.errors(
        api.store, text + "  pro: {name: Pro, features: [], payer_type: user}\n"
    )
    in_use = await operator.errors(api.store, text + "  pro: {name: Pro, features: []}\n")

    assert missing == [
        "plans.yaml: line 3: plans.pro: The file leaves out this plan. Name its replacement with"
        " `replaced_with`."
    ]
    assert to_default == [
        "plans.yaml: line 6: plans.pro.replaced_with: The default plan can't replace another one:"
        " it needs no subscription."
    ]
    assert unusable == [
        "plans.yaml: line 6: plans.pro.name: The name must not be empty.",
        "plans.yaml: line 6: plans.pro.seat_limit: The seat limit must be from 1 to"
        " 2,000,000,000, or null.",
    ]
    assert payer == [
        "plans.yaml: line 6: plans.pro.payer_type: The plan is for organizations, which can't be"
        " changed."
    ]
    assert in_use == [
        "plans.yaml: line 2: features.posts: The file leaves it out, but it can't be deleted:"
        " These permissions belong to the feature: org:posts:edit. Delete them first."
    ]
