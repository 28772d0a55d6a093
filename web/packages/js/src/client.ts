import { Connection } from "./connection.ts";
import * as documents from "./generated/documents.ts";
import { navigateTo } from "./page.ts";
import { found } from "./resources/api.ts";
import {
  acceptInvitation,
  declineInvitation,
  toPreview,
  userInvitationBuilder,
} from "./resources/invitations.ts";
import { getUserMemberships } from "./resources/memberships.ts";
import { toRole } from "./resources/organizations.ts";
import { fillTemplate } from "./routes.ts";
import type { TenantryOptions } from "./types/options.ts";
import type { RedirectParams, Tenantry } from "./types/tenantry.ts";
import { warn } from "./warnings.ts";

/** Prepares one tab's connection to an instance. Nothing is sent before `load()`. */
export function createTenantry(options: TenantryOptions): Tenantry {
  const connection = new Connection(options);
  const { store } = connection;
  return Object.freeze({
    url: connection.environment.url,
    get state() {
      return store.state;
    },
    get status() {
      return store.state.status;
    },
    get user() {
      return store.state.user;
    },
    get session() {
      return store.state.session;
    },
    get organization() {
      return store.state.organization;
    },
    get membership() {
      return store.state.membership;
    },
    get instance() {
      return store.state.instance;
    },
    get live() {
      return connection.liveState;
    },
    ...connectionFunctions(connection),
    ...resourceFunctions(connection),
    ...pageFunctions(connection, options),
  } satisfies Tenantry);
}

type Functions<Names extends keyof Tenantry> = Pick<Tenantry, Names>;

function connectionFunctions(
  connection: Connection,
): Functions<
  | "load"
  | "close"
  | "addListener"
  | "on"
  | "getToken"
  | "has"
  | "reload"
  | "query"
  | "mutate"
  | "subscribe"
> {
  const { store, api } = connection;
  return {
    load: () => connection.load(),
    close: () => connection.close(),
    addListener: (listener) => store.addListener(listener),
    on: (name, listener) => store.on(name, listener),
    getToken: (params) => connection.getToken(params),
    has: (params) => connection.has(params),
    reload: () => connection.reload(),
    query: (document, ...[variables]) => api.query(document, variables ?? ({} as never)),
    mutate: (document, ...[variables]) => api.mutate(document, variables ?? ({} as never)),
    subscribe: (document, variables, observer) =>
      connection.live.subscribe(`${document}`, variables as object, observer),
  };
}

function resourceFunctions(
  connection: Connection,
): Functions<
  | "createOrganization"
  | "getOrganization"
  | "getOrganizationMemberships"
  | "getSlugAvailability"
  | "checkPermission"
  | "getInvitationPreview"
  | "acceptInvitation"
  | "declineInvitation"
> {
  const { api, builders, session } = connection;
  const toInvitation = userInvitationBuilder(api, builders);
  return {
    createOrganization: async ({ name, slug }) => {
      const { payload } = await api.mutate(documents.CreateOrganizationDocument, {
        input: { name, slug },
      });
      api.invalidate(null, "userMemberships");
      await api.activatePending();
      return builders.organization(found(payload?.organization));
    },
    getOrganization: async (idOrSlug) => {
      const by = idOrSlug.includes("_") ? { id: idOrSlug } : { slug: idOrSlug };
      const { organization } = await api.query(documents.ReadOrganizationDocument, { by });
      return builders.organization(found(organization));
    },
    getOrganizationMemberships: (params) => getUserMemberships(api, builders, params),
    getSlugAvailability: async (params) => {
      const data = await api.query(documents.ReadSlugAvailabilityDocument, params);
      return found(data.slugAvailability);
    },
    checkPermission: async ({ permission, organizationId = session.organizationId }) => {
      if (!organizationId) {
        return { allowed: false, reason: "NOT_A_MEMBER", permission, role: null };
      }
      const data = await api.query(documents.CheckPermissionDocument, {
        organizationId,
        permission,
      });
      const { role, ...decision } = found(data.checkPermission);
      return { ...decision, role: role && toRole(role, false) };
    },
    getInvitationPreview: async (ticket) => {
      const data = await connection.api.query(documents.ReadInvitationPreviewDocument, { ticket });
      return toPreview(data.invitationByTicket);
    },
    acceptInvitation: ({ ticket }) => acceptInvitation(api, builders, { ticket }),
    declineInvitation: async ({ ticket }) => toInvitation(await declineInvitation(api, { ticket })),
  };
}

function pageFunctions(
  connection: Connection,
  options: TenantryOptions,
): Functions<
  | "setActive"
  | "signOut"
  | "navigate"
  | "buildUrl"
  | "buildSignInUrl"
  | "buildSignUpUrl"
  | "buildTaskUrl"
> {
  const { store } = connection;
  const navigate: Tenantry["navigate"] = (to, how) => navigateTo(to, options, how);
  const withReturn = (url: string | null | undefined, { redirectUrl }: RedirectParams = {}) => {
    if (!url) return null;
    const target = new URL(url, location.href);
    target.searchParams.set("redirect_url", redirectUrl ?? location.href);
    return target.href;
  };
  return {
    setActive: async ({ organization, remember = true, navigate: goOn, redirectUrl }) => {
      await connection.loaded();
      if (organization === null && store.state.instance?.membershipMode === "required") {
        warn(
          "personal",
          "`setActive({ organization: null })` changes nothing: the instance has no personal accounts, because its membership mode is REQUIRED.",
        );
        return;
      }
      const isDone =
        organization === undefined || (await connection.switching.to(organization, remember));
      const { session, organization: current } = store.state;
      if (!isDone || !session) return;
      await goOn?.({ session, organization: current });
      if (redirectUrl !== undefined) navigate(fillTemplate(redirectUrl, current ?? {}));
    },
    signOut: async ({ redirectUrl = options.afterSignOutUrl } = {}) => {
      await connection.signOut();
      if (redirectUrl !== undefined) navigate(redirectUrl);
    },
    navigate,
    buildUrl: fillTemplate,
    buildSignInUrl: (params) =>
      withReturn(options.signInUrl ?? store.state.instance?.signInUrl, params),
    buildSignUpUrl: (params) =>
      withReturn(options.signUpUrl ?? store.state.instance?.signUpUrl, params),
    buildTaskUrl: (params) => {
      const task = store.state.session?.currentTask?.key;
      return withReturn(task && options.taskUrls?.[task], params);
    },
  };
}
