import type { TenantryError } from "../foundation/errors.ts";
import type { InstanceResource } from "./instance.ts";
import type { OrganizationMembershipResource, OrganizationResource } from "./organizations.ts";
import type { SessionClaims, SessionResource, UserResource } from "./users.ts";

/**
 * - `loading`: nothing is known yet, or only the initial state.
 * - `ready`: the server has answered. Being signed out is `ready` too.
 * - `degraded`: the server can't be reached. The last known state stays, and the package tries again.
 * - `error`: the package can't start. `state.error` says what to change.
 */
export type TenantryStatus = "loading" | "ready" | "degraded" | "error";

/**
 * All that the package knows, at one moment. A snapshot never changes, its parts belong together
 * (`membership.organization` is `organization`), and parts that stay equal stay the same objects.
 */
export interface TenantryState {
  readonly status: TenantryStatus;
  /** Whether the fields below say something. Once true, it stays true. */
  readonly isLoaded: boolean;
  /** A switch to another organization is under way. The fields below show the one before. */
  readonly isSwitching: boolean;
  /** Null if nobody is signed in. */
  readonly user: UserResource | null;
  readonly session: SessionResource | null;
  /** The organization of this tab. Null if the user works in the personal account or has none. */
  readonly organization: OrganizationResource | null;
  readonly membership: OrganizationMembershipResource | null;
  readonly instance: InstanceResource | null;
  /**
   * The claims of the current session token. A token that differs from the one before only in its
   * times doesn't count as a change.
   */
  readonly sessionClaims: SessionClaims | null;
  /** Why the status is `degraded` or `error`. */
  readonly error: TenantryError | null;
}

/**
 * What a server knows about the user of a request: plain JSON, in the words of the GraphQL API.
 * `initialState()` of `@tenantry/server` makes it.
 */
export interface InitialState {
  readonly viewer: ViewerData | null;
  readonly instance: InstanceData | null;
  readonly sessionClaims: SessionClaims | null;
}

export interface ViewerData {
  readonly user: UserData;
  readonly session: SessionData | null;
  readonly activeOrganization: OrganizationData | null;
  readonly activeMembership: MembershipData | null;
  readonly canCreateOrganization: boolean;
}

export interface UserData {
  readonly id: string;
  readonly externalId: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly identifier: string;
  readonly imageUrl: string | null;
  readonly emailAddress: string | null;
  readonly emailVerified: boolean | null;
  readonly publicMetadata: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface SessionData {
  readonly id: string;
  readonly status: "ACTIVE" | "PENDING" | "ENDED" | "EXPIRED" | "REVOKED";
  readonly tasks: readonly { readonly key: string }[];
  readonly lastActiveOrganization: { readonly id: string } | null;
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface OrganizationData {
  readonly id: string;
  readonly name: string;
  readonly slug: string | null;
  readonly imageUrl: string;
  readonly hasImage: boolean;
  readonly membersCount: number;
  readonly pendingInvitationsCount: number | null;
  readonly maxAllowedMemberships: number;
  readonly adminDeleteEnabled: boolean;
  readonly publicMetadata: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface MembershipData {
  readonly id: string;
  readonly role: { readonly key: string; readonly name: string };
  readonly permissions: readonly string[];
  readonly publicMetadata: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface InstanceData {
  readonly name: string;
  readonly logoUrl: string | null;
  readonly homeUrl: string | null;
  readonly signInUrl: string | null;
  readonly signUpUrl: string | null;
  readonly organizationsEnabled: boolean;
  readonly membershipMode: "REQUIRED" | "OPTIONAL";
  readonly slugsEnabled: boolean;
  readonly maxAllowedMemberships: number;
  readonly createOrganizationEnabled: boolean;
  readonly adminDeleteEnabled: boolean;
  readonly invitationExpiresInDays: number;
  readonly domainsEnabled: boolean;
  readonly domainsEnrollmentModes: readonly (
    | "MANUAL_INVITATION"
    | "AUTOMATIC_INVITATION"
    | "AUTOMATIC_SUGGESTION"
    | "ENTERPRISE_SSO"
  )[];
  readonly billingEnabled: boolean;
  readonly billingUrl: string | null;
}
