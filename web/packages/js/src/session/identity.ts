import { makeError } from "../foundation/transport.ts";
import type { TenantryOptions } from "../types/options.ts";
import { decodeClaims } from "./tokens.ts";

/** Asks the product's identity provider who is signed in. */
export class Identity {
  /** The issuer and the subject of the last token. */
  subject: string | null = null;
  readonly #ask: TenantryOptions["getIdentityToken"];
  readonly #signal: AbortSignal;

  constructor(ask: TenantryOptions["getIdentityToken"], signal: AbortSignal) {
    this.#ask = ask;
    this.#signal = signal;
  }

  /** Runs with an identity token, once more with a new one if the server refuses it; null if nobody is signed in. */
  async use<T>(run: (token: string) => Promise<T>, forceRefresh = false): Promise<T | null> {
    const token = await this.#get(forceRefresh);
    // Right before what it is used for: another call may have found somebody else meanwhile.
    const claims = token ? decodeClaims<{ iss?: string; sub?: string }>(token) : null;
    this.subject = claims ? `${claims.iss}|${claims.sub}` : null;
    if (!token) return null;
    try {
      return await run(token);
    } catch (error) {
      if (forceRefresh || (error as { status?: number }).status !== 401) throw error;
      return this.use(run, true);
    }
  }

  async #get(forceRefresh: boolean): Promise<string | null> {
    try {
      return await this.#ask({ forceRefresh, signal: this.#signal });
    } catch (cause) {
      const message = "The identity provider didn't answer with a token.";
      throw makeError(0, "identity_token_failed", message, cause);
    }
  }
}
