import type {
  OrganizationSuggestionResource,
  SessionResource,
  UserOrganizationInvitationResource,
  UserResource,
} from "@tenantry/js";
import { NOW, type OrganizationSeed, TIMES } from "./data.ts";
import { pageOf } from "./lists.ts";
import { ownMembership, publicData } from "./organizations.ts";
import type { World } from "./world.ts";

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
        return pageOf(
          found.map((seed) => ownMembership(world, seed)),
          params,
        );
      }),
    getOrganizationInvitations: (params) =>
      world.answer("getOrganizationInvitations", () =>
        pageOf(
          world.invitedTo.map((seed) => userInvitation(world, seed)),
          params,
        ),
      ),
    getOrganizationSuggestions: (params) =>
      world.answer("getOrganizationSuggestions", () =>
        pageOf(
          world.suggested.map((seed) => suggestion(world, seed)),
          params,
        ),
      ),
    getOrganizationCreationDefaults: () =>
      world.answer("getDefaults", () => ({
        name: "Ada’s Workshop",
        slug: "adas-workshop",
        advisory: null,
      })),
    leaveOrganization: () => Promise.resolve(),
    reload: () => Promise.resolve(user),
  };
  return Object.freeze(user);
}

function userInvitation(world: World, seed: OrganizationSeed): UserOrganizationInvitationResource {
  const settle = (): void => {
    world.invitedTo = world.invitedTo.filter(({ id }) => id !== seed.id);
    world.invalidate("userInvitations");
  };
  const invitation: UserOrganizationInvitationResource = {
    id: `orginv_${seed.id}`,
    publicOrganizationData: publicData(seed),
    emailAddress: world.viewer().identifier,
    role: "org:member",
    roleName: "Member",
    status: "pending",
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
    decline: () =>
      world.answer("decline", () => {
        settle();
        return invitation;
      }),
  };
  return Object.freeze(invitation);
}

function suggestion(world: World, seed: OrganizationSeed): OrganizationSuggestionResource {
  const made: OrganizationSuggestionResource = {
    id: `orgsug_${seed.id}`,
    publicOrganizationData: publicData(seed),
    status: world.asked.includes(seed.id) ? "accepted" : "pending",
    ...TIMES,
    accept: () =>
      world.answer("acceptSuggestion", () => {
        world.asked = [...world.asked, seed.id];
        return made;
      }),
  };
  return Object.freeze(made);
}
