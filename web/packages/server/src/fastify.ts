/** A plugin for Fastify. */
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyRequest,
  preHandlerAsyncHookHandler,
} from "fastify";
import { type AdmissionParams, admit } from "./callers/admission.ts";
import type { Auth } from "./callers/auth.ts";
import {
  type Authenticator,
  type AuthParams,
  createAuthenticator,
} from "./callers/authenticator.ts";
import { ConfigurationError, type TenantryOptions } from "./options.ts";

export type RequireAuthParams = AdmissionParams<FastifyRequest>;

const seen = new WeakMap<object, { authenticator: Authenticator; auth: Auth }>();

async function plugin(app: FastifyInstance, options: TenantryOptions): Promise<void> {
  const authenticator = createAuthenticator(options);
  app.addHook("onRequest", async (request) => {
    seen.set(request, { authenticator, auth: await authenticator.authenticate(request) });
  });
}

/** Reads the session token of each request. It lets everybody pass: `requireAuth` and your code decide. */
export const tenantryPlugin: FastifyPluginAsync<TenantryOptions> = Object.assign(plugin, {
  // The hook is for the whole application, not only for routes inside of the plugin.
  [Symbol.for("skip-override")]: true,
});

/** The caller of the request. With `organization`, the role in it is read from the server. */
export function getAuth(request: FastifyRequest): Auth;
export function getAuth(request: FastifyRequest, params: AuthParams): Promise<Auth>;
export function getAuth(request: FastifyRequest, params?: AuthParams): Auth | Promise<Auth> {
  const { authenticator, auth } = read(request);
  return params ? authenticator.auth(request, params) : auth;
}

/** A `preHandler` that lets only callers pass who are signed in and have what is asked for. */
export function requireAuth(params: RequireAuthParams = {}): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    const verdict = await admit(read(request).authenticator, params, {
      route: request,
      request,
      method: request.method,
      url: request.originalUrl,
    });
    if (verdict.kind === "allow") return;
    if (verdict.kind === "redirect") return reply.redirect(verdict.to);
    const { status, code, message } = verdict.refusal;
    return reply.code(status).send({ errors: [{ code, message }] });
  };
}

function read(request: FastifyRequest): { authenticator: Authenticator; auth: Auth } {
  const found = seen.get(request);
  if (found) return found;
  throw new ConfigurationError("Call app.register(tenantryPlugin) before the routes.");
}
