"""Organizations through the Backend API."""

from typing import Any

import httpx

from models.users import User, make_user
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from tests.conftest import counted
from tests.support.api import SERVICE, Api, contents
from tests.support.backend_api import Backend, faults
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.images import encode
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening

KEYS = {
    *("object", "id", "name", "slug", "image_url", "has_image", "max_allowed_memberships"),
    *("admin_delete_enabled", "public_metadata", "private_metadata", "created_by"),
    *("last_active_at", "role_set_key", "created_at", "updated_at"),
}


async def test_an_organization_from_its_creation_to_its_deletion(api: Api, acme: Acme) -> None:
    """The snippets of the original's documentation, as its client sends them."""
    backend = Backend(api)
    created = await backend.change(
        "POST",
        "/organizations",
        {
            "name": "Globex",
            "created_by": acme.admin.id,
            "max_allowed_memberships": 10,
            "public_metadata": {"plan": {"tier": 1}, "camelCase": True},
            "private_metadata": {"crm": "7"},
        },
    )
    assert created.keys() == KEYS
    id = created["id"]
    assert created | {"id": "", "created_at": 0, "updated_at": 0} == {
        "object": "organization",
        "id": "",
        "name": "Globex",
        "slug": "globex",
        "image_url": f"http://127.0.0.1:8000/images/{id}.svg",
        "has_image": False,
        "max_allowed_memberships": 10,
        "admin_delete_enabled": True,
        "public_metadata": {"plan": {"tier": 1}, "camelCase": True},
        "private_metadata": {"crm": "7"},
        "created_by": acme.admin.id,
        "last_active_at": None,
        "role_set_key": "role_set:primary",
        "created_at": 0,
        "updated_at": 0,
    }
    assert created["created_at"] == int(api.clock().timestamp() * 1000)

    api.clock.forward(seconds=1)
    path = f"/organizations/{id}"
    changed = await backend.change(
        "PATCH", path, {"max_allowed_memberships": 25, "admin_delete_enabled": False}
    )
    assert changed == created | {
        "max_allowed_memberships": 25,
        "admin_delete_enabled": False,
        "updated_at": created["updated_at"] + 1000,
    }
    # Older clients send metadata with the rest, which replaces it.
    changed = await backend.change(
        "PATCH", path, {"name": "Globex Corporation", "public_metadata": {"a": {"b": 1}}}
    )
    assert (changed["name"], changed["public_metadata"]) == (
        "Globex Corporation",
        {"a": {"b": 1}},
    )
    merged = await backend.change(
        "PATCH", f"{path}/metadata", {"public_metadata": {"a": {"c": 2}}, "private_metadata": None}
    )
    assert merged["public_metadata"] == {"a": {"b": 1, "c": 2}}
    replaced = await backend.change("PUT", f"{path}/metadata", {"private_metadata": {}})
    assert replaced["public_metadata"] == {"a": {"b": 1, "c": 2}}
    assert replaced["private_metadata"] == {}

    assert await backend.get("/organizations/globex") == replaced
    extra = await backend.get(
        path, include_members_count="true", include_missing_member_with_elevated_permissions="true"
    )
    assert extra == replaced | {
        "members_count": 1,
        "missing_member_with_elevated_permissions": False,
    }

    assert await backend.change("DELETE", path) == {
        "object": "organization",
        "id": id,
        "slug": "globex",
        "deleted": True,
    }
    assert await backend.refuse("GET", path) == (404, ["resource_not_found"])
    assert await backend.refuse("DELETE", path) == (404, ["resource_not_found"])


async def test_what_organizations_refuse(api: Api, acme: Acme) -> None:
    backend, path = Backend(api), f"/organizations/{acme.id}"
    await an_organization(api, by=acme.outsider, name="Other")
    before = await contents(api.store)
    refusals: list[tuple[str, str, Any, int, list[str]]] = [
        ("POST", "/organizations", {"name": "https://x.example"}, 422, ["form_param_value_invalid name"]),
        ("POST", "/organizations", {"name": "B", "slug": "acme"}, 422, ["form_identifier_exists slug"]),
        ("POST", "/organizations", {"name": "B", "created_by": "user_1"}, 400, ["organization_creator_not_found created_by"]),
        ("POST", "/organizations", {"name": "B", "role_set_key": "role_set:x"}, 404, ["resource_not_found role_set_key"]),
        ("POST", "/organizations", {"name": "B", "created_at": "2999-01-01T00:00:00Z"}, 422, ["form_param_value_invalid created_at"]),
        ("POST", "/organizations", {"name": "B", "created_at": "soon"}, 422, ["form_param_format_invalid created_at"]),
        ("POST", "/organizations", {"name": "B", "private_metadata": {"a": "x" * 9000}}, 422, ["form_param_exceeds_allowed_size private_metadata"]),
        ("PATCH", path, {"slug": "other"}, 422, ["form_identifier_exists slug"]),
        ("PATCH", path, {"name": None}, 422, ["form_param_nil name"]),
        ("PATCH", path, {"max_allowed_memberships": -1}, 422, ["form_param_value_invalid max_allowed_memberships"]),
        ("PATCH", path, {"role_set_key": "role_set:x"}, 404, ["resource_not_found role_set_key"]),
        # Nothing of a call is done if a part of it is refused.
        ("PATCH", path, {"name": "New", "public_metadata": {"a": "x" * 9000}}, 422, ["form_param_exceeds_allowed_size public_metadata"]),
        ("PATCH", "/organizations/org_1", {"name": "New"}, 404, ["resource_not_found"]),
        ("PUT", f"{path}/metadata", {"public_metadata": {"a": 2**60}}, 422, ["form_param_value_invalid public_metadata"]),
        ("PATCH", "/organizations/org_1/metadata", {}, 404, ["resource_not_found"]),
    ]  # fmt: skip
    for method, at, body, status, found in refusals:
        assert await backend.refuse(method, at, body) == (status, found), (method, at, body)
    assert await contents(api.store) == before


async def test_lists_of_organizations(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    ids = [acme.id]
    for name in ("Beta", "alpha", "Gamma"):
        api.clock.forward(seconds=1)
        ids.append(await an_organization(api, by=SERVICE, name=name))
    await a_member(api, ids[1], acme.member)
    await a_member(api, ids[1], acme.outsider)

    async def names(**query: Any) -> list[str]:
        found = await backend.get("/organizations", **query)
        return [organization["name"] for organization in found["data"]]

    assert await names() == ["Gamma", "alpha", "Beta", "Acme"]
    assert await names(order_by="+name") == ["Acme", "alpha", "Beta", "Gamma"]
    assert await names(order_by="name", limit=2, offset=1) == ["alpha", "Beta"]
    assert await names(order_by="-members_count", limit=2) == ["Beta", "Acme"]
    assert await names(query="ALPHA") == ["alpha"]
    assert await names(query=acme.id) == ["Acme"]
    assert await names(user_id=[f"+{acme.member.id}", "user_1"]) == ["Beta", "Acme"]
    assert await names(user_id=f"-{acme.outsider.id}") == ["Gamma", "alpha", "Acme"]
    assert await names(organization_id=[ids[3], ids[2], "org_1"]) == ["Gamma", "alpha"]
    assert await names(organization_id=[f"-{ids[3]}", f"-{ids[2]}"]) == ["Beta", "Acme"]

    with counted(api.store) as statements:
        page = await backend.get(
            "/organizations",
            limit=1,
            include_members_count="true",
            include_missing_member_with_elevated_permissions="true",
        )
    assert page["total_count"] == 4
    (only,) = page["data"]
    assert only.keys() == KEYS | {"members_count", "missing_member_with_elevated_permissions"}
    # The caller, the page, its number, the role sets, and what was asked for.
    assert len(statements) == 6


async def test_ids_of_another_system_are_as_good_as_ours(api: Api, acme: Acme) -> None:
    """Rule 75 and BA7: only a secret key gets to know of them."""
    backend = Backend(api)
    input = {"organizationId": acme.id, "externalId": "org_2abCdEf"}
    assert (await api.mutate("updateOrganization", input, by=SERVICE)).payload
    subject = f"sub|{acme.member.email}"

    assert (await backend.get("/organizations/org_2abCdEf"))["id"] == acme.id
    changed = await backend.change("PATCH", "/organizations/org_2abCdEf", {"name": "Acme 2"})
    assert changed["id"] == acme.id
    for query in ({"organization_id": "org_2abCdEf"}, {"organization_id": ["org_2abCdEf", "x"]}):
        assert (await backend.get("/organizations", **query))["total_count"] == 1
    assert len(await backend.get("/users", organization_id="org_2abCdEf")) == 2
    listed = await backend.get("/organizations", user_id=subject)
    assert [organization["id"] for organization in listed["data"]] == [acme.id]
    created = await backend.change("POST", "/organizations", {"name": "B", "created_by": subject})
    assert created["created_by"] == acme.member.id

    # An ID that users of two issuers have says nothing.
    async with begin(api.server, SYSTEM) as tx:
        twin = make_user(tx.new_id(User.prefix), tx.now)
        twin.issuer, twin.external_id = "https://other.example.com", subject
        tx.session.add(twin)
    assert (await backend.get("/organizations", user_id=subject))["data"] == []
    assert await backend.refuse("GET", f"/users/{subject}") == (404, ["resource_not_found user_id"])

    # An external ID that is the slug of another organization is ambiguous.
    await an_organization(api, by=SERVICE, name="Twin", slug="twin")
    await an_organization(api, by=SERVICE, name="Other twin", externalId="twin")
    assert await backend.refuse("GET", "/organizations/twin") == (404, ["resource_not_found"])
    assert await backend.refuse("GET", "/organizations/nobody") == (404, ["resource_not_found"])
    assert (await backend.get("/organizations/acme"))["id"] == acme.id
    assert (await api.mutate("updateInstance", {"slugsEnabled": False}, by=SERVICE)).payload
    assert await backend.refuse("GET", "/organizations/acme") == (404, ["resource_not_found"])


async def test_logos(api: Api, acme: Acme) -> None:
    from PIL import Image

    backend, path = Backend(api), f"/organizations/{acme.id}/logo"

    async def put(file: Any, **data: str | list[str]) -> Any:
        files = {"file": ("logo.png", file, "image/png")}
        authorization = {"authorization": str(SERVICE.authorization)}
        return await api.client.put(f"/v1{path}", files=files, data=data, headers=authorization)

    large = encode(Image.effect_noise((2_000, 1_500), 40).convert("RGB"), "JPEG", quality=95)
    for image in (large, encode(Image.new("P", (64, 32)), "GIF")):
        answer = (await put(image, uploader_user_id=acme.admin.id)).json()
        assert answer["has_image"]
        shown = await api.client.get(answer["image_url"])
        assert shown.status_code == 200
        assert len(shown.content) <= 150 * 1024
    before = await contents(api.store)
    assert faults(await put(b"<svg/>")) == (422, ["form_param_format_invalid file"])
    huge = encode(Image.new("1", (6_000, 4_001)))
    assert faults(await put(huge)) == (422, ["form_param_value_invalid file"])
    assert faults(await put(large, other="1")) == (422, ["form_param_unknown other"])
    assert faults(await put(large, uploader_user_id=["a", "b"])) == (
        422,
        ["form_param_duplicate uploader_user_id"],
    )
    part = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\na\r\n--x--\r\n'
    for parameters, form, expected in (
        ("", part, (400, ["request_body_invalid"])),
        ("; boundary=x", b"file", (400, ["request_body_invalid"])),
        # A codec that can't decode anything.
        ("; boundary=x; charset=undefined", part, (400, ["request_body_invalid"])),
        ("; boundary=x", part.replace(b"name", b"nome"), (400, ["request_body_invalid"])),
        ("; boundary=x", part, (422, ["form_param_type_invalid file"])),
        ("; boundary=x", b"", (422, ["form_param_missing file"])),
    ):
        kind = {"content-type": f"multipart/form-data{parameters}"}
        assert await backend.refuse("PUT", path, content=form, headers=kind) == expected, form
    assert await backend.refuse("PUT", path, {"file": "text"}) == (
        415,
        ["unsupported_content_type"],
    )
    assert await contents(api.store) == before

    assert not (await backend.change("DELETE", path))["has_image"]


@ONLY_SQLITE
async def test_a_client_sees_why_its_logo_is_too_large(api: Api, acme: Acme) -> None:
    """Over a real connection, which must stay open while the client sends."""
    headers = {"authorization": str(SERVICE.authorization)}
    async with listening(api.app) as port, httpx.AsyncClient() as client:
        logo = f"http://127.0.0.1:{port}/v1/organizations/{acme.id}/logo"
        large = {"file": b"x" * 14 * 1024 * 1024}
        refused = await client.put(logo, files=large, headers=headers)
    assert faults(refused) == (413, ["image_too_large file"])
