/** The callers of your pages, and the API of the server, for Node.js and the edge. */
export type {
  Auth,
  AuthSnapshot,
  OrganizationProfile,
  SignedInAuth,
  SignedOutAuth,
} from "./callers/auth.ts";
export {
  type Authenticator,
  type AuthParams,
  auth,
  createAuthenticator,
} from "./callers/authenticator.ts";
export type { SessionClaims } from "./callers/claims.ts";
export type { HasParams } from "./callers/has.ts";
export type { RequestLike } from "./callers/request.ts";
export type { SignedOutReason } from "./callers/verify.ts";
export { type TenantryClient, tenantryClient } from "./client/client.ts";
export { hasCode, isTenantryError, TenantryError, type TenantryErrorEntry } from "./errors.ts";
export { ConfigurationError, type TenantryOptions } from "./options.ts";
