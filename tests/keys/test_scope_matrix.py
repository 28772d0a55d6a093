"""Every guarded field of the SDL for every kind of secret key."""

from models.keys.scopes import KeyScope, add_implied
from tests.support.api import JSON, SERVICE, Api, Caller, contents
from tests.support.data.billing import switch_billing
from tests.support.data.factories import Acme, an_organization
from tests.support.data.keys import a_key
from tests.support.documents.guarded_fields import FIELDS, OF_SERVICES, PARENTS, refusal
from tests.support.servers.tokens import one_database


def missing(scope: KeyScope | None) -> JSON:
    return {"code": "FORBIDDEN", "reason": "missing_scope", "scopes": [scope]}


def test_the_matrix_has_every_kind_of_field() -> None:
    assert {field.parent for field in FIELDS} == set(PARENTS)
    assert len(OF_SERVICES) > 80
    used = {field.scope for field in OF_SERVICES}
    metadata = {KeyScope.PRIVATE_METADATA_READ, KeyScope.PRIVATE_METADATA_WRITE}
    assert used == set(KeyScope) - metadata


@one_database
async def test_a_key_without_the_scope_of_a_field_is_refused(api: Api, acme: Acme) -> None:
    """It has all other scopes, also those for the parent of the field."""
    keys: dict[KeyScope, Caller] = {}
    for scope in KeyScope:
        others = [one for one in KeyScope if scope not in add_implied([one])]
        _, keys[scope] = await a_key(api, scopes=others)
    before = await contents(api.store)

    for field in OF_SERVICES:
        if field.scope is None or field.scope == PARENTS[field.parent][1]:
            continue
        answer = await api.run(field.document(acme.id), by=keys[field.scope])
        assert refusal(answer) == missing(field.scope), field

    assert await contents(api.store) == before


@one_database
async def test_a_key_with_the_scope_of_a_field_is_not(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    # What deletes the organization comes last.
    for field in sorted(OF_SERVICES, key=lambda field: field.name == "deleteOrganization"):
        scopes = {one for one in (field.scope, PARENTS[field.parent][1]) if one}
        if field.name in {"createWebhookEndpoint", "updateWebhookEndpoint"}:
            # What an endpoint is sent.
            scopes |= {KeyScope.EVENTS_READ, KeyScope.PRIVATE_METADATA_READ}
        if field.name == "createSecretKey":
            # The document names no scopes, so that the new key has all of them.
            scopes = set(KeyScope)
        if field.name == "createApiKey":
            # What every API key can read.
            scopes |= {KeyScope.ORGANIZATIONS_READ, KeyScope.ROLES_READ}
        _, narrowed = await a_key(api, scopes=sorted(scopes))
        for caller in (narrowed, SERVICE):
            if (field.name, caller) == ("deleteOrganization", SERVICE):
                continue
            answer = await api.run(field.document(acme.id), by=caller)
            assert refusal(answer).get("code") not in {"FORBIDDEN", "NOT_FOUND"}, field


@one_database
async def test_a_key_for_another_organization_reads_and_changes_nothing(
    api: Api, acme: Acme
) -> None:
    rival = await an_organization(api, by=SERVICE, name="Rival")
    _, key = await a_key(api, organization_ids=[rival])
    before = await contents(api.store)

    for field in OF_SERVICES:
        answer = await api.run(field.document(acme.id), by=key)
        told = refusal(answer)
        if field.parent == "Mutation":
            expected = ("NOT_FOUND", "organization_not_found_or_unauthorized")
            if not field.names_an_organization() or field.scope is KeyScope.KEYS_MANAGE:
                expected = ("FORBIDDEN", "organization_scoped_key")
            assert (told["code"], told["reason"]) == expected, field
        elif field.parent == "Organization":
            assert answer.data == {"organization": None}, field
        elif field.scope in {KeyScope.WEBHOOKS_MANAGE, KeyScope.KEYS_MANAGE}:
            assert told["reason"] == "organization_scoped_key", field
        else:
            assert not any(id in str(answer.body) for id in (acme.id, acme.admin.id)), field

    assert await contents(api.store) == before


@one_database
async def test_who_signed_in_needs_no_scope(api: Api, acme: Acme) -> None:
    """The fields of services name another reason, and all others are judged by permissions."""
    for field in FIELDS:
        answer = refusal(await api.run(field.document(acme.id), by=acme.outsider))
        assert answer.get("reason") not in {"missing_scope", "organization_scoped_key"}, field
        if field.actor == "SERVICE" and field.parent != "Role":
            assert answer["reason"] == "secret_key_required", field


@one_database
async def test_a_key_is_refused_what_only_people_do(api: Api, acme: Acme) -> None:
    _, key = await a_key(api, scopes=[KeyScope.ORGANIZATIONS_WRITE])
    for field in FIELDS:
        if field.actor == "USER":
            for caller in (SERVICE, key):
                told = refusal(await api.run(field.document(acme.id), by=caller))
                assert told["reason"] == "user_required", field
