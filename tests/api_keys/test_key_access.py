"""What a program can do with an API key, and what it can't (rule 90)."""

from collections.abc import Callable
from typing import Any

import pytest

from models.errors.request import NotFound
from models.roles import (
    API_KEYS_MANAGE,
    API_KEYS_READ,
    DOMAINS_READ,
    MEMBERSHIPS_MANAGE,
    MEMBERSHIPS_READ,
    PROFILE_DELETE,
    PROFILE_MANAGE,
    SYSTEM_PERMISSIONS,
)
from resolvers.authority.access import Actor, ActorType
from resolvers.authority.key_grants import load_key_grant
from resolvers.foundation.transaction import begin
from tests.conftest import counted
from tests.support.api import SERVICE, Api, Caller, contents, events
from tests.support.data.api_keys import (
    a_key,
    create_key,
    revoke_key,
    secret_of,
    update_key,
    verify_key,
)
from tests.support.data.billing import make_plan, switch_billing
from tests.support.data.factories import Acme, a_role, an_organization
from tests.support.data.invitations import (
    accept,
    codes,
    invite,
    invited,
    kinds,
    resend,
    ticket,
    unchanged,
)
from tests.support.documents.guarded_fields import FIELDS, OF_SERVICES, refusal
from tests.support.servers.tokens import assert_refused, one_database


@one_database
async def test_every_guarded_field_asks_a_key_for_the_permission(api: Api, acme: Acme) -> None:
    """KY2: a key with nothing gets no field with a permission, and none of users or services."""
    key = await a_key(api, acme)
    all_permissions = await a_key(api, acme, *SYSTEM_PERMISSIONS)
    before = await contents(api.store)

    for field in FIELDS:
        told = refusal(await api.run(field.document(acme.id), by=key))
        if field.parent == "Role":
            # Its parent is a list that everybody reads.
            assert told["reason"] == "secret_key_required", field
        elif field.actor != "ANY":
            reason = {"SERVICE": "secret_key_required", "USER": "user_required"}[field.actor]
            assert told["reason"] == reason, field
        elif field.permission:
            assert told["reason"] == "missing_organization_permission", field
            assert told["permissions"] == [field.permission], field
        elif field.parent == "Mutation":
            assert told["reason"] == "organization_scoped_key", field
        else:
            assert told == {}, field
    assert await contents(api.store) == before

    for field in FIELDS:
        if field.actor == "ANY" and field.permission and field.name != "deleteOrganization":
            told = refusal(await api.run(field.document(acme.id), by=all_permissions))
            assert told.get("reason") != "missing_organization_permission", field


@one_database
async def test_another_organization_is_one_that_never_was(api: Api, acme: Acme) -> None:
    """KY1: whatever it holds, a key learns nothing of another organization."""
    other = await an_organization(api, by=acme.admin, name="Other")
    key = await a_key(api, acme, *SYSTEM_PERMISSIONS)
    never = "org_00000000000000000000000000"
    before = await contents(api.store)

    for field in OF_SERVICES:
        if field.actor != "ANY":
            continue
        theirs = await api.run(field.document(other), by=key)
        unknown = await api.run(field.document(never), by=key)
        assert str(theirs.body).replace(other, never) == str(unknown.body), field
        if field.parent == "Mutation":
            assert refusal(theirs)["reason"] in {
                "organization_not_found_or_unauthorized",
                "organization_scoped_key",
            }, field
    assert await contents(api.store) == before

    own = await api.run('{ organization(by: { slug: "acme" }) { id } }', by=key)
    theirs = await api.run('{ organization(by: { slug: "other" }) { id } }', by=key)
    assert (own.data["organization"], theirs.data["organization"]) == ({"id": acme.id}, None)


@one_database
async def test_the_store_knows_the_organization_of_a_key(api: Api, acme: Acme) -> None:
    """It decides, whatever the caller is narrowed to."""
    key = await a_key(api, acme, *SYSTEM_PERMISSIONS)
    other = await an_organization(api, by=acme.admin)

    async with begin(api.server, Actor(ActorType.API_KEY, key.id)) as tx:
        with pytest.raises(NotFound):
            await tx.authorize(other, PROFILE_MANAGE)
        await tx.authorize(acme.id, PROFILE_MANAGE)
        assert await load_key_grant(tx.session, other, key.id, tx.now) is None
        assert await load_key_grant(tx.session, acme.id, key.id, tx.now)


async def test_a_key_reads_what_its_permissions_let_it(api: Api, acme: Acme) -> None:
    key = await a_key(api, acme, MEMBERSHIPS_READ)
    blind = await a_key(api, acme, PROFILE_MANAGE)
    private = {"organizationId": acme.id, "mode": "MERGE", "privateMetadata": {"a": 1}}
    assert (await api.mutate("updateOrganizationMetadata", private, by=SERVICE)).payload
    query = f"""{{
      viewer {{ user {{ id }} }}
      organization(by: {{ id: "{acme.id}" }}) {{
        id privateMetadata externalId viewerMembership {{ id }} viewerPermissions
        viewerCan(permission: "{MEMBERSHIPS_READ}")
        grantableRoles {{ key }}
        memberships {{ nodes {{ privateMetadata user {{ identifier emailAddress memberships {{ totalCount }} }} }} }}
      }}
      user(id: "{acme.member.id}") {{ identifier emailAddress }}
      stranger: user(id: "{acme.outsider.id}") {{ identifier }}
      node(id: "{key.id}") {{ id }}
    }}"""

    read = (await api.run(query, by=key)).data
    assert read["viewer"] is None
    shown = read["organization"]
    assert [shown[name] for name in ("privateMetadata", "externalId", "viewerMembership")] == [
        None
    ] * 3
    assert (shown["viewerPermissions"], shown["viewerCan"]) == ([MEMBERSHIPS_READ], True)
    assert shown["grantableRoles"] == []
    assert [
        (node["privateMetadata"], node["user"]["emailAddress"], node["user"]["memberships"])
        for node in shown["memberships"]["nodes"]
    ] == [(None, None, None)] * 2
    assert read["user"] == {"identifier": acme.member.email, "emailAddress": None}
    assert (read["stranger"], read["node"]) == (None, None)

    # Without the permission, members can't be read on any road.
    answer = await api.run(query, by=blind)
    assert answer.body["data"]["organization"]["memberships"] is None
    assert answer.body["data"]["user"] is None
    assert answer.reason == "missing_organization_permission"


async def test_reading_with_a_key_takes_one_statement_more_than_for_a_member(
    api: Api, acme: Acme
) -> None:
    key = await a_key(api, acme, MEMBERSHIPS_READ)
    numbers: list[int] = []
    for by in (acme.member, key):
        await api.send("members", by=by, organizationId=acme.id)
        with counted(api.store) as statements:
            assert (await api.send("members", by=by, organizationId=acme.id)).data
        numbers.append(len(statements))
    # What a member holds is read together with the organization.
    assert numbers[1] == numbers[0] + 1


@one_database
async def test_keys_of_several_organizations_take_as_many_statements_as_one(
    api: Api, acme: Acme
) -> None:
    await switch_billing(api)
    other = Acme(await an_organization(api, by=acme.admin), acme.admin, acme.admin, acme.admin)
    ids = [(await a_key(api, one, MEMBERSHIPS_READ)).id for one in (acme, other)]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on ApiKey { permissions } } }"

    numbers: list[int] = []
    for some in (ids[:1], ids):
        await api.run(query, {"ids": some}, by=SERVICE)
        with counted(api.store) as statements:
            nodes = (await api.run(query, {"ids": some}, by=SERVICE)).data["nodes"]
        assert nodes == [{"permissions": [MEMBERSHIPS_READ]}] * len(some)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


async def test_checking_a_permission_of_a_key(api: Api, acme: Acme) -> None:
    key = await a_key(api, acme, MEMBERSHIPS_READ)

    async def check(permission: str, by: Caller, **who: str) -> Any:
        given = "".join(f', {name}: "{value}"' for name, value in who.items())
        return await api.run(
            f'{{ checkPermission(organizationId: "{acme.id}", permission: "{permission}"{given})'
            " { allowed reason role { key } } }",
            by=by,
        )

    for by, who in (
        (key, dict[str, str]()),
        (key, {"userId": key.id}),
        (SERVICE, {"userId": key.id}),
    ):
        granted = (await check(MEMBERSHIPS_READ, by, **who)).data["checkPermission"]
        lacking = (await check(PROFILE_MANAGE, by, **who)).data["checkPermission"]
        assert granted == {"allowed": True, "reason": "GRANTED_TO_API_KEY", "role": None}
        assert lacking == {"allowed": False, "reason": "API_KEY_LACKS_PERMISSION", "role": None}
    refused = await check(MEMBERSHIPS_READ, key, userId=acme.member.id)
    assert refused.reason == "secret_key_required"
    await revoke_key(api, acme, key)
    ended = (await check(MEMBERSHIPS_READ, SERVICE, userId=key.id)).data["checkPermission"]
    assert ended["reason"] == "NOT_A_MEMBER"


async def test_a_key_acts_under_its_id_and_grants_no_more_than_it_holds(
    api: Api, acme: Acme
) -> None:
    key = await a_key(
        api, acme, MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ, PROFILE_MANAGE, "org:sys_billing:read"
    )
    assert (
        await api.send("update-organization", by=key, organizationId=acme.id, name="New")
    ).payload
    event = (await events(api.store))[-1]
    assert (event["actor_type"], event["actor_id"]) == ("api_key", key.id)

    async with unchanged(api):
        refused = [
            await invite(api, acme.id, "a@example.com", by=key, role="org:admin"),
            await api.send(
                "change-role",
                by=key,
                organizationId=acme.id,
                userId=acme.member.id,
                role="org:admin",
            ),
        ]
    assert {answer.reason for answer in refused} == {"role_not_grantable"}


async def test_a_key_makes_and_changes_no_key_but_can_revoke_one(api: Api, acme: Acme) -> None:
    """KY5: it can't outlive itself by making another key."""
    key = await a_key(api, acme, API_KEYS_READ, API_KEYS_MANAGE)
    other = await a_key(api, acme)

    async with unchanged(api):
        refused = [
            await create_key(api, acme.id, [], by=key),
            await update_key(api, acme, key, by=key, expiresInDays=None),
            await update_key(api, acme, other, by=key, permissions=[]),
        ]
    assert {answer.reason for answer in refused} == {"user_required"}
    listed = await api.send("api-keys", by=key, organizationId=acme.id)
    assert listed.data["organization"]["apiKeys"]["totalCount"] == 2
    assert (await revoke_key(api, acme, other, by=key)).payload
    assert (await revoke_key(api, acme, key, by=key)).payload
    await assert_refused(api, key.authorization or "")


async def test_permissions_count_with_the_plan(api: Api, acme: Acme) -> None:
    reports = "org:reports:read"
    input = {"key": reports, "name": "Reports"}
    assert (await api.mutate("createPermission", input, by=SERVICE)).payload
    key = await a_key(api, acme, reports, MEMBERSHIPS_READ, by=SERVICE)
    assert (await verify_key(api, secret_of(key), by=SERVICE))["apiKey"]["permissions"] == [
        reports,
        MEMBERSHIPS_READ,
    ]

    await switch_billing(api)
    await make_plan(api, "small", isDefault=True)
    verified = await verify_key(api, secret_of(key), by=SERVICE)
    assert verified["apiKey"]["permissions"] == [MEMBERSHIPS_READ]
    document = (
        f'{{ checkPermission(organizationId: "{acme.id}", permission: "{reports}") {{ reason }} }}'
    )
    checked = await api.run(document, by=key)
    assert checked.data["checkPermission"]["reason"] == "FEATURE_NOT_IN_PLAN"


async def test_invitations_of_a_key_are_good_while_it_could_grant_the_role(
    api: Api, acme: Acme
) -> None:
    await a_role(api, "org:reader", [MEMBERSHIPS_READ, DOMAINS_READ])
    held = [MEMBERSHIPS_READ, DOMAINS_READ, MEMBERSHIPS_MANAGE]

    async def weaken(key: Caller) -> None:
        changed = await update_key(api, acme, key, by=acme.admin, permissions=held[:1] + held[2:])
        assert changed.payload

    async def revoke(key: Caller) -> None:
        assert (await revoke_key(api, acme, key)).payload

    async def keep(key: Caller) -> None: ...

    async def resend_as_admin(key: Caller) -> None:
        sent = await resend(api, acme.id, made["id"], by=acme.admin)
        assert sent.payload["invitation"]["inviter"]["id"] == acme.admin.id
        await revoke(key)

    changes: list[tuple[Callable[[Caller], Any], list[str]]] = [
        (weaken, ["organization_invitation_not_grantable"]),
        (revoke, ["organization_invitation_not_grantable"]),
        (keep, []),
        (resend_as_admin, []),
    ]
    for number, (change, expected) in enumerate(changes):
        key = await a_key(api, acme, *held)
        person = await api.person(f"p{number}@example.com")
        made = await invited(api, acme.id, person.email, by=key, role="org:reader")
        assert made["inviter"] is None
        await change(key)
        answer = await accept(api, by=person, ticket=await ticket(api, made["id"]))
        assert codes(answer) == expected, change


async def test_a_key_stores_that_an_invitation_has_expired(api: Api, acme: Acme) -> None:
    key = await a_key(api, acme, MEMBERSHIPS_READ, MEMBERSHIPS_MANAGE, "org:sys_billing:read")
    await invited(api, acme.id, by=key, expiresInDays=1)
    api.clock.forward(days=1)

    # The address isn't invited anymore, so it can be invited again.
    assert await invited(api, acme.id, by=key)
    assert await kinds(api) == ["created", "expired", "created"]


async def test_a_key_is_known_by_all_of_its_characters(api: Api, acme: Acme) -> None:
    key, expiring = await a_key(api, acme), await a_key(api, acme, expiresInDays=1)
    good = key.authorization or ""
    for wrong in (
        good[:18],
        good[:-1],
        f"{good}A",
        f"{good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        good.replace("ak_", "AK_"),
        good.replace("ak_", "sk_"),
        "Bearer ak_",
        good[:19] + (expiring.authorization or "")[19:],
    ):
        await assert_refused(api, wrong)
    api.clock.forward(days=1)
    await assert_refused(api, expiring.authorization or "")
    assert (await api.run("{ cursor }", by=key)).data["cursor"]
    # The keys of an organization go with it.
    deleted = await api.send("delete-organization", by=SERVICE, organizationId=acme.id)
    assert deleted.payload
    await assert_refused(api, good)


async def test_while_organizations_are_disabled_a_key_can_do_nothing(api: Api, acme: Acme) -> None:
    key = await a_key(api, acme, MEMBERSHIPS_READ, PROFILE_MANAGE)
    assert (await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)).payload

    for answer in (
        await api.send("members", by=key, organizationId=acme.id),
        await api.send("update-organization", by=key, organizationId=acme.id, name="New"),
        await api.run("query($id: ID!) { node(id: $id) { id } }", {"id": key.id}, by=acme.admin),
    ):
        assert answer.reason == "organization_not_enabled_in_instance"


async def test_a_key_that_may_delete_its_organization_can(api: Api, acme: Acme) -> None:
    key = await a_key(api, acme, PROFILE_DELETE)
    assert (await api.send("delete-organization", by=key, organizationId=acme.id)).payload
    await assert_refused(api, key.authorization or "")
