/** Middleware for Express. */
import type { Request, RequestHandler } from "express";
import type { Auth } from "./auth.ts";
import { type Authenticator, type AuthParams, createAuthenticator } from "./authenticator.ts";
import { type GuardParams, judge } from "./guard.ts";
import { ConfigurationError, type TenantryOptions } from "./options.ts";
import { isNavigation } from "./request.ts";

export interface RequireAuthParams extends GuardParams {
  /** The slug or ID of the organization, or how to read it from the request. */
  organization?: string | ((request: Request) => string | undefined) | undefined;
}

const seen = new WeakMap<object, { authenticator: Authenticator; auth: Auth }>();

/** Reads the session token of each request. It lets everybody pass: `requireAuth` and your code decide. */
export function tenantryMiddleware(options: TenantryOptions = {}): RequestHandler {
  const authenticator = createAuthenticator(options);
  return async (request, _response, next) => {
    seen.set(request, { authenticator, auth: await authenticator.authenticate(request) });
    next();
  };
}

/** The caller of the request. With `organization`, the role in it is read from the server. */
export function getAuth(request: Request): Auth;
export function getAuth(request: Request, params: AuthParams): Promise<Auth>;
export function getAuth(request: Request, params?: AuthParams): Auth | Promise<Auth> {
  const { authenticator, auth } = read(request);
  return params ? authenticator.auth(request, params) : auth;
}

/** Lets only callers pass who are signed in and have what is asked for. */
export function requireAuth(params: RequireAuthParams = {}): RequestHandler {
  return async (request, response, next) => {
    const { organization: given, ...asked } = params;
    // A request that names none is outside, and never in the organization of the token.
    const organization = typeof given === "function" ? (given(request) ?? "") : given;
    const { authenticator } = read(request);
    const auth = await authenticator.auth(request, { organization });
    const place = {
      url: request.originalUrl,
      isNavigation: isNavigation(request, request.method),
      inOrganization: given !== undefined,
    };
    const verdict = judge(auth, asked, place, authenticator.settings);
    if (verdict.kind === "allow") return next();
    if (verdict.kind === "redirect") return response.redirect(verdict.to);
    const { status, code, message } = verdict.refusal;
    response.status(status).json({ errors: [{ code, message }] });
  };
}

function read(request: Request): { authenticator: Authenticator; auth: Auth } {
  const found = seen.get(request);
  if (found) return found;
  throw new ConfigurationError("Call app.use(tenantryMiddleware()) before the routes.");
}
