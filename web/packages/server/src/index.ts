/** The callers of your pages, and the API of the server, for Node.js and the edge. */
export type {
  Auth,
  AuthSnapshot,
  OrganizationProfile,
  SignedInAuth,
  SignedOutAuth,
} from "./auth.ts";
export {
  type Authenticator,
  type AuthParams,
  auth,
  createAuthenticator,
} from "./authenticator.ts";
export type { SessionClaims } from "./claims.ts";
export { type TenantryClient, tenantryClient } from "./client.ts";
export { hasCode, isTenantryError, TenantryError, type TenantryErrorEntry } from "./errors.ts";
export type { HasParams } from "./has.ts";
export { ConfigurationError, type TenantryOptions } from "./options.ts";
export type { RequestLike } from "./request.ts";
export type { SignedOutReason } from "./verify.ts";
