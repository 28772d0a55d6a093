"""The instance's settings and what they do."""

from dataclasses import fields
from typing import Any

import pytest

from schema.instance import Instance
from tests.support.api import JSON, NOBODY, SERVICE, Api, contents, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import unchanged

INSTANCE = """instance { name logoUrl homeUrl signInUrl signUpUrl organizationsEnabled membershipMode slugsEnabled maxAllowedMemberships adminDeleteEnabled
    createOrganizationEnabled createOrganizationsLimit invitationExpiresInDays invitationUrl allowedRedirectOrigins }"""

OPTIONAL = {"name", "logoUrl", "homeUrl", "signInUrl", "signUpUrl", "invitationUrl"}
NEW: JSON = {
    "name": "Tenantry",
    "logoUrl": None,
    "homeUrl": None,
    "signInUrl": None,
    "signUpUrl": None,
    "organizationsEnabled": True,
    "membershipMode": "REQUIRED",
    "slugsEnabled": True,
    "maxAllowedMemberships": 0,
    "adminDeleteEnabled": True,
    "createOrganizationEnabled": True,
    "createOrganizationsLimit": 100,
    "invitationExpiresInDays": 30,
    "invitationUrl": None,
    "allowedRedirectOrigins": [],
}


async def update(api: Api, **input: Any) -> Any:
    return await api.mutate("updateInstance", input, INSTANCE, by=SERVICE)


async def test_a_new_instance_has_the_settings_of_the_manual(api: Api) -> None:
    answer = await api.run(f"{{ {INSTANCE} }}", by=NOBODY)

    assert answer.data["instance"] == NEW


async def test_anybody_reads_the_settings_and_the_initial_role_set(api: Api) -> None:
    answer = await api.send("instance")

    assert answer.data["instance"]["initialRoleSet"] == {
        "key": "role_set:primary",
        "defaultRole": {"key": "org:member"},
        "creatorRole": {"key": "org:admin"},
    }


async def test_all_settings_can_be_changed(api: Api) -> None:
    input: JSON = {
        "name": "Analytical Engine",
        "logoUrl": "https://cdn.example.com/logo.svg",
        "homeUrl": "https://example.com",
        "signInUrl": "https://app.example.com/sign-in",
        "signUpUrl": "https://app.example.com/sign-up?plan=free",
        "organizationsEnabled": False,
        "membershipMode": "OPTIONAL",
        "slugsEnabled": False,
        "maxAllowedMemberships": 5,
        "adminDeleteEnabled": False,
        "createOrganizationEnabled": False,
        "createOrganizationsLimit": 1,
        "invitationExpiresInDays": 365,
        "invitationUrl": "https://app.example.com/welcome?from=mail",
        "allowedRedirectOrigins": [
            "https://b.example.com",
            "https://APP.example.com/",
            "https://b.example.com",
        ],
    }
    expected = input | {
        "allowedRedirectOrigins": ["https://app.example.com", "https://b.example.com"]
    }

    changed = await update(api, **input)
    kept = await update(api, invitationUrl=None)

    assert changed.payload["instance"] == expected
    assert kept.payload["instance"] == expected | {"invitationUrl": None}
    assert (await api.run(f"{{ {INSTANCE} }}")).data["instance"] == expected | {
        "invitationUrl": None
    }


@pytest.mark.parametrize(
    ("input", "field", "code"),
    [
        *[({name: None}, name, "form_param_nil") for name in NEW if name not in OPTIONAL],
        ({"maxAllowedMemberships": -1}, "maxAllowedMemberships", "form_param_value_invalid"),
        ({"createOrganizationsLimit": -1}, "createOrganizationsLimit", "form_param_value_invalid"),
        ({"invitationExpiresInDays": 0}, "invitationExpiresInDays", "form_param_value_invalid"),
        ({"invitationExpiresInDays": 366}, "invitationExpiresInDays", "form_param_value_invalid"),
        ({"invitationUrl": "javascript:alert(1)"}, "invitationUrl", "form_param_format_invalid"),
        (
            {"invitationUrl": "https://u:p@app.example.com"},
            "invitationUrl",
            "form_param_format_invalid",
        ),
        ({"name": " "}, "name", "form_param_missing"),
        ({"name": "x" * 257}, "name", "form_param_max_length_exceeded"),
        ({"name": "Visit evil.example/x"}, "name", "form_param_value_invalid"),
        *[
            ({name: url}, name, "form_param_format_invalid")
            for name in ("logoUrl", "homeUrl", "signInUrl", "signUpUrl")
            for url in ("javascript:alert(1)", "/sign-in", "ftp://example.com")
        ],
        ({"invitationUrl": "https://[::1"}, "invitationUrl", "form_param_format_invalid"),
        (
            {"invitationUrl": "https://example.com/" + "x" * 2048},
            "invitationUrl",
            "form_param_max_length_exceeded",
        ),
        (
            {"allowedRedirectOrigins": ["https://a.example/x"]},
            "allowedRedirectOrigins",
            "form_param_format_invalid",
        ),
        ({"allowedRedirectOrigins": ["*"]}, "allowedRedirectOrigins", "form_param_format_invalid"),
        (
            {"allowedRedirectOrigins": ["https://a.example"] * 101},
            "allowedRedirectOrigins",
            "form_param_value_invalid",
        ),
    ],
)
async def test_a_wrong_setting_is_refused(api: Api, input: JSON, field: str, code: str) -> None:
    before = await contents(api.store)

    answer = await update(
        api,
        slugsEnabled=False,
        **{name: value for name, value in input.items() if name != "slugsEnabled"},
    )
    answer = answer if "slugsEnabled" not in input else await update(api, **input)

    assert [(error["field"], error["code"]) for error in answer.user_errors] == [
        (["input", field], code)
    ]
    assert "slugsEnabled" in input or await contents(api.store) == before


async def test_null_removes_what_is_optional(api: Api) -> None:
    url = "https://example.com"
    set_ = {name: url for name in OPTIONAL} | {"name": "Engine"}
    assert (await update(api, **set_)).payload["instance"]["name"] == "Engine"

    answer = await update(api, **dict.fromkeys(OPTIONAL))

    assert answer.payload["instance"] == NEW


async def test_a_change_leaves_an_event_with_what_it_was_before(api: Api) -> None:
    first = await update(api, slugsEnabled=False, name="Engine", maxAllowedMemberships=0)
    second = await update(api, name=None, allowedRedirectOrigins=["https://a.example.com"])

    log = await events(api.store)
    assert [event["type"] for event in log] == ["instance.updated"] * 2
    assert [str(event["cursor"]) for event in log] == [
        one.payload["cursor"] for one in (first, second)
    ]
    assert {(event["actor_type"], bool(event["actor_id"])) for event in log} == {("service", True)}
    assert [event["changes"] for event in log] == [
        {"slugs_enabled": True, "name": None},
        {"name": "Engine", "allowed_redirect_origins": []},
    ]
    assert [(event["data"]["name"], event["data"]["slugs_enabled"]) for event in log] == [
        ("Engine", False),
        ("Tenantry", False),
    ]
    # Nothing that `instance` doesn't show.
    assert set(log[0]["data"]) <= {field.name for field in fields(Instance)} | {"object", "id"}


@pytest.mark.parametrize("input", [{}, {"slugsEnabled": True, "name": None}])
async def test_an_update_that_changes_nothing_leaves_no_event(api: Api, input: JSON) -> None:
    async with unchanged(api):
        answer = await update(api, **input)

    assert answer.payload["cursor"] is None


async def test_only_secret_keys_read_the_events_of_settings(api: Api, acme: Acme) -> None:
    await update(api, slugsEnabled=False)
    types = "types: [INSTANCE_UPDATED]"
    of_members = f'{{ organization(by: {{ id: "{acme.id}" }}) {{ events({types}) {{ nodes {{ type }} }} }} }}'
    everything = f"{{ events({types}) {{ nodes {{ __typename type name actor {{ type }} organizationId data }} }} }}"

    shown = (await api.run(everything, by=SERVICE)).data["events"]["nodes"]
    refused = await api.run(everything, by=acme.admin)
    members = (await api.run(of_members, by=acme.admin)).data["organization"]["events"]["nodes"]

    assert [(one["__typename"], one["type"], one["name"]) for one in shown] == [
        ("InstanceEvent", "INSTANCE_UPDATED", "instance.updated")
    ]
    assert (shown[0]["actor"], shown[0]["organizationId"]) == ({"type": "SERVICE"}, None)
    assert shown[0]["data"]["slugs_enabled"] is False
    assert (refused.code, members) == ("FORBIDDEN", [])


async def test_new_organizations_take_the_instance_s_limits_and_old_ones_keep_theirs(
    api: Api,
) -> None:
    ada = await api.person("ada@example.com")
    old = await an_organization(api, by=ada, name="Old")
    await update(api, maxAllowedMemberships=5, adminDeleteEnabled=False)
    new = await an_organization(api, by=ada, name="New")

    both = f'a: organization(by: {{id: "{old}"}}) {{ ...it }} b: organization(by: {{id: "{new}"}}) {{ ...it }}'
    fields = "fragment it on Organization { maxAllowedMemberships adminDeleteEnabled }"
    answer = await api.run(f"{{ {both} }} {fields}", by=ada)

    assert answer.data["a"] == {"maxAllowedMemberships": 0, "adminDeleteEnabled": True}
    assert answer.data["b"] == {"maxAllowedMemberships": 5, "adminDeleteEnabled": False}
