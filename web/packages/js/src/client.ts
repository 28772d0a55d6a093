import { Connection } from "./connection.ts";
import { navigateTo } from "./foundation/page.ts";
import { fillTemplate } from "./foundation/routes.ts";
import { warn } from "./foundation/warnings.ts";
import type { RootFunctions } from "./operations/root.ts";
import { loadOperations, remote } from "./resources/remote.ts";
import type { TenantryOptions } from "./types/options.ts";
import type { RedirectParams, Tenantry } from "./types/tenantry.ts";

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
      return connection.live.state;
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

function resourceFunctions({ api, builders, session }: Connection): RootFunctions {
  return remote<RootFunctions>(
    async () => (await loadOperations()).rootFunctions(api, builders, session),
    {
      createOrganization: 0,
      getOrganization: 0,
      getOrganizationMemberships: 0,
      getSlugAvailability: 0,
      checkPermission: 0,
      getInvitationPreview: 0,
      acceptInvitation: 0,
      declineInvitation: 0,
    },
  );
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
        organization === undefined || (await connection.switchTo(organization, remember));
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
