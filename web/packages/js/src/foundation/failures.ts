/** What a failure means and what to change, for the person who builds the page. Loaded when one happens. */
import type { Environment } from "./environment.ts";
import type { TenantryError } from "./errors.ts";
import { makeError } from "./transport.ts";
import { warn } from "./warnings.ts";

/**
 * Browsers say "network error" for a refused origin too. If the server answers a request that needs
 * no permission, the origin is what it refuses.
 */
export async function explainNetworkError(
  { url, fetch }: Environment,
  error: TenantryError,
): Promise<TenantryError> {
  // Only pages have an origin that a server can refuse.
  if (typeof location === "undefined") return error;
  const isAnswered = (path: string, init: RequestInit) =>
    fetch(url + path, init).then(
      () => true,
      () => false,
    );
  if (!(await isAnswered("/healthz", { mode: "no-cors" }))) return error;
  const headers = { "content-type": "application/json" };
  const question = { method: "POST", headers, body: '{"query":"query Ask { __typename }"}' };
  // The network may have come back since.
  if (await isAnswered("/graphql", question)) return error;
  const message = `${url} refuses requests of ${location.origin}. Add ${location.origin} to the server's setting TENANTRY_ALLOWED_ORIGINS.`;
  return makeError(403, "origin_not_allowed", message);
}

export function reportStop(error: TenantryError): void {
  // biome-ignore lint/suspicious/noConsole: without it the page stays empty without a reason.
  console.error(`[Tenantry] ${error.message}`);
}

export function warnOfRefusedIdentity(): void {
  const message =
    "The server refuses the identity token, so nobody is signed in. Compare the issuer and the audience of the token with the server's setting TENANTRY_IDENTITY_ISSUERS.";
  warn("identity", message);
}
