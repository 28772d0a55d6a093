/** `proxy.ts` of a Next.js application. */
import { type NextFetchEvent, type NextRequest, NextResponse } from "next/server.js";
import type { Auth, SignedInAuth } from "./callers/auth.ts";
import {
  type Authenticator,
  type AuthParams,
  createAuthenticator,
} from "./callers/authenticator.ts";
import { type GuardParams, judge, type Place, settle, type Verdict } from "./callers/guard.ts";
import { isNavigation } from "./callers/request.ts";
import type { TenantryOptions } from "./options.ts";
import { createPathMatcher, findOrganization, type Route } from "./routes.ts";

/** Tell the page where it is. They are always set, so that a client can't. */
export const URL_HEADER = "x-tenantry-url";
export const ORGANIZATION_HEADER = "x-tenantry-organization";

export interface ProxyOptions extends TenantryOptions {
  /** Paths with the `:slug` or `:id` of an organization, such as `/orgs/:slug(.*)`, which decide the organization. */
  organizationPatterns?: readonly Route[] | undefined;
}

export interface ProxyAuth {
  (params?: AuthParams): Promise<Auth>;
  /** The caller, if they are signed in and have what is asked for. Others get a redirect or an error. */
  protect(params?: AuthParams & GuardParams): Promise<SignedInAuth>;
}

type Result = Response | null | undefined;

export type ProxyHandler = (
  auth: ProxyAuth,
  request: NextRequest,
  event: NextFetchEvent,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler may return nothing.
) => Result | void | Promise<Result | void>;

/** Ends the handler: `auth.protect` has decided. */
class Interrupt extends Error {
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super("auth.protect has sent the caller away. Don't catch this.");
    this.verdict = verdict;
  }
}

/** Whether the path of a request matches one of the patterns. */
export function createRouteMatcher(
  routes: Route | readonly Route[],
): (request: NextRequest) => boolean {
  const matches = createPathMatcher(routes);
  return (request) => matches(request.nextUrl.pathname);
}

/**
 * Renews expired tokens when a person opens a page, sends users who have yet to choose an organization to `taskUrls`,
 * and tells pages the organization of the URL. Then it calls the handler.
 */
export function tenantryProxy(
  handler?: ProxyHandler | undefined,
  options: ProxyOptions = {},
): (request: NextRequest, event: NextFetchEvent) => Promise<Response> {
  const { organizationPatterns = [], ...rest } = options;
  let authenticator: Authenticator | undefined;

  return async (request, event) => {
    authenticator ??= createAuthenticator(rest);
    const { pathname, search } = request.nextUrl;
    const organization = findOrganization(organizationPatterns, pathname) ?? undefined;
    const place = {
      url: `${pathname}${search}`,
      isNavigation: isNavigation(request, request.method),
      inOrganization: organization !== undefined,
    };
    const caller = await authenticator.authenticate(request);
    const verdict = settle(caller, place, authenticator.settings);
    if (verdict.kind !== "allow") return answer(verdict, request);
    const auth = createProxyAuth(authenticator, request, place, organization);
    try {
      const result = await handler?.(auth, request, event);
      return passOn(result ?? NextResponse.next(), request, place.url, organization);
    } catch (error) {
      if (error instanceof Interrupt) return answer(error.verdict, request);
      throw error;
    }
  };
}

function createProxyAuth(
  authenticator: Authenticator,
  request: NextRequest,
  place: Place,
  organization: string | undefined,
): ProxyAuth {
  const read = (params: AuthParams = {}) =>
    authenticator.auth(request, {
      ...params,
      organization: params.organization ?? organization,
    });
  const protect = async (params: AuthParams & GuardParams = {}) => {
    const auth = await read(params);
    const inOrganization = place.inOrganization || params.organization !== undefined;
    const verdict = judge(auth, params, { ...place, inOrganization }, authenticator.settings);
    if (verdict.kind === "allow" && auth.isAuthenticated) return auth;
    throw new Interrupt(verdict);
  };
  return Object.assign(read, { protect });
}

function answer(verdict: Verdict, request: NextRequest): Response {
  if (verdict.kind === "redirect") {
    return NextResponse.redirect(new URL(verdict.to, request.url), 307);
  }
  if (verdict.kind === "allow") return NextResponse.next();
  const { status, code, message } = verdict.refusal;
  return NextResponse.json({ errors: [{ code, message }] }, { status });
}

/** Adds the headers for the page to what the handler returns, unless that ends the request. */
function passOn(
  result: Response,
  request: NextRequest,
  url: string,
  organization: string | undefined,
): Response {
  const ends = !["x-middleware-next", "x-middleware-rewrite"].some((name) =>
    result.headers.has(name),
  );
  if (ends) return result;
  const own = [
    [URL_HEADER, url],
    // Encoded, because a header can't hold every character of a path.
    [ORGANIZATION_HEADER, encodeURIComponent(organization ?? "")],
  ] as const;
  // Next.js replaces all headers of a request if one of them is overridden.
  const overrides = result.headers.get("x-middleware-override-headers");
  if (overrides === null) {
    const headers = new Headers(request.headers);
    for (const [name, value] of own) headers.set(name, value);
    const carrier = NextResponse.next({ request: { headers } });
    carrier.headers.forEach((value, name) => {
      if (name !== "x-middleware-next") result.headers.set(name, value);
    });
    return result;
  }
  const names = new Set([...overrides.split(","), ...own.map(([name]) => name)]);
  result.headers.set("x-middleware-override-headers", [...names].join(","));
  for (const [name, value] of own) result.headers.set(`x-middleware-request-${name}`, value);
  return result;
}
