/** What the middleware of every framework asks before a route. */
import type { Authenticator } from "./authenticator.ts";
import { type GuardParams, judge, type Verdict } from "./guard.ts";
import { isNavigation, type RequestLike } from "./request.ts";

export interface AdmissionParams<Route> extends GuardParams {
  /** The slug or ID of the organization, or how to read it from the request. */
  organization?: string | ((route: Route) => string | undefined) | undefined;
}

/** A request as the framework has it, and as `authenticate` reads it, with its path and query. */
export interface Arrival<Route> {
  route: Route;
  request: RequestLike;
  method: string;
  url: string;
}

/** Judges whether the caller is signed in, and has what is asked for in the organization. */
export async function admit<Route>(
  authenticator: Authenticator,
  { organization: given, ...asked }: AdmissionParams<Route>,
  { route, request, method, url }: Arrival<Route>,
): Promise<Verdict> {
  // A request that names none is outside, and never in the organization of the token.
  const organization = typeof given === "function" ? (given(route) ?? "") : given;
  const auth = await authenticator.auth(request, { organization });
  const place = {
    url,
    isNavigation: isNavigation(request, method),
    inOrganization: given !== undefined,
  };
  return judge(auth, asked, place, authenticator.settings);
}
