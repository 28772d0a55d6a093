import { checkAuthorization } from "./authorization.ts";
import { SessionCookie } from "./cookie.ts";
import { type Environment, makeEnvironment } from "./environment.ts";
import { TenantryError } from "./errors.ts";
import { EndSessionDocument } from "./generated/session.ts";
import { Identity } from "./identity.ts";
import { Invalidations } from "./invalidations.ts";
import { lazily } from "./lazy.ts";
import { LiveLoader } from "./live-loader.ts";
import { Minting } from "./minting.ts";
import { observePage } from "./page.ts";
import { Recovery } from "./recovery.ts";
import { Requests } from "./requests.ts";
import type { Api, Builders } from "./resources/api.ts";
import { makeBuilders } from "./resources/builders.ts";
import { Snapshots } from "./resources/snapshot.ts";
import { matchOrganization } from "./routes.ts";
import { type Core, Session, SIGNED_OUT } from "./session.ts";
import { Memory } from "./storage.ts";
import { Store } from "./store.ts";
import type { Switching } from "./switching.ts";
import { Tabs } from "./tabs.ts";
import { Tokens, tokenKey } from "./tokens.ts";
import { createSend, isAway, makeError } from "./transport.ts";
import type { AuthorizationParams } from "./types/authorization.ts";
import type { LiveState, OrganizationLeft } from "./types/events.ts";
import type { TenantryOptions } from "./types/options.ts";
import type { GetTokenParams } from "./types/users.ts";

/** Wires the parts of one tab together. */
export class Connection {
  readonly environment: Environment;
  readonly store: Store;
  readonly session: Session;
  readonly api: Api;
  readonly builders: Builders;
  readonly live: LiveLoader;
  liveState: LiveState = { status: "off", cursor: null };

  readonly #core: Core;
  readonly #minting: Minting;
  readonly #requests: Requests;
  readonly #recovery: Recovery;
  readonly #invalidations: Invalidations;
  readonly #cookie: SessionCookie;
  readonly #closing: AbortController = new AbortController();
  #loading: Promise<void> | null = null;
  readonly #loadSwitching: () => Promise<Switching> = lazily(async () => {
    const { Switching } = await import("./switching.ts");
    return new Switching(this.#core, this.session);
  });

  constructor(options: TenantryOptions) {
    const environment = makeEnvironment(options);
    this.environment = environment;
    this.store = new Store({
      status: "loading",
      isLoaded: false,
      isSwitching: false,
      error: null,
      instance: null,
      ...SIGNED_OUT,
    });
    this.api = this.#makeApi();
    this.builders = makeBuilders(this.api);
    this.#core = {
      environment,
      options,
      store: this.store,
      send: createSend(environment.url, environment.fetch),
      tabs: new Tabs(environment, (message) => this.session.sharing.receive(message)),
      tokens: new Tokens(environment.clock),
      memory: new Memory(environment),
      identity: new Identity(options.getIdentityToken, this.#closing.signal),
      snapshots: this.#makeSnapshots(),
      closing: this.#closing.signal,
    };
    this.session = new Session(this.#core);
    this.#recovery = new Recovery(this.#core, this.session, () => this.#sync());
    this.#minting = new Minting(this.#core, this.session, {
      onGone: () => this.#leave(this.session.organizationId, "removed"),
      onFailure: (error) => void this.#recovery.fail(error),
      onToken: () => this.#writeCookie(),
    });
    const getToken = (params?: GetTokenParams) => this.#minting.get(params);
    const onFailure = (error: unknown) => void this.#recovery.fail(error);
    this.#requests = new Requests({
      send: this.#core.send,
      session: this.session,
      getToken,
      onFailure,
    });
    this.#invalidations = new Invalidations(environment.clock, this.store);
    this.#cookie = new SessionCookie(options);
    this.live = this.#makeLive(getToken, onFailure);
    this.#showInitialState();
    this.store.addListener(() => this.#followState());
  }

  // ------------------------------------------------------------------------------------------ parts

  #makeApi(): Api {
    return {
      query: async (document, variables) => {
        await this.#loading;
        return this.#requests.query(document, variables);
      },
      mutate: async (document, variables, options) => {
        await this.#loading;
        return this.#requests.mutate(document, variables, options);
      },
      userId: () => this.store.state.user?.id ?? null,
      invalidate: (organizationId, ...lists) => this.#invalidations.add(organizationId, ...lists),
      showOrganization: (data) => {
        this.session.showOrganization(data);
        this.store.emit("organization", this.builders.organization(data));
      },
      leave: (organizationId, reason) => this.#leave(organizationId, reason),
      activatePending: async () => {
        if (this.store.state.session?.status !== "pending") return;
        this.#core.memory.setChoice(undefined);
        await this.#catchUp();
      },
    };
  }

  #makeSnapshots(): Snapshots {
    const reload = () => this.reload();
    return new Snapshots(this.api, this.builders, {
      user: { reload: () => reload().then(() => present(this.store.state.user)) },
      session: {
        getToken: (params) => this.getToken(params),
        reload: () => reload().then(() => present(this.store.state.session)),
        checkAuthorization: (params) => this.has(params),
      },
    });
  }

  #makeLive(
    getToken: (params?: GetTokenParams) => Promise<string | null>,
    onFailure: (error: unknown) => void,
  ): LiveLoader {
    const { api, session } = this;
    const onStatus = (state: LiveState) => {
      const before = this.liveState;
      if (before.status === state.status && before.cursor === state.cursor) return;
      this.liveState = Object.freeze(state);
      this.store.emit("live", this.liveState);
    };
    const onExpired = async () => {
      await this.session.resync();
      this.#invalidations.add(null, "all");
    };
    const onLost = () => this.#recovery.probe();
    const options = {
      core: this.#core,
      session,
      api,
      getToken,
      onStatus,
      onLost,
      onExpired,
      onFailure,
    };
    return new LiveLoader(options, this.#core.options.live !== false);
  }

  #showInitialState(): void {
    const { initialState } = this.#core.options;
    if (!initialState) return;
    const { viewer, instance, sessionClaims } = initialState;
    this.store.set({
      isLoaded: true,
      ...this.#core.snapshots.make(viewer, instance, sessionClaims),
    });
  }

  // ----------------------------------------------------------------------------------- life of a tab

  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    const stop = observePage({
      onWake: () => this.#wake(),
      onHide: () => this.live.hide(),
      onFocus: () => this.#writeCookie(),
      onRoute: () => this.#followRoute(),
    });
    this.#closing.signal.addEventListener("abort", stop);
    this.#core.tabs.open();
    const settled = new Promise<void>((resolve, reject) => {
      const remove = this.store.addListener(({ status, error }) => {
        if (status === "loading" || status === "degraded") return;
        remove();
        if (status === "error") reject(error);
        else resolve();
      });
    });
    await this.#sync();
    this.#core.tabs.join();
    await settled;
  }

  /** Waits until the state is known, if `load()` was called. */
  async loaded(): Promise<void> {
    await this.#loading;
  }

  close(): void {
    this.#closing.abort();
    this.#minting.stop();
    this.#recovery.stop();
    this.#invalidations.stop();
    this.live.stop();
    this.#core.tabs.close();
  }

  async reload(): Promise<void> {
    if (!(await this.#mayReopen())) return;
    this.session.signedOutBecause = null;
    await this.session
      .resync()
      .catch((error) => this.#recovery.fail(error).then(() => Promise.reject(error)));
  }

  /** A session that somebody has ended is opened again only for another person, or in a new page. */
  async #mayReopen(): Promise<boolean> {
    const reason = this.session.signedOutBecause;
    if (reason !== "revoked" && reason !== "ended") return true;
    await this.#core.identity.use(async () => true).catch(() => null);
    return this.session.isReplaced();
  }

  async #sync(): Promise<void> {
    const wasDegraded = this.store.state.status === "degraded";
    try {
      await this.session.sync();
      if (wasDegraded) this.#invalidations.add(null, "all");
    } catch (error) {
      await this.#recovery.fail(error);
    }
  }

  /** Runs after each change of the state. */
  #followState(): void {
    const { status, isLoaded, user } = this.store.state;
    if (this.#closing.signal.aborted) return;
    if (status === "ready") this.#recovery.reset();
    if (isLoaded && !user) this.#cookie.remove();
    this.#minting.schedule();
    this.#writeCookie();
    this.live.follow();
  }

  #wake(): void {
    this.live.show();
    const { status, user } = this.store.state;
    if (this.#recovery.isWaiting) this.#recovery.now();
    else if (status === "ready" && !user) void this.#lookForSomebody();
    else if (user && !this.live.isOpen) void this.#sync();
    else this.#minting.renew();
  }

  /** Somebody may have signed in, here at the identity provider or in another tab. */
  async #lookForSomebody(): Promise<void> {
    const { memory, identity } = this.#core;
    const isOpenedElsewhere = memory.session !== null;
    const reason = this.session.signedOutBecause;
    if (reason && reason !== "identity_changed" && !isOpenedElsewhere) return;
    const isThere = await identity.use(async () => true).catch(() => null);
    if (!isThere) return;
    this.session.signedOutBecause = null;
    await this.#sync();
  }

  /** The address of the page has changed, and may name another organization. */
  #followRoute(): void {
    const { organizationFromUrl } = this.#core.options;
    const { user, organization } = this.store.state;
    const wanted =
      organizationFromUrl && user && matchOrganization(location.pathname, organizationFromUrl);
    if (!wanted) return;
    const target =
      "slug" in wanted ? wanted.slug : "organizationId" in wanted ? wanted.organizationId : null;
    const current = "slug" in wanted ? organization?.slug : (organization?.id ?? null);
    // An organization that isn't the user's leaves the tab where it is; the page says "not found".
    if (target !== current) this.switchTo(target, false).catch(() => undefined);
  }

  // ------------------------------------------------------------------------------------ what is asked

  async getToken(params?: GetTokenParams): Promise<string | null> {
    await this.#loading;
    return this.#minting.get(params);
  }

  has(params: AuthorizationParams): boolean {
    const { state } = this.store;
    const isAllowed = checkAuthorization(state, params);
    if (!isAllowed && params.permission && state.membership && this.environment.development) {
      void import("./permission-check.ts").then(({ explainUnknownPermission }) =>
        explainUnknownPermission(this.api, `${params.permission}`),
      );
    }
    return isAllowed;
  }

  /** Answers whether the switch was done, and not replaced by a later one. */
  async switchTo(
    organization: string | { readonly id: string } | null,
    remember: boolean,
  ): Promise<boolean> {
    try {
      return await (await this.#loadSwitching()).to(organization, remember);
    } catch (error) {
      if (error instanceof TenantryError && isAway(error)) void this.#recovery.fail(error);
      throw error;
    }
  }

  async signOut(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    const { id } = this.session;
    if (id) {
      // Without an answer the session still ends in this browser.
      const variables = { sessionId: id };
      await this.#requests.mutate(EndSessionDocument, variables).catch(() => undefined);
      this.session.endEverywhere("sign_out");
    }
    await this.#core.options.onSignOut?.();
  }

  async #leave(organizationId: string | null, reason: OrganizationLeft["reason"]): Promise<void> {
    if (organizationId === null || organizationId !== this.session.organizationId) return;
    const slug = this.store.state.organization?.slug ?? null;
    this.#core.memory.setChoice(undefined);
    await this.#catchUp();
    this.store.emit("organizationLeft", { organizationId, slug, reason });
  }

  /** Reads the state after a change, which has been made even if the read fails. */
  #catchUp(): Promise<void> {
    return this.session.resync().catch((error) => this.#recovery.fail(error));
  }

  #writeCookie(): void {
    const { session } = this.store.state;
    const { tokens } = this.#core;
    const token = tokens.get(tokenKey(this.session.organizationId, this.session.format));
    if (session && token) this.#cookie.write(token.jwt, session.expiresAt);
  }
}

function present<T>(part: T | null): T {
  if (part) return part;
  throw makeError(401, "unauthenticated", "Nobody is signed in.");
}
