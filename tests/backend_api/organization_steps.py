"""Operations on organizations and what belongs to them."""

from typing import Any

from tests.backend_api.steps import Step
from tests.support.api import JSON

ACME, MEMBERS = "/organizations/{acme}", "/organizations/{acme}/memberships"
INVITATIONS, DOMAINS = "/organizations/{acme}/invitations", "/organizations/{acme}/domains"
LONG = {"a": "x" * 9_000}
NEW, OTHER = "new@example.com", "other@example.com"


def of(**values: Any) -> JSON:
    return {"organizationId": "{acme}", **values}


# Every operation of these endpoints, and each rule that a secret key can break.
ORGANIZATION_STEPS = [
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
