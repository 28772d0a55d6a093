/** Helpers for the App Router of Next.js. */
import { headers } from "next/headers.js";
import { notFound, redirect } from "next/navigation.js";
import type { Auth, SignedInAuth } from "./callers/auth.ts";
import { type AuthParams, getAuthenticator } from "./callers/authenticator.ts";
import { type GuardParams, judge } from "./callers/guard.ts";
import { isNavigation } from "./callers/request.ts";
import { tenantryClient } from "./client/client.ts";
import type { User } from "./client/resources.ts";
import { hasCode } from "./errors.ts";
import { ORGANIZATION_HEADER, URL_HEADER } from "./proxy.ts";
import { decodePath } from "./routes.ts";
import { type InitialState, readInitialState } from "./state.ts";

export { tenantryClient } from "./client/client.ts";
export {
  createRouteMatcher,
  type ProxyAuth,
  type ProxyHandler,
  type ProxyOptions,
  tenantryProxy,
} from "./proxy.ts";
export type { InitialState } from "./state.ts";

export interface AuthFunction {
  /**
   * The caller of the page, route, or action. The organization is the one that you name or that `organizationPatterns`
   * find in the URL, with the role from the server. Without either, it is the one of the token.
   */
  (params?: AuthParams): Promise<Auth>;
  /** The caller, if they are signed in and have what is asked for. Sends others away, or answers 404. */
  protect(params?: AuthParams & GuardParams): Promise<SignedInAuth>;
}

function organizationOf(
  { organization }: AuthParams,
  given: Pick<Headers, "get">,
): string | undefined {
  const found = given.get(ORGANIZATION_HEADER);
  return organization ?? (found ? decodePath(found) : undefined);
}

const readAuth = async (params: AuthParams = {}): Promise<Auth> => {
  const request = { headers: await headers() };
  const organization = organizationOf(params, request.headers);
  return getAuthenticator().auth(request, { ...params, organization });
};

async function protect(params: AuthParams & GuardParams = {}): Promise<SignedInAuth> {
  const current = await readAuth(params);
  const request = { headers: await headers() };
  const method = request.headers.has("next-action") ? "POST" : "GET";
  const place = {
    url: request.headers.get(URL_HEADER) || null,
    isNavigation: isNavigation(request, method),
    inOrganization: organizationOf(params, request.headers) !== undefined,
  };
  const verdict = judge(current, params, place, getAuthenticator().settings);
  if (verdict.kind === "redirect") redirect(verdict.to);
  // The error page of the application: the page may well be there.
  if (verdict.kind === "refuse" && verdict.refusal.status === 503) {
    throw new Error(verdict.refusal.message);
  }
  if (verdict.kind === "refuse" || !current.isAuthenticated) notFound();
  return current;
}

export const auth: AuthFunction = Object.assign(readAuth, { protect });

/**
 * What `<TenantryProvider initialState>` needs to render the page on the server as in the browser. The organization is that
 * of `organization`, of the URL, or of the token.
 */
export async function initialState(params: AuthParams = {}): Promise<InitialState> {
  const request = { headers: await headers() };
  const { auth: read, settings } = getAuthenticator();
  const caller = await read(request, { treatPendingAsSignedOut: false });
  return readInitialState(caller, organizationOf(params, request.headers), settings);
}

/** The profile of the caller. Null if nobody is signed in. */
export async function currentUser(): Promise<User | null> {
  const { userId } = await getAuthenticator().authenticate({ headers: await headers() });
  if (!userId) return null;
  const { url, secretKey, fetch } = getAuthenticator().settings;
  const client = tenantryClient({ url, fetch, ...(secretKey && { secretKey }) });
  return client.users.getUser(userId).catch((error: unknown) => {
    if (hasCode(error, "resource_not_found")) return null;
    throw error;
  });
}
