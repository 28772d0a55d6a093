import type {
  OrganizationMembershipResource,
  OrganizationResource,
  PublicOrganizationData,
} from "@tenantry/js";
import { apiKeyOf, createApiKey, isValid } from "./api-keys.ts";
import { type OrganizationSeed, OWN_PERMISSIONS, ROLES, TIMES } from "./data.ts";
import { addDomain, domainOf } from "./domains.ts";
import { invitationOf, invite } from "./invitations.ts";
import { pageOf } from "./lists.ts";
import { billingOf, eventsOf } from "./log.ts";
import { changeRole, membershipOf, removeMember, requestOf } from "./memberships.ts";
import { refusal, type World } from "./world.ts";

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
    getPermissions: () => world.answer("getPermissions", () => OWN_PERMISSIONS),
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
    getApiKeys: ({ includeInvalid, ...params } = {}) =>
      world.answer("getApiKeys", () =>
        pageOf(
          world.apiKeys
            .filter((row) => includeInvalid || isValid(row))
            .map((row) => apiKeyOf(world, organization, row)),
          params,
        ),
      ),
    createApiKey: (params) =>
      world.answer("createApiKey", () => createApiKey(world, organization, params)),
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
