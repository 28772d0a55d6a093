import { TenantryError } from "./errors.ts";
import { makeKey, type Session } from "./session.ts";
import type { Send, SendOptions } from "./transport.ts";
import type { TypedDocument } from "./types/tenantry.ts";
import type { GetTokenParams } from "./types/users.ts";

interface RequestOptions {
  readonly send: Send;
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
    const { send } = this.#options;
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
    const { getToken, session, onFailure } = this.#options;
    try {
      const token = await getToken();
      return await run(token).catch(async (error) => {
        if (token === null || (error as TenantryError).status !== 401) throw error;
        return run(await getToken({ skipCache: true }));
      });
    } catch (error) {
      if (!(error instanceof TenantryError)) throw error;
      if (error.status === 401 && session.id) session.endEverywhere("ended");
      if (error.status === 0 || error.status === 503) onFailure(error);
      throw error;
    }
  }
}
