import type { TypedDocument } from "../types/tenantry.ts";
import { hasCode, type TenantryApiError, TenantryError } from "./errors.ts";

export interface SendOptions {
  readonly token?: string | null | undefined;
  /** Lets the server recognize a repeated mutation. */
  readonly idempotencyKey?: string | undefined;
  /** Answer with the payload even if it holds `userErrors`. */
  readonly keepUserErrors?: boolean | undefined;
}

export type Send = <TData, TVariables>(
  document: TypedDocument<TData, TVariables>,
  variables: TVariables,
  options?: SendOptions,
) => Promise<TData>;

interface GraphQLFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>> & {
    readonly code?: string;
    readonly reason?: string;
    readonly retryAfter?: number;
    readonly id?: string;
  };
}

interface UserFault {
  readonly code: string;
  readonly message: string;
  readonly field?: readonly string[] | null;
  readonly meta?: Readonly<Record<string, unknown>> | null;
}

interface Answer<TData> {
  readonly data?: TData | null;
  readonly errors?: readonly GraphQLFault[];
}

const LONGEST_MILLISECONDS = 30_000;

const STATUS: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};

export function makeError(
  status: number,
  code: string,
  message: string,
  cause?: unknown,
): TenantryError {
  return new TenantryError({
    status,
    errors: [{ code, message, longMessage: message, meta: {} }],
    cause,
  });
}

/** Whether the same request can succeed later: the server or the network is away, or asks to wait. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof TenantryError &&
    (error.status === 0 || error.status === 429 || error.status >= 500)
  );
}

/** Whether the server or the network is away, so that everything else fails too. */
export function isAway(error: unknown): boolean {
  return error instanceof TenantryError && (error.status === 0 || error.status === 503);
}

export function createSend(url: string, fetch: typeof globalThis.fetch): Send {
  return async (document, variables, options = {}) => {
    const body = { query: `${document}`, variables };
    const { response, text } = await request(fetch, `${url}/graphql`, body, options);
    const answer = readAnswer<object>(response, text, url);
    const faults = answer.errors?.filter((fault) => !isHiddenCount(fault));
    if (faults?.length) throw toError(response, faults);
    const { data } = answer;
    if (!data) throw notAnInstance(response.status, url);
    if (!options.keepUserErrors) refuseUserErrors(data);
    return data as never;
  };
}

async function request(
  fetch: typeof globalThis.fetch,
  url: string,
  body: object,
  { token, idempotencyKey }: SendOptions,
): Promise<{ readonly response: Response; readonly text: string }> {
  const headers: Record<string, string> = {
    accept: "application/graphql-response+json, application/json",
    "content-type": "application/json",
  };
  if (token) headers.authorization = `Bearer ${token}`;
  if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
  const init: RequestInit = { method: "POST", headers, body: JSON.stringify(body) };
  const attempt = async () => {
    try {
      const signal = AbortSignal.timeout(LONGEST_MILLISECONDS);
      const response = await fetch(url, { ...init, credentials: "omit", signal });
      return { response, text: await response.text() };
    } catch (cause) {
      throw makeError(0, "network_error", "The server can't be reached.", cause);
    }
  };
  // The key makes the second attempt safe: the server answers it as it answered the first.
  return idempotencyKey ? attempt().catch(attempt) : attempt();
}

function readAnswer<TData>(response: Response, text: string, url: string): Answer<TData> {
  const answer = parse<TData>(text);
  if (answer?.data || answer?.errors) return answer;
  if (response.status >= 500 || response.status === 429) {
    throw toError(response, [{ message: "The server is busy or away. Try again in a moment." }]);
  }
  throw notAnInstance(response.status, url);
}

function parse<TData>(text: string): Answer<TData> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function notAnInstance(status: number, url: string): TenantryError {
  const message = `${url}/graphql doesn't answer as a Tenantry server (HTTP ${status}). Set the option \`url\` to the base URL of the instance.`;
  return makeError(404, "not_a_tenantry_instance", message);
}

/** Documents ask for this count without knowing whether the viewer may read it. Refused, it is null. */
function isHiddenCount({ path, extensions }: GraphQLFault): boolean {
  return extensions?.code === "FORBIDDEN" && path?.at(-1) === "pendingInvitationsCount";
}

function toError(response: Response, faults: readonly GraphQLFault[]): TenantryError {
  const extensions = faults[0]?.extensions;
  const retryAfter = extensions?.retryAfter ?? Number(response.headers.get("retry-after"));
  const status =
    STATUS[extensions?.code ?? ""] ?? (response.status === 200 ? 400 : response.status);
  return new TenantryError({
    status,
    errors: faults.map(toApiError),
    retryAfter: retryAfter || undefined,
    requestId: extensions?.id ?? response.headers.get("x-request-id") ?? undefined,
  });
}

function toApiError({
  message,
  extensions: { code, reason, ...meta } = {},
}: GraphQLFault): TenantryApiError {
  const name = reason ?? code?.toLowerCase() ?? "server_error";
  return { code: name, message, longMessage: message, meta: camelKeys(meta) };
}

/** Rejects if a payload at the top of the answer holds `userErrors`. */
export function refuseUserErrors(data: object): void {
  const errors = Object.values(data).flatMap((payload) => toApiErrors(payload?.userErrors));
  if (errors.length) throw new TenantryError({ status: 422, errors });
}

export function toApiErrors(faults: readonly UserFault[] | undefined): readonly TenantryApiError[] {
  return (faults ?? []).map(({ code, message, field, meta }) => {
    const paramName = field?.findLast((part) => part !== "input" && !/^\d+$/.test(part));
    return {
      code,
      message,
      longMessage: message,
      meta: { ...camelKeys(meta ?? {}), ...(paramName && { paramName }) },
    };
  });
}

function camelKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const camel = (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [camel(key), entry]));
}

/** Whether the server says that the session is over or never was. */
export function isOver(error: unknown): boolean {
  return hasCode(error, "invalid_action_for_session") || hasCode(error, "resource_not_found");
}

export function required<T>(payload: T | null): T {
  if (payload) return payload;
  throw makeError(500, "server_error", "The server answered without a result.");
}

/** A random name for one request. `randomUUID` exists on secure pages only. */
export function makeKey(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(numbers, (number) => number.toString(36)).join("-");
}
