"""The gate: a custom permission counts only if its feature is in the organization's plan."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from tests.conftest import counted
from tests.support.api import JSON, SERVICE, Api, Caller, events
from tests.support.data.billing import (
    bill,
    make_feature,
    make_plan,
    plan_key,
    subscribe,
    switch_billing,
)
from tests.support.data.factories import Acme, a_member
from tests.support.data.roles import READ, make_permission, make_role, shape

EDIT = "org:posts:edit"
SYSTEM = [
    "org:sys_billing:read",
    "org:sys_memberships:read",
]
VIEW = """query($id: ID!, $permission: String!) {
  organization(by: { id: $id }) {
    viewerCan(permission: $permission) viewerPermissions hasFeature(key: "posts")
    plan { key } features { key } viewerMembership { permissions role { permissions { key } } }
  }
  checkPermission(organizationId: $id, permission: $permission) {
    allowed reason role { key } plan { key } feature { key } }
}"""
MEMBERS = """query($id: ID!) { organization(by: { id: $id }) {
  memberships(first: 10) { nodes { user { identifier } permissions role { key } } } } }"""


async def an_editor(api: Api, acme: Acme) -> Caller:
    """Creates a member whose role has the permission that belongs to the feature `posts`."""
    await make_permission(api, EDIT)
    await make_role(api, "org:editor", *SYSTEM, EDIT, initially=True)
    return await a_member(api, acme.id, "editor@example.com", "org:editor")


async def without_posts(api: Api, acme: Acme) -> None:
    """Enables billing, and gives the organization a plan without the feature `posts`."""
    await switch_billing(api)
    await make_plan(api, "basic")
    await subscribe(api, acme.id, "basic")


async def view(api: Api, acme: Acme, by: Caller, permission: str = EDIT) -> Any:
    return (await api.run(VIEW, {"id": acme.id, "permission": permission}, by=by)).data


def summary(seen: JSON) -> list[bool]:
    """Whether the editor can edit, by every way to ask; the role always says that they can."""
    organization, decision = seen["organization"], seen["checkPermission"]
    membership = organization["viewerMembership"]
    assert EDIT in [one["key"] for one in membership["role"]["permissions"]]
    assert set(SYSTEM) <= set(organization["viewerPermissions"])
    return [
        organization["viewerCan"],
        EDIT in organization["viewerPermissions"],
        EDIT in membership["permissions"],
        decision["allowed"],
    ]


async def test_a_plan_without_the_feature_takes_the_permission(api: Api, acme: Acme) -> None:
    editor = await an_editor(api, acme)
    before = await view(api, acme, editor)
    await without_posts(api, acme)

    gated = await view(api, acme, editor)
    await bill(api, "updatePlan", key="basic", features=["posts"])
    granted = await view(api, acme, editor)

    assert (summary(before), summary(gated), summary(granted)) == (
        [True] * 4,
        [False] * 4,
        [True] * 4,
    )
    assert before["organization"]["plan"] is None
    assert gated["organization"]["plan"] == {"key": "basic"}
    assert gated["organization"]["features"] == []
    assert granted["organization"]["features"] == [{"key": "posts"}]
    assert [one["organization"]["hasFeature"] for one in (before, gated, granted)] == [
        False,
        False,
        True,
    ]
    assert gated["checkPermission"] == {
        "allowed": False,
        "reason": "FEATURE_NOT_IN_PLAN",
        "role": {"key": "org:editor"},
        "plan": {"key": "basic"},
        "feature": {"key": "posts"},
    }


async def test_enabling_billing_takes_nothing_from_anybody(api: Api, acme: Acme) -> None:
    editor = await an_editor(api, acme)

    await switch_billing(api)

    seen = await view(api, acme, editor)
    assert summary(seen) == [True] * 4
    assert seen["organization"]["plan"] == {"key": "free_org"}
    log = (await events(api.store))[-3:]
    assert [(one["type"], one["data"]["key"]) for one in log] == [
        ("plan.created", "free_user"),
        ("plan.created", "free_org"),
        ("plan.updated", "free_org"),
    ]


async def test_enabling_billing_again_adds_the_features_that_are_new(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    await switch_billing(api, False)
    editor = await an_editor(api, acme)
    await make_permission(api, "org:invoices:read")

    await switch_billing(api)

    assert summary(await view(api, acme, editor)) == [True] * 4
    plans = (await api.run("{ plans { key features { key } } }", by=SERVICE)).data["plans"]
    assert plans == [
        {"key": "free_user", "features": []},
        {"key": "free_org", "features": [{"key": "invoices"}, {"key": "posts"}]},
    ]


async def test_the_role_is_asked_before_the_plan(api: Api, acme: Acme) -> None:
    await an_editor(api, acme)
    await without_posts(api, acme)

    lacking = await view(api, acme, acme.member)
    unknown = await view(api, acme, acme.member, "org:none:such")

    assert lacking["checkPermission"]["reason"] == "ROLE_LACKS_PERMISSION"
    assert (lacking["checkPermission"]["plan"], lacking["checkPermission"]["feature"]) == (
        None,
        None,
    )
    assert unknown["checkPermission"]["reason"] == "UNKNOWN_PERMISSION"


async def test_without_any_plan_no_custom_permission_counts(api: Api, acme: Acme) -> None:
    editor = await an_editor(api, acme)
    await switch_billing(api)

    await bill(api, "updatePlan", key="free_org", isDefault=False)

    seen = await view(api, acme, editor)
    assert summary(seen) == [False] * 4
    assert seen["organization"]["plan"] is None
    assert seen["checkPermission"]["reason"] == "FEATURE_NOT_IN_PLAN"
    assert seen["checkPermission"]["plan"] is None
    assert seen["checkPermission"]["feature"] == {"key": "posts"}


async def test_secret_keys_and_system_permissions_are_never_gated(api: Api, acme: Acme) -> None:
    await an_editor(api, acme)
    await without_posts(api, acme)

    by_key = (
        await api.run(
            "query($id: ID!) { organization(by: { id: $id }) { viewerPermissions"
            f' viewerCan(permission: "{EDIT}") }} }}',
            {"id": acme.id},
            by=SERVICE,
        )
    ).data["organization"]
    system = await view(api, acme, acme.admin, "org:sys_profile:delete")

    assert by_key["viewerCan"]
    assert EDIT in by_key["viewerPermissions"]
    assert system["organization"]["viewerCan"]
    assert system["checkPermission"]["reason"] == "GRANTED_BY_ROLE"


async def test_lists_of_members_are_gated_by_organization(api: Api, acme: Acme) -> None:
    editor = await an_editor(api, acme)
    await without_posts(api, acme)
    other = await api.mutate(
        "createOrganization", {"name": "Beta"}, "organization { id }", by=acme.outsider
    )
    await a_member(api, other.payload["organization"]["id"], editor, "org:editor")
    mine = "{ viewer { memberships { nodes { permissions organization { name viewerCan("
    mine += f'permission: "{EDIT}") }} }} }} }} }}'

    nodes = (await api.run(mine, by=editor)).data["viewer"]["memberships"]["nodes"]
    members = (await api.run(MEMBERS, {"id": acme.id}, by=acme.admin)).data["organization"]

    seen = {
        one["organization"]["name"]: (EDIT in one["permissions"], one["organization"]["viewerCan"])
        for one in nodes
    }
    assert seen == {"Acme": (False, False), "Beta": (True, True)}
    assert {
        one["role"]["key"]: EDIT in one["permissions"] for one in members["memberships"]["nodes"]
    } == {"org:admin": False, "org:member": False, "org:editor": False}


async def test_events_carry_the_permissions_that_count(api: Api, acme: Acme) -> None:
    await an_editor(api, acme)
    await without_posts(api, acme)

    await a_member(api, acme.id, "second@example.com", "org:editor")
    await bill(api, "updatePlan", key="basic", features=["posts"])
    await a_member(api, acme.id, "third@example.com", "org:editor")
    await bill(api, "updatePlan", key="basic", features=[])
    await shape(api, "deleteOrganization", organizationId=acme.id)

    log = [
        (one["type"].split(".")[1], EDIT in one["data"]["permissions"])
        for one in await events(api.store)
        if one["type"].startswith("organizationMembership") and one["data"]["role"] == "org:editor"
    ]
    assert log == [
        ("created", True),
        ("created", False),
        ("created", True),
        ("deleted", False),
        ("deleted", False),
        ("deleted", False),
    ]


async def test_granting_and_managing_depend_on_roles_alone(api: Api, acme: Acme) -> None:
    """EN4: a plan without features doesn't keep an administrator from granting their own role."""
    await make_permission(api, EDIT)
    holds_all = [
        one["key"]
        for one in (await api.run("{ permissions { key } }", by=SERVICE)).data["permissions"]
    ]
    await shape(api, "updateRole", key="org:admin", permissions=holds_all)
    await without_posts(api, acme)
    ids = {"organizationId": acme.id, "userId": acme.member.id}

    promoted = await api.mutate(
        "updateMembership",
        {**ids, "role": "org:admin"},
        "membership { permissions role { permissions { key } } }",
        by=acme.admin,
    )
    demoted = await api.mutate("updateMembership", {**ids, "role": "org:member"}, by=acme.admin)
    last = await api.mutate(
        "updateMembership", {**ids, "userId": acme.admin.id, "role": "org:member"}, by=acme.admin
    )
    left = await api.mutate("leaveOrganization", {"organizationId": acme.id}, by=acme.admin)
    invited = await api.mutate(
        "createInvitation",
        {"organizationId": acme.id, "emailAddress": "x@example.com", "role": "org:admin"},
        "invitation { id }",
        by=acme.admin,
    )

    given = promoted.payload["membership"]
    held = {one["key"] for one in given["role"]["permissions"]}
    assert (EDIT in held, EDIT in given["permissions"]) == (True, False)
    assert demoted.payload
    assert [one["code"] for one in last.user_errors + left.user_errors] == [
        "organization_minimum_permissions_needed"
    ] * 2
    assert invited.payload["invitation"]["id"]


# -------------------------------------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("status", "plan"),
    [
        ("ACTIVE", "basic"),
        ("TRIALING", "basic"),
        ("PAST_DUE", "basic"),
        ("INCOMPLETE", "free_org"),
        ("ENDED", "free_org"),
    ],
)
async def test_the_status_decides_which_plan_is_in_force(
    api: Api, acme: Acme, status: str, plan: str
) -> None:
    await without_posts(api, acme)

    await subscribe(api, acme.id, "basic", status=status)

    assert await plan_key(api, acme.id) == plan


async def test_a_canceled_plan_ends_with_its_period(api: Api, acme: Acme) -> None:
    """EN3: to the millisecond, in the next request."""
    editor = await an_editor(api, acme)
    await switch_billing(api)
    await bill(api, "updatePlan", key="free_org", features=[])
    await make_plan(api, "pro", "posts")
    end = api.clock() + timedelta(minutes=10)
    await subscribe(
        api, acme.id, "pro", status="CANCELED", periodEndsAt=end.astimezone(UTC).isoformat()
    )
    seen: list[tuple[str | None, list[bool]]] = []
    for moment in (-1, 0, 1):
        api.clock.moment = end + timedelta(milliseconds=moment)
        seen.append((await plan_key(api, acme.id), summary(await view(api, acme, editor))))

    assert seen == [("pro", [True] * 4), ("free_org", [False] * 4), ("free_org", [False] * 4)]


# ------------------------------------------------------------------------------------- statements


CHECK = """query($id: ID!, $permission: String!) {
  checkPermission(organizationId: $id, permission: $permission) { allowed reason } }"""
ORGANIZATION = """query($id: ID!) { organization(by: { id: $id }) {
  maxAllowedMemberships viewerPermissions } }"""
MINE = """{ viewer { memberships { nodes { permissions organization {
  name maxAllowedMemberships viewerPermissions } } } } }"""
PLANS = """query($id: ID!) { organization(by: { id: $id }) {
  plan { key } features { key } hasFeature(key: "posts") maxAllowedMemberships } }"""


async def count_statements(api: Api, document: str, variables: JSON, by: Caller) -> int:
    await api.run(document, variables, by=by)
    with counted(api.store) as statements:
        assert (await api.run(document, variables, by=by)).data
    return len(statements)


@pytest.mark.parametrize("was_on", [False, True])
async def test_no_statement_is_added_while_billing_is_disabled(
    api: Api, acme: Acme, was_on: bool
) -> None:
    """The numbers are those without plans."""
    if was_on:
        await without_posts(api, acme)
        await switch_billing(api, False)
    variables = {"id": acme.id, "permission": READ}

    counts = [
        await count_statements(api, document, variables, acme.admin)
        for document in (MEMBERS, CHECK, ORGANIZATION, MINE, PLANS)
    ]

    assert counts == [4, 2, 2, 3, 2]


async def test_a_check_takes_no_statement_more_with_billing(api: Api, acme: Acme) -> None:
    editor = await an_editor(api, acme)
    variables = {"id": acme.id, "permission": EDIT}
    before = await count_statements(api, CHECK, variables, editor)

    await switch_billing(api)

    assert await count_statements(api, CHECK, variables, editor) == before == 2


async def test_a_feature_can_be_used_without_a_permission(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    await make_feature(api, "export-csv")
    await make_plan(api, "pro", "export-csv")
    await subscribe(api, acme.id, "pro")
    document = """query($id: ID!) { organization(by: { id: $id }) {
        yes: hasFeature(key: "export-csv") no: hasFeature(key: "export") } }"""

    seen = (await api.run(document, {"id": acme.id}, by=acme.member)).data["organization"]

    assert seen == {"yes": True, "no": False}


async def test_a_mutation_after_enabling_billing_shows_the_plan(api: Api, acme: Acme) -> None:
    document = """mutation($id: ID!) {
        updateInstance(input: { billingEnabled: true }) { userErrors { code } }
        setSubscription(input: { organizationId: $id, plan: "free_org", seats: 9 }) {
          subscription { organization { maxAllowedMemberships plan { key } } } } }"""

    answer = await api.run(document, {"id": acme.id}, by=SERVICE)

    assert answer.data["setSubscription"]["subscription"]["organization"] == {
        "maxAllowedMemberships": 9,
        "plan": {"key": "free_org"},
    }
