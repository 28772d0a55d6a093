"""Memberships through the Backend API."""

from typing import Any

from tests.conftest import counted
from tests.support.api import SERVICE, Api, contents
from tests.support.backend_api import Backend
from tests.support.data.factories import Acme, an_organization

KEYS = {
    *("object", "id", "role", "role_name", "permissions", "public_metadata", "private_metadata"),
    *("organization", "public_user_data", "created_at", "updated_at"),
}


async def test_a_membership_from_its_creation_to_its_deletion(api: Api, acme: Acme) -> None:
    backend, list_path = Backend(api), f"/organizations/{acme.id}/memberships"
    created = await backend.change(
        "POST",
        list_path,
        {"user_id": acme.outsider.id, "role": "org:member", "public_metadata": {"a": {"b": 1}}},
    )
    assert created.keys() == KEYS
    assert created["organization"]["id"] == acme.id
    assert created["public_user_data"] == {
        "user_id": acme.outsider.id,
        "identifier": acme.outsider.email,
        "first_name": None,
        "last_name": None,
        "image_url": f"http://127.0.0.1:8000/images/{acme.outsider.id}.svg",
        "profile_image_url": f"http://127.0.0.1:8000/images/{acme.outsider.id}.svg",
        "has_image": False,
        "username": None,
        "banned": False,
        "deprovisioned": False,
    }
    assert (created["role"], created["role_name"], created["private_metadata"]) == (
        "org:member",
        "Member",
        {},
    )
    assert created["permissions"] == ["org:sys_billing:read", "org:sys_memberships:read"]

    # A user can also be named by the ID that they have at the identity provider.
    path = f"{list_path}/sub|{acme.outsider.email}"
    promoted = await backend.change("PATCH", path, {"role": "org:admin"})
    assert (promoted["id"], promoted["role"]) == (created["id"], "org:admin")
    merged = await backend.change(
        "PATCH",
        f"{list_path}/{acme.outsider.id}/metadata",
        {"public_metadata": {"a": {"c": 2}}, "private_metadata": {"d": 3}},
    )
    assert (merged["public_metadata"], merged["private_metadata"]) == (
        {"a": {"b": 1, "c": 2}},
        {"d": 3},
    )
    deleted = await backend.change("DELETE", path)
    assert deleted == merged
    assert await backend.refuse("DELETE", path) == (404, ["resource_not_found user_id"])


async def test_what_memberships_refuse(api: Api, acme: Acme) -> None:
    backend, path = Backend(api), f"/organizations/{acme.id}/memberships"
    before = await contents(api.store)
    new = {"user_id": acme.outsider.id, "role": "org:member"}
    admin = f"{path}/{acme.admin.id}"
    refusals: list[tuple[str, str, Any, int, list[str]]] = [
        ("POST", path, {"user_id": acme.outsider.id}, 422, ["form_param_missing role"]),
        ("POST", path, new | {"user_id": acme.member.id}, 400, ["already_a_member_in_organization user_id"]),
        ("POST", path, new | {"user_id": "user_1"}, 404, ["resource_not_found user_id"]),
        ("POST", path, new | {"role": "org:none"}, 404, ["resource_not_found role"]),
        ("POST", path, new | {"id": "orgmem_1"}, 422, ["form_param_unknown id"]),
        ("POST", "/organizations/org_1/memberships", new, 404, ["resource_not_found"]),
        ("PATCH", admin, {"role": "org:member"}, 400, ["organization_minimum_permissions_needed user_id"]),
        ("DELETE", admin, None, 400, ["organization_minimum_permissions_needed user_id"]),
        ("PATCH", f"{path}/{acme.outsider.id}", {"role": "org:member"}, 404, ["resource_not_found user_id"]),
        ("PATCH", f"{admin}/metadata", {"private_metadata": {"a": "x" * 9000}}, 422, ["form_param_exceeds_allowed_size private_metadata"]),
        # Out of range once they are in UTC.
        ("GET", f"{path}?created_at_after=0001-01-01T00:00:00%2B14:00", None, 422, ["form_param_value_invalid created_at_after"]),
        ("GET", f"{path}?created_at_before=9999-12-31T23:59:59-14:00", None, 422, ["form_param_value_invalid created_at_before"]),
    ]  # fmt: skip
    for method, at, body, status, found in refusals:
        assert await backend.refuse(method, at, body) == (status, found), (method, at, body)
    assert await contents(api.store) == before

    limit = {"organizationId": acme.id, "maxAllowedMemberships": 2}
    assert (await api.mutate("updateOrganization", limit, by=SERVICE)).payload
    assert await backend.refuse("POST", path, new) == (
        403,
        ["organization_membership_quota_exceeded organization_id"],
    )


async def test_lists_of_memberships(api: Api, acme: Acme) -> None:
    backend, path = Backend(api), f"/organizations/{acme.id}/memberships"
    other = await an_organization(api, by=acme.admin, name="Other")
    later = int(api.clock().timestamp() * 1000) + 1000

    async def find(**query: Any) -> list[str]:
        found = await backend.get(path, **query)
        assert found["total_count"] == len(found["data"])
        return [member["public_user_data"]["user_id"] for member in found["data"]]

    ada, grace = acme.admin.id, acme.member.id
    both = [grace, ada]
    cases: list[tuple[list[str], dict[str, Any]]] = [
        (both, {}),
        ([ada, grace], {"order_by": "created_at"}),
        ([grace, ada], {"order_by": "-email_address"}),
        ([grace, ada], {"order_by": "first_name"}),
        ([ada], {"role": "org:admin"}),
        (both, {"role": ["org:admin", "org:member"]}),
        ([], {"role": "org:none"}),
        ([ada], {"user_id": f"+{ada}"}),
        ([grace], {"user_id": f"-{ada}"}),
        ([grace], {"user_id": f"sub|{acme.member.email}"}),
        ([grace], {"email_address": [acme.member.email.upper().replace("GRACE", "Grace"), "x"]}),
        ([], {"email_address": "nonsense"}),
        ([ada], {"query": "love"}),
        ([grace], {"email_address_query": "GRACE@"}),
        ([], {"email_address_query": "lovelace"}),
        ([], {"email_address_query": "%"}),
        ([ada], {"name_query": "ada love"}),
        ([], {"name_query": "_"}),
        (both, {"created_at_before": later}),
        ([], {"created_at_after": later}),
        # Nobody has a telephone number, a username, or a wallet.
        ([], {"phone_number": "+15550100"}),
        ([], {"username": "ada"}),
        ([], {"web3_wallet": "0x"}),
        ([], {"phone_number_query": "555"}),
        ([], {"username_query": "a"}),
    ]
    for expected, query in cases:
        assert await find(**query) == expected, query

    everywhere = await backend.get("/organization_memberships", order_by="organization_name")
    assert [member["organization"]["id"] for member in everywhere["data"]] == [
        acme.id,
        acme.id,
        other,
    ]
    only = await backend.get("/organization_memberships", user_id=ada, limit=1, offset=1)
    assert (only["total_count"], [one["organization"]["id"] for one in only["data"]]) == (
        2,
        [acme.id],
    )
    assert await backend.refuse("GET", "/organizations/org_1/memberships") == (
        404,
        ["resource_not_found"],
    )
    assert await backend.refuse("GET", f"{path}?last_active_at_after=1") == (
        422,
        ["form_param_unknown last_active_at_after"],
    )
    with counted(api.store) as statements:
        await backend.get("/organization_memberships", limit=500)
    # The caller, the page, its number, organizations, users, roles, permissions, and role sets.
    assert len(statements) == 8
