import type { InitialState } from "./state.ts";
import type { TokenFormat } from "./users.ts";

export interface TenantryOptions {
  /** The base URL of the instance, such as `https://organizations.example.com`. */
  readonly url: string;
  /**
   * Answers with an identity token of the product's own identity provider, or with null if nobody is
   * signed in there. It is asked only to open a session and to mint session tokens.
   */
  readonly getIdentityToken: (params: IdentityTokenParams) => Promise<string | null>;
  /** Signs out at the identity provider. It is called once, in the tab that signs out. */
  readonly onSignOut?: (() => void | Promise<void>) | undefined;
  /** What a server already knows, for a first render that equals the server's. */
  readonly initialState?: InitialState | undefined;
  /** The claims of session tokens. Defaults to `v2`. */
  readonly tokenFormat?: TokenFormat | undefined;
  /** Lets the address of the page decide the organization of the tab. */
  readonly organizationFromUrl?: OrganizationFromUrl | undefined;
  /**
   * Writes the session token of the focused tab into a cookie, for pages that a server renders. True
   * stands for the name `tenantry_session` on the page's own host. Defaults to false.
   */
  readonly sessionCookie?: boolean | SessionCookieOptions | undefined;
  /** Whether to subscribe to changes. Defaults to true. */
  readonly live?: boolean | undefined;
  /** The pages where users finish the tasks of a pending session. */
  readonly taskUrls?: { readonly "choose-organization"?: string } | undefined;
  /** Default to the URLs of the instance. */
  readonly signInUrl?: string | undefined;
  readonly signUpUrl?: string | undefined;
  readonly afterSignOutUrl?: string | undefined;
  /** How to go to a page of the product without loading it anew. */
  readonly routerPush?: ((to: string) => void) | undefined;
  readonly routerReplace?: ((to: string) => void) | undefined;
  /** Origins other than the page's own where the package may navigate to. */
  readonly allowedRedirectOrigins?: readonly (string | RegExp)[] | undefined;
  /** Whether to explain mistakes in the console. Defaults to true on a loopback host. */
  readonly development?: boolean | undefined;

  /** What the package takes from its surroundings, for tests and workers. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly WebSocket?: typeof globalThis.WebSocket | undefined;
  readonly storage?: TenantryStorage | undefined;
  readonly clock?: TenantryClock | undefined;
}

export interface IdentityTokenParams {
  /** The token before was refused: the provider must make a new one. */
  readonly forceRefresh: boolean;
  readonly signal: AbortSignal;
}

export interface OrganizationFromUrl {
  /** Paths such as `/orgs/:slug` and `/orgs/:id/(.*)`. */
  readonly organizationPatterns: readonly string[];
  /** Paths such as `/me` and `/me/(.*)`. */
  readonly personalAccountPatterns?: readonly string[] | undefined;
}

export interface SessionCookieOptions {
  /** Defaults to `tenantry_session`. */
  readonly name?: string | undefined;
  /** Defaults to the page's own host. */
  readonly domain?: string | undefined;
  /** Defaults to `/`. */
  readonly path?: string | undefined;
}

type SimpleStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What `localStorage` and `sessionStorage` are in a page. */
export interface TenantryStorage {
  /** Is shared by all tabs. It holds the ids of the session and the user, and no credential. */
  readonly local: SimpleStorage;
  /** Belongs to the tab. It holds the id of the tab's organization. */
  readonly tab: SimpleStorage;
}

/** How time passes. `now` must never go back. */
export interface TenantryClock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  /** A number from 0 up to, but not including, 1. */
  random(): number;
}
