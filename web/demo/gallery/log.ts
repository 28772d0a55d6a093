import type { OrganizationBilling, OrganizationResource, TenantryEvent } from "@tenantry/js";
import { NOW } from "./data.ts";
import type { World } from "./world.ts";

export function eventsOf(world: World, organization: OrganizationResource): TenantryEvent[] {
  const event = (
    number: number,
    type: TenantryEvent["type"],
    data: TenantryEvent["data"],
  ): TenantryEvent => ({
    id: `evt_${number}`,
    cursor: String(number),
    type,
    name: type.toLowerCase(),
    occurredAt: new Date(NOW.getTime() - (40 - number) * 3_600_000),
    organizationId: organization.id,
    actor: { type: number % 3 === 0 ? "SERVICE" : "USER", id: "user_1" },
    data,
  });
  const joined = world.people.map((row, index) =>
    event(index + 2, "MEMBERSHIP_CREATED", {
      role: row.role,
      public_user_data: {
        user_id: row.userId,
        first_name: row.firstName,
        last_name: row.lastName,
        identifier: row.identifier,
      },
    }),
  );
  return [
    event(1, "ORGANIZATION_CREATED", { name: organization.name }),
    ...joined,
    event(30, "INVITATION_CREATED", { email_address: "charles@example.com" }),
    event(31, "ORGANIZATION_UPDATED", { name: organization.name }),
  ];
}

export function billingOf({ people, invitations, options }: World): OrganizationBilling {
  const pendingInvitations = invitations.filter(({ status }) => status === "pending").length;
  const available =
    options.seats === 0 ? null : Math.max(0, options.seats - people.length - pendingInvitations);
  return {
    plan: { key: "team", name: "Team", description: null },
    features: [
      { key: "reports", name: "Reports" },
      { key: "api", name: "API access" },
    ],
    seats: {
      limit: options.seats,
      members: people.length,
      pendingInvitations,
      available,
      overLimit: false,
    },
    subscription: { status: "active" as const, periodEndsAt: new Date("2026-07-01T00:00:00Z") },
  };
}
