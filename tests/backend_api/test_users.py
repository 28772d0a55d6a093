"""Users and their sessions in the Backend API. The tests with the original's SDK have more."""

from typing import Any

import jwt
import pytest

from tests.conftest import counted
from tests.support.api import Api, contents, events
from tests.support.backend_api import Backend
from tests.support.data.factories import Acme

ZOE = {"email_address": ["zoe@example.com"], "first_name": "Zoe", "external_id": "app-1"}


async def a_user(backend: Backend, **values: Any) -> Any:
    return await backend.change("POST", "/users", ZOE | values)


async def test_a_user_is_created_read_changed_and_deleted(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    made = await a_user(backend, private_metadata={"camelCase": 1})
    (address,) = made["email_addresses"]
    assert (made["object"], made["first_name"], made["private_metadata"]) == (
        "user",
        "Zoe",
        {"camelCase": 1},
    )
    assert address["id"] == made["primary_email_address_id"] == f"idn_{made['id'][5:]}"
    assert address["verification"]["status"] == "verified"
    # By our ID, and by the application's.
    assert await backend.get(f"/users/{made['id']}") == await backend.get("/users/app-1") == made
    changed = await backend.change("PATCH", "/users/app-1", {"last_name": "Z"})
    merged = await backend.change(
        "PATCH", "/users/app-1/metadata", {"private_metadata": {"b": {"c": 1}}}
    )
    assert changed["last_name"] == merged["last_name"] == "Z"
    assert merged["private_metadata"] == {"camelCase": 1, "b": {"c": 1}}
    replaced = await backend.change(
        "PUT", "/users/app-1/email_address", {"email_address": "z@example.com"}
    )
    assert (replaced["email_address"], replaced["verification"]["status"]) == (
        "z@example.com",
        "verified",
    )
    deleted = await backend.change("DELETE", "/users/app-1")
    assert deleted == {"object": "user", "id": made["id"], "deleted": True}
    assert await backend.refuse("GET", f"/users/{made['id']}") == (
        404,
        ["resource_not_found user_id"],
    )


async def test_what_users_do_not_have_here_is_refused(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    made = await a_user(backend)
    before = await contents(api.store)
    for name in (
        "password",
        "password_digest",
        "phone_number",
        "username",
        "unsafe_metadata",
        "id",
    ):
        body = {"email_address": ["new@example.com"], name: "x"}
        assert await backend.refuse("POST", "/users", body) == (422, [f"form_param_unknown {name}"])
        change = await backend.refuse("PATCH", f"/users/{made['id']}", {name: "x"})
        assert change == (422, [f"form_param_unknown {name}"])
    several = {"email_address": ["a@example.com", "b@example.com"]}
    assert await backend.refuse("POST", "/users", several) == (
        422,
        ["form_param_array_size_exceeded email_address"],
    )
    assert await contents(api.store) == before


@pytest.mark.both_databases
async def test_users_are_filtered_counted_and_sorted(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    zoe = (await a_user(backend))["id"]
    everybody = [one["id"] for one in await backend.get("/users")]
    assert everybody[0] == zoe
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"email_address": ["ZOE@example.com", "no"]}, [zoe]),
        ({"external_id": "app-1"}, [zoe]),
        ({"query": "zoe"}, [zoe]),
        ({"user_id": [zoe, "app-1", "user_none"]}, [zoe]),
        ({"user_id": f"-{zoe}"}, everybody[1:]),
        ({"organization_id": acme.id}, [acme.member.id, acme.admin.id]),
        ({"username": "zoe"}, []),
        ({"created_at_before": 0}, []),
        ({"created_at_after": 0}, everybody),
    ]
    for query, expected in cases:
        found = [one["id"] for one in await backend.get("/users", **query)]
        count = await backend.get("/users/count", **query)
        assert (found, count["total_count"]) == (expected, len(expected)), query
    oldest = await backend.get("/users", order_by="created_at", limit=1, offset=1)
    assert [one["id"] for one in oldest] == [everybody[-2]]
    for order in ("email_address", "first_name", "-last_name"):
        assert len(await backend.get("/users", order_by=order)) == len(everybody)


async def test_lists_take_a_statement_for_each_level(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    cases = {"/users": 2, f"/users/{acme.admin.id}/organization_memberships": 8}
    cases |= {"/organization_roles": 3, "/role_sets": 3}
    for path, number in cases.items():
        with counted(api.store) as statements:
            await backend.get(path)
        assert len(statements) == number, (path, statements)


async def test_a_session_is_opened_used_and_revoked(api: Api, acme: Acme) -> None:
    backend, member = Backend(api), acme.member.id
    made = await backend.change(
        "POST", "/sessions", {"user_id": member, "active_organization_id": acme.id}
    )
    assert (made["object"], made["status"], made["last_active_organization_id"]) == (
        "session",
        "active",
        acme.id,
    )
    path, query = f"/sessions/{made['id']}", {"user_id": member}
    assert await backend.get(path) == made
    assert await backend.get("/sessions", **query) == [made]
    page = await backend.get("/sessions", **query, status="active", paginated=True)
    assert page == {"data": [made], "total_count": 1}
    for values in ({"client_id": made["client_id"]}, {**query, "client_id": made["client_id"]}):
        assert await backend.get("/sessions", **values) == [made]
    for values in ({**query, "status": "replaced"}, {"client_id": "client_1"}):
        assert await backend.get("/sessions", **values) == []
    token = await backend.change("POST", f"{path}/tokens", {"expires_in_seconds": 3600})
    claims = jwt.decode(token["jwt"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600
    assert (claims["sub"], claims["sid"], claims["o"]["rol"]) == (member, made["id"], "member")
    viewer = await api.client.post(
        "/graphql",
        json={"query": "{ viewer { session { id } } }"},
        headers={"authorization": f"Bearer {token['jwt']}"},
    )
    assert viewer.json()["data"]["viewer"]["session"] == {"id": made["id"]}
    assert (await backend.change("POST", f"{path}/revoke"))["status"] == "revoked"
    # Both are acts of the key.
    acts = [(one["type"], one["actor_type"]) for one in await events(api.store)]
    assert acts[-2:] == [("session.created", "service"), ("session.revoked", "service")]


async def test_a_session_needs_an_existing_user_and_a_membership(api: Api, acme: Acme) -> None:
    backend = Backend(api)
    before = await contents(api.store)
    refusals: list[tuple[str, Any, tuple[int, list[str]]]] = [
        ("/sessions", {"user_id": "user_1"}, (404, ["resource_not_found user_id"])),
        (
            "/sessions",
            {"user_id": acme.outsider.id, "active_organization_id": acme.id},
            (404, ["resource_not_found"]),
        ),
        ("/sessions/sess_1/tokens", None, (404, ["resource_not_found session_id"])),
        (
            "/sessions/sess_1/tokens",
            {"expires_in_seconds": 3601},
            (422, ["form_param_value_too_large expires_in_seconds"]),
        ),
        ("/sessions/sess_1/tokens/mine", None, (404, ["resource_not_found"])),
        ("/sessions/sess_1/verify", {"token": "x"}, (501, ["not_supported"])),
    ]
    for path, body, expected in refusals:
        assert await backend.refuse("POST", path, body) == expected, path
    assert await backend.refuse("GET", "/sessions") == (422, ["form_param_missing user_id"])
    assert await contents(api.store) == before
