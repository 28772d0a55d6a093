import type { Core } from "../core.ts";
import { TenantryError } from "../foundation/errors.ts";
import { isAway, makeError, makeKey, type SendOptions } from "../foundation/transport.ts";
import type { TypedDocument } from "../types/tenantry.ts";
import type { GetTokenParams } from "../types/users.ts";
import type { Session } from "./session.ts";

interface RequestOptions {
  readonly core: Core;
  readonly session: Session;
  readonly getToken: (params?: GetTokenParams) => Promise<string | null>;
  readonly onFailure: (error: unknown) => void;
}

/** Sends documents with the token of the tab. */
export class Requests {
  readonly #options: RequestOptions;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  query<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables,
    options?: SendOptions,
  ): Promise<TData> {
    const { send } = this.#options.core;
    return this.#authorize((token) => send(document, variables, { ...options, token }));
  }

  mutate<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables,
    options?: SendOptions,
  ): Promise<TData> {
    return this.query(document, variables, { ...options, idempotencyKey: makeKey() });
  }

  async #authorize<T>(run: (token: string | null) => Promise<T>): Promise<T> {
    const { session, onFailure } = this.#options;
    const { userId } = session;
    try {
      const token = await this.#getToken(userId);
      return await run(token).catch(async (error) => {
        if (token === null || (error as TenantryError).status !== 401) throw error;
        return run(await this.#getToken(userId, { skipCache: true }));
      });
    } catch (error) {
      if (!(error instanceof TenantryError)) throw error;
      const isOwn = session.id && session.userId === userId;
      if (error.status === 401 && isOwn) session.endEverywhere("ended");
      if (isAway(error)) onFailure(error);
      throw error;
    }
  }

  /** What one user asks for is never sent for another one. */
  async #getToken(userId: string | null, params?: GetTokenParams): Promise<string | null> {
    const token = await this.#options.getToken(params);
    if (this.#options.session.userId === userId) return token;
    const message = "The user who asked for this is no longer signed in.";
    throw makeError(401, "unauthenticated", message);
  }
}
