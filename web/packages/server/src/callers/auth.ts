/** What an application knows about the caller of a request. */
import { type OrganizationAccess, readOrganization, type SessionClaims } from "./claims.ts";
import { type HasParams, has } from "./has.ts";
import type { SignedOutReason } from "./verify.ts";

interface AuthMethods {
  /** Whether the caller has a role, a permission, a feature, or a plan in the organization. */
  has(params: HasParams): boolean;
  /** The session token of the request, to call other services. */
  getToken(): Promise<string | null>;
  /** What the browser needs to render the same page: plain data, without the token. */
  toSnapshot(): AuthSnapshot;
}

export interface SignedInAuth extends AuthMethods {
  isAuthenticated: true;
  isStale: false;
  sessionStatus: "active" | "pending";
  sessionId: string;
  userId: string;
  /** The organization fields are null without an organization, and for who isn't a member of it. */
  orgId: string | null;
  orgSlug: string | null;
  orgRole: string | null;
  orgPermissions: readonly string[] | null;
  sessionClaims: SessionClaims;
  reason: null;
}

export interface SignedOutAuth extends AuthMethods {
  isAuthenticated: false;
  /** Whether the token is genuine but expired: the browser can get another one. */
  isStale: boolean;
  sessionStatus: "pending" | null;
  sessionId: null;
  userId: null;
  orgId: null;
  orgSlug: null;
  orgRole: null;
  orgPermissions: null;
  sessionClaims: null;
  /** Why the request is signed out. */
  reason: SignedOutReason;
}

export type Auth = SignedInAuth | SignedOutAuth;

/** The public profile of an organization. */
export interface OrganizationProfile {
  id: string;
  slug: string | null;
  name: string;
  imageUrl: string;
}

export interface AuthSnapshot {
  userId: string | null;
  sessionId: string | null;
  sessionStatus: "active" | "pending" | null;
  sessionClaims: SessionClaims | null;
  orgId: string | null;
  orgSlug: string | null;
  orgRole: string | null;
  orgPermissions: readonly string[] | null;
  /** Known if the organization was read from the server. */
  organization: OrganizationProfile | null;
}

/** The rights in an organization as the server's database has them. */
export interface StoredAccess extends OrganizationAccess {
  profile: OrganizationProfile;
  features: string;
  plans: string | undefined;
}

export function signedOut(
  reason: SignedOutReason,
  sessionStatus: "pending" | null = null,
): SignedOutAuth {
  const fields = {
    sessionStatus,
    sessionId: null,
    userId: null,
    orgId: null,
    orgSlug: null,
    orgRole: null,
    orgPermissions: null,
    sessionClaims: null,
  };
  return {
    ...fields,
    isAuthenticated: false,
    isStale: reason === "token-expired",
    reason,
    has: () => false,
    getToken: async () => null,
    toSnapshot: () => ({ ...fields, organization: null }),
  };
}

/** The caller with the organization of the token or, if `stored` is given, with that one; null is none. */
export function signedIn(
  token: string,
  claims: SessionClaims,
  stored?: StoredAccess | null,
): SignedInAuth {
  const organization = stored === undefined ? readOrganization(claims) : stored;
  const granted = {
    organization,
    features: stored === undefined ? claims.fea : stored?.features,
    plans: stored === undefined ? claims.pla : stored?.plans,
  };
  const fields = {
    sessionStatus: claims.sts === "pending" ? ("pending" as const) : ("active" as const),
    sessionId: claims.sid,
    userId: claims.sub,
    orgId: organization?.id ?? null,
    orgSlug: organization?.slug ?? null,
    orgRole: organization?.role ?? null,
    orgPermissions: organization?.permissions ?? null,
    sessionClaims: claims,
  };
  return {
    ...fields,
    isAuthenticated: true,
    isStale: false,
    reason: null,
    has: (params) => has(params, granted),
    getToken: async () => token,
    toSnapshot: () => ({ ...fields, organization: stored?.profile ?? null }),
  };
}
