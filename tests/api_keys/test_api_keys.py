"""API keys: create, change, revoke, list, and verify (rules 91 to 93)."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.keys.api_keys import compute_checksum
from models.keys.scopes import add_implied, list_needed_scopes
from models.keys.secret_keys import VISIBLE_LENGTH
from models.roles import (
    API_KEYS_MANAGE,
    API_KEYS_READ,
    MEMBERSHIPS_MANAGE,
    MEMBERSHIPS_READ,
    PROFILE_MANAGE,
)
from resolvers.keys import secret_keys
from server.http.key_uses import store_key_uses
from tests.support.api import SERVICE, Api, Caller, contents, events
from tests.support.data.api_keys import (
    a_key,
    create_key,
    revoke_key,
    secret_of,
    update_key,
    verify_key,
)
from tests.support.data.factories import Acme, a_member, a_role, an_organization
from tests.support.data.invitations import codes, fields, unchanged
from tests.support.data.keys import a_key as a_secret_key
from tests.support.documents.guarded_fields import FIELDS
from tests.support.servers.tokens import one_database

SECRET = re.compile(r"ak_[0-9a-f]{12}_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}")


async def key_events(api: Api) -> list[Any]:
    return [event for event in await events(api.store) if event["type"].startswith("apiKey.")]


async def list_keys(api: Api, acme: Acme, **arguments: Any) -> Any:
    answer = await api.send("api-keys", by=acme.admin, organizationId=acme.id, **arguments)
    return answer.data["organization"]["apiKeys"]


async def test_the_life_of_a_key(api: Api, acme: Acme) -> None:
    made = (
        await create_key(
            api,
            acme.id,
            [MEMBERSHIPS_READ, PROFILE_MANAGE],
            by=acme.admin,
            claims={"team": "ops"},
            expiresInDays=30,
        )
    ).payload
    secret, shown = made["secret"], made["apiKey"]
    key = Caller(f"Bearer {secret}", shown["id"])
    assert SECRET.fullmatch(secret)
    assert compute_checksum(secret[:-6]) == secret[-6:]
    assert shown == {
        "id": shown["id"],
        "name": "CI",
        "visible": secret[:VISIBLE_LENGTH],
        "permissions": sorted([MEMBERSHIPS_READ, PROFILE_MANAGE]),
        "claims": {"team": "ops"},
        "expiresAt": shown["expiresAt"],
        "createdBy": {"id": acme.admin.id},
    }
    assert datetime.fromisoformat(shown["expiresAt"]) == api.clock() + timedelta(days=30)
    # Only a digest is stored, and no event has more.
    assert secret[VISIBLE_LENGTH:] not in str(await contents(api.store))

    changed = await update_key(
        api,
        acme,
        key,
        by=acme.admin,
        name="CD",
        permissions=[MEMBERSHIPS_READ],
        claims=None,
        expiresInDays=None,
    )
    assert changed.payload["apiKey"] == {
        "id": key.id,
        "name": "CD",
        "description": None,
        "permissions": [MEMBERSHIPS_READ],
        "claims": None,
        "expiresAt": None,
        "updatedAt": changed.payload["apiKey"]["updatedAt"],
    }
    same = await update_key(api, acme, key, by=acme.admin, name="CD")
    assert same.payload["cursor"] is None

    assert (await revoke_key(api, acme, key, reason="Leaked")).payload["cursor"]
    again = (await revoke_key(api, acme, key, reason="Again")).payload
    assert (again["apiKey"]["revocationReason"], again["cursor"]) == ("Leaked", None)
    assert await list_keys(api, acme) == {
        "nodes": [],
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "endCursor": None},
    }
    (listed,) = (await list_keys(api, acme, includeInvalid=True))["nodes"]
    assert (listed["id"], listed["revocationReason"]) == (key.id, "Leaked")

    created, updated, revoked = await key_events(api)
    assert [one["type"] for one in (created, updated, revoked)] == [
        "apiKey.created",
        "apiKey.updated",
        "apiKey.revoked",
    ]
    assert {one["organization_id"] for one in (created, updated, revoked)} == {acme.id}
    assert updated["changes"].keys() == {"name", "permissions", "claims", "expires_at"}
    assert updated["changes"]["permissions"] == sorted([MEMBERSHIPS_READ, PROFILE_MANAGE])
    assert revoked["data"]["revocation_reason"] == "Leaked"


async def test_nobody_makes_a_key_with_more_than_they_have(api: Api, acme: Acme) -> None:
    await a_role(api, "org:keeper", [API_KEYS_READ, API_KEYS_MANAGE, MEMBERSHIPS_READ])
    keeper = await a_member(api, acme.id, "kim@example.com", "org:keeper")
    strong = await a_key(api, acme, MEMBERSHIPS_READ, MEMBERSHIPS_MANAGE)
    weak = await a_key(api, acme, MEMBERSHIPS_READ, by=keeper)
    elsewhere = await a_key(
        api, Acme(await an_organization(api, by=acme.admin), acme.admin, acme.admin, acme.admin)
    )
    more = [MEMBERSHIPS_READ, MEMBERSHIPS_MANAGE]

    async with unchanged(api):
        too_much = [
            await create_key(api, acme.id, more, by=keeper),
            await update_key(api, acme, weak, by=keeper, permissions=more),
            # What the key has already counts too.
            await update_key(api, acme, strong, by=keeper, expiresInDays=365),
            await update_key(api, acme, strong, by=keeper, permissions=more[:1]),
        ]
        without_right = [
            await create_key(api, acme.id, [], by=acme.member),
            await update_key(api, acme, weak, by=acme.member, name="X"),
            await revoke_key(api, acme, weak, by=acme.member),
        ]
        outside = [
            await create_key(api, acme.id, [], by=acme.outsider),
            await update_key(api, acme, weak, by=acme.outsider, name="X"),
            await revoke_key(api, acme, weak, by=acme.outsider),
        ]
        # A key of another organization, under an organization that the caller does manage.
        foreign = [
            await update_key(api, acme, elsewhere, by=acme.admin, name="X"),
            await revoke_key(api, acme, elsewhere),
            await update_key(api, acme, Caller(id="apik_x"), by=acme.admin, name="X"),
        ]
    assert {answer.reason for answer in too_much} == {"role_not_grantable"}
    assert too_much[0].error["extensions"]["permissions"] == [MEMBERSHIPS_MANAGE]
    assert {answer.reason for answer in without_right} == {"missing_organization_permission"}
    assert {answer.code for answer in outside} == {"NOT_FOUND"}
    assert [codes(answer) for answer in foreign] == [["resource_not_found"]] * 3
    # Less is fine, and so is revoking what one couldn't make.
    assert (await update_key(api, acme, weak, by=keeper, permissions=[])).payload
    assert (await revoke_key(api, acme, strong, by=keeper)).payload


@one_database
async def test_a_secret_key_that_is_revoked_meanwhile_makes_and_changes_none(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its right is read in the transaction, because the API key would outlive it."""
    _, maker = await a_secret_key(api)
    key = await a_key(api, acme, MEMBERSHIPS_READ, by=maker)

    def is_dead(*_: object) -> bool:
        return False

    monkeypatch.setattr(secret_keys, "is_live", is_dead)
    async with unchanged(api):
        refused = [
            await create_key(api, acme.id, by=maker),
            await update_key(api, acme, key, by=maker, name="X"),
        ]
    assert [answer.code for answer in refused] == ["UNAUTHENTICATED"] * 2
    assert (await update_key(api, acme, key, by=acme.admin, name="X")).payload


async def test_all_faults_are_told_at_once(api: Api, acme: Acme) -> None:
    key = await a_key(api, acme)
    faulty: dict[str, Any] = {
        "name": "<b>",
        "description": "x" * 1_025,
        "permissions": ["org:sys_memberships:raed"],
        "claims": {"a": "x" * 8_192},
        "expiresInDays": 366,
    }
    expired = await a_key(api, acme, expiresInDays=1)
    revoked = await a_key(api, acme)
    await revoke_key(api, acme, revoked)
    api.clock.forward(days=2)
    acme_admin = await api.person(acme.admin.email)

    async with unchanged(api):
        answers = [
            await create_key(api, acme.id, by=SERVICE, **faulty),
            await update_key(api, acme, key, by=SERVICE, **faulty),
        ]
        nulls = await update_key(api, acme, key, by=SERVICE, name=None, permissions=None)
        ended = [
            await update_key(api, acme, expired, by=acme_admin, expiresInDays=1),
            await update_key(api, acme, revoked, by=acme_admin, name="X"),
        ]
        reason = await revoke_key(api, acme, key, by=acme_admin, reason="x" * 257)
    for answer in answers:
        assert set(zip(codes(answer), fields(answer), strict=True)) == {
            ("form_param_value_invalid", "input.name"),
            ("form_param_max_length_exceeded", "input.description"),
            ("resource_not_found", "input.permissions"),
            ("form_param_exceeds_allowed_size", "input.claims"),
            ("form_param_value_invalid", "input.expiresInDays"),
        }
    assert set(fields(nulls)) == {"input.name", "input.permissions"}
    assert [codes(answer) for answer in ended] == [["api_key_expired"], ["api_key_revoked"]]
    assert codes(reason) == ["form_param_max_length_exceeded"]


async def test_fifty_keys_are_live_at_most(api: Api, acme: Acme) -> None:
    """With real concurrency: exactly 50 win, whoever asks first."""
    await a_key(api, acme, expiresInDays=1)
    answers = await asyncio.gather(
        *(create_key(api, acme.id, [], by=acme.admin) for _ in range(53))
    )
    refused = [answer for answer in answers if answer.user_errors]
    assert [codes(answer) for answer in refused] == [["quota_exceeded"]] * 4
    assert refused[0].user_errors[0]["meta"] == {"limit": 50}
    assert (await list_keys(api, acme))["totalCount"] == 50

    # A key that is revoked, or has expired, doesn't count.
    made = next(answer.payload for answer in answers if not answer.user_errors)
    await revoke_key(api, acme, Caller(id=made["apiKey"]["id"]))
    assert await a_key(api, acme)
    api.clock.forward(days=1)
    assert (await create_key(api, acme.id, [], by=SERVICE)).payload
    assert codes(await create_key(api, acme.id, [], by=SERVICE)) == ["quota_exceeded"]


async def test_a_key_outlives_its_maker_and_the_log_tells(api: Api, acme: Acme) -> None:
    ben = await a_member(api, acme.id, "ben@example.com", "org:admin")
    key = await a_key(api, acme, MEMBERSHIPS_READ, by=ben)
    ended = await a_key(api, acme, by=ben)
    await revoke_key(api, acme, ended)
    await a_key(api, acme, by=acme.admin)

    await api.send("leave-organization", by=ben, organizationId=acme.id)
    told = (await key_events(api))[-1]
    assert (told["type"], told["object_id"]) == ("apiKey.updated", key.id)
    assert (told["data"]["creator_left"], told["data"]["created_by"]) == (True, ben.id)
    nodes = (await list_keys(api, acme))["nodes"]
    assert {node["id"]: node["createdBy"]["id"] for node in nodes}[key.id] == ben.id
    assert (await api.send("members", by=key, organizationId=acme.id)).data["organization"]

    number = len(await key_events(api))
    assert (await api.mutate("deleteUser", {"userId": ben.id}, "deletedId", by=SERVICE)).payload
    (told,) = (await key_events(api))[number:]
    assert (told["object_id"], told["data"]["created_by"]) == (key.id, None)
    assert told["changes"] == {"created_by": ben.id}
    nodes = (await list_keys(api, acme))["nodes"]
    assert {node["id"]: node["createdBy"] for node in nodes}[key.id] is None


async def test_a_service_asks_whether_a_key_is_good(api: Api, acme: Acme) -> None:
    key = await a_key(api, acme, MEMBERSHIPS_READ, claims={"a": 1}, expiresInDays=1)
    revoked = await a_key(api, acme)
    await revoke_key(api, acme, revoked)
    secret = secret_of(key)

    good = await verify_key(api, secret, by=SERVICE)
    assert good == {
        "valid": True,
        "code": None,
        "apiKey": {
            "id": key.id,
            "name": "CI",
            "permissions": [MEMBERSHIPS_READ],
            "claims": {"a": 1},
            "organization": {"id": acme.id, "name": "Acme"},
            "createdBy": {"id": acme.admin.id},
        },
    }
    wrong = [f"{secret[:-1]}!", secret[:VISIBLE_LENGTH], "", "ak_", secret + "A"]
    for one in wrong:
        answer = await verify_key(api, one, by=SERVICE)
        assert answer == {"valid": False, "code": "api_key_not_found", "apiKey": None}
    assert (await verify_key(api, secret_of(revoked), by=SERVICE))["code"] == "api_key_revoked"
    for by in (acme.admin, key):
        refused = await api.send("verify-api-key", by=by, secret=secret)
        assert refused.reason == "secret_key_required"
    # The use is stored every minute.
    await store_key_uses(api.server)
    nodes = (await list_keys(api, acme, includeInvalid=True))["nodes"]
    minute = api.clock().replace(second=0, microsecond=0)
    used = {node["id"]: node["lastUsedAt"] for node in nodes}
    assert datetime.fromisoformat(used[key.id]) == minute
    assert used[revoked.id] is None

    api.clock.forward(days=1)
    assert (await verify_key(api, secret, by=SERVICE))["code"] == "api_key_expired"


def test_the_scopes_that_a_permission_needs_cover_the_fields_that_it_opens() -> None:
    for field in FIELDS:
        if field.actor == "ANY" and field.permission:
            assert field.scope in add_implied(list_needed_scopes([field.permission])), field


async def test_a_narrowed_secret_key_gives_no_key_more_than_it_covers(api: Api, acme: Acme) -> None:
    read = ["organizations:read", "roles:read"]
    scopes = ["memberships:read", "events:read", "users:read", "billing:read", *read]
    _, narrow = await a_secret_key(api, scopes=["keys:manage", *scopes])
    _, narrowest = await a_secret_key(api, scopes=["keys:manage"])

    async with unchanged(api):
        # Every API key reads its organization and the roles.
        too_much = await create_key(api, acme.id, [], by=narrowest)
        refused = await create_key(api, acme.id, [MEMBERSHIPS_MANAGE], by=narrow)
    assert too_much.error["extensions"]["scopes"] == read
    made = await create_key(api, acme.id, [MEMBERSHIPS_READ], by=narrow)
    assert refused.reason == "missing_scope"
    assert refused.error["extensions"]["scopes"] == ["invitations:write", "memberships:write"]
    assert made.payload["apiKey"]["createdBy"] is None
