// Memberships, of one organization and of all.
import assert from "node:assert/strict";
import { expect, expectPage, type Here, makeOrganization, makeUser, refused, type Rows } from "./support.ts";

export async function members(here: Here): Promise<Rows> {
  const { organizations, users } = here.clerk;
  const { admin, organization } = await makeOrganization(here, "members");
  const grace = await makeUser(here, "grace");
  const other = await makeUser(here, "other");
  const organizationId = organization.id;
  const member = { organizationId, userId: grace.id };

  return {
    "organizations.createOrganizationMembership": async () => {
      const made = await organizations.createOrganizationMembership({ ...member, role: "org:member" });
      expect(made, "OrganizationMembership", { role: "org:member" });
      expect(made.organization, "Organization", { id: organizationId });
      const who = made.publicUserData ?? assert.fail("no public user data");
      expect(who, "OrganizationMembershipPublicUserData", {
        userId: grace.id,
        identifier: `grace@${here.label}.example.org`,
        firstName: "grace",
        lastName: null,
      });
      await refused(organizations.createOrganizationMembership({ ...member, role: "org:member" }), 400, "already_a_member_in_organization", { paramName: "user_id" });
      const nobody = { organizationId, userId: "user_none", role: "org:member" };
      await refused(organizations.createOrganizationMembership(nobody), 404, "resource_not_found");
      const role = { organizationId, userId: other.id, role: "org:none" };
      await refused(organizations.createOrganizationMembership(role), 404, "resource_not_found", { paramName: "role" });
    },

    "organizations.getOrganizationMembershipList": async () => {
      const all = await organizations.getOrganizationMembershipList({ organizationId, orderBy: "+email_address" });
      assert.deepEqual(expectPage(all, "OrganizationMembership").map((one) => one.publicUserData?.userId), [admin.id, grace.id]);
      for (const filter of [
        { role: ["org:member"] },
        { userId: [grace.id] },
        { emailAddress: [`grace@${here.label}.example.org`] },
        { query: "grace" },
        { emailAddressQuery: "grace@" },
        { nameQuery: "grac" },
      ]) {
        const found = await organizations.getOrganizationMembershipList({ organizationId, ...filter });
        assert.deepEqual([found.totalCount, found.data[0]?.publicUserData?.userId], [1, grace.id], JSON.stringify(filter));
      }
      const none = await organizations.getOrganizationMembershipList({ organizationId, phoneNumber: ["+4912345"] });
      assert.deepEqual([none.data, none.totalCount], [[], 0]);
      await refused(organizations.getOrganizationMembershipList({ organizationId: "org_none" }), 404, "resource_not_found");
    },

    "organizations.getInstanceOrganizationMembershipList": async () => {
      const page = await organizations.getInstanceOrganizationMembershipList({ limit: 500, orderBy: "-created_at" });
      const found = expectPage(page, "OrganizationMembership").map((one) => one.publicUserData?.userId);
      assert.ok(found.includes(grace.id));
    },

    "users.getOrganizationMembershipList": async () => {
      const page = await users.getOrganizationMembershipList({ userId: grace.id });
      const [only] = expectPage(page, "OrganizationMembership");
      assert.deepEqual([page.totalCount, only?.organization.id], [1, organizationId]);
      await refused(users.getOrganizationMembershipList({ userId: "user_none" }), 404, "resource_not_found");
    },

    "organizations.updateOrganizationMembership": async () => {
      const promoted = await organizations.updateOrganizationMembership({ ...member, role: "org:admin" });
      const { permissions } = expect(promoted, "OrganizationMembership", { role: "org:admin" });
      assert.ok(permissions.includes("org:sys_memberships:manage"));
      await refused(organizations.updateOrganizationMembership({ ...member, role: "org:none" }), 404, "resource_not_found");
      await organizations.updateOrganizationMembership({ ...member, role: "org:member" });
      const last = { organizationId, userId: admin.id, role: "org:member" };
      await refused(organizations.updateOrganizationMembership(last), 400, "organization_minimum_permissions_needed");
    },

    "organizations.updateOrganizationMembershipMetadata": async () => {
      await organizations.updateOrganizationMembershipMetadata({ ...member, publicMetadata: { team: { a: 1 } } });
      const merged = await organizations.updateOrganizationMembershipMetadata({ ...member, publicMetadata: { team: { b: 2 } }, privateMetadata: { x: 1 } });
      expect(merged, "OrganizationMembership", { publicMetadata: { team: { a: 1, b: 2 } }, privateMetadata: { x: 1 } });
      const nobody = { organizationId, userId: "user_none", publicMetadata: {} };
      await refused(organizations.updateOrganizationMembershipMetadata(nobody), 404, "resource_not_found");
    },

    "organizations.deleteOrganizationMembership": async () => {
      const gone = await organizations.deleteOrganizationMembership(member);
      expect(gone, "OrganizationMembership", { role: "org:member" });
      await refused(organizations.deleteOrganizationMembership(member), 404, "resource_not_found");
      const last = { organizationId, userId: admin.id };
      await refused(organizations.deleteOrganizationMembership(last), 400, "organization_minimum_permissions_needed");
    },
  };
}
