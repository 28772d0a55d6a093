"""Invitations through the Backend API."""

from typing import Any

from models.invitations import Invitation
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from tests.conftest import counted
from tests.support.api import SERVICE, Api, contents
from tests.support.backend_api import Backend
from tests.support.data.factories import Acme, an_organization

KEYS = {
    *("object", "id", "email_address", "role", "role_name", "organization_id", "inviter_id"),
    *("public_inviter_data", "public_organization_data", "status", "url", "expires_at"),
    *("public_metadata", "private_metadata", "created_at", "updated_at"),
}
DAY = 24 * 60 * 60 * 1000


async def allow_redirects(api: Api) -> None:
    origins = {"allowedRedirectOrigins": ["https://app.example.com"]}
    assert (await api.mutate("updateInstance", origins, by=SERVICE)).payload


async def test_an_invitation_by_a_member_is_found_and_revoked(api: Api, acme: Acme) -> None:
    """The call of the original's documentation, with everything it can have."""
    await allow_redirects(api)
    backend, list_path = Backend(api), f"/organizations/{acme.id}/invitations"
    created = await backend.change(
        "POST",
        list_path,
        {
            "inviter_user_id": acme.admin.id,
            "email_address": "New@Example.com",
            "role": "org:member",
            "redirect_url": "https://app.example.com/accept",
            "expires_in_days": 2,
            "notify": True,
            "public_metadata": {"a": 1},
            "private_metadata": {"b": 2},
        },
    )
    assert created.keys() == KEYS
    assert created["object"] == "organization_invitation"
    assert (created["email_address"], created["role"], created["role_name"]) == (
        "New@Example.com",
        "org:member",
        "Member",
    )
    assert (created["organization_id"], created["inviter_id"], created["status"]) == (
        acme.id,
        acme.admin.id,
        "pending",
    )
    assert created["public_inviter_data"]["first_name"] == "Ada"
    assert created["public_organization_data"]["id"] == acme.id
    assert created["expires_at"] == created["created_at"] + 2 * DAY
    assert (created["public_metadata"], created["private_metadata"]) == ({"a": 1}, {"b": 2})
    assert created["url"].startswith("http://127.0.0.1:8000/invitations/accept?ticket=orginv_")

    path = f"{list_path}/{created['id']}"
    assert await backend.get(path) == created
    api.clock.forward(seconds=1)
    revoked = await backend.change("POST", f"{path}/revoke", {"requesting_user_id": acme.admin.id})
    assert revoked == created | {
        "status": "revoked",
        "url": None,
        "updated_at": created["updated_at"] + 1000,
    }
    assert await backend.refuse("POST", f"{path}/revoke") == (
        404,
        ["organization_invitation_not_pending invitation_id"],
    )


async def test_what_invitations_refuse(api: Api, acme: Acme) -> None:
    await allow_redirects(api)
    backend, path = Backend(api), f"/organizations/{acme.id}/invitations"
    new = {"email_address": "new@example.com", "role": "org:member"}
    pending = await backend.change("POST", path, new | {"email_address": "other@example.com"})
    other = f"/organizations/{await an_organization(api, by=SERVICE)}/invitations/{pending['id']}"
    before = await contents(api.store)
    one = f"{path}/{pending['id']}"
    refusals: list[tuple[str, str, Any, int, list[str]]] = [
        ("POST", path, {"email_address": "a@example.com"}, 422, ["form_param_missing role"]),
        ("POST", path, new | {"email_address": "nobody"}, 422, ["form_param_format_invalid email_address"]),
        ("POST", path, new | {"email_address": "other@example.com"}, 400, ["organization_invitation_not_unique email_address"]),
        ("POST", path, new | {"email_address": acme.member.email}, 400, ["already_a_member_in_organization email_address"]),
        ("POST", path, new | {"role": "org:none"}, 404, ["resource_not_found role"]),
        ("POST", path, new | {"inviter_user_id": acme.outsider.id}, 404, ["resource_not_found inviter_user_id"]),
        ("POST", path, new | {"inviter_user_id": acme.member.id}, 403, ["missing_organization_permission"]),
        ("POST", path, new | {"redirect_url": "https://evil.example.com/"}, 422, ["redirect_url_domain_mismatch redirect_url"]),
        ("POST", path, new | {"expires_in_days": 366}, 422, ["form_param_value_invalid expires_in_days"]),
        # All faults of one body in one answer.
        ("POST", path, new | {"role": "org:none", "expires_in_days": 0}, 422, ["resource_not_found role", "form_param_value_invalid expires_in_days"]),
        ("POST", "/organizations/org_1/invitations", new, 404, ["resource_not_found"]),
        ("POST", f"{path}/bulk", new, 422, ["form_param_type_invalid"]),
        ("POST", f"{path}/bulk", [], 422, ["form_param_missing"]),
        ("POST", f"{path}/bulk", [new, new | {"notify": False}], 422, ["form_param_value_invalid notify"]),
        ("POST", f"{path}/bulk", [new, {"role": 1}], 422, ["form_param_missing 1.email_address", "form_param_type_invalid 1.role"]),
        ("POST", f"{path}/bulk", [new, new], 400, ["duplicate_record recipients"]),
        ("POST", f"{path}/bulk", [new | {"email_address": f"{n}@example.com"} for n in range(101)], 400, ["bulk_size_exceeded recipients"]),
        ("POST", f"{one}/revoke", {"requesting_user_id": acme.outsider.id}, 404, ["resource_not_found"]),
        ("POST", f"{one}/revoke", {"requesting_user_id": acme.member.id}, 403, ["missing_organization_permission"]),
        ("POST", f"{path}/orginv_1/revoke", None, 404, ["resource_not_found invitation_id"]),
        ("GET", f"{path}/orginv_1", None, 404, ["resource_not_found"]),
        ("GET", other, None, 404, ["resource_not_found"]),
        ("POST", f"{other}/revoke", None, 404, ["resource_not_found invitation_id"]),
        ("GET", f"/organizations/org_1/invitations/{pending['id']}", None, 404, ["resource_not_found"]),
        ("GET", f"{path}?status=completed", None, 422, ["form_param_value_invalid status"]),
        ("GET", f"{path}?{'&status=pending' * 5}", None, 422, ["form_param_array_size_exceeded status"]),
    ]  # fmt: skip
    for method, at, body, status, found in refusals:
        assert await backend.refuse(method, at, body) == (status, found), (method, at, body)
    third = new | {"email_address": "third@example.com"}
    for nobody in ("", "user_1"):
        bulk = [new | {"inviter_user_id": nobody}, third]
        (error,) = (await backend.send("POST", f"{path}/bulk", bulk)).json()["errors"]
        assert error["meta"]["email_addresses"] == ["new@example.com"]
    assert await contents(api.store) == before


async def test_bulk_invitations_have_inviters_of_their_own(api: Api, acme: Acme) -> None:
    await allow_redirects(api)
    backend, path = Backend(api), f"/organizations/{acme.id}/invitations"
    made = await backend.change(
        "POST",
        f"{path}/bulk",
        [
            {"email_address": "a@example.com", "role": "org:member", "expires_in_days": 1},
            {
                "email_address": "b@example.com",
                "role": "org:admin",
                "inviter_user_id": f"sub|{acme.admin.email}",
                "redirect_url": "https://app.example.com/b",
            },
        ],
    )
    assert made["total_count"] == 2
    assert [(one["role"], one["inviter_id"]) for one in made["data"]] == [
        ("org:member", None),
        ("org:admin", acme.admin.id),
    ]
    assert [one["expires_at"] - one["created_at"] for one in made["data"]] == [DAY, 30 * DAY]
    assert made["data"][0]["public_inviter_data"] is None


async def test_lists_of_invitations(api: Api, acme: Acme) -> None:
    backend, path = Backend(api), f"/organizations/{acme.id}/invitations"
    ids: list[str] = []
    for name in ("pending", "revoked", "expired"):
        api.clock.forward(seconds=1)
        body = {"email_address": f"{name}@example.com", "role": "org:member", "expires_in_days": 9}
        body |= {"expires_in_days": 1} if name == "expired" else {}
        ids.append((await backend.change("POST", path, body))["id"])
    body = {"email_address": acme.outsider.email, "role": "org:member", "expires_in_days": 9}
    declined = await backend.change("POST", path, body)
    answer = await api.mutate(
        "declineInvitation", {"invitationId": declined["id"]}, by=acme.outsider
    )
    assert answer.payload
    await backend.change("POST", f"{path}/{ids[1]}/revoke")
    api.clock.forward(days=2)

    async def find(**query: Any) -> list[str]:
        found = await backend.get(path, **query)
        return [one["email_address"].partition("@")[0] for one in found["data"]]

    assert await find(order_by="email_address") == ["expired", "mallory", "pending", "revoked"]
    assert await find(status="pending") == ["pending"]
    assert await find(status=["expired", "accepted"]) == ["expired"]
    # The original doesn't know declined invitations.
    assert await find(status="revoked", order_by="email_address") == ["mallory", "revoked"]
    assert await find(email_address="PENDING@example.com") == ["pending"]
    assert await find(limit=1, offset=3) == ["pending"]
    with counted(api.store) as statements:
        assert (await backend.get(path))["total_count"] == 4
    # The caller, the organization, the page, its number, and the roles. Nobody has invited.
    assert len(statements) == 5

    async with begin(api.server, SYSTEM) as tx:
        (await tx.session.get_one(Invitation, ids[0])).domain = "example.com"
    # A list of the original leaves out those that a domain has made.
    assert await find(order_by="email_address") == ["expired", "mallory", "revoked"]
    assert (await backend.get(f"{path}/{ids[0]}"))["id"] == ids[0]

    own = f"/users/{acme.outsider.id}/organization_invitations"
    for status, number in (("revoked", 1), ("pending", 0)):
        assert (await backend.get(own, status=status))["total_count"] == number
    # Whoever hasn't proved to own an address doesn't see what was sent there.
    address = {"email_address": "pending@example.com"}
    new = {
        "email_address": [*address.values()],
        "email_address_identification_status": ["reserved"],
    }
    user = f"/users/{(await backend.change('POST', '/users', new))['id']}"
    assert (await backend.get(f"{user}/organization_invitations"))["total_count"] == 0
    await backend.change("PUT", f"{user}/email_address", address)
    assert (await backend.get(f"{user}/organization_invitations"))["total_count"] == 1
