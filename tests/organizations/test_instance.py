"""The instance's settings and what they do."""

from typing import Any

import pytest

from tests.support.api import JSON, NOBODY, SERVICE, Api, contents
from tests.support.factories import an_organization

INSTANCE = """instance { organizationsEnabled membershipMode slugsEnabled maxAllowedMemberships adminDeleteEnabled
    createOrganizationEnabled createOrganizationsLimit invitationExpiresInDays invitationUrl allowedRedirectOrigins }"""

NEW: JSON = {
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
    assert changed.payload["cursor"] is None
    assert kept.payload["instance"] == expected | {"invitationUrl": None}
    assert (await api.run(f"{{ {INSTANCE} }}")).data["instance"] == expected | {
        "invitationUrl": None
    }


@pytest.mark.parametrize(
    ("input", "field", "code"),
    [
        *[({name: None}, name, "form_param_nil") for name in NEW if name != "invitationUrl"],
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
