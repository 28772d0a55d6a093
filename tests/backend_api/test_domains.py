"""Domains through the Backend API."""

from typing import Any

from tests.conftest import counted
from tests.support.api import SERVICE, Api, contents
from tests.support.backend_api import Backend
from tests.support.data.domains import created, prepare_record
from tests.support.data.factories import Acme, an_organization

KEYS = {
    *("object", "id", "organization_id", "public_organization_data", "name", "enrollment_mode"),
    *("verified", "affiliation_email_address", "affiliation_verification", "verification"),
    *("ownership_verification", "total_pending_invitations", "total_pending_suggestions"),
    *("created_at", "updated_at"),
}


async def test_a_domain_from_its_creation_to_its_deletion(api: Api, acme: Acme) -> None:
    backend, list_path = Backend(api), f"/organizations/{acme.id}/domains"
    created = await backend.change(
        "POST", list_path, {"name": "ACME.com", "enrollment_mode": "automatic_suggestion"}
    )
    assert created.keys() == KEYS
    assert (created["name"], created["enrollment_mode"], created["verified"]) == (
        "acme.com",
        "automatic_suggestion",
        True,
    )
    assert created["ownership_verification"]["strategy"] == "manual_override"
    assert created["public_organization_data"]["id"] == created["organization_id"] == acme.id
    assert (created["affiliation_verification"], created["verification"]) == (None, None)

    path = f"{list_path}/{created['id']}"
    changed = await backend.change("PATCH", path, {"enrollment_mode": "manual_invitation"})
    assert changed["enrollment_mode"] == "manual_invitation"
    assert (await backend.change("POST", f"{path}/verify_ownership"))["id"] == created["id"]
    assert await backend.change("DELETE", path) == {
        "object": "organization_domain",
        "id": created["id"],
        "deleted": True,
    }
    unverified = await backend.change("POST", list_path, {"name": "b.com", "verified": False})
    assert (unverified["verified"], unverified["ownership_verification"]) == (False, None)
    path = f"{list_path}/{unverified['id']}"
    verified = await backend.change(
        "PATCH", path, {"verified": True, "enrollment_mode": "automatic_invitation"}
    )
    assert (verified["verified"], verified["enrollment_mode"]) == (True, "automatic_invitation")


async def test_what_domains_refuse(api: Api, acme: Acme) -> None:
    backend, path = Backend(api), f"/organizations/{acme.id}/domains"
    other = await an_organization(api, by=SERVICE, name="Other")
    mine = await backend.change("POST", path, {"name": "acme.com"})
    await backend.change("POST", f"/organizations/{other}/domains", {"name": "other.com"})
    before = await contents(api.store)
    one = f"{path}/{mine['id']}"
    refusals: list[tuple[str, str, Any, int, list[str]]] = [
        ("POST", path, {}, 422, ["form_param_missing name"]),
        ("POST", path, {"name": "b.com", "enrollment_mode": "all"}, 422, ["form_param_value_invalid enrollment_mode"]),
        ("POST", path, {"name": "not a domain"}, 422, ["form_param_format_invalid name"]),
        ("POST", path, {"name": "gmail.com"}, 422, ["organization_domain_common name"]),
        ("POST", path, {"name": "acme.com"}, 422, ["form_identifier_exists name"]),
        ("POST", path, {"name": "other.com"}, 422, ["organization_domain_already_exists name"]),
        ("POST", path, {"name": "b.com", "verified": False, "enrollment_mode": "automatic_invitation"}, 422, ["organization_domain_not_verified enrollment_mode"]),
        ("POST", path, {"name": "b.com", "enrollment_mode": "enterprise_sso"}, 403, ["organization_domain_enrollment_mode_not_enabled"]),
        ("POST", "/organizations/org_1/domains", {"name": "b.com"}, 404, ["resource_not_found"]),
        ("PATCH", one, {"verified": False}, 422, ["form_param_value_invalid verified"]),
        ("PATCH", one, {"name": "c.com"}, 422, ["form_param_unknown name"]),
        ("PATCH", f"{path}/orgdmn_1", {"verified": True}, 404, ["resource_not_found domain_id"]),
        ("DELETE", f"/organizations/{other}/domains/{mine['id']}", None, 404, ["resource_not_found domain_id"]),
        ("POST", f"{path}/orgdmn_1/verify_ownership", None, 404, ["resource_not_found domain_id"]),
        ("GET", "/organization_domains?query=", None, 422, ["form_param_min_length_exceeded query"]),
        ("GET", f"{path}?enrollment_mode=all", None, 422, ["form_param_value_invalid enrollment_mode"]),
    ]  # fmt: skip
    for method, at, body, status, found in refusals:
        assert await backend.refuse(method, at, body) == (status, found), (method, at, body)
    assert await contents(api.store) == before


async def test_lists_of_domains(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    other = await an_organization(api, by=SERVICE, name="Other")
    for owner, name, verified in ((acme.id, "b.com", True), (acme.id, "a.com", False)):
        api.clock.forward(seconds=1)
        mode = "automatic_invitation" if verified else "manual_invitation"
        body = {"name": name, "verified": verified, "enrollment_mode": mode}
        await backend.change("POST", f"/organizations/{owner}/domains", body)
    api.clock.forward(seconds=1)
    await backend.change("POST", f"/organizations/{other}/domains", {"name": "c.org"})

    async def find(path: str, **query: Any) -> list[str]:
        found = await backend.get(path, **query)
        return [domain["name"] for domain in found["data"]]

    of_acme, everywhere = f"/organizations/{acme.id}/domains", "/organization_domains"
    cases: list[tuple[list[str], str, dict[str, Any]]] = [
        (["a.com", "b.com"], of_acme, {}),
        (["b.com"], of_acme, {"verified": "true"}),
        (["a.com"], of_acme, {"verified": "false"}),
        (["b.com"], of_acme, {"enrollment_mode": "automatic_invitation"}),
        (["a.com"], of_acme, {"enrollment_mode": "-automatic_invitation"}),
        (["b.com"], of_acme, {"limit": 1, "offset": 1}),
        (["c.org", "a.com", "b.com"], everywhere, {}),
        (["a.com", "b.com", "c.org"], everywhere, {"order_by": "name"}),
        (["a.com", "b.com"], everywhere, {"query": ".com"}),
        (["c.org"], everywhere, {"query": other}),
        (["c.org"], everywhere, {"organization_id": other}),
        (["c.org", "b.com"], everywhere, {"domains": ["b.com", "c.org", "d.com"]}),
    ]
    for names, path, query in cases:
        assert await find(path, **query) == names, (path, query)
    with counted(api.store) as statements:
        assert (await backend.get(everywhere))["total_count"] == 3
    # The caller, the page, its number, organizations, and what the domains have created.
    assert len(statements) == 6


async def test_an_open_proof_of_ownership_shows_its_record(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    prepared = await prepare_record(api, domain, by=acme.admin)
    (shown,) = (await Backend(api).get(f"/organizations/{acme.id}/domains"))["data"]
    proof = shown["ownership_verification"]
    assert (proof["status"], proof["strategy"]) == ("unverified", "txt")
    assert proof["txt_record_name"] == "_tenantry.acme.com"
    assert proof["txt_record_value"] in str(prepared)
