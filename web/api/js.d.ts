// @tenantry/js
export { createTenantry } from "./client.ts";
export type { TenantryApiError, TenantryErrorOptions } from "./foundation/errors.ts";
export { hasCode, isTenantryError, TenantryError } from "./foundation/errors.ts";
export type * from "./types/api-keys.ts";
export type * from "./types/authorization.ts";
export type * from "./types/domains.ts";
export type * from "./types/events.ts";
export type * from "./types/instance.ts";
export type * from "./types/invitations.ts";
export type * from "./types/lists.ts";
export type * from "./types/options.ts";
export type * from "./types/organizations.ts";
export type * from "./types/state.ts";
export type * from "./types/tenantry.ts";
export type * from "./types/users.ts";
export declare const version: string;

// client
import type { TenantryOptions } from "./types/options.ts";
import type { Tenantry } from "./types/tenantry.ts";
export declare function createTenantry(options: TenantryOptions): Tenantry;

// types/options
import type { InitialState } from "./state.ts";
import type { TokenFormat } from "./users.ts";
export interface TenantryOptions {
    readonly url: string;
    readonly getIdentityToken: (params: IdentityTokenParams) => Promise<string | null>;
    readonly onSignOut?: (() => void | Promise<void>) | undefined;
    readonly initialState?: InitialState | undefined;
    readonly tokenFormat?: TokenFormat | undefined;
    readonly organizationFromUrl?: OrganizationFromUrl | undefined;
    readonly sessionCookie?: boolean | SessionCookieOptions | undefined;
    readonly live?: boolean | undefined;
    readonly taskUrls?: {
        readonly "choose-organization"?: string;
    } | undefined;
    readonly signInUrl?: string | undefined;
    readonly signUpUrl?: string | undefined;
    readonly afterSignOutUrl?: string | undefined;
    readonly routerPush?: ((to: string) => void) | undefined;
    readonly routerReplace?: ((to: string) => void) | undefined;
    readonly allowedRedirectOrigins?: readonly (string | RegExp)[] | undefined;
    readonly development?: boolean | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
    readonly WebSocket?: typeof globalThis.WebSocket | undefined;
    readonly storage?: TenantryStorage | undefined;
    readonly clock?: TenantryClock | undefined;
}
export interface IdentityTokenParams {
    readonly forceRefresh: boolean;
    readonly signal: AbortSignal;
}
export interface OrganizationFromUrl {
    readonly organizationPatterns: readonly string[];
    readonly personalAccountPatterns?: readonly string[] | undefined;
}
export interface SessionCookieOptions {
    readonly name?: string | undefined;
    readonly domain?: string | undefined;
    readonly path?: string | undefined;
}
type SimpleStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;
export interface TenantryStorage {
    readonly local: SimpleStorage;
    readonly tab: SimpleStorage;
}
export interface TenantryClock {
    now(): number;
    setTimeout(run: () => void, milliseconds: number): unknown;
    clearTimeout(timer: unknown): void;
    random(): number;
}
export {};

// types/state
import type { TenantryError } from "../foundation/errors.ts";
import type { InstanceResource } from "./instance.ts";
import type { OrganizationMembershipResource, OrganizationResource } from "./organizations.ts";
import type { SessionClaims, SessionResource, UserResource } from "./users.ts";
export type TenantryStatus = "loading" | "ready" | "degraded" | "error";
export interface TenantryState {
    readonly status: TenantryStatus;
    readonly isLoaded: boolean;
    readonly isSwitching: boolean;
    readonly user: UserResource | null;
    readonly session: SessionResource | null;
    readonly organization: OrganizationResource | null;
    readonly membership: OrganizationMembershipResource | null;
    readonly instance: InstanceResource | null;
    readonly sessionClaims: SessionClaims | null;
    readonly error: TenantryError | null;
}
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
    readonly tasks: readonly {
        readonly key: string;
    }[];
    readonly lastActiveOrganization: {
        readonly id: string;
    } | null;
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
    readonly role: {
        readonly key: string;
        readonly name: string;
    };
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
    readonly domainsEnrollmentModes: readonly ("MANUAL_INVITATION" | "AUTOMATIC_INVITATION" | "AUTOMATIC_SUGGESTION" | "ENTERPRISE_SSO")[];
    readonly billingEnabled: boolean;
    readonly billingUrl: string | null;
}

// foundation/errors
export interface TenantryApiError {
    readonly code: string;
    readonly message: string;
    readonly longMessage: string;
    readonly meta: {
        readonly paramName?: string;
        readonly permissions?: readonly string[];
        readonly limit?: number;
        readonly emailAddresses?: readonly string[];
        readonly [key: string]: unknown;
    };
}
export interface TenantryErrorOptions {
    readonly status: number;
    readonly errors: readonly TenantryApiError[];
    readonly retryAfter?: number | undefined;
    readonly requestId?: string | undefined;
    readonly cause?: unknown;
}
export declare class TenantryError extends Error {
    readonly status: number;
    readonly errors: readonly TenantryApiError[];
    readonly retryAfter: number | undefined;
    readonly requestId: string | undefined;
    constructor({ status, errors, retryAfter, requestId, cause }: TenantryErrorOptions);
    get code(): string;
}
export declare function isTenantryError(value: unknown): value is TenantryError;
export declare function hasCode(value: unknown, code: string): boolean;

// types/instance
import type { EnrollmentMode } from "./domains.ts";
export interface InstanceResource {
    readonly name: string;
    readonly logoUrl: string | null;
    readonly homeUrl: string | null;
    readonly signInUrl: string | null;
    readonly signUpUrl: string | null;
    readonly organizationsEnabled: boolean;
    readonly membershipMode: "required" | "optional";
    readonly slugsEnabled: boolean;
    readonly maxAllowedMemberships: number;
    readonly createOrganizationEnabled: boolean;
    readonly adminDeleteEnabled: boolean;
    readonly invitationExpiresInDays: number;
    readonly domainsEnabled: boolean;
    readonly domainsEnrollmentModes: readonly EnrollmentMode[];
    readonly billingEnabled: boolean;
    readonly billingUrl: string | null;
}

// types/domains
import type { RoleKey } from "./authorization.ts";
import type { OrganizationMembershipResource, PublicOrganizationData } from "./organizations.ts";
import type { PublicUserData } from "./users.ts";
export type EnrollmentMode = "manual_invitation" | "automatic_invitation" | "automatic_suggestion" | "enterprise_sso";
export type SuggestionStatus = "pending" | "accepted";
export type MembershipRequestStatus = "pending" | "accepted" | "rejected";
export interface DomainVerification {
    readonly status: "unverified" | "verified" | "failed" | "expired";
    readonly strategy: "email_code" | "txt" | "manual_override";
    readonly attempts: number;
    readonly expiresAt: Date | null;
    readonly verifiedAt: Date | null;
    readonly txtRecordName: string | null;
    readonly txtRecordValue: string | null;
}
export interface OrganizationDomainResource {
    readonly id: string;
    readonly organizationId: string;
    readonly name: string;
    readonly enrollmentMode: EnrollmentMode;
    readonly verified: boolean;
    readonly affiliation: DomainVerification | null;
    readonly affiliationEmailAddress: string | null;
    readonly ownership: DomainVerification | null;
    readonly totalPendingInvitations: number;
    readonly totalPendingSuggestions: number;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    prepareAffiliationVerification(params: {
        readonly affiliationEmailAddress: string;
    }): Promise<OrganizationDomainResource>;
    attemptAffiliationVerification(params: {
        readonly code: string;
    }): Promise<OrganizationDomainResource>;
    prepareOwnershipVerification(): Promise<OrganizationDomainResource>;
    attemptOwnershipVerification(): Promise<OrganizationDomainResource>;
    updateEnrollmentMode(params: {
        readonly enrollmentMode: EnrollmentMode;
        readonly deletePending?: boolean | undefined;
    }): Promise<OrganizationDomainResource>;
    delete(): Promise<void>;
}
export interface OrganizationSuggestionResource {
    readonly id: string;
    readonly publicOrganizationData: PublicOrganizationData;
    readonly status: SuggestionStatus;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    accept(): Promise<OrganizationSuggestionResource>;
}
export interface OrganizationMembershipRequestResource {
    readonly id: string;
    readonly organizationId: string;
    readonly publicUserData: PublicUserData;
    readonly status: MembershipRequestStatus;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    accept(params?: {
        readonly role?: RoleKey | undefined;
    }): Promise<OrganizationMembershipResource>;
    reject(): Promise<OrganizationMembershipRequestResource>;
}

// types/authorization
declare global {
    interface TenantryAuthorization {
    }
}
export type SystemPermissionKey = "org:sys_profile:manage" | "org:sys_profile:delete" | "org:sys_memberships:read" | "org:sys_memberships:manage" | "org:sys_domains:read" | "org:sys_domains:manage" | "org:sys_billing:read" | "org:sys_billing:manage" | "org:sys_entconns:manage" | "org:sys_api_keys:read" | "org:sys_api_keys:manage";
type AnyString = string & Record<never, never>;
export type RoleKey = TenantryAuthorization extends {
    role: infer Role extends string;
} ? Role : "org:admin" | "org:member" | AnyString;
export type PermissionKey = TenantryAuthorization extends {
    permission: infer Permission extends string;
} ? Permission | SystemPermissionKey : SystemPermissionKey | AnyString;
export interface AuthorizationParams {
    readonly role?: RoleKey | undefined;
    readonly permission?: PermissionKey | undefined;
    readonly feature?: string | undefined;
    readonly plan?: string | undefined;
}
export type Has = (params: AuthorizationParams) => boolean;
export type PermissionReason = "GRANTED_BY_ROLE" | "GRANTED_TO_API_KEY" | "SECRET_KEY" | "NOT_A_MEMBER" | "ROLE_LACKS_PERMISSION" | "API_KEY_LACKS_PERMISSION" | "UNKNOWN_PERMISSION" | "ORGANIZATIONS_DISABLED" | "FEATURE_NOT_IN_PLAN";
export interface PermissionDecision {
    readonly allowed: boolean;
    readonly reason: PermissionReason;
    readonly permission: string;
    readonly role: RoleResource | null;
}
export interface PermissionResource {
    readonly id: string;
    readonly key: PermissionKey;
    readonly name: string;
    readonly description: string | null;
    readonly type: "system" | "custom";
}
export interface RoleResource {
    readonly id: string;
    readonly key: RoleKey;
    readonly name: string;
    readonly description: string | null;
    readonly permissions: readonly PermissionKey[];
    readonly isGrantable: boolean;
}
export {};

// types/organizations
import type { ApiKeyResource, CreateApiKeyParams, CreatedApiKey } from "./api-keys.ts";
import type { PermissionKey, PermissionResource, RoleKey, RoleResource } from "./authorization.ts";
import type { EnrollmentMode, OrganizationDomainResource, OrganizationMembershipRequestResource } from "./domains.ts";
import type { EventPage } from "./events.ts";
import type { InviteMemberParams, InviteMembersParams, InviteMembersResult, OrganizationInvitationResource } from "./invitations.ts";
import type { ApiKeyListParams, DomainListParams, EventListParams, InvitationListParams, MembershipListParams, MembershipRequestListParams, ResourcePage } from "./lists.ts";
import type { PublicUserData } from "./users.ts";
export interface PublicOrganizationData {
    readonly id: string;
    readonly name: string;
    readonly slug: string | null;
    readonly imageUrl: string;
    readonly hasImage: boolean;
}
export interface OrganizationResource extends PublicOrganizationData {
    readonly membersCount: number;
    readonly pendingInvitationsCount: number | null;
    readonly maxAllowedMemberships: number;
    readonly adminDeleteEnabled: boolean;
    readonly publicMetadata: Readonly<Record<string, unknown>>;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    update(params: UpdateOrganizationParams): Promise<OrganizationResource>;
    setLogo(params: {
        readonly file: Blob | null;
    }): Promise<OrganizationResource>;
    destroy(): Promise<void>;
    reload(): Promise<OrganizationResource>;
    getMemberships(params?: MembershipListParams): Promise<ResourcePage<OrganizationMembershipResource>>;
    updateMember(params: {
        readonly userId: string;
        readonly role: RoleKey;
    }): Promise<OrganizationMembershipResource>;
    removeMember(userId: string): Promise<OrganizationMembershipResource>;
    addMember(params: {
        readonly userId: string;
        readonly role: RoleKey;
    }): Promise<never>;
    leave(): Promise<void>;
    getInvitations(params?: InvitationListParams): Promise<ResourcePage<OrganizationInvitationResource>>;
    inviteMember(params: InviteMemberParams): Promise<OrganizationInvitationResource>;
    inviteMembers(params: InviteMembersParams): Promise<InviteMembersResult>;
    getRoles(): Promise<readonly RoleResource[]>;
    getPermissions(): Promise<readonly PermissionResource[]>;
    getDomains(params?: DomainListParams): Promise<ResourcePage<OrganizationDomainResource>>;
    createDomain(name: string, params?: CreateDomainParams): Promise<OrganizationDomainResource>;
    getMembershipRequests(params?: MembershipRequestListParams): Promise<ResourcePage<OrganizationMembershipRequestResource>>;
    getApiKeys(params?: ApiKeyListParams): Promise<ResourcePage<ApiKeyResource>>;
    createApiKey(params: CreateApiKeyParams): Promise<CreatedApiKey>;
    getEvents(params?: EventListParams): Promise<EventPage>;
    getBilling(): Promise<OrganizationBilling>;
}
export interface UpdateOrganizationParams {
    readonly name?: string | undefined;
    readonly slug?: string | undefined;
}
export interface CreateOrganizationParams {
    readonly name: string;
    readonly slug?: string | undefined;
}
export interface CreateDomainParams {
    readonly enrollmentMode?: EnrollmentMode | undefined;
}
export interface OrganizationMembershipResource {
    readonly id: string;
    readonly role: RoleKey;
    readonly roleName: string;
    readonly permissions: readonly PermissionKey[];
    readonly publicMetadata: Readonly<Record<string, unknown>>;
    readonly publicUserData: PublicUserData;
    readonly organization: OrganizationResource;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    update(params: {
        readonly role: RoleKey;
    }): Promise<OrganizationMembershipResource>;
    destroy(): Promise<OrganizationMembershipResource>;
}
export interface OrganizationBilling {
    readonly plan: {
        readonly key: string;
        readonly name: string;
        readonly description: string | null;
    } | null;
    readonly features: readonly {
        readonly key: string;
        readonly name: string;
    }[];
    readonly seats: SeatUsage | null;
    readonly subscription: {
        readonly status: "active" | "trialing" | "past_due" | "incomplete" | "canceled" | "ended";
        readonly periodEndsAt: Date | null;
    } | null;
}
export interface SeatUsage {
    readonly limit: number;
    readonly members: number;
    readonly pendingInvitations: number;
    readonly available: number | null;
    readonly overLimit: boolean;
}
export interface SlugAvailability {
    readonly available: boolean;
    readonly code: string | null;
    readonly message: string | null;
    readonly suggestion: string | null;
}

// types/api-keys
import type { PermissionKey } from "./authorization.ts";
import type { PublicUserData } from "./users.ts";
export interface ApiKeyResource {
    readonly id: string;
    readonly organizationId: string;
    readonly name: string;
    readonly description: string | null;
    readonly visible: string;
    readonly permissions: readonly PermissionKey[];
    readonly claims: Readonly<Record<string, unknown>> | null;
    readonly createdBy: PublicUserData | null;
    readonly expiresAt: Date | null;
    readonly lastUsedAt: Date | null;
    readonly revokedAt: Date | null;
    readonly revocationReason: string | null;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    update(params: UpdateApiKeyParams): Promise<ApiKeyResource>;
    revoke(params?: {
        readonly reason?: string | undefined;
    }): Promise<ApiKeyResource>;
}
export interface CreateApiKeyParams {
    readonly name: string;
    readonly permissions: readonly PermissionKey[];
    readonly description?: string | undefined;
    readonly claims?: Readonly<Record<string, unknown>> | undefined;
    readonly expiresInDays?: number | undefined;
}
export interface UpdateApiKeyParams {
    readonly name?: string | undefined;
    readonly permissions?: readonly PermissionKey[] | undefined;
    readonly description?: string | null | undefined;
    readonly claims?: Readonly<Record<string, unknown>> | null | undefined;
    readonly expiresInDays?: number | null | undefined;
}
export interface CreatedApiKey {
    readonly apiKey: ApiKeyResource;
    readonly secret: string;
}

// types/users
import type { AuthorizationParams } from "./authorization.ts";
import type { OrganizationSuggestionResource } from "./domains.ts";
import type { UserOrganizationInvitationResource } from "./invitations.ts";
import type { MembershipListParams, ResourcePage, SuggestionListParams, UserInvitationListParams } from "./lists.ts";
import type { OrganizationMembershipResource } from "./organizations.ts";
export interface PublicUserData {
    readonly userId: string;
    readonly firstName: string | null;
    readonly lastName: string | null;
    readonly identifier: string;
    readonly imageUrl: string | null;
    readonly hasImage: boolean;
}
export interface EmailAddress {
    readonly emailAddress: string;
    readonly verification: {
        readonly status: "verified" | "unverified";
    };
}
export interface OrganizationCreationDefaults {
    readonly name: string;
    readonly slug: string | null;
    readonly advisory: string | null;
}
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
    readonly createOrganizationEnabled: boolean;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    getOrganizationMemberships(params?: MembershipListParams): Promise<ResourcePage<OrganizationMembershipResource>>;
    getOrganizationInvitations(params?: UserInvitationListParams): Promise<ResourcePage<UserOrganizationInvitationResource>>;
    getOrganizationSuggestions(params?: SuggestionListParams): Promise<ResourcePage<OrganizationSuggestionResource>>;
    getOrganizationCreationDefaults(): Promise<OrganizationCreationDefaults>;
    leaveOrganization(organizationId: string): Promise<void>;
    reload(): Promise<UserResource>;
}
export type SessionStatus = "active" | "pending" | "ended" | "expired" | "revoked";
export type SessionTaskKey = "choose-organization";
export interface SessionTask {
    readonly key: SessionTaskKey;
}
export interface SessionResource {
    readonly id: string;
    readonly status: SessionStatus;
    readonly tasks: readonly SessionTask[];
    readonly currentTask: SessionTask | null;
    readonly lastActiveOrganizationId: string | null;
    readonly createdAt: Date;
    readonly expiresAt: Date;
    getToken(params?: GetTokenParams): Promise<string | null>;
    reload(): Promise<SessionResource>;
    checkAuthorization(params: AuthorizationParams): boolean;
}
export type TokenFormat = "v2" | "v1" | "legacy";
export interface GetTokenParams {
    readonly organizationId?: string | null | undefined;
    readonly skipCache?: boolean | undefined;
    readonly format?: TokenFormat | undefined;
}
export interface SessionClaims {
    readonly iss: string;
    readonly sub: string;
    readonly sid: string;
    readonly sts?: string | undefined;
    readonly iat: number;
    readonly exp: number;
    readonly [claim: string]: unknown;
}

// types/invitations
import type { TenantryApiError } from "../foundation/errors.ts";
import type { RoleKey } from "./authorization.ts";
import type { OrganizationMembershipResource, PublicOrganizationData } from "./organizations.ts";
import type { PublicUserData } from "./users.ts";
export type InvitationStatus = "pending" | "accepted" | "revoked" | "expired" | "declined";
export interface InvitationMail {
    readonly status: "not_requested" | "queued" | "sent" | "failed";
    readonly attempts: number;
    readonly lastError: string | null;
    readonly sentAt: Date | null;
}
export interface OrganizationInvitationResource {
    readonly id: string;
    readonly organizationId: string;
    readonly publicOrganizationData: PublicOrganizationData;
    readonly emailAddress: string;
    readonly role: RoleKey;
    readonly roleName: string;
    readonly status: InvitationStatus;
    readonly url: string | null;
    readonly mail: InvitationMail | null;
    readonly redirectUrl: string | null;
    readonly inviter: PublicUserData | null;
    readonly inviterName: string | null;
    readonly publicMetadata: Readonly<Record<string, unknown>>;
    readonly expiresAt: Date;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    revoke(): Promise<OrganizationInvitationResource>;
    resend(): Promise<OrganizationInvitationResource>;
}
export interface UserOrganizationInvitationResource {
    readonly id: string;
    readonly publicOrganizationData: PublicOrganizationData;
    readonly emailAddress: string;
    readonly role: RoleKey;
    readonly roleName: string;
    readonly status: InvitationStatus;
    readonly inviterName: string | null;
    readonly publicMetadata: Readonly<Record<string, unknown>>;
    readonly expiresAt: Date;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    accept(): Promise<OrganizationMembershipResource>;
    decline(): Promise<UserOrganizationInvitationResource>;
}
export interface InvitationPreview {
    readonly organizationName: string;
    readonly organizationImageUrl: string;
    readonly emailAddress: string;
    readonly roleName: string;
    readonly inviterName: string | null;
    readonly status: InvitationStatus;
    readonly expiresAt: Date;
    readonly next: "sign_in" | "sign_up" | "accept" | "none";
}
export interface InviteMemberParams {
    readonly emailAddress: string;
    readonly role?: RoleKey | undefined;
    readonly redirectUrl?: string | undefined;
    readonly expiresInDays?: number | undefined;
    readonly notify?: boolean;
}
export interface InviteMembersParams extends Omit<InviteMemberParams, "emailAddress"> {
    readonly emailAddresses: readonly string[];
    readonly onError?: "reject_all" | "skip_failed" | undefined;
}
export interface InviteMembersResult {
    readonly invitations: readonly OrganizationInvitationResource[];
    readonly errors: readonly TenantryApiError[];
}

// types/lists
import type { EnrollmentMode, MembershipRequestStatus, SuggestionStatus } from "./domains.ts";
import type { EventType } from "./events.ts";
import type { InvitationStatus } from "./invitations.ts";
export interface ListParams {
    readonly pageSize?: number | undefined;
    readonly page?: number | undefined;
    readonly offset?: number | undefined;
    readonly after?: string | undefined;
    readonly before?: string | undefined;
}
export interface PageInfo {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
}
export interface ResourcePage<T> {
    readonly data: readonly T[];
    readonly totalCount: number;
    readonly pageInfo: PageInfo;
}
export type OrderDirection = "ASC" | "DESC";
export interface MembershipOrder {
    readonly field: "CREATED_AT" | "FIRST_NAME" | "LAST_NAME" | "EMAIL_ADDRESS" | "ORGANIZATION_NAME";
    readonly direction?: OrderDirection;
}
export interface InvitationOrder {
    readonly field: "CREATED_AT" | "EMAIL_ADDRESS" | "EXPIRES_AT";
    readonly direction?: OrderDirection;
}
export interface MembershipListParams extends ListParams {
    readonly role?: readonly string[] | undefined;
    readonly query?: string | undefined;
    readonly orderBy?: MembershipOrder | undefined;
}
export interface InvitationListParams extends ListParams {
    readonly status?: readonly InvitationStatus[] | undefined;
    readonly query?: string | undefined;
    readonly orderBy?: InvitationOrder | undefined;
}
export interface UserInvitationListParams extends ListParams {
    readonly status?: readonly InvitationStatus[] | undefined;
    readonly orderBy?: InvitationOrder | undefined;
}
export interface SuggestionListParams extends ListParams {
    readonly status?: readonly SuggestionStatus[] | undefined;
}
export interface MembershipRequestListParams extends ListParams {
    readonly status?: readonly MembershipRequestStatus[] | undefined;
}
export interface DomainListParams extends ListParams {
    readonly enrollmentMode?: EnrollmentMode | undefined;
    readonly verified?: boolean | undefined;
}
export interface ApiKeyListParams extends ListParams {
    readonly includeInvalid?: boolean | undefined;
}
export interface EventListParams {
    readonly pageSize?: number | undefined;
    readonly after?: string | undefined;
    readonly types?: readonly EventType[] | undefined;
}

// types/events
import type { PageInfo } from "./lists.ts";
import type { OrganizationResource } from "./organizations.ts";
export type EventType = "ORGANIZATION_CREATED" | "ORGANIZATION_UPDATED" | "ORGANIZATION_DELETED" | "MEMBERSHIP_CREATED" | "MEMBERSHIP_UPDATED" | "MEMBERSHIP_DELETED" | "INVITATION_CREATED" | "INVITATION_RESENT" | "INVITATION_ACCEPTED" | "INVITATION_REVOKED" | "INVITATION_DECLINED" | "INVITATION_EXPIRED" | "DOMAIN_CREATED" | "DOMAIN_UPDATED" | "DOMAIN_DELETED" | "SUGGESTION_CREATED" | "SUGGESTION_ACCEPTED" | "MEMBERSHIP_REQUEST_CREATED" | "MEMBERSHIP_REQUEST_ACCEPTED" | "MEMBERSHIP_REQUEST_REJECTED" | "ROLE_CREATED" | "ROLE_UPDATED" | "ROLE_DELETED" | "PERMISSION_CREATED" | "PERMISSION_UPDATED" | "PERMISSION_DELETED" | "ROLE_SET_CREATED" | "ROLE_SET_UPDATED" | "ROLE_SET_DELETED" | "FEATURE_CREATED" | "FEATURE_UPDATED" | "FEATURE_DELETED" | "PLAN_CREATED" | "PLAN_UPDATED" | "PLAN_DELETED" | "SUBSCRIPTION_CREATED" | "SUBSCRIPTION_UPDATED" | "SUBSCRIPTION_ACTIVE" | "SUBSCRIPTION_PAST_DUE" | "USER_CREATED" | "USER_UPDATED" | "USER_DELETED" | "SESSION_CREATED" | "SESSION_ENDED" | "SESSION_REVOKED" | "INSTANCE_UPDATED" | "API_KEY_CREATED" | "API_KEY_UPDATED" | "API_KEY_REVOKED" | "SECRET_KEY_CREATED" | "SECRET_KEY_REVOKED";
export interface TenantryEvent {
    readonly id: string;
    readonly cursor: string;
    readonly type: EventType;
    readonly name: string;
    readonly occurredAt: Date;
    readonly organizationId: string | null;
    readonly actor: {
        readonly type: "USER" | "SERVICE" | "API_KEY" | "SYSTEM";
        readonly id: string | null;
    };
    readonly data: Readonly<Record<string, unknown>>;
}
export interface EventPage {
    readonly data: readonly TenantryEvent[];
    readonly pageInfo: PageInfo;
}
export type ListName = "memberships" | "invitations" | "membershipRequests" | "domains" | "apiKeys" | "roles" | "billing" | "events" | "userMemberships" | "userInvitations" | "userSuggestions";
export interface Invalidation {
    readonly list: ListName | "all";
    readonly organizationId: string | null;
}
export interface LiveState {
    readonly status: "off" | "connecting" | "open" | "waiting";
    readonly cursor: string | null;
}
export interface OrganizationLeft {
    readonly organizationId: string;
    readonly slug: string | null;
    readonly reason: "left" | "removed" | "deleted";
}
export interface TenantryEventMap {
    event: TenantryEvent;
    organization: OrganizationResource;
    invalidate: readonly Invalidation[];
    organizationLeft: OrganizationLeft;
    live: LiveState;
    signedOut: {
        readonly reason: "sign_out" | "revoked" | "ended" | "identity_changed";
    };
}

// types/tenantry
import type { Has, PermissionDecision, PermissionKey } from "./authorization.ts";
import type { LiveState, TenantryEventMap } from "./events.ts";
import type { InstanceResource } from "./instance.ts";
import type { InvitationPreview, UserOrganizationInvitationResource } from "./invitations.ts";
import type { MembershipListParams, ResourcePage } from "./lists.ts";
import type { CreateOrganizationParams, OrganizationMembershipResource, OrganizationResource, SlugAvailability } from "./organizations.ts";
import type { TenantryState, TenantryStatus } from "./state.ts";
import type { GetTokenParams, SessionResource, UserResource } from "./users.ts";
export interface TypedDocument<TData, TVariables> {
    toString(): string;
    readonly __apiType?: (variables: TVariables) => TData;
}
export type VariablesOf<TVariables> = Record<string, never> extends TVariables ? [variables?: TVariables] : [variables: TVariables];
export interface SubscriptionObserver<TData> {
    next(data: TData): void;
    error?(error: Error): void;
    complete?(): void;
}
export interface SetActiveParams {
    readonly organization?: string | {
        readonly id: string;
    } | null | undefined;
    readonly remember?: boolean | undefined;
    readonly navigate?: (context: {
        readonly session: SessionResource;
        readonly organization: OrganizationResource | null;
    }) => void | Promise<void>;
    readonly redirectUrl?: string | undefined;
}
export interface NavigateOptions {
    readonly replace?: boolean | undefined;
}
export interface RedirectParams {
    readonly redirectUrl?: string | undefined;
}
export type UrlTemplate<T> = string | ((object: T) => string);
export interface Tenantry {
    readonly url: string;
    readonly state: TenantryState;
    readonly status: TenantryStatus;
    readonly user: UserResource | null;
    readonly session: SessionResource | null;
    readonly organization: OrganizationResource | null;
    readonly membership: OrganizationMembershipResource | null;
    readonly instance: InstanceResource | null;
    readonly live: LiveState;
    readonly load: () => Promise<void>;
    readonly close: () => void;
    readonly addListener: (listener: (state: TenantryState) => void) => () => void;
    readonly on: <Name extends keyof TenantryEventMap>(name: Name, listener: (event: TenantryEventMap[Name]) => void) => () => void;
    readonly getToken: (params?: GetTokenParams) => Promise<string | null>;
    readonly has: Has;
    readonly setActive: (params: SetActiveParams) => Promise<void>;
    readonly signOut: (params?: {
        readonly redirectUrl?: string | undefined;
    }) => Promise<void>;
    readonly reload: () => Promise<void>;
    readonly createOrganization: (params: CreateOrganizationParams) => Promise<OrganizationResource>;
    readonly getOrganization: (idOrSlug: string) => Promise<OrganizationResource>;
    readonly getOrganizationMemberships: (params?: MembershipListParams) => Promise<ResourcePage<OrganizationMembershipResource>>;
    readonly getSlugAvailability: (params: {
        readonly slug: string;
        readonly organizationId?: string | undefined;
    }) => Promise<SlugAvailability>;
    readonly checkPermission: (params: {
        readonly permission: PermissionKey;
        readonly organizationId?: string | undefined;
    }) => Promise<PermissionDecision>;
    readonly getInvitationPreview: (ticket: string) => Promise<InvitationPreview | null>;
    readonly acceptInvitation: (params: {
        readonly ticket: string;
    }) => Promise<OrganizationMembershipResource>;
    readonly declineInvitation: (params: {
        readonly ticket: string;
    }) => Promise<UserOrganizationInvitationResource>;
    readonly query: <TData, TVariables>(document: TypedDocument<TData, TVariables>, ...variables: VariablesOf<TVariables>) => Promise<TData>;
    readonly mutate: <TData, TVariables>(document: TypedDocument<TData, TVariables>, ...variables: VariablesOf<TVariables>) => Promise<TData>;
    readonly subscribe: <TData, TVariables>(document: TypedDocument<TData, TVariables>, variables: TVariables, observer: SubscriptionObserver<TData>) => () => void;
    readonly navigate: (to: string, options?: NavigateOptions) => boolean;
    readonly buildUrl: <T extends object>(template: UrlTemplate<T>, object: T) => string;
    readonly buildSignInUrl: (params?: RedirectParams) => string | null;
    readonly buildSignUpUrl: (params?: RedirectParams) => string | null;
    readonly buildTaskUrl: (params?: RedirectParams) => string | null;
}

// @tenantry/js/legacy
import type { CreateOrganizationParams, InviteMemberParams, OrganizationInvitationResource, OrganizationMembershipResource, OrganizationResource, PublicUserData, RoleKey, Tenantry, UpdateOrganizationParams } from "./index.ts";
export type MembershipRole = string;
export interface LegacyListParams {
    readonly limit?: number | undefined;
    readonly offset?: number | undefined;
    readonly role?: readonly MembershipRole[] | undefined;
}
export type LegacyList<T> = readonly T[] & {
    readonly hasMore: boolean;
};
export interface OrganizationMembershipResource2022 {
    readonly id: string;
    readonly role: MembershipRole;
    readonly userId: string;
    readonly identifier: string;
    readonly publicUserData: PublicUserData;
    readonly organization: OrganizationResource2022;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly update: (params: {
        readonly role: MembershipRole;
    }) => Promise<OrganizationMembershipResource2022>;
    readonly destroy: () => Promise<OrganizationMembershipResource2022>;
}
export interface OrganizationInvitationResource2022 {
    readonly id: string;
    readonly emailAddress: string;
    readonly organizationId: string;
    readonly role: MembershipRole;
    readonly status: OrganizationInvitationResource["status"];
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly revoke: () => Promise<OrganizationInvitationResource2022>;
}
export interface OrganizationResource2022 {
    readonly id: string;
    readonly name: string;
    readonly slug: string | null;
    readonly imageUrl: string;
    readonly logoUrl: string;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly update: (params: UpdateOrganizationParams) => Promise<OrganizationResource2022>;
    readonly inviteMember: (params: Omit<InviteMemberParams, "role"> & {
        readonly role?: MembershipRole;
    }) => Promise<OrganizationInvitationResource2022>;
    readonly updateMember: (params: {
        readonly userId: string;
        readonly role: MembershipRole;
    }) => Promise<OrganizationMembershipResource2022>;
    readonly removeMember: (userId: string) => Promise<OrganizationMembershipResource2022>;
    readonly getMembers: (params?: LegacyListParams) => Promise<LegacyList<OrganizationMembershipResource2022>>;
    readonly getMemberships: (params?: LegacyListParams) => Promise<LegacyList<OrganizationMembershipResource2022>>;
    readonly getPendingInvitations: (params?: LegacyListParams) => Promise<LegacyList<OrganizationInvitationResource2022>>;
}
export interface LegacyFunctions {
    readonly createOrganization: (params: CreateOrganizationParams) => Promise<OrganizationResource2022>;
    readonly getOrganization: (id: string) => Promise<OrganizationResource2022>;
    readonly getOrganizationMemberships: (params?: LegacyListParams) => Promise<LegacyList<OrganizationMembershipResource2022>>;
}
export declare function legacyRole(role: RoleKey): MembershipRole;
export declare function currentRole(role: MembershipRole): RoleKey;
export declare const legacyOrganization: (organization: OrganizationResource) => OrganizationResource2022;
export declare const legacyMembership: (membership: OrganizationMembershipResource) => OrganizationMembershipResource2022;
export declare const legacyInvitation: (invitation: OrganizationInvitationResource) => OrganizationInvitationResource2022;
export declare function legacyFunctions(tenantry: Tenantry): LegacyFunctions;

// @tenantry/js/browser
import { createTenantry } from "./client.ts";
import { type LegacyFunctions } from "./legacy.ts";
import type { TenantryOptions } from "./types/options.ts";
export interface ScriptGlobal extends LegacyFunctions {
    readonly load: (options?: Partial<TenantryOptions>) => Promise<void>;
    readonly createTenantry: typeof createTenantry;
}
