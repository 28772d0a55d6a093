import type { InvitationPreview, Tenantry } from "@tenantry/js";
import { organizationOf, ownMembership } from "./organizations.ts";
import { sessionOf, userOf } from "./user.ts";
import { refusal, World, type WorldOptions } from "./world.ts";

/** Which invitation a ticket of the gallery opens. */
export const previewOf = (ticket: string, isSignedOut: boolean): InvitationPreview | null =>
  ticket === "unreadable"
    ? null
    : {
        organizationName: "Difference Lab",
        organizationImageUrl: "",
        emailAddress: "ada@example.com",
        roleName: "Member",
        inviterName: ticket === "service" ? null : "Grace Hopper",
        status: ticket === "expired" || ticket === "revoked" ? ticket : "pending",
        expiresAt: new Date("2026-07-10T09:00:00Z"),
        next: isSignedOut ? "sign_in" : "accept",
      };

export function createFakeTenantry(options: Partial<WorldOptions>): Tenantry {
  const world = new World(options);
  const stateOf = () => {
    const seed = world.organizations.find(({ id }) => id === world.active);
    return {
      user: world.options.isSignedOut ? null : userOf(world),
      session: world.options.isSignedOut ? null : sessionOf(world),
      organization: seed ? organizationOf(world, seed) : null,
      membership: seed ? ownMembership(world, seed) : null,
    };
  };
  const load = (): Promise<void> => {
    if (world.options.isLoading) {
      return new Promise((resolve) => {
        const loaded = (): void => {
          world.publish({ ...stateOf(), status: "ready", isLoaded: true });
          resolve();
        };
        window.addEventListener("gallery:load", loaded, { once: true });
      });
    }
    if (!world.state.isLoaded) world.publish({ ...stateOf(), status: "ready", isLoaded: true });
    return Promise.resolve();
  };
  // What a new token changes: the times of its claims, and the object that holds them.
  window.addEventListener("gallery:token", () =>
    world.publish({ sessionClaims: { iss: "", sub: "user_1", sid: "sess_1", iat: 0, exp: 60 } }),
  );
  const activate = (id: string | null): void => {
    world.active = id;
    world.hasTask = false;
    world.publish({ ...stateOf(), isSwitching: false });
  };
  const made: Pick<
    Tenantry,
    "state" | "status" | "user" | "session" | "organization" | "membership" | "instance"
  > = {
    get state() {
      return world.state;
    },
    get status() {
      return world.state.status;
    },
    get user() {
      return world.state.user;
    },
    get session() {
      return world.state.session;
    },
    get organization() {
      return world.state.organization;
    },
    get membership() {
      return world.state.membership;
    },
    get instance() {
      return world.instance;
    },
  };
  const rest: Omit<Tenantry, keyof typeof made> = {
    url: "https://organizations.example.com",
    live: { status: "open", cursor: null },
    load,
    close: () => {},
    addListener: world.addListener,
    on: world.on,
    getToken: () => Promise.resolve(null),
    has: () => true,
    setActive: async ({ organization }) => {
      world.publish({ isSwitching: true });
      try {
        await world.answer("setActive", () => {});
      } catch (error) {
        world.publish({ isSwitching: false });
        throw error;
      }
      activate(
        typeof organization === "object" ? (organization?.id ?? null) : (organization ?? null),
      );
    },
    signOut: () => {
      world.publish({ user: null, session: null, organization: null, membership: null });
      return Promise.resolve();
    },
    reload: () => Promise.resolve(),
    createOrganization: ({ name, slug }) =>
      world.answer("createOrganization", () => {
        const seed = { id: `org_${slug ?? name}`, name, slug: slug ?? "" };
        world.organizations = [seed, ...world.organizations];
        world.invalidate("userMemberships");
        return organizationOf(world, seed);
      }),
    getOrganization: (idOrSlug) =>
      world.answer("getOrganization", () => {
        const seed = world.organizations.find(
          ({ id, slug }) => id === idOrSlug || slug === idOrSlug,
        );
        if (!seed) throw refusal("organization_not_found_or_unauthorized");
        return organizationOf(world, seed);
      }),
    getOrganizationMemberships: (params) => userOf(world).getOrganizationMemberships(params),
    getSlugAvailability: ({ slug }) =>
      world.answer("getSlugAvailability", () => {
        const isTaken = world.organizations.some((seed) => seed.slug === slug);
        return {
          available: !isTaken,
          code: isTaken ? "form_identifier_exists" : null,
          message: isTaken ? "The slug is taken." : null,
          suggestion: isTaken ? `${slug}-2` : null,
        };
      }),
    checkPermission: ({ permission }) =>
      Promise.resolve({ allowed: true, reason: "GRANTED_BY_ROLE", permission, role: null }),
    getInvitationPreview: (ticket) =>
      world.answer("getInvitationPreview", () => previewOf(ticket, world.options.isSignedOut)),
    acceptInvitation: () =>
      world.answer("acceptInvitation", () => {
        const [seed] = world.organizations;
        if (!seed) throw refusal("ticket_invalid_code");
        return ownMembership(world, seed);
      }),
    declineInvitation: () => Promise.reject(refusal("UNAVAILABLE")),
    query: () => Promise.reject(refusal("UNAVAILABLE")),
    mutate: () => Promise.reject(refusal("UNAVAILABLE")),
    subscribe: () => () => {},
    navigate: (to) => {
      window.dispatchEvent(new CustomEvent("gallery:navigate", { detail: to }));
      return true;
    },
    buildUrl: (template, object) =>
      typeof template === "function"
        ? template(object)
        : template.replace(/:(\w+)/g, (whole, name: string) =>
            encodeURIComponent(String((object as Record<string, unknown>)[name] ?? whole)),
          ),
    buildSignInUrl: () => world.instance.signInUrl,
    buildSignUpUrl: () => world.instance.signUpUrl,
    buildTaskUrl: () => null,
  };
  return Object.defineProperties(rest, Object.getOwnPropertyDescriptors(made)) as Tenantry;
}
