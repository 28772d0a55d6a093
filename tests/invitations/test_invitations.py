"""Inviting one address: on which terms, and what is refused (rules 9, 11 to 13, 20)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.api import SERVICE, Api, Caller, events
from tests.support.data.factories import Acme, a_member, a_role, an_organization
from tests.support.data.invitations import (
    again,
    allow_origins,
    codes,
    decline,
    fields,
    invite,
    invited,
    revoke,
    stored,
    ticket,
    unchanged,
)

PERMISSIONS = ["org:sys_memberships:read", "org:sys_memberships:manage"]


async def test_an_administrator_invites_and_the_invitation_is_pending(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, "New.Person@Example.com", by=acme.admin)

    assert made["emailAddress"] == "New.Person@Example.com"
    assert (made["status"], made["role"]) == ("PENDING", {"key": "org:member"})
    assert made["inviter"] == {"id": acme.admin.id}
    assert made["mail"] == {"status": "QUEUED", "attempts": 0}
    assert made["organization"] == {"id": acme.id}
    assert made["publicOrganization"] == {"id": acme.id, "name": "Acme", "slug": "acme"}
    assert (made["publicMetadata"], made["privateMetadata"]) == ({}, None)
    assert datetime.fromisoformat(made["expiresAt"]) == api.clock() + timedelta(days=30)
    assert made["url"].startswith(f"http://127.0.0.1:8000/invitations/accept?ticket={made['id']}.")


async def test_inviting_leaves_one_event_by_its_actor(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin, role="org:admin")

    last = (await events(api.store))[-1]
    assert (last["type"], last["object_id"]) == ("organizationInvitation.created", made["id"])
    assert (last["actor_type"], last["actor_id"], last["organization_id"]) == (
        "user",
        acme.admin.id,
        acme.id,
    )
    assert (last["data"]["status"], last["data"]["role"], last["data"]["url"]) == (
        "pending",
        "org:admin",
        None,
    )


async def test_the_instance_says_how_long_invitations_live(api: Api, acme: Acme) -> None:
    await api.mutate("updateInstance", {"invitationExpiresInDays": 7}, by=SERVICE)

    made = await invited(api, acme.id, by=acme.admin)

    assert datetime.fromisoformat(made["expiresAt"]) == api.clock() + timedelta(days=7)


@pytest.mark.parametrize("days", [1, 365])
async def test_an_invitation_lives_as_long_as_asked(api: Api, acme: Acme, days: int) -> None:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=days)

    assert datetime.fromisoformat(made["expiresAt"]) == api.clock() + timedelta(days=days)


async def test_without_notify_no_mail_is_queued(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin, notify=False)

    assert made["mail"] == {"status": "NOT_REQUESTED", "attempts": 0}
    assert made["url"]


ADDRESS, ROLE, DAYS, URL = (
    "input.emailAddress",
    "input.role",
    "input.expiresInDays",
    "input.redirectUrl",
)
FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"role": "org:boss"}, "resource_not_found", ROLE),
    ({"role": "org:unoffered"}, "resource_not_found", ROLE),
    ({"role": ""}, "resource_not_found", ROLE),
    ({"expiresInDays": 0}, "form_param_value_invalid", DAYS),
    ({"expiresInDays": 366}, "form_param_value_invalid", DAYS),
    ({"expiresInDays": -1}, "form_param_value_invalid", DAYS),
    ({"redirectUrl": "https://evil.example.com/in"}, "redirect_url_domain_mismatch", URL),
    ({"redirectUrl": "https://app.example.com.evil.example"}, "redirect_url_domain_mismatch", URL),
    ({"redirectUrl": "https://app.example.com:8443/"}, "redirect_url_domain_mismatch", URL),
    ({"redirectUrl": "http://app.example.com/"}, "redirect_url_domain_mismatch", URL),
    (
        {"redirectUrl": "https://app.example.com\\.evil.example/"},
        "redirect_url_domain_mismatch",
        URL,
    ),
    ({"redirectUrl": "https://app.example.com@evil.example/"}, "form_param_format_invalid", URL),
    ({"redirectUrl": "https://evil.example\\@app.example.com/"}, "form_param_format_invalid", URL),
    ({"redirectUrl": "javascript:alert(1)//app.example.com"}, "form_param_format_invalid", URL),
    ({"redirectUrl": "//app.example.com/"}, "form_param_format_invalid", URL),
    ({"redirectUrl": "https://app.example.com/\r\nX: y"}, "form_param_format_invalid", URL),
    ({"emailAddress": "nobody"}, "form_param_format_invalid", ADDRESS),
    ({"emailAddress": "a@example.com\r\nBcc: b@example.com"}, "form_param_format_invalid", ADDRESS),
    ({"emailAddress": "a@example.com,b@example.com"}, "form_param_format_invalid", ADDRESS),
    ({"emailAddress": "a@example.com;b@example.com"}, "form_param_format_invalid", ADDRESS),
    ({"emailAddress": "Ada <a@example.com>"}, "form_param_format_invalid", ADDRESS),
    ({"emailAddress": "\u212aim@example.com"}, "form_param_format_invalid", ADDRESS),
    ({"emailAddress": "a@example.com."}, "form_param_format_invalid", ADDRESS),
    ({"emailAddress": "ADA@Example.com"}, "already_a_member_in_organization", ADDRESS),
    ({"emailAddress": "pending@example.com"}, "organization_invitation_not_unique", ADDRESS),
]


@pytest.mark.parametrize(("fault", "code", "field"), FAULTS)
async def test_a_fault_is_told_and_changes_nothing(
    api: Api, acme: Acme, fault: dict[str, Any], code: str, field: str
) -> None:
    await allow_origins(api, "https://app.example.com")
    await a_role(api, "org:unoffered", PERMISSIONS, in_set=False)
    await invited(api, acme.id, "Pending@Example.com", by=acme.admin)
    good: dict[str, Any] = {"redirectUrl": "https://app.example.com/in", "expiresInDays": 3}

    async with unchanged(api):
        refused = await invite(api, acme.id, by=acme.admin, **{**good, **fault})

    assert (codes(refused), fields(refused)) == ([code], [field])
    allowed = await invited(api, acme.id, by=acme.admin, **good)
    assert allowed["redirectUrl"] == "https://app.example.com/in"


async def test_all_faults_are_told_together(api: Api, acme: Acme) -> None:
    faults: dict[str, Any] = {
        "role": "org:boss",
        "expiresInDays": 0,
        "redirectUrl": "https://evil.example.com",
        "publicMetadata": {"a": "x" * 9000},
        "privateMetadata": {"a": "x" * 9000},
        "inviterUserId": acme.outsider.id,
    }

    async with unchanged(api):
        refused = await invite(api, acme.id, by=SERVICE, **faults)

    assert set(fields(refused)) == {f"input.{name}" for name in faults}
    async with unchanged(api):
        malformed = await invite(
            api, acme.id, "nobody", by=SERVICE, expiresInDays=0, redirectUrl="x"
        )
    assert set(fields(malformed)) == {ADDRESS, DAYS, URL}


LOOK_ALIKES = [
    ("new@example.com", "NEW@EXAMPLE.COM", True),
    ("new@bücher.example", "new@xn--bcher-kva.example", True),
    ("jos\u00e9@example.com", "jose\u0301@example.com", True),
    ("new@example.com", "new+a@example.com", False),
    ("new@example.com", "n.ew@example.com", False),
    ("vi@example.com", "v\u0131@example.com", False),
    ("strasse@example.com", "straße@example.com", False),
    ("new@example.com", "\uff4eew@example.com", False),
]


@pytest.mark.parametrize(("first", "second", "same"), LOOK_ALIKES)
async def test_one_pending_invitation_an_address_however_it_is_spelt(
    api: Api, acme: Acme, first: str, second: str, same: bool
) -> None:
    await invited(api, acme.id, first, by=acme.admin)

    again = await invite(api, acme.id, second, by=acme.admin)

    assert codes(again) == (["organization_invitation_not_unique"] if same else [])


async def test_the_same_address_is_invited_by_several_organizations(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await invited(api, acme.id, by=acme.admin)

    assert await invited(api, other, by=acme.outsider)


async def test_who_has_an_account_elsewhere_is_invited_like_who_has_none(
    api: Api, acme: Acme
) -> None:
    known = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    unknown = await invited(api, acme.id, "unknown@example.com", by=acme.admin)

    own = ("id", "url", "emailAddress")
    assert {key: value for key, value in known.items() if key not in own} == {
        key: value for key, value in unknown.items() if key not in own
    }


@pytest.mark.parametrize("status", ["revoked", "declined", "expired"])
async def test_a_settled_invitation_does_not_block_another(
    api: Api, acme: Acme, status: str
) -> None:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    if status == "revoked":
        await revoke(api, acme.id, made["id"], by=acme.admin)
    if status == "declined":
        newcomer = await api.person("new@example.com")
        await decline(api, by=newcomer, ticket=await ticket(api, made["id"]))
    if status == "expired":
        api.clock.forward(days=1)
    admin = await again(api, acme.admin)

    second = await invited(api, acme.id, by=admin)

    assert second["id"] != made["id"]
    assert (await stored(api, made["id"]))["status"] == status


# ------------------------------------------------------------------------------- who may grant what


async def a_recruiter(api: Api, acme: Acme) -> Caller:
    """A member who manages members and lacks much else."""
    await a_role(api, "org:recruiter", PERMISSIONS)
    return await a_member(api, acme.id, "rita@example.com", "org:recruiter")


async def test_nobody_invites_into_a_role_with_permissions_they_lack(api: Api, acme: Acme) -> None:
    recruiter = await a_recruiter(api, acme)
    await a_role(api, "org:reader", ["org:sys_memberships:read"])

    async with unchanged(api):
        refused = await invite(api, acme.id, by=recruiter, role="org:admin")

    assert (refused.code, refused.reason) == ("FORBIDDEN", "role_not_grantable")
    assert "org:sys_profile:delete" in refused.error["extensions"]["permissions"]
    assert "org:sys_memberships:manage" not in refused.error["extensions"]["permissions"]
    assert (await invited(api, acme.id, by=recruiter, role="org:reader"))["role"] == {
        "key": "org:reader"
    }


async def test_the_default_role_too_has_to_be_within_the_inviters_permissions(
    api: Api, acme: Acme
) -> None:
    await a_role(api, "org:manager", ["org:sys_memberships:manage"])
    manager = await a_member(api, acme.id, "rita@example.com", "org:manager")

    async with unchanged(api):
        refused = await invite(api, acme.id, by=manager)

    assert refused.reason == "role_not_grantable"


async def test_a_key_invites_for_a_manager_with_their_permissions_and_no_more(
    api: Api, acme: Acme
) -> None:
    recruiter = await a_recruiter(api, acme)
    await a_role(api, "org:reader", ["org:sys_memberships:read"])

    async with unchanged(api):
        for role in ("org:admin", "org:member"):
            refused = await invite(api, acme.id, by=SERVICE, role=role, inviterUserId=recruiter.id)
            assert refused.reason == "role_not_grantable"
        for inviter in (acme.outsider.id, "", "user_0"):
            absent = await invite(api, acme.id, by=SERVICE, inviterUserId=inviter)
            assert (codes(absent), fields(absent)) == (
                ["resource_not_found"],
                ["input.inviterUserId"],
            )
        plain = await invite(api, acme.id, by=SERVICE, inviterUserId=acme.member.id)
        assert (plain.code, plain.reason) == ("FORBIDDEN", "missing_organization_permission")

    made = await invited(api, acme.id, by=SERVICE, role="org:reader", inviterUserId=recruiter.id)
    assert made["inviter"] == {"id": recruiter.id}
    event = (await events(api.store))[-1]
    assert (event["actor_type"], event["data"]["inviter_id"]) == ("service", recruiter.id)


async def test_a_key_invites_for_itself_into_any_role(api: Api, acme: Acme) -> None:
    made = await invited(
        api, acme.id, by=SERVICE, role="org:admin", privateMetadata={"plan": "pro"}
    )

    assert (made["inviter"], made["privateMetadata"]) == (None, {"plan": "pro"})


@pytest.mark.parametrize(
    "input", [{"publicMetadata": {}}, {"privateMetadata": {}}, {"inviterUserId": ""}]
)
async def test_some_inputs_are_for_keys_only(api: Api, acme: Acme, input: dict[str, Any]) -> None:
    async with unchanged(api):
        refused = await invite(api, acme.id, by=acme.admin, **input)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "secret_key_required")
