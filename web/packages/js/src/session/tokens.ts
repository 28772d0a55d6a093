import type { TenantryClock } from "../types/options.ts";
import type { SessionClaims } from "../types/users.ts";

export interface Token {
  readonly jwt: string;
  readonly claims: SessionClaims;
  /** In the time of the injected clock. */
  readonly expiresAt: number;
}

/** A token with less time left is replaced before it is given out. */
export const LEAST_MILLISECONDS = 7_000;

/** The claims that differ in each token. */
const TIMES = new Set(["iat", "nbf", "exp", "jti", "fva"]);

export function decodeClaims<Claims>(jwt: string): Claims | null {
  try {
    const text = atob((jwt.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** Whether two tokens say the same apart from their times. */
export function saySame(one: SessionClaims | null, other: SessionClaims | null): boolean {
  const text = (claims: SessionClaims | null) =>
    JSON.stringify(claims, (key, value) => (TIMES.has(key) ? undefined : value));
  return text(one) === text(other);
}

/** The tokens of this tab, by organization and format. They live in memory only. */
export class Tokens {
  readonly #clock: TenantryClock;
  readonly #tokens = new Map<string, Token>();

  constructor(clock: TenantryClock) {
    this.#clock = clock;
  }

  /**
   * Keeps a token that has just arrived. Its life is counted from now, never compared with the wall
   * clock, which can be wrong.
   */
  put(key: string, jwt: string, lifetime?: number): Token | null {
    const claims = decodeClaims<SessionClaims>(jwt);
    if (!claims) return null;
    const longest = (claims.exp - claims.iat) * 1000;
    const expiresAt = this.#clock.now() + Math.min(lifetime ?? longest, longest);
    const token = { jwt, claims, expiresAt };
    this.#tokens.set(key, token);
    return token;
  }

  get(key: string): Token | undefined {
    return this.#tokens.get(key);
  }

  /** The milliseconds that the token has left. */
  left(token: Token | undefined): number {
    return token ? token.expiresAt - this.#clock.now() : 0;
  }

  clear(): void {
    this.#tokens.clear();
  }
}

export function tokenKey(organizationId: string | null, format: string): string {
  return `${organizationId ?? "personal"}:${format}`;
}

export function toServerFormat<Format extends string>(format: Format): Uppercase<Format> {
  return format.toUpperCase() as Uppercase<Format>;
}
