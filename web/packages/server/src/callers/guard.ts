/** Decides what happens to a request that must be signed in, for every framework alike. */

import type { Settings } from "../options.ts";
import type { Auth } from "./auth.ts";
import type { HasParams } from "./has.ts";

const HOPS = "tenantry_refresh";
const MOST_HOPS = 2;
const BASE = "http://relative.invalid";

/** What the caller of a page must have, and where others are sent instead of getting an error. */
export interface GuardParams extends HasParams {
  /** Where who isn't signed in goes. Defaults to `signInUrl`. */
  unauthenticatedUrl?: string | undefined;
  /** Where a user goes who isn't a member, or lacks what is asked for. */
  unauthorizedUrl?: string | undefined;
}

/** Where the request goes. */
export interface Place {
  /** Path and query. Null if they aren't known. */
  url: string | null;
  /** Whether a redirect leads a person somewhere. */
  isNavigation: boolean;
  /** Whether the URL names an organization. */
  inOrganization: boolean;
}

export interface Refusal {
  status: 401 | 403 | 404 | 503;
  code: string;
  message: string;
}

/** `allow`, a redirect, or an error. */
export type Verdict =
  | { kind: "allow" }
  | { kind: "redirect"; to: string }
  | { kind: "refuse"; refusal: Refusal };

const ALLOW: Verdict = { kind: "allow" };
const redirect = (to: string): Verdict => ({ kind: "redirect", to });
const refuse = (status: Refusal["status"], code: string, message: string): Verdict => ({
  kind: "refuse",
  refusal: { status, code, message },
});

export function judge(auth: Auth, params: GuardParams, place: Place, settings: Settings): Verdict {
  // A page that is protected itself would lead to itself again and again.
  const isAt = (page: string) => leadsTo(page, place, settings);
  const before = settle(auth, place, settings);
  if (before.kind !== "allow") return before;
  if (!auth.isAuthenticated) {
    if (auth.reason === "keys-unavailable") {
      // Whoever signs in again would be sent to sign in again.
      return refuse(503, "keys_unavailable", "Sessions can't be verified now. Try again soon.");
    }
    const signIn = params.unauthenticatedUrl ?? settings.signInUrl;
    if (auth.sessionStatus === "pending") {
      return refuse(403, "session_pending", "Choose an organization first.");
    }
    if (place.isNavigation && signIn && !isAt(signIn))
      return redirect(withReturn(signIn, place.url));
    return refuse(401, "authentication_required", "Sign in first.");
  }
  const isOutside = place.inOrganization && auth.orgId === null;
  if (!isOutside && (!asks(params) || auth.has(params))) return ALLOW;
  const { unauthorizedUrl } = params;
  if (place.isNavigation && unauthorizedUrl && !isAt(unauthorizedUrl))
    return redirect(unauthorizedUrl);
  // The same answer, whether the organization exists or not.
  if (isOutside) return refuse(404, "organization_not_found", "There is no such organization.");
  return refuse(403, "permission_denied", "You don't have the role or permission for this.");
}

/** Sends a person on who has to renew the token or choose an organization, on any page. */
export function settle(auth: Auth, place: Place, settings: Settings): Verdict {
  if (!place.isNavigation || place.url === null) return ALLOW;
  const url = toPath(place.url);
  const isAt = (page: string | null) => page !== null && leadsTo(page, place, settings);
  const hops = countHops(url);
  // The address without the counter, when the renewal has worked.
  if (auth.isAuthenticated) return hops ? redirect(withHops(url, 0)) : ALLOW;
  // Who can't renew the token must be able to sign in.
  const canRenew = hops < MOST_HOPS && !isAt(settings.refreshUrl) && !isAt(settings.signInUrl);
  if (auth.isStale && settings.refreshUrl && canRenew) {
    return redirect(withReturn(settings.refreshUrl, withHops(url, hops + 1)));
  }
  if (auth.sessionStatus === "pending" && settings.taskUrl && !isAt(settings.taskUrl)) {
    return redirect(withReturn(settings.taskUrl, url));
  }
  return ALLOW;
}

/** The path and query of a URL, which lead to this application whatever they are. */
export function toPath(url: string): string {
  if (!URL.canParse(url, BASE)) return "/";
  const { pathname, search } = new URL(url, BASE);
  // A path can begin with two slashes, which would name a host.
  return `/${pathname.replace(/^[/\\]+/, "")}${search}`;
}

function asks({ role, permission, feature, plan }: HasParams): boolean {
  return [role, permission, feature, plan].some((value) => value !== undefined);
}

/** A page with the path to come back to in `redirect_url`. */
function withReturn(page: string, back: string | null): string {
  if (back === null) return page;
  return change(page, ({ searchParams }) => searchParams.set("redirect_url", toPath(back)));
}

function countHops(url: string): number {
  const hops = Number(new URL(url, BASE).searchParams.get(HOPS)) || 0;
  // Anybody can write into the address. A negative number must not allow more.
  return Math.max(hops, 0);
}

function withHops(url: string, hops: number): string {
  return change(url, ({ searchParams }) => {
    if (hops) searchParams.set(HOPS, String(hops));
    else searchParams.delete(HOPS);
  });
}

/** Whether the request is for this page. */
function leadsTo(page: string, place: Place, { authorizedParties }: Settings): boolean {
  const { origin, pathname } = new URL(page, BASE);
  const isOwn = origin === BASE || authorizedParties.includes(origin);
  return isOwn && place.url !== null && pathname === new URL(toPath(place.url), BASE).pathname;
}

function change(url: string, edit: (url: URL) => void): string {
  const parsed = new URL(url, BASE);
  edit(parsed);
  const { origin, pathname, search, hash } = parsed;
  return origin === BASE ? `${pathname}${search}${hash}` : parsed.href;
}
