/** Middleware for Express. */
import type { Request, RequestHandler } from "express";
import { type AdmissionParams, admit } from "./callers/admission.ts";
import type { Auth } from "./callers/auth.ts";
import {
  type Authenticator,
  type AuthParams,
  createAuthenticator,
} from "./callers/authenticator.ts";
import { ConfigurationError, type TenantryOptions } from "./options.ts";

export type RequireAuthParams = AdmissionParams<Request>;

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
    const verdict = await admit(read(request).authenticator, params, {
      route: request,
      request,
      method: request.method,
      url: request.originalUrl,
    });
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
