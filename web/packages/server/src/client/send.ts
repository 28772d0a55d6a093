/** Sends documents to the server. */
import { TenantryError } from "../errors.ts";
import type { Settings } from "../options.ts";

const TIMEOUT = 15_000;

/** A document with the types of its result and its variables. */
export interface TypedDocument<TResult, TVariables> {
  toString(): string;
  readonly __apiType?: (variables: TVariables) => TResult;
}

export type Send = <TResult, TVariables>(
  document: TypedDocument<TResult, TVariables>,
  variables: TVariables,
) => Promise<TResult>;

interface Answer<TResult> {
  data?: TResult;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

/** Sends with a secret key or a session token, or as nobody. */
export function createSend(
  settings: Pick<Settings, "url" | "fetch">,
  credential: string | null,
): Send {
  return async <TResult, TVariables>(
    document: TypedDocument<TResult, TVariables>,
    variables: TVariables,
  ) => {
    const request = {
      method: "POST",
      headers: {
        ...(credential !== null && { authorization: `Bearer ${credential}` }),
        "content-type": "application/json",
        // With it, a mutation whose answer was lost can be repeated.
        "idempotency-key": crypto.randomUUID(),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
      // Frameworks must not keep answers to one caller for the next.
      cache: "no-store" as const,
    };
    const once = async () => {
      const signal = AbortSignal.timeout(TIMEOUT);
      const response = await settings.fetch(`${settings.url}/graphql`, { ...request, signal });
      // Here, because an answer that breaks off is lost as well.
      return { response, text: await response.text() };
    };
    const { response, text } = await once().catch(once).catch(reportNoAnswer);
    return readAnswer<TResult>(response, text);
  };
}

function reportNoAnswer(cause: unknown): never {
  const message = `The Tenantry server doesn't answer: ${String(cause)}.`;
  throw new TenantryError(0, [{ code: "server_unreachable", message, meta: {} }]);
}

function readAnswer<TResult>(response: Response, text: string): TResult {
  const answer = parse(text) as Answer<TResult>;
  if (answer.data && !answer.errors?.length) return answer.data;
  const errors = (answer.errors ?? []).map(({ message, extensions: { code, ...meta } = {} }) => ({
    code: String(code ?? "unknown").toLowerCase(),
    message,
    meta,
  }));
  const unreadable = {
    code: "invalid_answer",
    message: `The Tenantry server answered ${response.status} without a result. Check the URL.`,
    meta: {},
  };
  throw new TenantryError(response.status, errors.length ? errors : [unreadable], {
    retryAfter: Number(response.headers.get("retry-after")) || null,
    requestId: response.headers.get("x-request-id"),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
