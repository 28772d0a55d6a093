"""Inviting many at once (rules 18 and 19)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.conftest import counted
from tests.support.api import JSON, SERVICE, Answer, Api, Caller
from tests.support.data.factories import Acme, a_member, a_role
from tests.support.data.invitations import (
    FIELDS,
    allow_origins,
    codes,
    invite_many,
    invited,
    kinds,
    seats,
    unchanged,
)


def emails(number: int, prefix: str = "p") -> list[str]:
    return [f"{prefix}{n}@example.com" for n in range(number)]


async def send(
    api: Api,
    acme: Acme,
    recipients: list[dict[str, Any]],
    *,
    by: Caller | None = None,
    **input: Any,
) -> Any:
    values = {"organizationId": acme.id, "recipients": recipients, **input}
    return await api.mutate(
        "createInvitations", values, f"invitations {{ {FIELDS} }}", by=by or acme.admin
    )


async def test_a_hundred_are_invited_and_a_hundred_and_one_are_not(api: Api, acme: Acme) -> None:
    async with unchanged(api):
        refused = await invite_many(api, acme.id, emails(101), by=acme.admin)
    made = (await invite_many(api, acme.id, emails(100), by=acme.admin)).payload["invitations"]

    assert codes(refused) == ["bulk_size_exceeded"]
    assert (refused.user_errors[0]["meta"], refused.user_errors[0]["field"]) == (
        {"limit": 100},
        ["input", "recipients"],
    )
    assert [one["emailAddress"] for one in made] == emails(100)
    assert {one["mail"]["status"] for one in made} == {"QUEUED"}
    assert await kinds(api) == ["created"] * 100


async def test_each_has_a_role_and_metadata_of_their_own_or_the_calls(api: Api, acme: Acme) -> None:
    answer = await send(
        api,
        acme,
        [
            {"emailAddress": "a@example.com", "role": "org:admin", "publicMetadata": {"a": 1}},
            {"emailAddress": "b@example.com"},
        ],
        by=SERVICE,
        role="org:member",
    )

    first, second = answer.payload["invitations"]
    assert (first["role"]["key"], first["publicMetadata"]) == ("org:admin", {"a": 1})
    assert (second["role"]["key"], second["publicMetadata"]) == ("org:member", {})


async def test_each_has_an_inviter_a_link_and_an_expiry_of_their_own_or_the_calls(
    api: Api, acme: Acme
) -> None:
    await allow_origins(api, "https://a.example.com", "https://b.example.com")
    ben = await a_member(api, acme.id, "ben@example.com", "org:admin")
    shared = {
        "inviterUserId": acme.admin.id,
        "redirectUrl": "https://a.example.com/",
        "expiresInDays": 3,
    }
    own = {
        "inviterUserId": ben.id,
        "redirectUrl": "https://b.example.com/",
        "expiresInDays": 5,
    }

    async def invite_both(by: Caller, other: JSON) -> Answer:
        first = {"emailAddress": "a@example.com"}
        second = {"emailAddress": "b@example.com", **other}
        return await send(api, acme, [first, second], by=by, **shared)

    async with unchanged(api):
        faulty = await invite_both(
            SERVICE,
            {
                "inviterUserId": acme.outsider.id,
                "redirectUrl": "https://c.example.com/",
                "expiresInDays": 0,
            },
        )
        without_right = await invite_both(SERVICE, {"inviterUserId": acme.member.id})
        shared.pop("inviterUserId")
        by_user = await invite_both(acme.admin, own)
    shared["inviterUserId"] = acme.admin.id
    made = (await invite_both(SERVICE, own)).payload["invitations"]

    assert {
        error["code"]: error["meta"]["email_addresses"] for error in faulty.user_errors
    } == dict.fromkeys(
        ["resource_not_found", "redirect_url_domain_mismatch", "form_param_value_invalid"],
        ["b@example.com"],
    )
    assert without_right.reason == "missing_organization_permission"
    assert by_user.reason == "secret_key_required"
    day = timedelta(days=1)
    assert [
        (
            one["inviter"]["id"],
            one["redirectUrl"],
            (datetime.fromisoformat(one["expiresAt"]) - api.clock()) // day,
        )
        for one in made
    ] == [
        (acme.admin.id, "https://a.example.com/", 3),
        (ben.id, "https://b.example.com/", 5),
    ]


BAD = [
    {"emailAddress": "x"},
    {"emailAddress": "y\r\nBcc: z@example.com"},
    {"emailAddress": "ADA@example.com"},
    {"emailAddress": "Pending@example.com"},
    {"emailAddress": "GOOD@example.com"},
    {"emailAddress": "boss@example.com", "role": "org:boss"},
    {"emailAddress": "large@example.com", "publicMetadata": {"a": "x" * 8192}},
]
TOLD = {
    "form_param_format_invalid": ["x", "y\r\nBcc: z@example.com"],
    "already_a_member_in_organization": ["ADA@example.com"],
    "duplicate_record": ["Pending@example.com", "GOOD@example.com"],
    "resource_not_found": ["boss@example.com"],
    "form_param_exceeds_allowed_size": ["large@example.com"],
}


async def test_reject_all_names_every_bad_one_and_changes_nothing(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, "pending@example.com", by=acme.admin)

    async with unchanged(api):
        refused = await send(api, acme, [{"emailAddress": "good@example.com"}, *BAD], by=SERVICE)

    assert {
        error["code"]: error["meta"]["email_addresses"] for error in refused.user_errors
    } == TOLD
    assert refused.data["createInvitations"]["invitations"] == []
    assert refused.data["createInvitations"]["cursor"] is None


async def test_skip_failed_invites_the_rest(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, "pending@example.com", by=acme.admin)
    recipients = [
        {"emailAddress": "good@example.com"},
        *BAD,
        {"emailAddress": "better@example.com"},
    ]

    answer = await send(api, acme, recipients, by=SERVICE, onError="SKIP_FAILED")

    payload = answer.data["createInvitations"]
    assert [one["emailAddress"] for one in payload["invitations"]] == [
        "good@example.com",
        "better@example.com",
    ]
    assert {error["code"]: error["meta"]["email_addresses"] for error in answer.user_errors} == TOLD
    assert payload["cursor"]
    assert await kinds(api) == ["created"] * 3


@pytest.mark.parametrize("policy", ["REJECT_ALL", "SKIP_FAILED"])
async def test_a_fault_of_the_call_itself_invites_nobody(api: Api, acme: Acme, policy: str) -> None:
    async with unchanged(api):
        refused = await invite_many(
            api, acme.id, ["a@example.com", "x"], by=acme.admin, expiresInDays=0, onError=policy
        )
        foreign = await send(
            api,
            acme,
            [{"emailAddress": "a@example.com", "privateMetadata": {"a": 1}}],
            onError=policy,
        )

    assert codes(refused) == ["form_param_value_invalid", "form_param_format_invalid"]
    assert foreign.reason == "secret_key_required"


@pytest.mark.parametrize("policy", ["REJECT_ALL", "SKIP_FAILED"])
async def test_one_role_that_the_inviter_cannot_grant_refuses_the_call(
    api: Api, acme: Acme, policy: str
) -> None:
    await a_role(api, "org:recruiter", ["org:sys_memberships:read", "org:sys_memberships:manage"])
    recruiter = await a_member(api, acme.id, "rita@example.com", "org:recruiter")
    recipients = [
        {"emailAddress": "a@example.com", "role": "org:recruiter"},
        {"emailAddress": "b@example.com", "role": "org:admin"},
    ]

    async with unchanged(api):
        values = {"organizationId": acme.id, "recipients": recipients, "onError": policy}
        refused = await api.mutate("createInvitations", values, "invitations { id }", by=recruiter)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "role_not_grantable")


async def test_seats_are_counted_for_all_of_the_call(api: Api, acme: Acme) -> None:
    await seats(api, acme.id, 4)

    async with unchanged(api):
        refused = await invite_many(api, acme.id, emails(3), by=acme.admin)
    some = await invite_many(api, acme.id, emails(3), by=acme.admin, onError="SKIP_FAILED")

    assert codes(refused) == codes(some) == ["organization_membership_quota_exceeded"]
    assert refused.user_errors[0]["meta"] == {"limit": 4, "email_addresses": emails(3)}
    assert some.user_errors[0]["meta"] == {"limit": 4, "email_addresses": ["p2@example.com"]}
    assert [one["emailAddress"] for one in some.data["createInvitations"]["invitations"]] == emails(
        2
    )


async def test_the_checks_of_a_call_take_the_same_statements_for_one_and_for_twenty(
    api: Api, acme: Acme
) -> None:
    async def checked(number: int) -> int:
        recipients = [{"emailAddress": email, "role": "org:member"} for email in emails(number)]
        with counted(api.store) as statements:
            refused = await send(api, acme, [*recipients, {"emailAddress": "x"}])
        assert codes(refused) == ["form_param_format_invalid"]
        return len(statements)

    assert await checked(1) == await checked(20)


async def test_nobody_is_invited_by_an_empty_call(api: Api, acme: Acme) -> None:
    async with unchanged(api):
        assert (await invite_many(api, acme.id, [], by=SERVICE)).payload["invitations"] == []


async def test_many_unknown_roles_cost_no_more_statements_than_one(api: Api, acme: Acme) -> None:
    numbers: list[int] = []
    for size in (1, 60):
        recipients = [
            {"emailAddress": f"u{n}@example.com", "role": f"org:role_{n}"} for n in range(size)
        ]
        with counted(api.store) as statements:
            refused = await api.mutate(
                "createInvitations",
                {"organizationId": acme.id, "recipients": recipients},
                by=acme.admin,
            )
        numbers.append(len(statements))
        assert codes(refused) == ["resource_not_found"]

    assert numbers[0] == numbers[1]
