"""Secret keys through the API: created, listed, used, and revoked (rules 88 and 89)."""

from datetime import timedelta
from typing import Any

import pytest

from models.errors.request import Unavailable
from models.keys.scopes import KeyScope
from models.keys.secret_keys import VISIBLE_LENGTH
from resolvers.keys import secret_keys
from server.http import key_uses
from server.http.key_uses import store_key_uses
from tests.conftest import counted
from tests.support.api import JSON, NOBODY, SERVICE, Api, Caller, contents, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.keys import a_key
from tests.support.servers.tokens import assert_refused, bearer, one_database

FIELDS = (
    "id name visible scopes organizationIds expiresAt lastUsedAt lastUsedScopes revokedAt"
    " createdAt updatedAt"
)
KEY = f"secretKey {{ {FIELDS} }}"
LIST = f"{{ secretKeys {{ {FIELDS} }} }}"


async def create(api: Api, *, by: Caller = SERVICE, **input: Any) -> Any:
    return await api.mutate("createSecretKey", {"name": "Mailer", **input}, f"secret {KEY}", by=by)


async def test_a_key_is_created_used_listed_and_revoked(api: Api, acme: Acme) -> None:
    scopes = ["organizations:read", "memberships:write", "organizations:read"]
    answer = await create(api, scopes=scopes, organizationIds=[acme.id], expiresInDays=30)

    key, secret = answer.payload["secretKey"], answer.payload["secret"]
    expires_at = (api.clock() + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    assert key["visible"] == secret[:VISIBLE_LENGTH]
    assert (key["scopes"], key["organizationIds"]) == (
        ["memberships:write", "organizations:read"],
        [acme.id],
    )
    assert key["expiresAt"][:19] == expires_at[:19]
    assert (key["lastUsedAt"], key["lastUsedScopes"], key["revokedAt"]) == (None, [], None)
    # Only its digest is in the database, and the event doesn't hold it either.
    assert secret not in str(await contents(api.store))
    named = await api.run("{ organizations { nodes { name } } }", by=bearer(secret))
    assert named.data["organizations"]["nodes"] == [{"name": "Acme"}]
    assert (await api.run(LIST, by=SERVICE)).data == {"secretKeys": [key]}
    node = await api.run(
        f"query($id: ID!) {{ node(id: $id) {{ ... on SecretKey {{ {FIELDS} }} }} }}",
        {"id": key["id"]},
        by=SERVICE,
    )
    assert node.data == {"node": key}

    api.clock.forward(minutes=1)
    revoked = await api.mutate("revokeSecretKey", {"id": key["id"]}, KEY, by=SERVICE)
    api.clock.forward(minutes=1)
    again = await api.mutate("revokeSecretKey", {"id": key["id"]}, KEY, by=SERVICE)

    await assert_refused(api, f"Bearer {secret}")
    assert revoked.payload["secretKey"]["revokedAt"] is not None
    assert again.payload["secretKey"] == revoked.payload["secretKey"]
    assert again.payload["cursor"] is None
    log = [event for event in await events(api.store) if event["object_id"] == key["id"]]
    assert [event["type"] for event in log] == ["secretKey.created", "secretKey.revoked"]
    assert {event["actor_type"] for event in log} == {"service"}
    assert log[0]["data"]["scopes"] == ["memberships:write", "organizations:read"]
    assert revoked.payload["cursor"] == str(log[1]["cursor"])


async def test_a_key_that_has_expired_is_refused(api: Api) -> None:
    _, key = await a_key(api, expires_in_days=1)
    await an_organization(api, by=key)

    api.clock.forward(hours=23, minutes=59)
    await an_organization(api, by=key)
    api.clock.forward(minutes=1)

    await assert_refused(api, key.authorization or "")


@one_database
async def test_only_keys_create_list_and_revoke_keys(api: Api, acme: Acme) -> None:
    key_id, _ = await a_key(api)
    before = await contents(api.store)
    for caller, reason in ((NOBODY, None), (acme.admin, "secret_key_required")):
        for answer in (
            await create(api, by=caller),
            await api.mutate("revokeSecretKey", {"id": key_id}, by=caller),
            await api.run(LIST, by=caller),
            await api.run("{ scopes }", by=caller),
        ):
            assert (answer.code, answer.reason) == (
                ("FORBIDDEN", reason) if reason else ("UNAUTHENTICATED", None)
            )
    assert await contents(api.store) == before
    assert (await api.run("{ scopes }", by=SERVICE)).data == {"scopes": sorted(KeyScope)}


INVALID: list[tuple[JSON, JSON]] = [
    ({"name": " "}, {"name": "form_param_missing"}),
    ({"scopes": []}, {"scopes": "form_param_missing"}),
    ({"scopes": ["users:red"]}, {"scopes": "resource_not_found"}),
    ({"organizationIds": []}, {"organizationIds": "form_param_missing"}),
    ({"organizationIds": ["org_x"]}, {"organizationIds": "resource_not_found"}),
    ({"organizationIds": ["org_x"] * 101}, {"organizationIds": "bulk_size_exceeded"}),
    ({"expiresInDays": 0}, {"expiresInDays": "form_param_value_invalid"}),
    (
        {"name": "", "scopes": ["x"], "organizationIds": ["org_x"], "expiresInDays": 366},
        {
            "name": "form_param_missing",
            "scopes": "resource_not_found",
            "organizationIds": "resource_not_found",
            "expiresInDays": "form_param_value_invalid",
        },
    ),
]


@one_database
async def test_all_that_is_wrong_with_a_new_key_is_said_at_once(api: Api) -> None:
    before = await contents(api.store)
    for input, expected in INVALID:
        errors = (await create(api, **input)).user_errors
        assert {error["field"][1]: error["code"] for error in errors} == expected
    (similar,) = (await create(api, scopes=["users:red"])).user_errors
    assert similar["meta"]["nearest"]["users:red"][0] == "users:read"
    (absent,) = (await api.mutate("revokeSecretKey", {"id": "key_x"}, by=SERVICE)).user_errors
    assert (absent["code"], absent["field"]) == ("resource_not_found", ["input", "id"])
    assert await contents(api.store) == before


@one_database
async def test_a_key_that_is_revoked_meanwhile_makes_no_other(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its right is read in the transaction that creates the new key."""
    key_id, key = await a_key(api)

    def is_dead(*_: object) -> bool:
        return False

    monkeypatch.setattr(secret_keys, "is_live", is_dead)
    before = await contents(api.store)

    assert (await create(api, by=key)).code == "UNAUTHENTICATED"

    assert await contents(api.store) == before
    monkeypatch.undo()
    assert (await create(api, by=key)).payload["secretKey"]["id"] != key_id


# --------------------------------------------------------------------------------------------- uses


async def uses(api: Api, key_id: str) -> tuple[str | None, list[str]]:
    found = (await api.run(LIST, by=SERVICE)).data["secretKeys"]
    (key,) = [one for one in found if one["id"] == key_id]
    return key["lastUsedAt"], key["lastUsedScopes"]


async def test_a_key_shows_which_scopes_it_has_used_in_30_days(api: Api, acme: Acme) -> None:
    key_id, key = await a_key(api)
    document = f"""{{ organization(by: {{ id: "{acme.id}" }}) {{ name privateMetadata
        memberships {{ nodes {{ user {{ firstName }} }} }} }} }}"""
    unnoticed = await contents(api.store)
    assert (await api.run(document, by=key)).data
    # No request writes what it has used.
    assert await contents(api.store) == unnoticed
    assert await uses(api, key_id) == (None, [])

    await store_key_uses(api.server)
    first_at, scopes = await uses(api, key_id)
    assert scopes == ["memberships:read", "organizations:read", "private_metadata:read"]
    assert first_at is not None
    assert first_at[17:19] == "00"

    api.clock.forward(days=20)
    assert (await api.run("{ users { nodes { emailAddress } } }", by=key)).data
    await store_key_uses(api.server)
    api.clock.forward(days=11)

    last_at, scopes = await uses(api, key_id)
    assert last_at is not None
    assert last_at > first_at
    assert scopes == ["users:read"]


async def test_a_key_that_is_narrowed_to_what_it_used_does_the_same_work(
    api: Api, acme: Acme
) -> None:
    """Also where the scope isn't that of a guarded field."""
    key_id, key = await a_key(api)
    document = f"""{{ organization(by: {{ id: "{acme.id}" }}) {{ createdBy {{ emailAddress
        sessions {{ nodes {{ id }} }} memberships {{ nodes {{ privateMetadata }} }} }} }}
        node(id: "{acme.member.id}") {{ id }} roles {{ membersCount }}
        events(types: [MEMBERSHIP_CREATED]) {{ nodes {{
          ... on MembershipEvent {{ membership {{ id }} }} }} }} }}"""
    answer = (await api.run(document, by=key)).data
    await store_key_uses(api.server)
    _, scopes = await uses(api, key_id)

    _, narrowed = await a_key(api, scopes=scopes)
    assert (await api.run(document, by=narrowed)).data == answer
    for scope in scopes:
        rest = [one for one in scopes if one != scope]
        _, less = await a_key(api, scopes=rest)
        assert (await api.run(document, by=less)).body.get("data") != answer, scope


@one_database
async def test_uses_that_cannot_be_stored_are_stored_later(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id, key = await a_key(api)
    assert (await api.run("{ roles { key } }", by=key)).data

    def unavailable(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(key_uses, "begin", unavailable)
    await store_key_uses(api.server)
    monkeypatch.undo()
    await store_key_uses(api.server)

    assert (await uses(api, key_id))[1] == ["roles:read"]
    # Nothing is written without a use, and the keys of the settings have no row.
    with counted(api.store) as statements:
        await store_key_uses(api.server)
        await store_key_uses(api.server)
    assert [one.split()[0] for one in statements] == ["SELECT"]
