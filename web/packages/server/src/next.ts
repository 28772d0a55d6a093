/** Helpers for the App Router of Next.js. */
import { headers } from "next/headers.js";
import { notFound, redirect } from "next/navigation.js";
import type { Auth, AuthSnapshot, SignedInAuth } from "./auth.ts";
import { type AuthParams, getAuthenticator } from "./authenticator.ts";
import { tenantryClient } from "./client.ts";
import { hasCode } from "./errors.ts";
import { type GuardParams, judge } from "./guard.ts";
import { ORGANIZATION_HEADER, URL_HEADER } from "./proxy.ts";
import { isNavigation } from "./request.ts";
import type { User } from "./resources.ts";

export { tenantryClient } from "./client.ts";
export {
  createRouteMatcher,
  type ProxyAuth,
  type ProxyHandler,
  type ProxyOptions,
  tenantryProxy,
} from "./proxy.ts";

export interface AuthFunction {
  /**
   * The caller of the page, route, or action. The organization is the one that you name or that `organizationPatterns`
   * find in the URL, with the role from the server. Without either, it is the one of the token.
   */
  (params?: AuthParams): Promise<Auth>;
  /** The caller, if they are signed in and have what is asked for. Sends others away, or answers 404. */
  protect(params?: AuthParams & GuardParams): Promise<SignedInAuth>;
}

const readAuth = async (params: AuthParams = {}): Promise<Auth> => {
  const request = { headers: await headers() };
  const organization =
    params.organization ?? (request.headers.get(ORGANIZATION_HEADER) || undefined);
  return getAuthenticator().auth(request, { ...params, organization });
};

async function protect(params: AuthParams & GuardParams = {}): Promise<SignedInAuth> {
  const current = await readAuth(params);
  const request = { headers: await headers() };
  const method = request.headers.has("next-action") ? "POST" : "GET";
  const place = {
    url: request.headers.get(URL_HEADER) || null,
    isNavigation: isNavigation(request, method),
    inOrganization: Boolean(params.organization ?? request.headers.get(ORGANIZATION_HEADER)),
  };
  const verdict = judge(current, params, place, getAuthenticator().settings);
  if (verdict.kind === "redirect") redirect(verdict.to);
  if (verdict.kind === "refuse" || !current.isAuthenticated) notFound();
  return current;
}

export const auth: AuthFunction = Object.assign(readAuth, { protect });

/** What `<TenantryProvider initialState>` needs to render on the server what the browser renders first. */
export async function initialState(params: AuthParams = {}): Promise<AuthSnapshot> {
  const asked = { ...params, treatPendingAsSignedOut: false };
  const current = await readAuth(asked);
  const snapshot = current.toSnapshot();
  if (!snapshot.orgId || snapshot.organization || !getAuthenticator().settings.secretKey) {
    return snapshot;
  }
  return (await readAuth({ ...asked, organization: snapshot.orgId })).toSnapshot();
}

/** The profile of the caller. Null if nobody is signed in. */
export async function currentUser(): Promise<User | null> {
  const { userId } = await readAuth();
  if (!userId) return null;
  const { url, secretKey, fetch } = getAuthenticator().settings;
  const client = tenantryClient({ url, fetch, ...(secretKey && { secretKey }) });
  return client.users.getUser(userId).catch((error: unknown) => {
    if (hasCode(error, "resource_not_found")) return null;
    throw error;
  });
}
