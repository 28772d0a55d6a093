"""The same operations through GraphQL and through the Backend API leave the same store and log."""

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from models.database.store import Store
from tests.conftest import Templates, make_api
from tests.support.api import JSON, SERVICE, Answer, Api, Clock, contents
from tests.support.backend_api import Backend, faults
from tests.support.factories import Acme

ID = re.compile(r"\b[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}\b")
# What tickets are derived from.
NONCE = re.compile(r'(?<=")[\w-]{43}(?=")')


@dataclass(frozen=True)
class Step:
    """One operation through both doors; `{…}` in texts stands for an ID that a step before got."""

    mutation: str
    input: JSON
    method: str
    path: str
    body: Any = None
    # What the answer's ID is called from now on.
    name: str = ""


ACME, MEMBERS = "/organizations/{acme}", "/organizations/{acme}/memberships"
INVITATIONS, DOMAINS = "/organizations/{acme}/invitations", "/organizations/{acme}/domains"
LONG = {"a": "x" * 9_000}
NEW, OTHER = "new@example.com", "other@example.com"


def of(**values: Any) -> JSON:
    return {"organizationId": "{acme}", **values}


# Every operation of these endpoints, and each rule that a secret key can break.
STEPS = [
    Step("createOrganization", {"name": "Beta", "createdBy": "{admin}", "maxAllowedMemberships": 3, "privateMetadata": {"a": 1}}, "POST", "/organizations", {"name": "Beta", "created_by": "{admin}", "max_allowed_memberships": 3, "private_metadata": {"a": 1}}, "beta"),
    Step("createOrganization", {"name": "Gamma", "slug": "beta"}, "POST", "/organizations", {"name": "Gamma", "slug": "beta"}),
    Step("createOrganization", {"name": "<b>", "slug": "Admin"}, "POST", "/organizations", {"name": "<b>", "slug": "Admin"}),
    Step("createOrganization", {"name": "G", "createdBy": "user_1"}, "POST", "/organizations", {"name": "G", "created_by": "user_1"}),
    Step("createOrganization", {"name": "G", "createdAt": "2999-01-01T00:00:00Z"}, "POST", "/organizations", {"name": "G", "created_at": "2999-01-01T00:00:00Z"}),
    Step("updateOrganization", of(name="Acme 2", maxAllowedMemberships=25), "PATCH", ACME, {"name": "Acme 2", "max_allowed_memberships": 25}),
    Step("updateOrganization", of(slug="beta"), "PATCH", ACME, {"slug": "beta"}),
    Step("updateOrganization", of(maxAllowedMemberships=-1), "PATCH", ACME, {"max_allowed_memberships": -1}),
    Step("updateOrganizationMetadata", of(mode="MERGE", publicMetadata={"a": {"b": 1}}), "PATCH", f"{ACME}/metadata", {"public_metadata": {"a": {"b": 1}}}),
    Step("updateOrganizationMetadata", of(mode="MERGE", publicMetadata={"a": {"b": None}, "c": []}), "PATCH", f"{ACME}/metadata", {"public_metadata": {"a": {"b": None}, "c": []}}),
    Step("updateOrganizationMetadata", of(mode="REPLACE", publicMetadata={}), "PUT", f"{ACME}/metadata", {"public_metadata": {}}),
    Step("updateOrganizationMetadata", of(mode="REPLACE", privateMetadata=LONG), "PUT", f"{ACME}/metadata", {"private_metadata": LONG}),
    Step("setOrganizationRoleSet", of(roleSet="role_set:none"), "PATCH", ACME, {"role_set_key": "role_set:none"}),
    Step("createMembership", of(userId="{outsider}", role="org:none"), "POST", MEMBERS, {"user_id": "{outsider}", "role": "org:none"}),
    Step("createMembership", of(userId="{member}", role="org:admin"), "POST", MEMBERS, {"user_id": "{member}", "role": "org:admin"}),
    Step("createInvitation", of(emailAddress="{outsider_address}", role="org:member"), "POST", INVITATIONS, {"email_address": "{outsider_address}", "role": "org:member"}),
    # Adding an invited person settles the invitation.
    Step("createMembership", of(userId="{outsider}", role="org:member", publicMetadata={"a": 1}), "POST", MEMBERS, {"user_id": "{outsider}", "role": "org:member", "public_metadata": {"a": 1}}),
    Step("updateMembershipMetadata", of(userId="{outsider}", mode="MERGE", publicMetadata={"b": 2}), "PATCH", f"{MEMBERS}/{{outsider}}/metadata", {"public_metadata": {"b": 2}}),
    Step("updateMembership", of(userId="{admin}", role="org:member"), "PATCH", f"{MEMBERS}/{{admin}}", {"role": "org:member"}),
    Step("removeMembership", of(userId="{admin}"), "DELETE", f"{MEMBERS}/{{admin}}"),
    Step("updateMembership", of(userId="{outsider}", role="org:admin"), "PATCH", f"{MEMBERS}/{{outsider}}", {"role": "org:admin"}),
    Step("removeMembership", of(userId="{outsider}"), "DELETE", f"{MEMBERS}/{{outsider}}"),
    Step("removeMembership", of(userId="{outsider}"), "DELETE", f"{MEMBERS}/{{outsider}}"),
    Step("createInvitation", of(emailAddress=NEW, role="org:member", inviterUserId="{admin}", expiresInDays=1, privateMetadata={"a": 1}), "POST", INVITATIONS, {"email_address": NEW, "role": "org:member", "inviter_user_id": "{admin}", "expires_in_days": 1, "private_metadata": {"a": 1}}, "invitation"),
    Step("createInvitation", of(emailAddress=NEW, role="org:member"), "POST", INVITATIONS, {"email_address": NEW, "role": "org:member"}),
    Step("createInvitation", of(emailAddress=OTHER, role="org:member", inviterUserId="{member}"), "POST", INVITATIONS, {"email_address": OTHER, "role": "org:member", "inviter_user_id": "{member}"}),
    Step("createInvitation", of(emailAddress=OTHER, role="org:member", redirectUrl="https://evil.example.com"), "POST", INVITATIONS, {"email_address": OTHER, "role": "org:member", "redirect_url": "https://evil.example.com"}),
    Step("createInvitation", of(emailAddress=OTHER, role="org:member", expiresInDays=0), "POST", INVITATIONS, {"email_address": OTHER, "role": "org:member", "expires_in_days": 0}),
    Step("createInvitations", of(recipients=[{"emailAddress": OTHER, "role": "org:member"}, {"emailAddress": "no", "role": "org:none"}]), "POST", f"{INVITATIONS}/bulk", [{"email_address": OTHER, "role": "org:member"}, {"email_address": "no", "role": "org:none"}]),
    Step("createInvitations", of(notify=False, recipients=[{"emailAddress": OTHER, "role": "org:admin", "inviterUserId": "{admin}", "expiresInDays": 9}]), "POST", f"{INVITATIONS}/bulk", [{"email_address": OTHER, "role": "org:admin", "inviter_user_id": "{admin}", "expires_in_days": 9, "notify": False}]),
    Step("revokeInvitation", of(invitationId="{invitation}"), "POST", f"{INVITATIONS}/{{invitation}}/revoke"),
    Step("revokeInvitation", of(invitationId="{invitation}"), "POST", f"{INVITATIONS}/{{invitation}}/revoke"),
    Step("revokeInvitation", of(invitationId="orginv_1"), "POST", f"{INVITATIONS}/orginv_1/revoke"),
    Step("createDomain", of(name="acme.com", verified=True, enrollmentMode="AUTOMATIC_SUGGESTION"), "POST", DOMAINS, {"name": "acme.com", "enrollment_mode": "automatic_suggestion"}, "domain"),
    Step("createDomain", of(name="acme.com"), "POST", DOMAINS, {"name": "acme.com", "verified": False}),
    Step("createDomain", of(name="gmail.com"), "POST", DOMAINS, {"name": "gmail.com", "verified": False}),
    Step("updateDomainEnrollment", of(domainId="{domain}", enrollmentMode="MANUAL_INVITATION"), "PATCH", f"{DOMAINS}/{{domain}}", {"enrollment_mode": "manual_invitation"}),
    Step("updateDomainEnrollment", of(domainId="{domain}", enrollmentMode="ENTERPRISE_SSO"), "PATCH", f"{DOMAINS}/{{domain}}", {"enrollment_mode": "enterprise_sso"}),
    Step("verifyDomain", of(domainId="orgdmn_1"), "POST", f"{DOMAINS}/orgdmn_1/verify_ownership"),
    Step("verifyDomain", of(domainId="{domain}"), "POST", f"{DOMAINS}/{{domain}}/verify_ownership"),
    Step("deleteDomain", of(domainId="{domain}"), "DELETE", f"{DOMAINS}/{{domain}}"),
    # The seats of the other organization.
    Step("createMembership", {"organizationId": "{beta}", "userId": "{member}", "role": "org:member"}, "POST", "/organizations/{beta}/memberships", {"user_id": "{member}", "role": "org:member"}),
    Step("createInvitation", {"organizationId": "{beta}", "emailAddress": NEW, "role": "org:member"}, "POST", "/organizations/{beta}/invitations", {"email_address": NEW, "role": "org:member"}),
    Step("createInvitation", {"organizationId": "{beta}", "emailAddress": OTHER, "role": "org:member"}, "POST", "/organizations/{beta}/invitations", {"email_address": OTHER, "role": "org:member"}),
    Step("createMembership", {"organizationId": "{beta}", "userId": "{outsider}", "role": "org:member"}, "POST", "/organizations/{beta}/memberships", {"user_id": "{outsider}", "role": "org:member"}),
    Step("deleteOrganization", of(), "DELETE", ACME),
    Step("deleteOrganization", of(), "DELETE", ACME),
]  # fmt: skip
# The object in the payload of a mutation whose ID a later step needs.
SELECTIONS = {
    "createOrganization": "organization { id }",
    "createInvitation": "invitation { id }",
    "createDomain": "domain { id }",
}


def fill(value: Any, names: dict[str, str]) -> Any:
    """Puts IDs in place of their names."""
    text = orjson.dumps(value).decode()
    return orjson.loads(re.sub(r"\{(\w+)\}", lambda match: names[match[1]], text))


def codes_of(answer: Answer) -> list[str]:
    """The codes of a GraphQL answer, as the Backend API has them."""
    if "errors" not in answer.body:
        return sorted(error["code"] for error in answer.user_errors)
    reason = str(answer.reason)
    not_found = "organization_not_found_or_unauthorized"
    return ["resource_not_found" if reason == not_found else reason]


async def run_by_graphql(api: Api, step: Step, names: dict[str, str]) -> list[str]:
    selection = SELECTIONS.get(step.mutation, "")
    answer = await api.mutate(step.mutation, fill(step.input, names), selection, by=SERVICE)
    codes = codes_of(answer)
    if step.name and not codes:
        names[step.name] = answer.payload[selection.split()[0]]["id"]
    return codes


async def run_by_rest(api: Api, step: Step, names: dict[str, str]) -> list[str]:
    path, body = fill(step.path, names), fill(step.body, names)
    response = await Backend(api).send(step.method, path, body)
    if response.status_code != 200:
        return sorted(fault.split()[0] for fault in faults(response)[1])
    if step.name:
        names[step.name] = response.json()["id"]
    return []


def normalize(stored: JSON) -> str:
    """Numbers the IDs and nonces in the order in which they appear, and sorts rows without them."""
    text = orjson.dumps(stored, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    tables: JSON = orjson.loads(NONCE.sub("nonce", text))
    for rows in tables.values():
        rows.sort(key=lambda row: ID.sub("id", orjson.dumps(row).decode()))
    numbers: dict[str, str] = {}
    return ID.sub(
        lambda match: numbers.setdefault(match[0], f"id{len(numbers)}"),
        orjson.dumps(tables, option=orjson.OPT_INDENT_2).decode(),
    )


@pytest.fixture
async def twins(sqlite_templates: Templates, tmp_path: Path) -> AsyncIterator[list[Api]]:
    """Two servers with the same content and the same time."""
    apis: list[Api] = []
    for name in ("graphql", "rest"):
        shutil.copy(Path(sqlite_templates.url) / "acme.db", tmp_path / f"{name}.db")
        store = Store(f"sqlite+aiosqlite:///{tmp_path}/{name}.db")
        clock = Clock(sqlite_templates.clock.moment)
        apis.append(make_api(store, clock))
    yield apis
    for api in apis:
        await api.client.aclose()
        await api.store.close()


async def test_both_doors_lead_to_the_same_store_and_log(
    twins: list[Api], sqlite_templates: Templates
) -> None:
    acme: Acme = sqlite_templates.acme
    known = {
        "acme": acme.id,
        "admin": acme.admin.id,
        "member": acme.member.id,
        "outsider": acme.outsider.id,
        "outsider_address": acme.outsider.email,
    }
    graphql, rest = twins
    names = [dict(known), dict(known)]
    refused = 0
    for step in STEPS:
        for api in twins:
            api.clock.forward(seconds=1)
        codes = await run_by_graphql(graphql, step, names[0])
        assert await run_by_rest(rest, step, names[1]) == codes, step
        refused += bool(codes)
        stores = [normalize(await contents(api.store)) for api in twins]
        assert stores[0] == stores[1], step
    # Both kinds of steps really happen.
    assert (refused, len(STEPS)) == (27, 47)
