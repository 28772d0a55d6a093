"""Plans and features in session tokens (rule 44)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.api import JSON, Api, Caller
from tests.support.data.billing import (
    bill,
    make_feature,
    make_plan,
    subscribe,
    switch_billing,
)
from tests.support.data.factories import Acme, a_member
from tests.support.data.roles import make_permission, make_role
from tests.support.data.sessions import claims_in, open_session

READ = "org:sys_memberships:read"


@pytest.fixture
async def editor(api: Api, acme: Acme) -> Caller:
    await make_permission(api, "org:posts:edit")
    await make_permission(api, "org:teams:read")
    permissions = [READ, "org:posts:edit", "org:teams:read"]
    await make_role(api, "org:editor", *permissions, initially=True)
    return await a_member(api, acme.id, "editor@example.com", "org:editor")


async def claims_of(api: Api, by: Caller, format: str, **input: Any) -> JSON:
    claims = claims_in(await open_session(api, by=by, format=format, **input))
    chosen = {name: claims[name] for name in ("pla", "fea", "org_permissions") if name in claims}
    return chosen | {name: claims["o"][name] for name in ("per", "fpm") if "o" in claims}


async def sell(api: Api, acme: Acme) -> None:
    """Gives the organization a plan with posts and exports, and the editor one with themes."""
    await switch_billing(api)
    await make_feature(api, "export")
    await make_feature(api, "themes")
    await make_plan(api, "pro", "posts", "export")
    await make_plan(api, "plus", "themes", payerType="USER")
    await subscribe(api, acme.id, "pro")


async def test_tokens_are_as_ever_while_billing_is_disabled(
    api: Api, acme: Acme, editor: Caller
) -> None:
    by_format = [
        await claims_of(api, editor, one, organizationId=acme.id) for one in ("V2", "V1", "LEGACY")
    ]

    assert by_format == [
        {"fea": "o:posts,o:sys_memberships,o:teams", "per": "edit,read", "fpm": "1,2,2"},
        {"org_permissions": ["org:posts:edit", READ, "org:teams:read"]},
        {},
    ]


async def test_tokens_of_an_organization_carry_its_plan(
    api: Api, acme: Acme, editor: Caller
) -> None:
    await sell(api, acme)
    await bill(api, "setSubscription", userId=editor.id, plan="plus")

    by_format = [
        await claims_of(api, editor, one, organizationId=acme.id) for one in ("V2", "V1", "LEGACY")
    ]

    plan = {"pla": "o:pro", "fea": "o:export,o:posts,o:sys_memberships"}
    assert by_format == [
        {**plan, "per": "edit,read", "fpm": "0,1,2"},
        {**plan, "org_permissions": ["org:posts:edit", READ]},
        {},
    ]


async def test_tokens_without_an_organization_carry_the_users_plan(
    api: Api, acme: Acme, editor: Caller
) -> None:
    await sell(api, acme)
    before = await claims_of(api, editor, "V2")
    await bill(api, "setSubscription", userId=editor.id, plan="plus")

    by_format = [await claims_of(api, editor, one) for one in ("V2", "V1", "LEGACY")]

    assert before == {"pla": "u:free_user"}
    plan = {"pla": "u:plus", "fea": "u:themes"}
    assert by_format == [plan, plan, {}]


async def test_without_a_plan_there_is_no_claim_of_one(
    api: Api, acme: Acme, editor: Caller
) -> None:
    await switch_billing(api)
    for key in ("free_org", "free_user"):
        await bill(api, "updatePlan", key=key, isDefault=False)

    in_organization = await claims_of(api, editor, "V2", organizationId=acme.id)

    assert in_organization == {"fea": "o:sys_memberships", "per": "read", "fpm": "1"}
    assert await claims_of(api, editor, "V2") == {}


async def test_the_next_token_follows_the_plan_to_the_millisecond(
    api: Api, acme: Acme, editor: Caller
) -> None:
    """EN3: a token outlives its plan by the 60 seconds that it lives at most."""
    await sell(api, acme)
    await bill(api, "updatePlan", key="free_org", features=[])
    end = api.clock() + timedelta(minutes=5)
    await subscribe(api, acme.id, "pro", status="CANCELED", periodEndsAt=end.isoformat())
    plans: list[str] = []
    for moment in (-1, 0):
        api.clock.moment = end + timedelta(milliseconds=moment)
        claims = claims_in(await open_session(api, by=editor, organizationId=acme.id))
        plans.append(claims["pla"])
        assert claims["exp"] - claims["iat"] == 60

    assert plans == ["o:pro", "o:free_org"]
