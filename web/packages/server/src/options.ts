/** The one options object of this package. */

export interface TenantryOptions {
  /** Base URL of the Tenantry server, which is its `TENANTRY_PUBLIC_URL`. Defaults to `TENANTRY_URL`. */
  url?: string | undefined;
  /**
   * The origins of your applications, such as `https://app.example.com`. Tokens for other origins are rejected.
   * Defaults to `TENANTRY_AUTHORIZED_PARTIES`, which is separated by commas.
   */
  authorizedParties?: readonly string[] | undefined;
  /** A secret key of the server, for `organization` and for the client. Defaults to `TENANTRY_SECRET_KEY`. */
  secretKey?: string | undefined;
  /** The server's public key in PEM format. Without it, the keys are fetched from the server. */
  jwtKey?: string | undefined;
  /** How many seconds the clocks of the servers can differ. */
  clockSkew?: number | undefined;
  /** The cookie that holds the session token. */
  cookieName?: string | undefined;
  /** For how many seconds a role that was read from the server counts. */
  accessSeconds?: number | undefined;
  /** The page where people sign in. Defaults to `TENANTRY_SIGN_IN_URL`. */
  signInUrl?: string | undefined;
  /** The page that mounts `<RefreshSession>`. Defaults to `TENANTRY_REFRESH_URL`. */
  refreshUrl?: string | undefined;
  /** Where a user goes who has yet to choose an organization. Defaults to `TENANTRY_TASK_URL`. */
  taskUrls?: { "choose-organization"?: string } | undefined;
  /** For tests: replaces `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** For tests: the time in milliseconds. */
  clock?: (() => number) | undefined;
}

/** The options with their defaults. */
export interface Settings {
  url: string;
  authorizedParties: readonly string[];
  secretKey: string | null;
  jwtKey: string | null;
  clockSkew: number;
  cookieName: string;
  accessSeconds: number;
  signInUrl: string | null;
  refreshUrl: string | null;
  taskUrl: string | null;
  fetch: typeof globalThis.fetch;
  clock: () => number;
}

/** An option that is missing or wrong. The message names it and its environment variable. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** Reads an environment variable where there is an environment. */
export function readEnvironment(name: string): string | null {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || null;
}

export function readSettings(options: TenantryOptions = {}): Settings {
  const parties = readEnvironment("TENANTRY_AUTHORIZED_PARTIES")?.split(",");
  return {
    url: readUrl(options.url ?? readEnvironment("TENANTRY_URL")),
    authorizedParties: readParties(options.authorizedParties ?? parties),
    secretKey: options.secretKey ?? readEnvironment("TENANTRY_SECRET_KEY"),
    jwtKey: options.jwtKey ?? null,
    clockSkew: options.clockSkew ?? 5,
    cookieName: options.cookieName ?? "tenantry_session",
    accessSeconds: options.accessSeconds ?? 10,
    signInUrl: options.signInUrl ?? readEnvironment("TENANTRY_SIGN_IN_URL"),
    refreshUrl: options.refreshUrl ?? readEnvironment("TENANTRY_REFRESH_URL"),
    taskUrl: options.taskUrls?.["choose-organization"] ?? readEnvironment("TENANTRY_TASK_URL"),
    // Called as a plain function: some runtimes reject `fetch` with another `this`.
    fetch: options.fetch ?? ((...given) => globalThis.fetch(...given)),
    clock: options.clock ?? Date.now,
  };
}

/** The secret key, for calls that need one. */
export function requireSecretKey(settings: { secretKey: string | null }): string {
  const { secretKey } = settings;
  if (!secretKey) {
    throw new ConfigurationError(
      "This call needs a secret key. Set the option secretKey or TENANTRY_SECRET_KEY.",
    );
  }
  // As a header, it would be rejected with a message that quotes it.
  if (/^[\x21-\x7e]+$/.test(secretKey)) return secretKey;
  throw new ConfigurationError(
    "The secret key has a space, a line break, or another character that no key has. Copy it again.",
  );
}

export function readUrl(url: string | null): string {
  if (url && /^https?:\/\//.test(url) && URL.canParse(url)) return url.replace(/\/+$/, "");
  const found = url ? `${JSON.stringify(url)} isn't an http or https URL` : "It is missing";
  throw new ConfigurationError(
    `The URL of the Tenantry server: ${found}. Set the option url or TENANTRY_URL.`,
  );
}

function readParties(given: readonly string[] = []): readonly string[] {
  const parties = given.map((party) => party.trim()).filter(Boolean);
  for (const party of parties) {
    if (URL.canParse(party) && new URL(party).origin === party) continue;
    throw new ConfigurationError(
      `The authorized party ${JSON.stringify(party)} isn't an origin, such as https://app.example.com.`,
    );
  }
  if (parties.length) return parties;
  throw new ConfigurationError(
    "The origins of your applications are missing. Set the option authorizedParties or TENANTRY_AUTHORIZED_PARTIES.",
  );
}
