"""Every mutation for every kind of caller, in one table."""

from collections.abc import Callable
from typing import Any

import pytest

from schema import get_schema
from tests.support.api import NOBODY, SERVICE, Api, Caller, contents
from tests.support.data.api_keys import OF_API_KEYS
from tests.support.data.factories import Acme
from tests.support.data.keys import OF_KEYS
from tests.support.documents.domain_mutations import OF_DOMAINS
from tests.support.documents.mutations import NAMES, case, of, prepare

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

USERS = (UNAUTHENTICATED, OK, OK, OK, USER_ONLY)

# What each of the callers gets.
ANSWERS: dict[str, tuple[tuple[str, str | None] | None, ...]] = {
    "createOrganization": (UNAUTHENTICATED, OK, OK, OK, OK),
    "updateOrganization": GUARDED,
    "setOrganizationLogo": GUARDED,
    "deleteOrganization": GUARDED,
    "updateOrganizationMetadata": SERVICES,
    "createMembership": SERVICES,
    "createMemberships": SERVICES,
    "updateMembership": GUARDED,
    "updateMembershipMetadata": SERVICES,
    "removeMembership": GUARDED,
    # The administrator is the last one and can't leave.
    "leaveOrganization": (UNAUTHENTICATED, NOT_FOUND, OK, OK, USER_ONLY),
    "createInvitation": GUARDED,
    "createInvitations": GUARDED,
    "resendInvitation": GUARDED,
    "revokeInvitation": GUARDED,
    # The invitation is the outsider's.
    "acceptInvitation": USERS,
    "declineInvitation": USERS,
    "createUser": SERVICES,
    "createUsers": SERVICES,
    "updateUser": SERVICES,
    "deleteUser": SERVICES,
    "createRole": SERVICES,
    "updateRole": SERVICES,
    "deleteRole": SERVICES,
    "createPermission": SERVICES,
    "updatePermission": SERVICES,
    "deletePermission": SERVICES,
    "createRoleSet": SERVICES,
    "updateRoleSet": SERVICES,
    "replaceRoleInRoleSet": SERVICES,
    "replaceRoleSet": SERVICES,
    "setOrganizationRoleSet": SERVICES,
    "updateInstance": SERVICES,
    "createWebhookEndpoint": SERVICES,
    "updateWebhookEndpoint": SERVICES,
    "deleteWebhookEndpoint": SERVICES,
    "rotateWebhookSecret": SERVICES,
    "replayWebhookDeliveries": SERVICES,
    "createFeature": SERVICES,
    "updateFeature": SERVICES,
    "deleteFeature": SERVICES,
    "createPlan": SERVICES,
    "updatePlan": SERVICES,
    "replacePlan": SERVICES,
    "setSubscription": SERVICES,
    # The session is the caller's.
    "createSession": USERS,
    "setActiveOrganization": (UNAUTHENTICATED, NOT_FOUND, OK, OK, USER_ONLY),
    "createSessionToken": USERS,
    "endSession": USERS,
    "revokeSession": SERVICES,
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


def refusal(answer: Any) -> tuple[str, str | None] | None:
    return (answer.code, answer.reason) if "errors" in answer.body else None


@pytest.mark.parametrize(
    ("mutation", "who"),
    [
        case(mutation, who)
        for mutation in NAMES
        for who, answer in zip(CALLERS, ANSWERS[mutation], strict=True)
        if answer is OK
    ],
)
async def test_who_may_call_what(api: Api, acme: Acme, mutation: str, who: str) -> None:
    """Everyone who is refused calls the mutation before the caller for whom it works."""
    caller = CALLERS[who](acme)
    input = await prepare(api, acme, mutation, owner=acme.member if caller is SERVICE else caller)
    before = await contents(api.store)

    for name, wanted in zip(CALLERS, ANSWERS[mutation], strict=True):
        if wanted is not OK:
            refused = await api.mutate(mutation, input, by=CALLERS[name](acme))
            assert (refused.status, refusal(refused)) == (200, wanted), name
    assert await contents(api.store) == before

    answer = await api.mutate(mutation, input, by=caller)

    assert (answer.status, refusal(answer)) == (200, OK)
    is_unchanged = await contents(api.store) == before
    assert is_unchanged == ((mutation, who) in USER_ERRORS)


def test_every_mutation_has_a_row() -> None:
    mutation = get_schema().get_type_by_name("Mutation")
    assert mutation is not None
    to_name = get_schema().config.name_converter.get_graphql_name
    names = {to_name(field) for field in mutation.fields}  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]

    assert names == {*NAMES, *OF_DOMAINS, *OF_KEYS, *OF_API_KEYS}


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
