import type {
  InviteMembersResult,
  OrganizationDomainResource,
  OrganizationInvitationResource,
  OrganizationMembershipRequestResource,
  OrganizationMembershipResource,
  OrganizationResource,
  PublicOrganizationData,
  RoleResource,
} from "@tenantry/js";
import {
  type DomainData,
  type InvitationData,
  NOW,
  type OrganizationSeed,
  type PersonData,
  ROLES,
} from "./data.ts";
import { pageOf } from "./lists.ts";
import { billingOf, eventsOf } from "./log.ts";
import { refusal, type World } from "./world.ts";

export const TIMES = { createdAt: new Date("2025-11-03T09:00:00Z"), updatedAt: NOW } as const;

const roleOf = (key: string): RoleResource => {
  const role = ROLES.find((known) => known.key === key);
  if (!role) throw new Error(`There is no role ${key}.`);
  return role;
};

export const publicData = ({ id, name, slug }: OrganizationSeed): PublicOrganizationData => ({
  id,
  name,
  slug,
  imageUrl: "",
  hasImage: false,
});

export function organizationOf(world: World, seed: OrganizationSeed): OrganizationResource {
  const changed = (change: Partial<OrganizationSeed>): OrganizationResource => {
    const next = { ...seed, ...change };
    world.organizations = world.organizations.map((row) => (row.id === seed.id ? next : row));
    const organization = organizationOf(world, next);
    if (world.active === seed.id)
      world.publish({ organization, membership: ownMembership(world, next) });
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
    update: ({ name = seed.name, slug = seed.slug }) =>
      world.answer("update", () => changed({ name, slug })),
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
        return pageOf(
          found.map((row) => membershipOf(organization, row)),
          params,
        );
      }),
    updateMember: ({ userId, role }) =>
      world.answer("updateMember", () => changeRole(world, organization, userId, role)),
    removeMember: (userId) =>
      world.answer("removeMember", () => removeMember(world, organization, userId)),
    getInvitations: ({ status = ["pending"], ...params } = {}) =>
      world.answer("getInvitations", () => {
        const found = world.invitations.filter((row) => status.includes(row.status));
        return pageOf(
          found.map((row) => invitationOf(world, organization, row)),
          params,
        );
      }),
    addMember: () => Promise.reject(refusal("secret_key_required")),
    inviteMember: () =>
      world.answer("inviteMember", () => {
        throw refusal("UNAVAILABLE");
      }),
    inviteMembers: ({ emailAddresses, role }) =>
      world.answer("inviteMembers", () => invite(world, organization, emailAddresses, role)),
    getRoles: () => world.answer("getRoles", () => ROLES),
    getDomains: (params) =>
      world.answer("getDomains", () =>
        pageOf(
          world.domains.map((row) => domainOf(world, organization, row)),
          params,
        ),
      ),
    createDomain: (name) =>
      world.answer("createDomain", () => addDomain(world, organization, name)),
    getMembershipRequests: (params) =>
      world.answer("getMembershipRequests", () =>
        pageOf(
          world.requests.map((row) => requestOf(world, organization, row)),
          params,
        ),
      ),
    getEvents: () =>
      world.answer("getEvents", () => ({
        data: eventsOf(world, organization),
        pageInfo: pageOf([]).pageInfo,
      })),
    getBilling: () => world.answer("getBilling", () => billingOf(world)),
  };
  return Object.freeze(organization);
}

export function ownMembership(
  world: World,
  seed: OrganizationSeed,
): OrganizationMembershipResource {
  return membershipOf(organizationOf(world, seed), world.viewer());
}

function membershipOf(
  organization: OrganizationResource,
  row: PersonData,
): OrganizationMembershipResource {
  const role = roleOf(row.role);
  const membership: OrganizationMembershipResource = {
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
  };
  return Object.freeze(membership);
}

function changeRole(
  world: World,
  organization: OrganizationResource,
  userId: string,
  role: string,
): OrganizationMembershipResource {
  world.people = world.people.map((row) => (row.userId === userId ? { ...row, role } : row));
  world.invalidate("memberships", organization);
  return membershipOf(organization, personOf(world, userId));
}

function removeMember(
  world: World,
  organization: OrganizationResource,
  userId: string,
): OrganizationMembershipResource {
  const row = personOf(world, userId);
  world.people = world.people.filter((other) => other !== row);
  world.invalidate("memberships", organization);
  return membershipOf(organization, row);
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

function domainOf(
  world: World,
  organization: OrganizationResource,
  row: DomainData,
): OrganizationDomainResource {
  const become = (change: Partial<DomainData>): OrganizationDomainResource => {
    const next = { ...row, ...change };
    world.domains = world.domains.map((one) => (one.id === row.id ? next : one));
    world.invalidate("domains", organization);
    return domainOf(world, organization, next);
  };
  const domain: OrganizationDomainResource = {
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
    attemptOwnershipVerification: () =>
      world.answer("attemptOwnership", () => become({ verified: true })),
    updateEnrollmentMode: ({ enrollmentMode }) =>
      world.answer("updateEnrollmentMode", () => become({ enrollmentMode })),
    delete: () =>
      world.answer("deleteDomain", () => {
        world.domains = world.domains.filter(({ id }) => id !== row.id);
        world.invalidate("domains", organization);
      }),
  };
  return Object.freeze(domain);
}

function addDomain(
  world: World,
  organization: OrganizationResource,
  name: string,
): OrganizationDomainResource {
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
        return membershipOf(organization, row);
      }),
    reject: () =>
      world.answer("rejectRequest", () => {
        settle();
        return request;
      }),
  };
  return Object.freeze(request);
}
