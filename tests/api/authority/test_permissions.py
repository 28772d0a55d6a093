"""Every mutation for every kind of caller, in one table."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from schema import schema
from tests.support.api import JSON, NOBODY, SERVICE, Api, Caller, contents
from tests.support.data.api_keys import OF_API_KEYS
from tests.support.data.billing import make_feature, make_plan, switch_billing
from tests.support.data.factories import Acme, an_invitation
from tests.support.data.images import LOGO
from tests.support.data.keys import OF_KEYS
from tests.support.data.roles import a_role_model
from tests.support.data.sessions import a_session
from tests.support.data.webhooks import URL, a_failed_delivery, an_endpoint
from tests.support.documents.domain_mutations import OF_DOMAINS

CALLERS: dict[str, Callable[[Acme], Caller]] = {
    "nobody": lambda acme: NOBODY,
    "outsider": lambda acme: acme.outsider,
    "member": lambda acme: acme.member,
    "admin": lambda acme: acme.admin,
    "secret key": lambda acme: SERVICE,
}

UNAUTHENTICATED = ("UNAUTHENTICATED", None)
NOT_FOUND = ("NOT_FOUND", "organization_not_found_or_unauthorized")
LACKS = ("FORBIDDEN", "missing_organization_permission")
KEY_ONLY = ("FORBIDDEN", "secret_key_required")
USER_ONLY = ("FORBIDDEN", "user_required")
OK = None

GUARDED = (UNAUTHENTICATED, NOT_FOUND, LACKS, OK, OK)
SERVICES = (UNAUTHENTICATED, KEY_ONLY, KEY_ONLY, KEY_ONLY, OK)


def of(acme: Acme) -> JSON:
    return {"organizationId": acme.id}


def member_of(acme: Acme) -> JSON:
    return {"organizationId": acme.id, "userId": acme.member.id}


def invitation_of(acme: Acme) -> JSON:
    return {"organizationId": acme.id, "invitationId": acme.invitation_id}


def own_invitation(acme: Acme) -> JSON:
    return {"invitationId": acme.invitation_id}


MERGE: JSON = {"mode": "MERGE", "publicMetadata": {"a": 1}}

PRIMARY, OTHER = "role_set:primary", "role_set:other"
NEW_SET: JSON = {
    "name": "New",
    "roles": ["org:admin"],
    "defaultRole": "org:admin",
    "creatorRole": "org:admin",
}
MAPPINGS = [{"from": "org:member", "to": "org:editor"}]

# The code and the reason of a refusal.
Outcome = tuple[str, str | None] | None

TABLE: dict[str, tuple[Callable[[Acme], JSON], tuple[Outcome, ...]]] = {
    "createOrganization": (lambda acme: {"name": "New"}, (UNAUTHENTICATED, OK, OK, OK, OK)),
    "updateOrganization": (lambda acme: {**of(acme), "name": "New"}, GUARDED),
    "setOrganizationLogo": (lambda acme: {**of(acme), "data": LOGO}, GUARDED),
    "updateOrganizationMetadata": (lambda acme: {**of(acme), **MERGE}, SERVICES),
    "deleteOrganization": (of, GUARDED),
    "createMembership": (lambda acme: {**of(acme), "userId": acme.outsider.id}, SERVICES),
    "createMemberships": (
        lambda acme: {**of(acme), "members": [{"userId": acme.outsider.id}]},
        SERVICES,
    ),
    "updateMembership": (lambda acme: {**member_of(acme), "role": "org:admin"}, GUARDED),
    "updateMembershipMetadata": (lambda acme: {**member_of(acme), **MERGE}, SERVICES),
    "removeMembership": (member_of, GUARDED),
    # The administrator is the last one and may not leave.
    "leaveOrganization": (of, (UNAUTHENTICATED, NOT_FOUND, OK, OK, USER_ONLY)),
    "createInvitation": (lambda acme: {**of(acme), "emailAddress": "new@example.com"}, GUARDED),
    "createInvitations": (
        lambda acme: {**of(acme), "recipients": [{"emailAddress": "new@example.com"}]},
        GUARDED,
    ),
    "resendInvitation": (invitation_of, GUARDED),
    "revokeInvitation": (invitation_of, GUARDED),
    # The invitation is the outsider's.
    "acceptInvitation": (own_invitation, (UNAUTHENTICATED, OK, OK, OK, USER_ONLY)),
    "declineInvitation": (own_invitation, (UNAUTHENTICATED, OK, OK, OK, USER_ONLY)),
    "createUser": (lambda acme: {"emailAddress": "new@example.com"}, SERVICES),
    "createUsers": (lambda acme: {"users": [{"emailAddress": "new@example.com"}]}, SERVICES),
    "updateUser": (lambda acme: {"userId": acme.member.id, "firstName": "New"}, SERVICES),
    "deleteUser": (lambda acme: {"userId": acme.member.id}, SERVICES),
    "createRole": (lambda acme: {"key": "org:new", "name": "New", "permissions": []}, SERVICES),
    "updateRole": (lambda acme: {"key": "org:member", "name": "New"}, SERVICES),
    "deleteRole": (lambda acme: {"key": "org:spare"}, SERVICES),
    "createPermission": (lambda acme: {"key": "org:new:read", "name": "New"}, SERVICES),
    "updatePermission": (lambda acme: {"key": "org:reports:read", "name": "New"}, SERVICES),
    "deletePermission": (lambda acme: {"key": "org:reports:read"}, SERVICES),
    "createRoleSet": (lambda acme: NEW_SET, SERVICES),
    "updateRoleSet": (lambda acme: {"key": PRIMARY, "name": "New"}, SERVICES),
    "replaceRoleInRoleSet": (
        lambda acme: {"roleSet": PRIMARY, "role": "org:member", "withRole": "org:editor"},
        SERVICES,
    ),
    "replaceRoleSet": (
        lambda acme: {"key": PRIMARY, "withKey": OTHER, "mappings": MAPPINGS},
        SERVICES,
    ),
    "setOrganizationRoleSet": (
        lambda acme: {**of(acme), "roleSet": OTHER, "mappings": MAPPINGS},
        SERVICES,
    ),
    "updateInstance": (lambda acme: {"slugsEnabled": False}, SERVICES),
    "createWebhookEndpoint": (lambda acme: {"url": URL}, SERVICES),
}


# Who may call, and is refused for another reason than permission.
USER_ERRORS = {
    ("leaveOrganization", "admin"),
    *(
        (mutation, who)
        for mutation in ("acceptInvitation", "declineInvitation")
        for who in ("member", "admin")
    ),
}


def allowed(
    table: Iterable[tuple[str, Sequence[Outcome]]],
) -> pytest.MarkDecorator:
    """Runs a test for each mutation and each caller who may call it."""
    return pytest.mark.parametrize(
        ("mutation", "who"),
        [
            (mutation, who)
            for mutation, outcomes in table
            for who, outcome in zip(CALLERS, outcomes, strict=True)
            if outcome is OK
        ],
    )


async def ensure_allowed(
    api: Api,
    acme: Acme,
    outcomes: Sequence[Outcome],
    mutation: str,
    who: str,
    input: JSON,
    *,
    is_changed: bool = True,
) -> None:
    """Asserts that all are refused who may not call, and change nothing; then `who` calls."""
    before = await contents(api.store)
    for other, outcome in zip(CALLERS, outcomes, strict=True):
        if outcome is not OK:
            answer = await api.mutate(mutation, input, by=CALLERS[other](acme))
            assert (answer.code, answer.reason) == outcome, other
            assert answer.status == 200
            assert await contents(api.store) == before, other

    answer = await api.mutate(mutation, input, by=CALLERS[who](acme))

    assert "errors" not in answer.body
    assert answer.status == 200
    assert (await contents(api.store) != before) == is_changed


@allowed((mutation, outcomes) for mutation, (_, outcomes) in TABLE.items())
async def test_who_may_call_what(api: Api, acme: Acme, mutation: str, who: str) -> None:
    input, outcomes = TABLE[mutation]
    if input in (invitation_of, own_invitation):
        acme = await an_invitation(api, acme)
    if "Role" in mutation or "Permission" in mutation:
        await a_role_model(api)

    is_changed = (mutation, who) not in USER_ERRORS
    await ensure_allowed(api, acme, outcomes, mutation, who, input(acme), is_changed=is_changed)


# What is done with a session, by whose it is.
OF_SESSIONS: dict[str, tuple[Callable[[str, Acme], JSON], tuple[Outcome, ...]]] = {
    "createSession": (lambda session_id, acme: {}, (UNAUTHENTICATED, OK, OK, OK, USER_ONLY)),
    "setActiveOrganization": (
        lambda session_id, acme: {"sessionId": session_id, **of(acme)},
        (UNAUTHENTICATED, NOT_FOUND, OK, OK, USER_ONLY),
    ),
    "createSessionToken": (
        lambda session_id, acme: {"sessionId": session_id},
        (UNAUTHENTICATED, OK, OK, OK, USER_ONLY),
    ),
    "endSession": (
        lambda session_id, acme: {"sessionId": session_id},
        (UNAUTHENTICATED, OK, OK, OK, USER_ONLY),
    ),
    "revokeSession": (lambda session_id, acme: {"sessionId": session_id}, SERVICES),
}


@pytest.mark.both_databases
@allowed((mutation, outcomes) for mutation, (_, outcomes) in OF_SESSIONS.items())
async def test_who_may_do_what_with_a_session(
    api: Api, acme: Acme, mutation: str, who: str
) -> None:
    input, outcomes = OF_SESSIONS[mutation]
    caller = CALLERS[who](acme)
    session_id = await a_session(api, by=caller if caller.id else acme.member)
    api.clock.forward(minutes=1)

    await ensure_allowed(api, acme, outcomes, mutation, who, input(session_id, acme))


# What is done with an endpoint that a delivery has failed to.
OF_WEBHOOKS: dict[str, JSON] = {
    "updateWebhookEndpoint": {"description": "New"},
    "deleteWebhookEndpoint": {},
    "rotateWebhookSecret": {},
    "replayWebhookDeliveries": {"failedSince": "2026-01-01T00:00:00Z"},
}


@allowed((mutation, SERVICES) for mutation in OF_WEBHOOKS)
async def test_who_may_do_what_with_a_webhook_endpoint(
    api: Api, acme: Acme, mutation: str, who: str
) -> None:
    endpoint = await an_endpoint(api)
    await a_failed_delivery(api, endpoint["id"])

    input = {"webhookEndpointId": endpoint["id"], **OF_WEBHOOKS[mutation]}
    await ensure_allowed(api, acme, SERVICES, mutation, who, input)


# What is done with the catalogue and a subscription, while billing is enabled.
OF_PLANS: dict[str, JSON] = {
    "createFeature": {"key": "new", "name": "New"},
    "updateFeature": {"key": "spare", "name": "New"},
    "deleteFeature": {"key": "spare"},
    "createPlan": {"key": "new", "name": "New", "features": []},
    "updatePlan": {"key": "pro", "name": "New"},
    "replacePlan": {"key": "pro", "withKey": "team"},
    "setSubscription": {"plan": "pro"},
}


@pytest.mark.both_databases
@allowed((mutation, SERVICES) for mutation in OF_PLANS)
async def test_who_may_do_what_with_plans(api: Api, acme: Acme, mutation: str, who: str) -> None:
    await switch_billing(api)
    await make_feature(api, "spare")
    await make_plan(api, "pro")
    await make_plan(api, "team")
    payer = of(acme) if mutation == "setSubscription" else {}

    input = {**payer, **OF_PLANS[mutation]}
    await ensure_allowed(api, acme, SERVICES, mutation, who, input)


def test_every_mutation_has_a_row() -> None:
    mutation = schema.get_type_by_name("Mutation")
    assert mutation is not None
    names = {schema.config.name_converter.get_graphql_name(field) for field in mutation.fields}  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]

    assert names == {
        *TABLE,
        *OF_SESSIONS,
        *OF_WEBHOOKS,
        *OF_PLANS,
        *OF_DOMAINS,
        *OF_KEYS,
        *OF_API_KEYS,
    }


async def test_a_missing_permission_is_named(api: Api, acme: Acme) -> None:
    answer = await api.mutate("updateOrganization", {**of(acme), "name": "New"}, by=acme.member)

    assert answer.error["extensions"]["permissions"] == ["org:sys_profile:manage"]
    assert answer.body["data"] == {"updateOrganization": None}


async def test_an_organization_that_never_was_and_one_of_others_are_the_same(
    api: Api, acme: Acme
) -> None:
    never = "org_01m803rqhgwgafn17w2nqwqyh5"

    theirs = await api.mutate("updateOrganization", {**of(acme), "name": "New"}, by=acme.outsider)
    absent = await api.mutate(
        "updateOrganization", {"organizationId": never, "name": "New"}, by=acme.outsider
    )

    assert theirs.body == absent.body
