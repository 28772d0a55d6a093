"""Organizations: rules 1 to 6."""

from typing import Any

import pytest

from models.validation.slugs import RESERVED_SLUGS, make_slug
from tests.support.api import JSON, SERVICE, Api, Caller, contents, events
from tests.support.data.factories import Acme, a_member, an_organization

ORGANIZATION = "organization { id name slug imageUrl hasImage maxAllowedMemberships publicMetadata privateMetadata }"


async def create(api: Api, by: Caller, **input: Any) -> Any:
    return await api.mutate("createOrganization", {"name": "Acme", **input}, ORGANIZATION, by=by)


async def update(api: Api, acme: Acme, by: Caller | None = None, **input: Any) -> Any:
    return await api.mutate(
        "updateOrganization",
        {"organizationId": acme.id, **input},
        ORGANIZATION,
        by=by or acme.admin,
    )


def faults(answer: Any) -> set[tuple[str, str]]:
    """(field, code) of each user error."""
    return {(error["field"][-1], error["code"]) for error in answer.user_errors}


# ----------------------------------------------------------------------------------- 1, the creator


async def test_the_creator_becomes_a_member_with_the_creator_role(api: Api) -> None:
    ada = await api.person("ada@example.com")

    input = {"name": "Acme"}
    answer = await api.mutate(
        "createOrganization", input, "membership { role { key } user { id } }", by=ada
    )

    assert answer.payload["membership"] == {"role": {"key": "org:admin"}, "user": {"id": ada.id}}
    made = [
        event
        for event in await events(api.store)
        if event["actor_id"] == ada.id and event["type"] != "user.created"
    ]
    assert [event["type"] for event in made] == [
        "organization.created",
        "organizationMembership.created",
    ]


async def test_a_secret_key_names_the_creator_or_leaves_the_organization_empty(api: Api) -> None:
    ada = await api.person("ada@example.com")
    selection = (
        "organization { membersCount createdBy { id } missingMemberWithElevatedPermissions }"
    )

    named = await api.mutate(
        "createOrganization", {"name": "A", "createdBy": ada.id}, selection, by=SERVICE
    )
    empty = await api.mutate("createOrganization", {"name": "B"}, selection, by=SERVICE)

    assert named.payload["organization"] == {
        "membersCount": 1,
        "createdBy": {"id": ada.id},
        "missingMemberWithElevatedPermissions": False,
    }
    assert empty.payload["organization"] == {
        "membersCount": 0,
        "createdBy": None,
        "missingMemberWithElevatedPermissions": True,
    }


async def test_a_creator_who_never_was_is_refused(api: Api) -> None:
    before = await contents(api.store)

    answer = await create(api, SERVICE, createdBy="user_01m803rqhgwgafn17w2nqwqyh5")

    assert faults(answer) == {("createdBy", "organization_creator_not_found")}
    assert await contents(api.store) == before


@pytest.mark.parametrize(
    "input",
    [
        {"createdBy": "user_x"},
        {"maxAllowedMemberships": 5},
        {"publicMetadata": {}},
        {"privateMetadata": {}},
        {"roleSet": "x"},
    ],
)
async def test_some_inputs_are_for_secret_keys_only(api: Api, input: JSON) -> None:
    ada = await api.person("ada@example.com")
    before = await contents(api.store)

    answer = await create(api, ada, **input)

    assert (answer.code, answer.reason) == ("FORBIDDEN", "secret_key_required")
    assert await contents(api.store) == before


# ------------------------------------------------------------------------------- 2, names and slugs


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "form_param_missing"),
        ("   ", "form_param_missing"),
        ("x" * 257, "form_param_max_length_exceeded"),
        ("<b>Acme</b>", "form_param_value_invalid"),
        ("<script", "form_param_value_invalid"),
        ("Acme https://evil.example", "form_param_value_invalid"),
        ("Go to evil.example/login", "form_param_value_invalid"),
        ("www.evil.example", "form_param_value_invalid"),
        ("Acme\r\nBcc: all@example.com", "form_param_format_invalid"),
        ("Acme\u202egnp", "form_param_format_invalid"),
        ("Acme\u2028gnp", "form_param_format_invalid"),
        ("Acme\x9b31m", "form_param_format_invalid"),
        ("Acme \u2067gnp", "form_param_format_invalid"),
        ("=?utf-8?q?X=0A=0ALocked=3A_http=3A=2F=2Fevil=2Eexample?=", "form_param_value_invalid"),
        ("=?UTF-8?b?aHR0cDovL2V2?= =?us-ascii?B?aWwuZXhhbXBsZQ==?=", "form_param_value_invalid"),
        ("=?iso-8859-1*en?Q?=20www=2Eevil=2Eexample?=", "form_param_value_invalid"),
        ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fhttp=3A=2F=2Fevil=3F=3D?=", "form_param_value_invalid"),
        ("=?no-charset?b?!aHR0cDovL2V2aWw=?=", "form_param_value_invalid"),
        ("=?unknown?q?a?= =?utf-8?q?http=3A=2F=2Fevil?=", "form_param_value_invalid"),
        ("Acme https%3A%2F%2Fevil.example", "form_param_value_invalid"),
        ("Acme https&#58;//evil.example", "form_param_value_invalid"),
        ("Acme ｗｗｗ．evil．example", "form_param_value_invalid"),
        ("Acme evil。example／login", "form_param_value_invalid"),
        ("&lt;script&gt;", "form_param_value_invalid"),
    ],
)
async def test_a_bad_name_is_refused(api: Api, acme: Acme, name: str, code: str) -> None:
    before = await contents(api.store)

    for answer in (await create(api, acme.admin, name=name), await update(api, acme, name=name)):
        assert faults(answer) == {("name", code)}
    assert await contents(api.store) == before


@pytest.mark.parametrize(
    "name",
    [
        "x" * 256,
        "Smith & Sons <3",
        "Booking.com",
        "Ünïcødé 株式会社",
        'O\'Neill, "Ltd"',
        "=?utf-8?q?a=0D=0ABcc=3A_x=40evil=2Eexample?=",
        "=?utf-8?b?A?= =?rot13?q?=00?= =?punycode?q?=FF?= =?utf-16?q?a?=",
        "100%25 & Q&amp;A {{ 7 * 7 }} %0d%0a",
    ],
)
async def test_a_good_name_is_kept_as_typed(api: Api, acme: Acme, name: str) -> None:
    assert (await create(api, acme.admin, name=f"  {name} ")).payload["organization"][
        "name"
    ] == name
    assert (await update(api, acme, name=name)).payload["organization"]["name"] == name


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("", "form_param_min_length_exceeded"),
        ("x" * 65, "form_param_max_length_exceeded"),
        ("Acme", "form_param_format_invalid"),
        ("acme--ltd", "form_param_format_invalid"),
        ("-acme", "form_param_format_invalid"),
        ("acme-", "form_param_format_invalid"),
        ("ａcme", "form_param_format_invalid"),
        ("acme ltd", "form_param_format_invalid"),
        ("admin", "form_param_value_invalid"),
        ("graphql", "form_param_value_invalid"),
        ("taken", "form_identifier_exists"),
    ],
)
async def test_a_bad_slug_is_refused(api: Api, acme: Acme, slug: str, code: str) -> None:
    await an_organization(api, by=acme.admin, name="Taken")
    before = await contents(api.store)

    for answer in (await create(api, acme.admin, slug=slug), await update(api, acme, slug=slug)):
        assert faults(answer) == {("slug", code)}
    assert await contents(api.store) == before


async def test_a_slug_is_made_from_the_name_and_gets_a_suffix_when_it_is_taken(
    api: Api, acme: Acme
) -> None:
    names = ["Søren & Co", "Acme", "Admin", "株式会社", "★"]

    slugs = [
        (await create(api, acme.admin, name=name)).payload["organization"]["slug"] for name in names
    ]

    assert slugs[0] == "soren-co"
    assert slugs[1].startswith("acme-")
    assert slugs[2].startswith("admin-")
    assert slugs[4].startswith("organization-")
    assert slugs[3] == "zhu-shi-hui-she"


@pytest.mark.parametrize("name", ["x" * 300, "a " * 100, *sorted(RESERVED_SLUGS)])
def test_a_derived_slug_leaves_room_for_a_suffix(name: str) -> None:
    assert len(f"{make_slug(name)}-123456") <= 64


async def test_a_released_slug_is_free_at_once(api: Api, acme: Acme) -> None:
    await update(api, acme, slug="other")

    assert (await create(api, acme.admin, slug="acme")).payload["organization"]["slug"] == "acme"


async def test_an_organization_keeps_its_own_slug(api: Api, acme: Acme) -> None:
    assert (await update(api, acme, slug="acme", name="Other")).payload["organization"][
        "slug"
    ] == "acme"


async def test_slugs_are_null_and_refused_when_they_are_off(api: Api, acme: Acme) -> None:
    await api.mutate("updateInstance", {"slugsEnabled": False}, by=SERVICE)
    before = await contents(api.store)

    refused = await create(api, acme.admin, slug="new")
    cleared = await update(api, acme, slug=None)

    assert faults(refused) == {("slug", "form_param_unknown")}
    assert faults(cleared) == {("slug", "form_param_unknown")}
    assert await contents(api.store) == before
    assert (await create(api, acme.admin)).payload["organization"]["slug"] is None
    read = await api.run('{ a: organization(by: {slug: "acme"}) { id } }', by=acme.admin)
    assert read.data["a"] is None


async def test_all_faults_of_an_input_come_back_together(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    large = {"a": "x" * 9000}
    made = await create(
        api, SERVICE, name="", slug="No", privateMetadata=large, publicMetadata=large, roleSet="x"
    )
    changed = await update(
        api, acme, SERVICE, name=None, slug="No", imageUrl="x", maxAllowedMemberships=-1
    )

    assert faults(made) == {
        ("name", "form_param_missing"),
        ("slug", "form_param_format_invalid"),
        ("privateMetadata", "form_param_exceeds_allowed_size"),
        ("publicMetadata", "form_param_exceeds_allowed_size"),
        ("roleSet", "resource_not_found"),
    }
    assert faults(changed) == {
        ("name", "form_param_nil"),
        ("slug", "form_param_format_invalid"),
        ("imageUrl", "form_param_format_invalid"),
        ("maxAllowedMemberships", "form_param_value_invalid"),
    }
    assert await contents(api.store) == before


# --------------------------------------------------------------------------------- update and image


async def test_what_is_absent_stays_and_null_clears(api: Api, acme: Acme) -> None:
    given = await update(api, acme, imageUrl="https://example.com/logo.png")
    renamed = await update(api, acme, name="Other")
    cleared = await update(api, acme, imageUrl=None)

    assert given.payload["organization"]["hasImage"] is True
    assert renamed.payload["organization"]["imageUrl"] == "https://example.com/logo.png"
    assert cleared.payload["organization"]["hasImage"] is False
    assert (
        cleared.payload["organization"]["imageUrl"] == f"http://127.0.0.1:8000/images/{acme.id}.svg"
    )


@pytest.mark.parametrize("field", ["name", "slug", "maxAllowedMemberships", "adminDeleteEnabled"])
async def test_null_is_refused_where_it_can_not_clear(api: Api, acme: Acme, field: str) -> None:
    before = await contents(api.store)

    answer = await update(api, acme, SERVICE, **{field: None})

    assert faults(answer) == {(field, "form_param_nil")}
    assert await contents(api.store) == before


async def test_an_update_that_changes_nothing_leaves_no_event(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    answer = await update(api, acme, name="Acme")

    assert answer.payload["cursor"] is None
    assert await contents(api.store) == before


async def test_the_event_of_an_update_tells_what_was_before(api: Api, acme: Acme) -> None:
    answer = await update(api, acme, name="Other")

    last = (await events(api.store))[-1]
    assert (last["type"], last["changes"]) == ("organization.updated", {"name": "Acme"})
    assert last["data"]["name"] == "Other"
    assert answer.payload["cursor"] == str(last["cursor"])


@pytest.mark.both_databases
@pytest.mark.parametrize("input", [{"maxAllowedMemberships": 5}, {"adminDeleteEnabled": False}])
async def test_limits_are_for_secret_keys_only(api: Api, acme: Acme, input: JSON) -> None:
    before = await contents(api.store)

    refused = await update(api, acme, name="Other", **input)

    assert refused.reason == "secret_key_required"
    assert await contents(api.store) == before
    assert (await update(api, acme, SERVICE, name="Other", **input)).payload


# -------------------------------------------------------------------------------- 3, who may create


async def test_a_user_may_be_kept_from_creating(api: Api) -> None:
    ada = await api.person("ada@example.com")
    await api.mutate("updateInstance", {"createOrganizationEnabled": False}, by=SERVICE)
    before = await contents(api.store)

    refused = await create(api, ada)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "user_create_organization_not_enabled")
    assert await contents(api.store) == before
    await api.mutate(
        "updateUser", {"userId": ada.id, "createOrganizationEnabled": True}, by=SERVICE
    )
    assert (await create(api, ada)).payload


async def test_a_user_creates_as_many_as_the_limit_says(api: Api) -> None:
    ada = await api.person("ada@example.com")
    await api.mutate("updateInstance", {"createOrganizationsLimit": 2}, by=SERVICE)
    for name in ("One", "Two"):
        assert (await create(api, ada, name=name)).payload
    before = await contents(api.store)

    refused = await create(api, ada, name="Three")

    assert [(error["code"], error["meta"]) for error in refused.user_errors] == [
        ("quota_exceeded", {"limit": 2})
    ]
    assert await contents(api.store) == before
    can = "{ viewer { canCreateOrganization } }"
    assert (await api.run(can, by=ada)).data["viewer"]["canCreateOrganization"] is False
    await api.mutate("updateUser", {"userId": ada.id, "createOrganizationsLimit": 0}, by=SERVICE)
    assert (await api.run(can, by=ada)).data["viewer"]["canCreateOrganization"] is True
    assert (await create(api, ada, name="Three")).payload


# -------------------------------------------------------------------------------------- 4, deletion


async def test_members_may_not_delete_where_that_is_off(api: Api, acme: Acme) -> None:
    await update(api, acme, SERVICE, adminDeleteEnabled=False)
    before = await contents(api.store)

    refused = await api.send("delete-organization", by=acme.admin, organizationId=acme.id)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "organization_admin_delete_not_enabled")
    assert await contents(api.store) == before
    assert (await api.send("delete-organization", by=SERVICE, organizationId=acme.id)).payload[
        "deletedId"
    ] == acme.id


async def test_deletion_takes_the_memberships_along_and_the_log_stays(api: Api, acme: Acme) -> None:
    answer = await api.send("delete-organization", by=acme.admin, organizationId=acme.id)

    rows = await contents(api.store)
    last = await events(api.store)
    assert answer.payload["deletedId"] == acme.id
    assert (rows["organization"], rows["membership"]) == ([], [])
    assert [event["type"] for event in last[-3:]] == [
        "organizationMembership.deleted",
        "organizationMembership.deleted",
        "organization.deleted",
    ]
    assert last[-1]["data"]["name"] == "Acme"
    assert answer.payload["cursor"] == str(last[-1]["cursor"])
    assert len(rows["user"]) == 3


# -------------------------------------------------------------------------------------- 5, metadata


async def set_metadata(api: Api, acme: Acme, mode: str, **input: Any) -> Any:
    return await api.mutate(
        "updateOrganizationMetadata",
        {"organizationId": acme.id, "mode": mode, **input},
        ORGANIZATION,
        by=SERVICE,
    )


async def test_metadata_is_merged_deeply_and_null_deletes(api: Api, acme: Acme) -> None:
    await set_metadata(
        api,
        acme,
        "MERGE",
        publicMetadata={"a": {"b": 1, "c": [1, 2]}, "d": 1},
        privateMetadata={"x": 1},
    )

    merged = await set_metadata(
        api, acme, "MERGE", publicMetadata={"a": {"b": None, "c": [3]}, "e": {"f": 2}}
    )

    assert merged.payload["organization"]["publicMetadata"] == {
        "a": {"c": [3]},
        "d": 1,
        "e": {"f": 2},
    }
    assert merged.payload["organization"]["privateMetadata"] == {"x": 1}


async def test_metadata_is_replaced_where_it_is_given(api: Api, acme: Acme) -> None:
    await set_metadata(api, acme, "MERGE", publicMetadata={"a": 1}, privateMetadata={"x": 1})

    replaced = await set_metadata(api, acme, "REPLACE", publicMetadata={"b": None})

    assert replaced.payload["organization"]["publicMetadata"] == {"b": None}
    assert replaced.payload["organization"]["privateMetadata"] == {"x": 1}


async def test_metadata_over_eight_kilobytes_is_refused(api: Api, acme: Acme) -> None:
    fits, over = {"a": "x" * (8192 - 8)}, {"a": "x" * (8192 - 7)}
    assert (await set_metadata(api, acme, "REPLACE", publicMetadata=fits)).payload
    before = await contents(api.store)

    answers = [
        await set_metadata(api, acme, "REPLACE", publicMetadata=over, privateMetadata=over),
        await set_metadata(api, acme, "MERGE", publicMetadata={"b": 1}, privateMetadata=over),
    ]

    for answer in answers:
        assert faults(answer) == {
            ("publicMetadata", "form_param_exceeds_allowed_size"),
            ("privateMetadata", "form_param_exceeds_allowed_size"),
        }
    assert await contents(api.store) == before


@pytest.mark.parametrize("value", ['"text"', "[1]", "1", "true", "99999999999999999999999"])
async def test_metadata_that_is_no_object_is_bad_input(api: Api, acme: Acme, value: str) -> None:
    before = await contents(api.store)
    document = f"""mutation {{ updateOrganizationMetadata(input: {{organizationId: "{acme.id}", mode: MERGE,
        publicMetadata: {value}}}) {{ cursor }} }}"""

    answer = await api.run(document, by=SERVICE)

    assert answer.code in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert await contents(api.store) == before


async def test_a_number_that_json_can_not_keep_is_bad_input(api: Api, acme: Acme) -> None:
    document = f"""mutation {{ updateOrganizationMetadata(input: {{organizationId: "{acme.id}", mode: MERGE,
        publicMetadata: {{a: 99999999999999999999999}}}}) {{ cursor }} }}"""

    answer = await api.run(document, by=SERVICE)

    assert answer.code in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


async def test_private_metadata_is_for_secret_keys_and_not_in_what_members_may_read(
    api: Api, acme: Acme
) -> None:
    await set_metadata(api, acme, "MERGE", publicMetadata={"a": 1}, privateMetadata={"secret": 1})

    read = await api.run(
        f'{{ organization(by: {{id: "{acme.id}"}}) {{ privateMetadata publicMetadata }} }}',
        by=acme.admin,
    )

    assert read.data["organization"] == {"privateMetadata": None, "publicMetadata": {"a": 1}}
    last = (await events(api.store))[-1]
    assert "private_metadata" not in last["data"]
    assert last["private_metadata"] == {"secret": 1}
    assert "private_metadata" not in last["changes"]


# ----------------------------------------------------------------------------- 6, organizations off


async def test_organizations_that_are_off_refuse_users_and_not_the_owner(
    api: Api, acme: Acme
) -> None:
    await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)
    before = await contents(api.store)
    inputs: dict[str, JSON] = {
        "createOrganization": {"name": "New"},
        "updateOrganization": {"organizationId": acme.id, "name": "New"},
        "deleteOrganization": {"organizationId": acme.id},
        "updateMembership": {
            "organizationId": acme.id,
            "userId": acme.member.id,
            "role": "org:admin",
        },
        "removeMembership": {"organizationId": acme.id, "userId": acme.member.id},
        "leaveOrganization": {"organizationId": acme.id},
    }

    for mutation, input in inputs.items():
        for caller in (acme.admin, acme.outsider):
            answer = await api.mutate(mutation, input, by=caller)
            assert (answer.code, answer.reason) == (
                "FORBIDDEN",
                "organization_not_enabled_in_instance",
            )

    assert await contents(api.store) == before
    assert (await api.run("{ viewer { canCreateOrganization } }", by=acme.admin)).data[
        "viewer"
    ] == {"canCreateOrganization": False}
    assert (await update(api, acme, SERVICE, name="New")).payload


async def test_seats_count_members(api: Api, acme: Acme) -> None:
    await update(api, acme, SERVICE, maxAllowedMemberships=3)
    await a_member(api, acme.id, acme.outsider)
    late = await api.person("late@example.com")
    before = await contents(api.store)

    refused = await api.send("add-member", by=SERVICE, organizationId=acme.id, newUserId=late.id)

    (error,) = refused.user_errors
    assert (error["code"], error["meta"]) == (
        "organization_membership_quota_exceeded",
        {"limit": 3},
    )
    assert await contents(api.store) == before
    await update(api, acme, SERVICE, maxAllowedMemberships=1)
    assert (await api.send("members", by=acme.admin, organizationId=acme.id)).data["organization"][
        "memberships"
    ]["totalCount"] == 3
