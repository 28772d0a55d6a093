// What the original's own documents show, word for word between the lines of hyphens.
import assert from "node:assert/strict";
import { expect, type Here, kindOf, makeUser, type Rows } from "./support.ts";

export async function seeds(here: Here): Promise<Rows> {
  const user = await makeUser(here, "seeds");
  const userId = user.id;
  const clerkClient = async () => here.clerk;
  const auth = async () => ({ userId, has: (check: { permission: string }) => !!check.permission });
  const { organizations } = here.clerk;
  const claims = { org_id: "" };

  return {
    "seed: maxAllowedMemberships caps seats": async () => {
      // ---------------------------------------------------------------------------------------
      const clerk = await clerkClient()
      await clerk.organizations.createOrganization({
        name: 'Acme Corp',
        createdBy: userId,
        maxAllowedMemberships: 10,
      })
      // ---------------------------------------------------------------------------------------
      const made = await here.clerk.users.getOrganizationMembershipList({ userId });
      assert.equal(made.totalCount, 1);
      const membership = expect(made.data[0] ?? assert.fail(), "OrganizationMembership", {
        role: "org:admin",
      });
      const orgId = membership.organization.id;
      claims.org_id = orgId;
      expect(membership.organization, "Organization", {
        name: "Acme Corp",
        createdBy: userId,
        maxAllowedMemberships: 10,
      });
      // ---------------------------------------------------------------------------------------
      // Update later:
      await clerk.organizations.updateOrganization(orgId, {
        maxAllowedMemberships: 25,
      })
      // ---------------------------------------------------------------------------------------
      const updated = await here.clerk.organizations.getOrganization({ organizationId: orgId });
      expect(updated, "Organization", { maxAllowedMemberships: 25, name: "Acme Corp" });
    },

    "seed: metadata updates replace, not merge": async () => {
      const clerk = await clerkClient();
      const orgId = claims.org_id;
      await clerk.organizations.updateOrganization(orgId, {
        publicMetadata: { plan: "pro", old: { deep: true } },
        privateMetadata: { secret: 1 },
      });
      // ---------------------------------------------------------------------------------------
      const org = await clerk.organizations.getOrganization({ organizationId: orgId })
      await clerk.organizations.updateOrganization(orgId, {
        publicMetadata: { ...org.publicMetadata, newField: 'value' },
      })
      // ---------------------------------------------------------------------------------------
      const read = await clerk.organizations.getOrganization({ organizationId: orgId });
      assert.deepEqual(read.publicMetadata, { plan: "pro", old: { deep: true }, newField: "value" });
      assert.deepEqual(read.privateMetadata, { secret: 1 });
      await clerk.organizations.updateOrganization(orgId, { publicMetadata: { newField: "only" } });
      const replaced = await clerk.organizations.getOrganization({ organizationId: orgId });
      assert.deepEqual(replaced.publicMetadata, { newField: "only" });
      // "Applies identically to privateMetadata and to user metadata via clerkClient.users.updateUser."
      await clerk.users.updateUser(userId, { publicMetadata: { a: 1, b: { c: 2 } } });
      const replacedUser = await clerk.users.updateUser(userId, { publicMetadata: { b: { d: 3 } } });
      assert.deepEqual(replacedUser.publicMetadata, { b: { d: 3 } });
    },

    "seed: invite a member": async () => {
      // ---------------------------------------------------------------------------------------
      async function inviteMember(organizationId: string, emailAddress: string, role: string) {
        const { userId, has } = await auth()
        if (!userId) throw new Error('Not signed in')
        if (!has({ permission: 'org:sys_memberships:manage' })) {
          throw new Error('Not authorized to invite members')
        }
        const clerk = await clerkClient()
        return clerk.organizations.createOrganizationInvitation({
          organizationId,
          inviterUserId: userId, // required per Backend API
          emailAddress,
          role, // e.g. 'org:admin' or 'org:member'
          redirectUrl: 'https://yourapp.com/accept-invite',
        })
      }
      // ---------------------------------------------------------------------------------------
      const invited = await inviteMember(claims.org_id, `new@${here.label}.example.org`, "org:member");
      expect(invited, "OrganizationInvitation", {
        emailAddress: `new@${here.label}.example.org`,
        role: "org:member",
        roleName: "Member",
        status: "pending",
        organizationId: claims.org_id,
      });
      assert.match(invited.url ?? "", /ticket/);
    },

    "seed: the server-side page of 2022": async () => {
      // ---------------------------------------------------------------------------------------
      const organization = await organizations.getOrganization({organizationId: claims.org_id as string,});
      // ---------------------------------------------------------------------------------------
      assert.equal(kindOf(organization), "Organization");
      assert.equal(organization.name, "Acme Corp");
    },
  };
}
