import type { AuthorizationParams } from "./authorization.ts";
import type { OrganizationSuggestionResource } from "./domains.ts";
import type { UserOrganizationInvitationResource } from "./invitations.ts";
import type {
  MembershipListParams,
  ResourcePage,
  SuggestionListParams,
  UserInvitationListParams,
} from "./lists.ts";
import type { OrganizationMembershipResource } from "./organizations.ts";

/** What the members of an organization see of each other. */
export interface PublicUserData {
  readonly userId: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** The email address, or the subject at the identity provider if there is none. */
  readonly identifier: string;
  readonly imageUrl: string | null;
  readonly hasImage: boolean;
}

export interface EmailAddress {
  readonly emailAddress: string;
  readonly verification: { readonly status: "verified" | "unverified" };
}

/** Values for the form that creates an organization. */
export interface OrganizationCreationDefaults {
  readonly name: string;
  readonly slug: string | null;
  /** `organization_already_exists` if an organization has verified the domain of the user's address. */
  readonly advisory: string | null;
}

/** The signed-in user. */
export interface UserResource {
  readonly id: string;
  readonly externalId: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly fullName: string | null;
  readonly identifier: string;
  readonly imageUrl: string | null;
  readonly hasImage: boolean;
  readonly primaryEmailAddress: EmailAddress | null;
  readonly publicMetadata: Readonly<Record<string, unknown>>;
  /** Whether the user may create one more organization. */
  readonly createOrganizationEnabled: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  getOrganizationMemberships(
    params?: MembershipListParams,
  ): Promise<ResourcePage<OrganizationMembershipResource>>;
  getOrganizationInvitations(
    params?: UserInvitationListParams,
  ): Promise<ResourcePage<UserOrganizationInvitationResource>>;
  getOrganizationSuggestions(
    params?: SuggestionListParams,
  ): Promise<ResourcePage<OrganizationSuggestionResource>>;
  getOrganizationCreationDefaults(): Promise<OrganizationCreationDefaults>;
  /** Leaves an organization. */
  leaveOrganization(organizationId: string): Promise<void>;
  reload(): Promise<UserResource>;
}

export type SessionStatus = "active" | "pending" | "ended" | "expired" | "revoked";

export type SessionTaskKey = "choose-organization";

export interface SessionTask {
  readonly key: SessionTaskKey;
}

/** The user's session at the instance. All tabs share it. */
export interface SessionResource {
  readonly id: string;
  /** `pending` while a task, such as choosing an organization, is open. */
  readonly status: SessionStatus;
  readonly tasks: readonly SessionTask[];
  readonly currentTask: SessionTask | null;
  readonly lastActiveOrganizationId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  getToken(params?: GetTokenParams): Promise<string | null>;
  /** Reads the state of the session, user, and membership anew, and mints a new token. */
  reload(): Promise<SessionResource>;
  checkAuthorization(params: AuthorizationParams): boolean;
}

export type TokenFormat = "v2" | "v1" | "legacy";

export interface GetTokenParams {
  /** Another organization of the user, or null for the personal account. Defaults to the active one. */
  readonly organizationId?: string | null | undefined;
  /** Mint a new token even if the current one is good. */
  readonly skipCache?: boolean | undefined;
  /** Defaults to the `tokenFormat` of the options. */
  readonly format?: TokenFormat | undefined;
}

/** The claims of the current session token. */
export interface SessionClaims {
  readonly iss: string;
  readonly sub: string;
  readonly sid: string;
  /** `pending` while a task is open. */
  readonly sts?: string | undefined;
  readonly iat: number;
  readonly exp: number;
  readonly [claim: string]: unknown;
}
