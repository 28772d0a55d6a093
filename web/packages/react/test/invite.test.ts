import { type OrganizationResource, TenantryError } from "@tenantry/js";
import { expect, test, vi } from "vitest";
import { readAddresses, settle } from "../src/components/invite/addresses.ts";
import { sendInvitations } from "../src/components/invite/send.ts";
import { invitation, organization } from "./fake.ts";

const ADDRESSES = Array.from({ length: 250 }, (_, index) => `person${index}@example.com`);

const refusal = (code: string, emailAddresses?: readonly string[]): TenantryError =>
  new TenantryError({
    status: 422,
    errors: [
      { code, message: code, longMessage: code, meta: emailAddresses ? { emailAddresses } : {} },
    ],
  });

function sending(inviteMembers: OrganizationResource["inviteMembers"]) {
  const onProgress = vi.fn();
  const params = { organization: organization({ inviteMembers }), addresses: ADDRESSES };
  return { onProgress, outcome: sendInvitations({ ...params, onProgress }) };
}

test("what was sent before a hundred was refused as a whole leaves the field", async () => {
  const failure = refusal("organization_membership_quota_exceeded");
  const inviteMembers = vi
    .fn<OrganizationResource["inviteMembers"]>()
    .mockResolvedValueOnce({
      invitations: [invitation()],
      errors: refusal("already_a_member_in_organization", ["Person7@example.com"]).errors,
    })
    .mockRejectedValueOnce(failure);
  const { onProgress, outcome } = sending(inviteMembers);
  const { sent, refused, failure: told } = await outcome;

  expect(told).toBe(failure);
  expect(sent.size).toBe(99);
  expect(onProgress.mock.calls).toEqual([[100]]);
  expect(inviteMembers).toHaveBeenCalledTimes(2);
  const left = settle(readAddresses(ADDRESSES.join(" "), []), sent, refused, ({ code }) => code);
  expect(left).toHaveLength(151);
  expect(left[0]).toEqual({
    address: "person7@example.com",
    fault: "refused",
    message: "already_a_member_in_organization",
  });
  expect(left[1]).toEqual({ address: "person100@example.com", fault: null });
});

test("a refusal that names addresses is about these", async () => {
  const inviteMembers = () =>
    Promise.reject(refusal("form_param_format_invalid", ["person3@example.com"]));
  const { sent, refused, failure } = await sending(inviteMembers).outcome;

  expect([...refused.keys()]).toEqual(["person3@example.com"]);
  expect([sent.size, failure]).toEqual([0, undefined]);
});
