/** Middleware for Hono. */
import type { Context, MiddlewareHandler } from "hono";
import { type AdmissionParams, admit } from "./callers/admission.ts";
import type { Auth } from "./callers/auth.ts";
import {
  type Authenticator,
  type AuthParams,
  createAuthenticator,
} from "./callers/authenticator.ts";
import { ConfigurationError, type TenantryOptions } from "./options.ts";

export type RequireAuthParams = AdmissionParams<Context>;

const seen = new WeakMap<object, { authenticator: Authenticator; auth: Auth }>();

/** Reads the session token of each request. It lets everybody pass: `requireAuth` and your code decide. */
export function tenantryMiddleware(options: TenantryOptions = {}): MiddlewareHandler {
  // Workers have their environment variables only while they handle a request.
  let authenticator: Authenticator | undefined;
  return async (context, next) => {
    authenticator ??= createAuthenticator(options);
    const auth = await authenticator.authenticate(context.req.raw);
    seen.set(context, { authenticator, auth });
    await next();
  };
}

/** The caller of the request. With `organization`, the role in it is read from the server. */
export function getAuth(context: Context): Auth;
export function getAuth(context: Context, params: AuthParams): Promise<Auth>;
export function getAuth(context: Context, params?: AuthParams): Auth | Promise<Auth> {
  const { authenticator, auth } = read(context);
  return params ? authenticator.auth(context.req.raw, params) : auth;
}

/** Lets only callers pass who are signed in and have what is asked for. */
export function requireAuth(params: RequireAuthParams = {}): MiddlewareHandler {
  return async (context, next) => {
    const verdict = await admit(read(context).authenticator, params, {
      route: context,
      request: context.req.raw,
      method: context.req.method,
      url: toPathOf(context.req.url),
    });
    if (verdict.kind === "redirect") return context.redirect(verdict.to);
    if (verdict.kind === "allow") return next();
    const { status, code, message } = verdict.refusal;
    return context.json({ errors: [{ code, message }] }, status);
  };
}

function toPathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function read(context: Context): { authenticator: Authenticator; auth: Auth } {
  const found = seen.get(context);
  if (found) return found;
  throw new ConfigurationError("Call app.use(tenantryMiddleware()) before the routes.");
}
