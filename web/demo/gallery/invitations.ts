import type {
  InviteMembersResult,
  OrganizationInvitationResource,
  OrganizationResource,
} from "@tenantry/js";
import { type InvitationData, NOW } from "./data.ts";
import { roleOf } from "./memberships.ts";
import { refusal, type World } from "./world.ts";

export function invitationOf(
  world: World,
  organization: OrganizationResource,
  row: InvitationData,
): OrganizationInvitationResource {
  const become = (change: Partial<InvitationData>): OrganizationInvitationResource => {
    const next = { ...row, ...change };
    world.invitations = world.invitations.map((one) => (one.id === row.id ? next : one));
    world.invalidate("invitations", organization);
    return invitationOf(world, organization, next);
  };
  return Object.freeze({
    ...row,
    organizationId: organization.id,
    publicOrganizationData: organization,
    roleName: roleOf(row.role).name,
    url: row.status === "pending" ? "https://example.com/invitations/accept?ticket=t" : null,
    mail: {
      status: row.mail,
      attempts: 1,
      lastError: row.mail === "failed" ? "550 There is no such mailbox." : null,
      sentAt: row.mail === "sent" ? row.createdAt : null,
    },
    redirectUrl: null,
    inviter: null,
    publicMetadata: {},
    updatedAt: NOW,
    revoke: () => world.answer("revoke", () => become({ status: "revoked" })),
    resend: () => world.answer("resend", () => become({ status: "pending", mail: "queued" })),
  });
}

export function invite(
  world: World,
  organization: OrganizationResource,
  addresses: readonly string[],
  role = "org:member",
): InviteMembersResult {
  const members = new Set(world.people.map(({ identifier }) => identifier));
  const already = addresses.filter((address) => members.has(address));
  const rows = addresses
    .filter((address) => !members.has(address))
    .map(
      (emailAddress): InvitationData => ({
        id: `orginv_${emailAddress}`,
        emailAddress,
        role,
        status: "pending",
        mail: "queued",
        inviterName: "Ada Lovelace",
        createdAt: NOW,
        expiresAt: new Date(NOW.getTime() + 30 * 86_400_000),
      }),
    );
  world.invitations = [...rows, ...world.invitations];
  world.invalidate("invitations", organization);
  const { errors } = refusal("already_a_member_in_organization", { emailAddresses: already });
  return {
    invitations: rows.map((row) => invitationOf(world, organization, row)),
    errors: already.length > 0 ? errors : [],
  };
}
