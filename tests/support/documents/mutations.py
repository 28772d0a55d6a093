"""Every mutation but those of domains and keys: what it needs, and an input that changes something."""

from collections.abc import Callable

import pytest

from tests.support.api import JSON, SERVICE, Api, Caller
from tests.support.data.billing import make_feature, make_plan, subscribe, switch_billing
from tests.support.data.factories import Acme, an_invitation
from tests.support.data.images import LOGO
from tests.support.data.roles import PRIMARY, a_role_model
from tests.support.data.sessions import a_session
from tests.support.data.webhooks import URL, a_failed_delivery, an_endpoint


def of(acme: Acme) -> JSON:
    return {"organizationId": acme.id}


def _member_of(acme: Acme) -> JSON:
    return {"organizationId": acme.id, "userId": acme.member.id}


def _invitation_of(acme: Acme) -> JSON:
    return {"organizationId": acme.id, "invitationId": acme.invitation_id}


def _own_invitation(acme: Acme) -> JSON:
    return {"invitationId": acme.invitation_id}


_METADATA: JSON = {"mode": "MERGE", "publicMetadata": {"a": 1}}
_ADDRESSES = [{"emailAddress": f"{name}@example.com"} for name in ("new", "other")]
_MAPPING: JSON = {"mappings": [{"from": "org:member", "to": "org:editor"}]}
_ROLE_SET: JSON = {
    "name": "New",
    "roles": ["org:admin"],
    "defaultRole": "org:admin",
    "creatorRole": "org:admin",
}

INPUTS: dict[str, Callable[[Acme], JSON]] = {
    "createOrganization": lambda acme: {"name": "New"},
    "updateOrganization": lambda acme: {**of(acme), "name": "New"},
    "setOrganizationLogo": lambda acme: {**of(acme), "data": LOGO},
    "updateOrganizationMetadata": lambda acme: {**of(acme), **_METADATA},
    "deleteOrganization": of,
    "createMembership": lambda acme: {**of(acme), "userId": acme.outsider.id},
    "createMemberships": lambda acme: {**of(acme), "members": [{"userId": acme.outsider.id}]},
    "updateMembership": lambda acme: {**_member_of(acme), "role": "org:admin"},
    "updateMembershipMetadata": lambda acme: {**_member_of(acme), **_METADATA},
    "removeMembership": _member_of,
    "leaveOrganization": of,
    "createInvitation": lambda acme: {**of(acme), "emailAddress": "new@example.com"},
    "createInvitations": lambda acme: {**of(acme), "recipients": _ADDRESSES},
    "resendInvitation": _invitation_of,
    "revokeInvitation": _invitation_of,
    "acceptInvitation": _own_invitation,
    "declineInvitation": _own_invitation,
    "createUser": lambda acme: {"emailAddress": "new@example.com"},
    "createUsers": lambda acme: {"users": _ADDRESSES},
    "updateUser": lambda acme: {"userId": acme.member.id, "firstName": "New"},
    "deleteUser": lambda acme: {"userId": acme.member.id},
    "createRole": lambda acme: {"key": "org:new", "name": "New", "permissions": []},
    "updateRole": lambda acme: {"key": "org:member", "name": "New"},
    "deleteRole": lambda acme: {"key": "org:spare"},
    "createPermission": lambda acme: {"key": "org:new:read", "name": "New"},
    "updatePermission": lambda acme: {"key": "org:reports:read", "name": "New"},
    "deletePermission": lambda acme: {"key": "org:reports:read"},
    "createRoleSet": lambda acme: _ROLE_SET,
    "updateRoleSet": lambda acme: {"key": PRIMARY, "name": "New"},
    "replaceRoleInRoleSet": lambda acme: {
        "roleSet": PRIMARY,
        "role": "org:member",
        "withRole": "org:editor",
    },
    "replaceRoleSet": lambda acme: {"key": PRIMARY, "withKey": "role_set:other", **_MAPPING},
    "setOrganizationRoleSet": lambda acme: {**of(acme), "roleSet": "role_set:other", **_MAPPING},
    "updateInstance": lambda acme: {"slugsEnabled": False},
    "createWebhookEndpoint": lambda acme: {"url": URL},
}

SESSION_INPUTS: dict[str, Callable[[Acme], JSON]] = {
    "createSession": lambda acme: {},
    "setActiveOrganization": of,
    "createSessionToken": lambda acme: {},
    "endSession": lambda acme: {},
    "revokeSession": lambda acme: {},
}

# For an endpoint that a delivery has failed to.
WEBHOOK_INPUTS: dict[str, JSON] = {
    "updateWebhookEndpoint": {"description": "New"},
    "deleteWebhookEndpoint": {},
    "rotateWebhookSecret": {},
    "replayWebhookDeliveries": {"failedSince": "2026-01-01T00:00:00Z"},
}

# While billing is enabled, and the organization has the plan `pro`.
PLAN_INPUTS: dict[str, Callable[[Acme], JSON]] = {
    "createFeature": lambda acme: {"key": "new", "name": "New"},
    "updateFeature": lambda acme: {"key": "spare", "name": "New"},
    "deleteFeature": lambda acme: {"key": "spare"},
    "createPlan": lambda acme: {"key": "new", "name": "New", "features": []},
    "updatePlan": lambda acme: {"key": "pro", "name": "New"},
    "replacePlan": lambda acme: {"key": "pro", "withKey": "team"},
    "setSubscription": lambda acme: {**of(acme), "plan": "team"},
}

# What only people do; all others work with a secret key.
_BY_OUTSIDER = {"acceptInvitation", "declineInvitation"}
_BY_MEMBER = {
    *("leaveOrganization", "createSession", "setActiveOrganization"),
    *("createSessionToken", "endSession"),
}
_ON_BOTH_DATABASES = (*SESSION_INPUTS, *PLAN_INPUTS)
NAMES = (*_ON_BOTH_DATABASES, *INPUTS, *WEBHOOK_INPUTS)


def case(mutation: str, *values: str) -> object:
    """A case of a test; sessions and plans have statements that differ on PostgreSQL."""
    marks = [pytest.mark.both_databases] if mutation in _ON_BOTH_DATABASES else []
    return pytest.param(mutation, *values, marks=marks)


def caller_of(acme: Acme, mutation: str) -> Caller:
    """Returns who can send the mutation, with the input of `prepare`."""
    if mutation in _BY_OUTSIDER:
        return acme.outsider
    return acme.member if mutation in _BY_MEMBER else SERVICE


async def prepare(api: Api, acme: Acme, mutation: str, *, owner: Caller | None = None) -> JSON:
    """Creates what the mutation needs, such as a session of the owner; returns its input.

    The owner of the session is the member by default.
    """
    if mutation in SESSION_INPUTS:
        session_id = await a_session(api, by=owner or acme.member)
        api.clock.forward(minutes=1)
        own = {} if mutation == "createSession" else {"sessionId": session_id}
        return own | SESSION_INPUTS[mutation](acme)
    if mutation in WEBHOOK_INPUTS:
        endpoint = await an_endpoint(api)
        await a_failed_delivery(api, endpoint["id"])
        return {"webhookEndpointId": endpoint["id"], **WEBHOOK_INPUTS[mutation]}
    if mutation in PLAN_INPUTS:
        await switch_billing(api)
        await make_feature(api, "spare")
        await make_plan(api, "pro")
        await make_plan(api, "team")
        await subscribe(api, acme.id, "pro")
        return PLAN_INPUTS[mutation](acme)
    if INPUTS[mutation] in (_invitation_of, _own_invitation):
        acme = await an_invitation(api, acme)
    if "Role" in mutation or "Permission" in mutation:
        await a_role_model(api)
    return INPUTS[mutation](acme)
