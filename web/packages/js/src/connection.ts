import { checkAuthorization } from "./authorization.ts";
import type { Core } from "./core.ts";
import { type Environment, makeEnvironment } from "./foundation/environment.ts";
import { lazily } from "./foundation/lazy.ts";
import { Store } from "./foundation/store.ts";
import { createSend, isAway, makeError } from "./foundation/transport.ts";
import { EndSessionDocument } from "./generated/session.ts";
import { Invalidations } from "./live/invalidations.ts";
import type { LiveOptions } from "./live/live.ts";
import { LiveLoader } from "./live/live-loader.ts";
import type { Api, Builders } from "./resources/api.ts";
import { makeBuilders } from "./resources/builders.ts";
import { Snapshots } from "./resources/snapshot.ts";
import { SessionCookie } from "./session/cookie.ts";
import { Identity } from "./session/identity.ts";
import { Minting } from "./session/minting.ts";
import { Presence } from "./session/presence.ts";
import { Recovery } from "./session/recovery.ts";
import { Requests } from "./session/requests.ts";
import { Session } from "./session/session.ts";
import { Memory } from "./session/storage.ts";
import type { Switching } from "./session/switching.ts";
import { Tabs } from "./session/tabs.ts";
import { Tokens } from "./session/tokens.ts";
import type { AuthorizationParams } from "./types/authorization.ts";
import type { OrganizationLeft } from "./types/events.ts";
import type { TenantryOptions } from "./types/options.ts";
import type { GetTokenParams } from "./types/users.ts";

/** How many milliseconds somebody who signs out waits for the server. */
const PATIENCE = 5_000;

/** Wires the parts of one tab together. */
export class Connection {
  readonly environment: Environment;
  readonly store: Store = new Store();
  readonly session: Session;
  readonly api: Api;
  readonly builders: Builders;
  readonly live: LiveLoader;

  readonly #core: Core;
  readonly #minting: Minting;
  readonly #requests: Requests;
  readonly #recovery: Recovery;
  readonly #invalidations: Invalidations;
  readonly #cookie: SessionCookie;
  readonly #presence: Presence;
  readonly #closing: AbortController = new AbortController();
  #loading: Promise<void> | null = null;
  readonly #loadSwitching: () => Promise<Switching> = lazily(async () => {
    const { Switching } = await import("./session/switching.ts");
    return new Switching(this.#core, this.session);
  });

  constructor(options: TenantryOptions) {
    const environment = makeEnvironment(options);
    this.environment = environment;
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
      onToken: () => this.#cookie.write(),
    });
    const shared = {
      core: this.#core,
      session: this.session,
      getToken: (params?: GetTokenParams) => this.#minting.get(params),
      onFailure: (error: unknown) => void this.#recovery.fail(error),
    };
    this.#requests = new Requests(shared);
    this.#invalidations = new Invalidations(environment.clock, this.store);
    this.#cookie = new SessionCookie(this.#core, this.session);
    this.live = this.#makeLive(shared);
    this.#presence = this.#makePresence();
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
        await this.session.resync().catch((error) => this.#recovery.fail(error));
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

  #makeLive(shared: Pick<LiveOptions, "core" | "session" | "getToken" | "onFailure">): LiveLoader {
    const options = {
      ...shared,
      api: this.api,
      onLost: () => this.#recovery.probe(),
      onExpired: async () => {
        await this.session.resync();
        this.#invalidations.add(null, "all");
      },
    };
    return new LiveLoader(options, this.#core.options.live !== false);
  }

  #makePresence(): Presence {
    return new Presence(this.#core, this.session, {
      live: this.live,
      recovery: this.#recovery,
      onRenew: () => this.#minting.renew(),
      onFocus: () => this.#cookie.write(),
      onSync: () => this.#sync(),
      onSwitch: (organization) => this.switchTo(organization, false),
    });
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
    this.#presence.start();
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
    if (!(await this.session.mayReopen())) return;
    this.session.signedOutBecause = null;
    await this.session
      .resync()
      .catch((error) => this.#recovery.fail(error).then(() => Promise.reject(error)));
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
    this.#cookie.write();
    this.live.follow();
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
      if (isAway(error)) void this.#recovery.fail(error);
      throw error;
    }
  }

  async signOut(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    const { id } = this.session;
    if (id) {
      const { clock } = this.environment;
      const ending = this.#requests.mutate(EndSessionDocument, { sessionId: id });
      // Without an answer the session still ends in this browser, and soon.
      const waited = new Promise((resolve) => clock.setTimeout(() => resolve(null), PATIENCE));
      await Promise.race([ending.catch(() => null), waited]);
      this.session.endEverywhere("sign_out");
    }
    await this.#core.options.onSignOut?.();
  }

  /** A change has been made even if the state can't be read after it. */
  #leave(organizationId: string | null, reason: OrganizationLeft["reason"]): Promise<void> {
    return this.session.leave(organizationId, reason).catch((error) => this.#recovery.fail(error));
  }
}

function present<T>(part: T | null): T {
  if (part) return part;
  throw makeError(401, "unauthenticated", "Nobody is signed in.");
}
