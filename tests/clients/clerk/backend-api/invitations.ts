// Invitations to organizations.
import assert from "node:assert/strict";
import { expect, expectPage, type Here, makeOrganization, makeUser, refused, type Rows } from "./support.ts";

export async function invitations(here: Here): Promise<Rows> {
  const { organizations, users } = here.clerk;
  const { admin, organization } = await makeOrganization(here, "invitations");
  const outsider = await makeUser(here, "outsider");
  const member = await makeUser(here, "plain-member");
  const organizationId = organization.id;
  await organizations.createOrganizationMembership({ organizationId, userId: member.id, role: "org:member" });
  const address = (name: string) => `${name}@${here.label}.example.org`;
  let invitationId = "";

  return {
    "organizations.createOrganizationInvitation": async () => {
      const input = { organizationId, inviterUserId: admin.id, emailAddress: address("outsider"), role: "org:member" };
      const made = await organizations.createOrganizationInvitation({
        ...input,
        expiresInDays: 3,
        publicMetadata: { from: "rows" },
        privateMetadata: { why: "test" },
      });
      expect(made, "OrganizationInvitation", {
        emailAddress: address("outsider"),
        role: "org:member",
        organizationId,
        status: "pending",
        publicMetadata: { from: "rows" },
        privateMetadata: { why: "test" },
      });
      assert.match(made.url ?? "", /^http/);
      const days = (made.expiresAt - made.createdAt) / 86_400_000;
      assert.ok(Math.abs(days - 3) < 0.01, `expires after ${days} days`);
      invitationId = made.id;
      await refused(organizations.createOrganizationInvitation(input), 400, "organization_invitation_not_unique", { paramName: "email_address" });
      const by = (inviterUserId: string) => ({ ...input, emailAddress: address("other"), inviterUserId });
      await refused(organizations.createOrganizationInvitation(by(outsider.id)), 404, "resource_not_found");
      await refused(organizations.createOrganizationInvitation(by(member.id)), 403, "missing_organization_permission");
      await refused(organizations.createOrganizationInvitation({ ...input, emailAddress: "nobody" }), 422, "form_param_format_invalid", { paramName: "email_address" });
    },

    "organizations.createOrganizationInvitationBulk": async () => {
      const made = await organizations.createOrganizationInvitationBulk(organizationId, [
        { emailAddress: address("bulk-1"), role: "org:member", inviterUserId: admin.id },
        { emailAddress: address("bulk-2"), role: "org:admin" },
      ]);
      assert.deepEqual(expectPage(made, "OrganizationInvitation").map((one) => one.role), ["org:member", "org:admin"]);
      // All or nothing.
      const half = [address("bulk-3"), address("bulk-2")].map((emailAddress) => ({ emailAddress, role: "org:member" }));
      await refused(organizations.createOrganizationInvitationBulk(organizationId, half), 400, "duplicate_record", { emailAddresses: [address("bulk-2")] });
      const after = await organizations.getOrganizationInvitationList({ organizationId });
      assert.equal(after.totalCount, 3);
    },

    "organizations.getOrganizationInvitationList": async () => {
      const pending = await organizations.getOrganizationInvitationList({ organizationId, status: ["pending"], limit: 2 });
      expectPage(pending, "OrganizationInvitation");
      assert.deepEqual([pending.data.length, pending.totalCount], [2, 3]);
      const accepted = await organizations.getOrganizationInvitationList({ organizationId, status: ["accepted"] });
      assert.equal(accepted.totalCount, 0);
      await refused(organizations.getOrganizationInvitationList({ organizationId: "org_none" }), 404, "resource_not_found");
    },

    "organizations.getOrganizationInvitation": async () => {
      const read = await organizations.getOrganizationInvitation({ organizationId, invitationId });
      expect(read, "OrganizationInvitation", { id: invitationId, status: "pending" });
      await refused(organizations.getOrganizationInvitation({ organizationId, invitationId: "orginv_none" }), 404, "resource_not_found");
    },

    "users.getOrganizationInvitationList": async () => {
      const own = await users.getOrganizationInvitationList({ userId: outsider.id, status: "pending" });
      const [only] = expectPage(own, "OrganizationInvitation");
      assert.deepEqual([only?.id, only?.publicOrganizationData?.id], [invitationId, organizationId]);
      await refused(users.getOrganizationInvitationList({ userId: "user_none" }), 404, "resource_not_found");
    },

    "organizations.revokeOrganizationInvitation": async () => {
      const revoked = await organizations.revokeOrganizationInvitation({ organizationId, invitationId, requestingUserId: admin.id });
      expect(revoked, "OrganizationInvitation", { id: invitationId, status: "revoked" });
      await refused(organizations.revokeOrganizationInvitation({ organizationId, invitationId }), 404, "organization_invitation_not_pending");
    },
  };
}
