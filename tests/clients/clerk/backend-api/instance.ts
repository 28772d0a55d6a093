// The settings of the instance, and plans.
import assert from "node:assert/strict";
import { expect, expectPage, type Here, makeOrganization, refused, type Rows } from "./support.ts";

export async function instance(here: Here): Promise<Rows> {
  const { clerk, stranger } = here;
  const { admin, organization } = await makeOrganization(here, "instance");

  return {
    "instance.getOrganizationSettings": async () => {
      const settings = expect(await clerk.instance.getOrganizationSettings(), "OrganizationSettings", {
        enabled: true,
        creatorRole: "org:admin",
        domainsDefaultRole: "org:member",
      });
      assert.equal(typeof settings.maxAllowedMemberships, "number");
      assert.ok(settings.domainsEnrollmentModes.includes("manual_invitation"));
    },

    "instance.updateOrganizationSettings": async () => {
      const changed = await clerk.instance.updateOrganizationSettings({ maxAllowedMemberships: 17, adminDeleteEnabled: true });
      expect(changed, "OrganizationSettings", { maxAllowedMemberships: 17, adminDeleteEnabled: true });
      const negative = clerk.instance.updateOrganizationSettings({ maxAllowedMemberships: -1 });
      await refused(negative, 422, "form_param_value_invalid", { paramName: "max_allowed_memberships" });
      const unknown = clerk.instance.updateOrganizationSettings({ creatorRoleId: "role_none" });
      await refused(unknown, 404, "resource_not_found", { paramName: "creator_role_id" });
    },

    "billing.getPlanList": async () => {
      const page = await clerk.billing.getPlanList({ payerType: "org" });
      const [plan] = expectPage(page, "BillingPlan");
      assert.deepEqual([plan?.forPayerType, plan?.fee, plan?.annualFee], ["org", null, null]);
    },

    "billing.getOrganizationBillingSubscription": async () => {
      const read = await clerk.billing.getOrganizationBillingSubscription(organization.id);
      const { subscriptionItems } = expect(read, "BillingSubscription", { status: "active" });
      const [item] = subscriptionItems;
      expect(item ?? assert.fail("no item"), "BillingSubscriptionItem", { status: "active" });
      expect(item?.plan ?? assert.fail("no plan"), "BillingPlan", { forPayerType: "org" });
      await refused(clerk.billing.getOrganizationBillingSubscription("org_none"), 404, "resource_not_found");
    },

    "billing.getUserBillingSubscription": async () => {
      const read = await clerk.billing.getUserBillingSubscription(admin.id);
      expect(read, "BillingSubscription", { status: "active" });
      await refused(clerk.billing.getUserBillingSubscription("user_none"), 404, "resource_not_found");
    },

    "a wrong secret key": async () => {
      await refused(stranger.organizations.getOrganizationList(), 401, "clerk_key_invalid");
    },

    "too many calls with a wrong secret key": async () => {
      let status = 401;
      while (status === 401) {
        const call = stranger.organizations.getOrganizationList();
        status = await call.then(() => 200, (error: { status: number }) => error.status);
      }
      const error = await refused(stranger.organizations.getOrganizationList(), 429, "too_many_requests");
      assert.ok(error.retryAfter && error.retryAfter <= 60, `retryAfter is ${error.retryAfter}`);
    },
  };
}
