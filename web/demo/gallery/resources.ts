import type {
  InviteMembersResult,
  OrganizationDomainResource,
  OrganizationInvitationResource,
  OrganizationMembershipRequestResource,
  OrganizationMembershipResource,
  OrganizationResource,
  RoleResource,
  SessionResource,
  TenantryEvent,
  UserResource,
} from "@tenantry/js";
import { type DomainData, type InvitationData, NOW, type OrganizationSeed, type PersonData, ROLES } from "./data.ts";
import { pageOf } from "./lists.ts";
import { refusal, type World } from "./world.ts";

const TIMES = { createdAt: new Date("2025-11-03T09:00:00Z"), updatedAt: NOW } as const;

const roleOf = (key: string): RoleResource => {
  const role = ROLES.find((known) => known.key === key);
  if (!role) throw new Error(`There is no role ${key}.`);
  return role;
};

const publicData = ({ id, name, slug }: OrganizationSeed) => ({ id, name, slug, imageUrl: "", hasImage: false });

export function organizationOf(world: World, seed: OrganizationSeed): OrganizationResource {
  const changed = (change: Partial<OrganizationSeed>): OrganizationResource => {
    const next = { ...seed, ...change };
    world.organizations = world.organizations.map((row) => (row.id === seed.id ? next : row));
    const organization = organizationOf(world, next);
    if (world.active === seed.id) world.publish({ organization, membership: ownMembership(world, next) });
    world.invalidate("userMemberships");
    return organization;
  };
  const gone = (reason: "left" | "deleted"): void => {
    world.organizations = world.organizations.filter(({ id }) => id !== seed.id);
    world.active = null;
    world.publish({ organization: null, membership: null });
    world.emit("organizationLeft", { organizationId: seed.id, slug: seed.slug, reason });
    world.invalidate("userMemberships");
  };
  const organization: OrganizationResource = {
    ...publicData(seed),
    ...TIMES,
    membersCount: world.people.length,
    pendingInvitationsCount: world.invitations.length,
    maxAllowedMemberships: world.options.seats,
    adminDeleteEnabled: true,
    publicMetadata: {},
    update: (params) => world.answer("update", () => changed(params)),
    setLogo: () => world.answer("setLogo", () => changed({})),
    destroy: () => world.answer("destroy", () => gone("deleted")),
    leave: () => world.answer("leave", () => gone("left")),
    reload: () => world.answer("reload", () => changed({})),
    getMemberships: ({ query, role, ...params } = {}) =>
      world.answer("getMemberships", () => {
        const found = world.people.filter(
          (row) =>
            (!role || role.includes(row.role)) &&
            (!query || JSON.stringify(row).toLowerCase().includes(query.toLowerCase())),
        );
        return pageOf(found.map((row) => membershipOf(world, organization, row)), params);
      }),
    updateMember: ({ userId, role }) =>
      world.answer("updateMember", () => changeRole(world, organization, userId, role)),
    removeMember: (userId) => world.answer("removeMember", () => removeMember(world, organization, userId)),
    getInvitations: ({ status = ["pending"], ...params } = {}) =>
      world.answer("getInvitations", () => {
        const found = world.invitations.filter((row) => status.includes(row.status));
        return pageOf(found.map((row) => invitationOf(world, organization, row)), params);
      }),
    inviteMember: () => world.answer("inviteMember", () => {
      throw refusal("UNAVAILABLE");
    }),
    inviteMembers: ({ emailAddresses, role }) =>
      world.answer("inviteMembers", () => invite(world, organization, emailAddresses, role)),
    getRoles: () => world.answer("getRoles", () => ROLES),
    getDomains: (params) =>
      world.answer("getDomains", () =>
        pageOf(world.domains.map((row) => domainOf(world, organization, row)), params),
      ),
    createDomain: (name) => world.answer("createDomain", () => addDomain(world, organization, name)),
    getMembershipRequests: (params) =>
      world.answer("getMembershipRequests", () =>
        pageOf(world.requests.map((row) => requestOf(world, organization, row)), params),
      ),
    getEvents: () =>
      world.answer("getEvents", () => ({ data: eventsOf(world, organization), pageInfo: pageOf([]).pageInfo })),
    getBilling: () => world.answer("getBilling", () => billingOf(world)),
  };
  return Object.freeze(organization);
}

export function ownMembership(world: World, seed: OrganizationSeed): OrganizationMembershipResource {
  return membershipOf(world, organizationOf(world, seed), world.viewer());
}

function membershipOf(
  world: World,
  organization: OrganizationResource,
  row: PersonData,
): OrganizationMembershipResource {
  const role = roleOf(row.role);
  return Object.freeze({
    id: `orgmem_${organization.id}_${row.userId}`,
    role: role.key,
    roleName: role.name,
    permissions: role.permissions,
    publicMetadata: {},
    publicUserData: row,
    organization,
    createdAt: row.joined,
    updatedAt: NOW,
    update: (params) => organization.updateMember({ userId: row.userId, role: params.role }),
    destroy: () => organization.removeMember(row.userId),
  });
}

function changeRole(
  world: World,
  organization: OrganizationResource,
  userId: string,
  role: string,
): OrganizationMembershipResource {
  world.people = world.people.map((row) => (row.userId === userId ? { ...row, role } : row));
  world.invalidate("memberships", organization);
  return membershipOf(world, organization, personOf(world, userId));
}

function removeMember(
  world: World,
  organization: OrganizationResource,
  userId: string,
): OrganizationMembershipResource {
  const row = personOf(world, userId);
  world.people = world.people.filter((other) => other !== row);
  world.invalidate("memberships", organization);
  return membershipOf(world, organization, row);
}

function personOf(world: World, userId: string): PersonData {
  const row = world.people.find((one) => one.userId === userId);
  if (!row) throw refusal("resource_not_found");
  return row;
}

function invitationOf(
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

function invite(
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

function domainOf(world: World, organization: OrganizationResource, row: DomainData): OrganizationDomainResource {
  const become = (change: Partial<DomainData>): OrganizationDomainResource => {
    const next = { ...row, ...change };
    world.domains = world.domains.map((one) => (one.id === row.id ? next : one));
    world.invalidate("domains", organization);
    return domainOf(world, organization, next);
  };
  return Object.freeze({
    ...row,
    ...TIMES,
    organizationId: organization.id,
    affiliation: null,
    affiliationEmailAddress: null,
    ownership: null,
    prepareAffiliationVerification: () => world.answer("prepareAffiliation", () => become({})),
    attemptAffiliationVerification: ({ code }) =>
      world.answer("attemptAffiliation", () => {
        if (code !== "424242") throw refusal("form_code_incorrect", { paramName: "code" });
        return become({ verified: true });
      }),
    prepareOwnershipVerification: () => world.answer("prepareOwnership", () => become({})),
    attemptOwnershipVerification: () => world.answer("attemptOwnership", () => become({ verified: true })),
    updateEnrollmentMode: ({ enrollmentMode }) =>
      world.answer("updateEnrollmentMode", () => become({ enrollmentMode })),
    delete: () =>
      world.answer("deleteDomain", () => {
        world.domains = world.domains.filter(({ id }) => id !== row.id);
        world.invalidate("domains", organization);
      }),
  });
}

function addDomain(world: World, organization: OrganizationResource, name: string): OrganizationDomainResource {
  const row: DomainData = {
    id: `orgdmn_${name}`,
    name,
    verified: false,
    enrollmentMode: "manual_invitation",
    totalPendingInvitations: 0,
    totalPendingSuggestions: 0,
  };
  world.domains = [...world.domains, row];
  world.invalidate("domains", organization);
  return domainOf(world, organization, row);
}

function requestOf(
  world: World,
  organization: OrganizationResource,
  row: PersonData,
): OrganizationMembershipRequestResource {
  const settle = (): void => {
    world.requests = world.requests.filter((other) => other !== row);
    world.invalidate("membershipRequests", organization);
  };
  const request: OrganizationMembershipRequestResource = {
    id: `orgmreq_${row.userId}`,
    organizationId: organization.id,
    publicUserData: row,
    status: "pending",
    createdAt: row.joined,
    updatedAt: NOW,
    accept: () =>
      world.answer("acceptRequest", () => {
        settle();
        return membershipOf(world, organization, row);
      }),
    reject: () =>
      world.answer("rejectRequest", () => {
        settle();
        return request;
      }),
  };
  return Object.freeze(request);
}

function eventsOf(world: World, organization: OrganizationResource): TenantryEvent[] {
  const event = (number: number, type: TenantryEvent["type"], data: TenantryEvent["data"]): TenantryEvent => ({
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

function billingOf({ people, invitations, options }: World) {
  const pendingInvitations = invitations.filter(({ status }) => status === "pending").length;
  const available = options.seats === 0 ? null : Math.max(0, options.seats - people.length - pendingInvitations);
  return {
    plan: { key: "team", name: "Team", description: null },
    features: [
      { key: "reports", name: "Reports" },
      { key: "api", name: "API access" },
    ],
    seats: { limit: options.seats, members: people.length, pendingInvitations, available, overLimit: false },
    subscription: { status: "active" as const, periodEndsAt: new Date("2026-07-01T00:00:00Z") },
  };
}

export function sessionOf(world: World): SessionResource {
  const task = { key: "choose-organization" } as const;
  const session: SessionResource = {
    id: "sess_1",
    status: world.hasTask ? "pending" : "active",
    tasks: world.hasTask ? [task] : [],
    currentTask: world.hasTask ? task : null,
    lastActiveOrganizationId: world.active,
    createdAt: NOW,
    expiresAt: NOW,
    getToken: () => Promise.resolve(null),
    reload: () => Promise.resolve(session),
    checkAuthorization: () => true,
  };
  return session;
}

export function userOf(world: World): UserResource {
  const viewer = world.viewer();
  const user: UserResource = {
    ...viewer,
    ...TIMES,
    id: viewer.userId,
    externalId: null,
    fullName: `${viewer.firstName} ${viewer.lastName}`,
    primaryEmailAddress: { emailAddress: viewer.identifier, verification: { status: "verified" } },
    publicMetadata: {},
    createOrganizationEnabled: world.options.mayCreate,
    getOrganizationMemberships: ({ query, ...params } = {}) =>
      world.answer("getOrganizationMemberships", () => {
        const found = world.organizations.filter(
          ({ name }) => !query || name.toLowerCase().includes(query.toLowerCase()),
        );
        return pageOf(found.map((seed) => ownMembership(world, seed)), params);
      }),
    getOrganizationInvitations: (params) =>
      world.answer("getOrganizationInvitations", () =>
        pageOf(world.invitedTo.map((seed) => userInvitation(world, seed)), params),
      ),
    getOrganizationSuggestions: (params) =>
      world.answer("getOrganizationSuggestions", () =>
        pageOf(world.suggested.map((seed) => suggestion(world, seed)), params),
      ),
    getOrganizationCreationDefaults: () =>
      world.answer("getDefaults", () => ({ name: "Ada’s Workshop", slug: "adas-workshop", advisory: null })),
    leaveOrganization: () => Promise.resolve(),
    reload: () => Promise.resolve(user),
  };
  return Object.freeze(user);
}

function userInvitation(world: World, seed: OrganizationSeed) {
  const settle = (): void => {
    world.invitedTo = world.invitedTo.filter(({ id }) => id !== seed.id);
    world.invalidate("userInvitations");
  };
  const invitation = {
    id: `orginv_${seed.id}`,
    publicOrganizationData: publicData(seed),
    emailAddress: world.viewer().identifier,
    role: "org:member",
    roleName: "Member",
    status: "pending" as const,
    inviterName: "Grace Hopper",
    publicMetadata: {},
    expiresAt: new Date("2026-07-10T09:00:00Z"),
    ...TIMES,
    accept: () =>
      world.answer("accept", () => {
        world.organizations = [seed, ...world.organizations];
        settle();
        world.invalidate("userMemberships");
        return ownMembership(world, seed);
      }),
    decline: (): Promise<typeof invitation> =>
      world.answer("decline", () => {
        settle();
        return invitation;
      }),
  };
  return Object.freeze(invitation);
}

function suggestion(world: World, seed: OrganizationSeed) {
  const made = {
    id: `orgsug_${seed.id}`,
    publicOrganizationData: publicData(seed),
    status: world.asked.includes(seed.id) ? ("accepted" as const) : ("pending" as const),
    ...TIMES,
    accept: (): Promise<typeof made> =>
      world.answer("acceptSuggestion", () => {
        world.asked = [...world.asked, seed.id];
        return made;
      }),
  };
  return Object.freeze(made);
}
