"""Roles, settings, plans, keys, and what doesn't exist, in the Backend API."""

import re
from typing import Any

from server.http.backend.unsupported import UNSUPPORTED
from tests.support.api import JSON, SERVICE, Api, contents
from tests.support.backend_api import Backend
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE

READ = "org:reports:read"
BILLING = "mutation { updateInstance(input: { billingEnabled: true }) { userErrors { code } } }"


async def test_a_role_is_made_of_permissions_and_deleted(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    read = await backend.change("POST", "/organization_permissions", {"key": READ, "name": "R"})
    assert (read["description"], read["type"]) == ("", "user")
    role = await backend.change(
        "POST",
        "/organization_roles",
        {"key": "org:auditor", "name": "Auditor", "permissions": [read["id"]]},
    )
    path = f"/organization_roles/{role['id']}"
    assert role["permissions"] == [read]
    both = await backend.change("POST", f"{path}/permissions/org:sys_memberships:read")
    assert [one["key"] for one in both["permissions"]] == [READ, "org:sys_memberships:read"]
    assert await backend.refuse("POST", f"{path}/permissions/{read['id']}") == (
        409,
        ["organization_role_permission_association_exists permission_id"],
    )
    found = await backend.get("/organization_roles", query="audit")
    assert found == {"data": [both], "total_count": 1}
    names = await backend.get("/organization_roles", order_by="name", limit=2, offset=1)
    assert [one["name"] for one in names["data"]] == ["Auditor", "Member"]
    assert names["total_count"] == 3
    gone = await backend.change("DELETE", path)
    assert gone == {"object": "role", "id": role["id"], "deleted": True}
    assert await backend.refuse("GET", path) == (404, ["resource_not_found role_id"])


async def test_a_role_set_is_extended_and_replaced(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    roles = {"default_role_key": "org:member", "creator_role_key": "org:admin"}
    body = {"name": "Partners", "roles": ["org:admin", "org:member"], **roles}
    made = await backend.change("POST", "/role_sets", body)
    assert (made["key"], made["type"]) == ("role_set:partners", "custom")
    assert made["default_role"]["key"] == "org:member"
    (initial,) = [
        one for one in (await backend.get("/role_sets"))["data"] if one["type"] == "initial"
    ]
    gone = await backend.change(
        "POST", f"/role_sets/{initial['key']}/replace", {"dest_role_set_key": made["key"]}
    )
    assert gone == {"object": "role_set", "id": initial["id"], "deleted": True}
    assert (await backend.get(f"/role_sets/{made['id']}"))["type"] == "initial"
    organization = await backend.get(f"/organizations/{acme.id}")
    assert organization["role_set_key"] == made["key"]


async def test_all_faults_of_the_settings_are_in_one_answer(api: Api, acme: Acme) -> None:
    backend, path = Backend(api), "/instance/organization_settings"
    before = await contents(api.store)
    wrong = {"creator_role_id": "org:member", "max_allowed_memberships": -1, "enabled": None}
    assert await backend.refuse("PATCH", path, wrong) == (
        422,
        [
            "organization_missing_creator_role_permissions creator_role_id",
            "form_param_value_invalid max_allowed_memberships",
        ],
    )
    assert await backend.refuse("PATCH", path, {"domains_default_role_id": "role_1"}) == (
        404,
        ["resource_not_found domains_default_role_id"],
    )
    assert await contents(api.store) == before
    changed = await backend.change("PATCH", path, {"max_allowed_memberships": 7, "enabled": None})
    assert changed == await backend.get(path)
    assert (changed["max_allowed_memberships"], changed["enabled"]) == (7, True)


async def test_plans_and_who_has_them(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    path = f"/organizations/{acme.id}/billing/subscription"
    assert await backend.refuse("GET", path) == (404, ["resource_not_found"])
    await api.run(BILLING, by=SERVICE)
    plan: JSON = {"key": "pro", "name": "Pro", "features": []}
    await api.mutate("createPlan", plan, by=SERVICE)
    plans = await backend.get("/billing/plans", payer_type="org")
    assert plans["data"][0]["slug"] == "pro"
    free = await backend.get(path)
    assert free["subscription_items"][0]["plan"]["is_default"] is True
    given = {"organizationId": acme.id, "plan": "pro", "status": "TRIALING"}
    await api.mutate("setSubscription", given, by=SERVICE)
    bought = await backend.get(path)
    (item,) = bought["subscription_items"]
    assert (bought["status"], item["plan"]["slug"], item["is_free_trial"]) == (
        "active",
        "pro",
        True,
    )
    of_user = await backend.get(f"/users/{acme.admin.id}/billing/subscription")
    assert of_user["subscription_items"][0]["plan"]["for_payer_type"] == "user"


async def test_an_api_key_is_created_verified_and_revoked(api: Api, acme: Acme) -> None:
    backend = Backend(api, root="")
    body = {"name": "CI", "subject": acme.id, "scopes": ["org:sys_memberships:read"]}
    made = await backend.change("POST", "/api_keys", {**body, "seconds_until_expiration": 86_401})
    secret = made.pop("secret")
    input = {"organizationId": acme.id, "externalId": "org_2abCdEf"}
    assert (await api.mutate("updateOrganization", input, by=SERVICE)).payload
    assert (made["expiration"] - made["created_at"]) == 2 * 86_400_000
    assert await backend.get(f"/api_keys/{made['id']}") == made
    for subject in (acme.id, "org_2abCdEf"):
        assert (await backend.get("/api_keys", subject=subject))["data"] == [made]
        assert (
            await backend.change("PATCH", f"/api_keys/{made['id']}", {"subject": subject}) == made
        )
    verified = await backend.change("POST", "/api_keys/verify", {"secret": secret})
    assert verified["id"] == made["id"]
    before = await contents(api.store)
    refusals: list[tuple[str, str, Any, tuple[int, list[str]]]] = [
        ("POST", "", body | {"subject": acme.admin.id}, (422, ["form_param_value_invalid subject"])),
        ("POST", "", body | {"subject": "org_1"}, (404, ["resource_not_found"])),
        ("POST", "", body | {"scopes": ["a"]}, (404, ["resource_not_found scopes"])),
        ("PATCH", f"/{made['id']}", {"subject": "org_1"}, (422, ["form_param_value_invalid subject"])),
        ("POST", "/verify", {"secret": "ak_x"}, (404, ["api_key_not_found secret"])),
        ("DELETE", f"/{made['id']}", None, (501, ["not_supported"])),
        ("GET", f"/{made['id']}/secret", None, (501, ["not_supported"])),
    ]  # fmt: skip
    for method, path, given, expected in refusals:
        assert await backend.refuse(method, f"/api_keys{path}", given) == expected, (method, path)
    assert await contents(api.store) == before
    reason = {"revocation_reason": "leaked"}
    revoked = await backend.change("POST", f"/api_keys/{made['id']}/revoke", reason)
    assert (revoked["revoked"], revoked["revocation_reason"]) == (True, "leaked")
    assert await backend.refuse("POST", "/api_keys/verify", {"secret": secret}) == (
        404,
        ["api_key_revoked secret"],
    )


@ONLY_SQLITE
async def test_the_public_keys_need_no_credential(api: Api, acme: Acme) -> None:
    response = await api.client.get("/v1/jwks")
    well_known = await api.client.get("/.well-known/jwks.json")
    assert response.json() == well_known.json()
    assert response.headers["content-type"] == "application/json"
    assert "access-control-allow-origin" not in response.headers


@ONLY_SQLITE
async def test_what_does_not_exist_names_what_to_use(api: Api, acme: Acme) -> None:
    backend = Backend(api, root="")
    for pattern, instead in UNSUPPORTED.items():
        path = re.sub(r"{\w+}", "x", pattern)
        for method in ("GET", "POST"):
            response = await backend.send(method, f"{path}/x/y")
            (error,) = response.json()["errors"]
            assert (response.status_code, error["message"]) == (501, instead), path


@ONLY_SQLITE
async def test_mutations_that_answers_name_exist(api: Api, acme: Acme) -> None:
    sdl = (await api.run("{ __schema { mutationType { fields { name } } } }", by=SERVICE)).data
    known = {field["name"] for field in sdl["__schema"]["mutationType"]["fields"]}
    for sentence in UNSUPPORTED.values():
        if found := re.search(r"mutation (\w+)", sentence):
            assert found[1] in known, sentence
