// @tenantry/server
export type { Auth, AuthSnapshot, OrganizationProfile, SignedInAuth, SignedOutAuth, } from "./callers/auth.ts";
export { type Authenticator, type AuthParams, auth, createAuthenticator, } from "./callers/authenticator.ts";
export type { SessionClaims } from "./callers/claims.ts";
export type { HasParams } from "./callers/has.ts";
export type { RequestLike } from "./callers/request.ts";
export type { SignedOutReason } from "./callers/verify.ts";
export { type TenantryClient, tenantryClient } from "./client/client.ts";
export { hasCode, isTenantryError, TenantryError, type TenantryErrorEntry } from "./errors.ts";
export { ConfigurationError, type TenantryOptions } from "./options.ts";

// callers/auth
import { type OrganizationAccess, type SessionClaims } from "./claims.ts";
import { type HasParams } from "./has.ts";
import type { SignedOutReason } from "./verify.ts";
interface AuthMethods {
    has(params: HasParams): boolean;
    getToken(): Promise<string | null>;
    toSnapshot(): AuthSnapshot;
}
export interface SignedInAuth extends AuthMethods {
    isAuthenticated: true;
    isStale: false;
    sessionStatus: "active" | "pending";
    sessionId: string;
    userId: string;
    orgId: string | null;
    orgSlug: string | null;
    orgRole: string | null;
    orgPermissions: readonly string[] | null;
    sessionClaims: SessionClaims;
    reason: null;
}
export interface SignedOutAuth extends AuthMethods {
    isAuthenticated: false;
    isStale: boolean;
    sessionStatus: "pending" | null;
    sessionId: null;
    userId: null;
    orgId: null;
    orgSlug: null;
    orgRole: null;
    orgPermissions: null;
    sessionClaims: null;
    reason: SignedOutReason;
}
export type Auth = SignedInAuth | SignedOutAuth;
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
    organization: OrganizationProfile | null;
}
export interface StoredAccess extends OrganizationAccess {
    profile: OrganizationProfile;
    features: string;
    plans: string | undefined;
}
export declare function signedOut(reason: SignedOutReason, sessionStatus?: "pending" | null): SignedOutAuth;
export declare function signedIn(token: string, claims: SessionClaims, stored?: StoredAccess | null): SignedInAuth;
export {};

// callers/claims
export interface SessionClaims {
    iss: string;
    sub: string;
    sid: string;
    iat: number;
    nbf: number;
    exp: number;
    sts?: "active" | "pending";
    azp?: string;
    v?: number;
    fea?: string;
    pla?: string;
    o?: {
        id: string;
        slg?: string;
        rol?: string;
        per?: string;
        fpm?: string;
    };
    org_id?: string;
    org_slug?: string;
    org_role?: string;
    org_permissions?: string[];
    orgs?: Record<string, string>;
    [claim: string]: unknown;
}
export interface OrganizationAccess {
    id: string;
    slug: string | null;
    role: string | null;
    permissions: readonly string[] | null;
}
export declare function readOrganization(claims: SessionClaims): OrganizationAccess | null;
export declare function splitByScope(claim: string | undefined): {
    organization: string[];
    user: string[];
};

// callers/has
import { type OrganizationAccess } from "./claims.ts";
export interface HasParams {
    role?: string | undefined;
    permission?: string | undefined;
    feature?: string | undefined;
    plan?: string | undefined;
}
export interface Granted {
    organization: OrganizationAccess | null;
    features: string | undefined;
    plans: string | undefined;
}
export declare function has(params: HasParams, granted: Granted): boolean;

// callers/verify
import { type Settings } from "../options.ts";
import type { SessionClaims } from "./claims.ts";
export type SignedOutReason = "no-token" | "token-invalid" | "token-invalid-algorithm" | "token-invalid-signature" | "token-invalid-issuer" | "token-invalid-audience" | "token-invalid-authorized-party" | "token-not-active-yet" | "token-expired" | "key-not-found" | "keys-unavailable" | "session-pending";
export type Verified = {
    claims: SessionClaims;
    reason: null;
} | {
    claims: null;
    reason: SignedOutReason;
};
export type Verify = (token: string) => Promise<Verified>;
export declare function createVerifier(settings: Settings): Verify;

// options
export interface TenantryOptions {
    url?: string | undefined;
    authorizedParties?: readonly string[] | undefined;
    secretKey?: string | undefined;
    jwtKey?: string | undefined;
    clockSkew?: number | undefined;
    cookieName?: string | undefined;
    accessSeconds?: number | undefined;
    signInUrl?: string | undefined;
    refreshUrl?: string | undefined;
    taskUrls?: {
        "choose-organization"?: string;
    } | undefined;
    fetch?: typeof globalThis.fetch | undefined;
    clock?: (() => number) | undefined;
}
export interface Settings {
    url: string;
    authorizedParties: readonly string[];
    secretKey: string | null;
    jwtKey: string | null;
    clockSkew: number;
    cookieName: string;
    accessSeconds: number;
    signInUrl: string | null;
    refreshUrl: string | null;
    taskUrl: string | null;
    fetch: typeof globalThis.fetch;
    clock: () => number;
}
export declare class ConfigurationError extends Error {
    readonly name = "ConfigurationError";
}
export declare function readEnvironment(name: string): string | null;
export declare function readSettings(options?: TenantryOptions): Settings;
export declare function requireSecretKey(settings: {
    secretKey: string | null;
}): string;
export declare function readUrl(url: string | null): string;

// callers/authenticator
import { type Settings, type TenantryOptions } from "../options.ts";
import { type Auth } from "./auth.ts";
import { type RequestLike } from "./request.ts";
export interface AuthParams {
    organization?: string | undefined;
    treatPendingAsSignedOut?: boolean | undefined;
}
export interface Authenticator {
    authenticate(request: RequestLike, params?: Pick<AuthParams, "treatPendingAsSignedOut">): Promise<Auth>;
    auth(request: RequestLike, params?: AuthParams): Promise<Auth>;
    readonly settings: Settings;
}
export declare function createAuthenticator(options?: TenantryOptions): Authenticator;
export declare function getAuthenticator(): Authenticator;
export declare function auth(request: RequestLike, params?: AuthParams): Promise<Auth>;

// callers/request
type HeaderRecord = Record<string, string | string[] | undefined>;
export interface RequestLike {
    headers: Pick<Headers, "get"> | HeaderRecord;
}
export declare function readHeader({ headers }: RequestLike, name: string): string | null;
export declare function readTokens(request: RequestLike, cookieName: string): string[];
export declare function isNavigation(request: RequestLike, method: string): boolean;
export {};

// client/client
import { type TenantryOptions } from "../options.ts";
import { type InvitationMethods } from "./invitations.ts";
import { type MembershipMethods } from "./memberships.ts";
import { type OrganizationMethods } from "./organizations.ts";
import { type UserMethods } from "./users.ts";
export interface TenantryClient {
    organizations: OrganizationMethods & MembershipMethods & InvitationMethods;
    users: UserMethods;
}
export declare function tenantryClient(options?: Pick<TenantryOptions, "url" | "secretKey" | "fetch">): TenantryClient;

// client/invitations
import { type PageParams } from "./calls.ts";
import { type InvitationStatus, type Metadata, type OrganizationInvitation, type Page } from "./resources.ts";
import type { Send } from "./send.ts";
export interface InvitationParams {
    emailAddress: string;
    role?: string | undefined;
    inviterUserId?: string | undefined;
    redirectUrl?: string | undefined;
    expiresInDays?: number | undefined;
    notify?: boolean | undefined;
    publicMetadata?: Metadata | undefined;
    privateMetadata?: Metadata | undefined;
}
export interface InvitationListParams extends PageParams {
    organizationId: string;
    status?: InvitationStatus[] | undefined;
    query?: string | undefined;
}
export interface InvitationMethods {
    createOrganizationInvitation(params: InvitationParams & {
        organizationId: string;
    }): Promise<OrganizationInvitation>;
    createOrganizationInvitationBulk(organizationId: string, params: InvitationParams[]): Promise<OrganizationInvitation[]>;
    getOrganizationInvitationList(params: InvitationListParams): Promise<Page<OrganizationInvitation>>;
    revokeOrganizationInvitation(params: {
        organizationId: string;
        invitationId: string;
    }): Promise<OrganizationInvitation>;
}
export declare function invitationMethods(send: Send): InvitationMethods;

// client/calls
import type { UserErrorFieldsFragment } from "../generated/client.ts";
import type { Page } from "./resources.ts";
export interface PageParams {
    limit?: number | undefined;
    offset?: number | undefined;
    after?: string | undefined;
}
interface Connection<T> {
    totalCount: number;
    nodes: readonly T[];
    pageInfo: {
        endCursor: string | null;
    };
}
export declare function toPage<Node, T>(connection: Connection<Node> | null | undefined, toResource: (node: Node) => T): Page<T>;
export declare function succeeded<Payload extends {
    userErrors: readonly UserErrorFieldsFragment[];
}>(payload: Payload | null | undefined): Payload;
export declare function found<T>(value: T | null | undefined, noun: string): T;
export declare function given<T extends object>(fields: T): Given<T>;
type Given<T> = {
    [Name in keyof T]: Exclude<T[Name], undefined>;
};
export {};

// generated/client
type Exact<T extends {
    [key: string]: unknown;
}> = {
    [K in keyof T]: T[K];
};
export type Incremental<T> = T | {
    [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never;
};
import type { TypedDocument } from "../client/send.ts";
export type BulkErrorPolicy = 'REJECT_ALL' | 'SKIP_FAILED';
export type CreateInvitationInput = {
    readonly emailAddress: string;
    readonly expiresInDays?: number | null | undefined;
    readonly inviterUserId?: string | null | undefined;
    readonly notify?: boolean;
    readonly organizationId: string;
    readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly redirectUrl?: string | null | undefined;
    readonly role?: string | null | undefined;
};
export type CreateInvitationsInput = {
    readonly expiresInDays?: number | null | undefined;
    readonly inviterUserId?: string | null | undefined;
    readonly notify?: boolean;
    readonly onError?: BulkErrorPolicy;
    readonly organizationId: string;
    readonly recipients: ReadonlyArray<InvitationRecipientInput>;
    readonly redirectUrl?: string | null | undefined;
    readonly role?: string | null | undefined;
};
export type CreateMembershipInput = {
    readonly organizationId: string;
    readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly role?: string | null | undefined;
    readonly userId: string;
};
export type CreateOrganizationInput = {
    readonly createdAt?: string | null | undefined;
    readonly createdBy?: string | null | undefined;
    readonly externalId?: string | null | undefined;
    readonly maxAllowedMemberships?: number | null | undefined;
    readonly name: string;
    readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly roleSet?: string | null | undefined;
    readonly slug?: string | null | undefined;
};
export type DeleteOrganizationInput = {
    readonly organizationId: string;
};
export type InvitationRecipientInput = {
    readonly emailAddress: string;
    readonly expiresInDays?: number | null | undefined;
    readonly inviterUserId?: string | null | undefined;
    readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly redirectUrl?: string | null | undefined;
    readonly role?: string | null | undefined;
};
export type InvitationRefInput = {
    readonly invitationId: string;
    readonly organizationId: string;
};
export type InvitationStatus = 'ACCEPTED' | 'DECLINED' | 'EXPIRED' | 'PENDING' | 'REVOKED';
export type MembershipOrder = {
    readonly direction?: OrderDirection;
    readonly field?: MembershipOrderField;
};
export type MembershipOrderField = 'CREATED_AT' | 'EMAIL_ADDRESS' | 'FIRST_NAME' | 'LAST_NAME' | 'ORGANIZATION_NAME';
export type MetadataMode = 'MERGE' | 'REPLACE';
export type OrderDirection = 'ASC' | 'DESC';
export type OrganizationBy = {
    readonly externalId: string;
    readonly id?: never;
    readonly slug?: never;
} | {
    readonly externalId?: never;
    readonly id: string;
    readonly slug?: never;
} | {
    readonly externalId?: never;
    readonly id?: never;
    readonly slug: string;
};
export type OrganizationOrder = {
    readonly direction?: OrderDirection;
    readonly field?: OrganizationOrderField;
};
export type OrganizationOrderField = 'CREATED_AT' | 'MEMBERS_COUNT' | 'NAME';
export type RemoveMembershipInput = {
    readonly organizationId: string;
    readonly userId: string;
};
export type UpdateMembershipInput = {
    readonly organizationId: string;
    readonly role: string;
    readonly userId: string;
};
export type UpdateMembershipMetadataInput = {
    readonly mode: MetadataMode;
    readonly organizationId: string;
    readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly userId: string;
};
export type UpdateOrganizationInput = {
    readonly adminDeleteEnabled?: boolean | null | undefined;
    readonly externalId?: string | null | undefined;
    readonly imageUrl?: string | null | undefined;
    readonly maxAllowedMemberships?: number | null | undefined;
    readonly name?: string | null | undefined;
    readonly organizationId: string;
    readonly slug?: string | null | undefined;
};
export type UpdateOrganizationMetadataInput = {
    readonly mode: MetadataMode;
    readonly organizationId: string;
    readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
};
export type UpdateUserInput = {
    readonly createOrganizationEnabled?: boolean | null | undefined;
    readonly createOrganizationsLimit?: number | null | undefined;
    readonly emailAddress?: string | null | undefined;
    readonly emailVerified?: boolean | null | undefined;
    readonly firstName?: string | null | undefined;
    readonly imageUrl?: string | null | undefined;
    readonly lastName?: string | null | undefined;
    readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
    readonly userId: string;
};
export type UserErrorFieldsFragment = {
    readonly code: string;
    readonly message: string;
    readonly field: ReadonlyArray<string> | null;
    readonly meta: Readonly<Record<string, unknown>> | null;
};
export type InvitationFieldsFragment = {
    readonly id: string;
    readonly emailAddress: string;
    readonly status: InvitationStatus;
    readonly redirectUrl: string | null;
    readonly url: string | null;
    readonly publicMetadata: Readonly<Record<string, unknown>>;
    readonly privateMetadata: Readonly<Record<string, unknown>> | null;
    readonly expiresAt: string;
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly role: {
        readonly key: string;
        readonly name: string;
    };
    readonly organization: {
        readonly id: string;
    } | null;
    readonly inviter: {
        readonly id: string;
    } | null;
};
export type GetOrganizationInvitationListQueryVariables = Exact<{
    by: OrganizationBy;
    first?: number | null | undefined;
    after?: string | null | undefined;
    offset?: number | null | undefined;
    query?: string | null | undefined;
    statuses?: ReadonlyArray<InvitationStatus> | InvitationStatus | null | undefined;
}>;
export type GetOrganizationInvitationListQuery = {
    readonly organization: {
        readonly invitations: {
            readonly totalCount: number;
            readonly nodes: ReadonlyArray<{
                readonly id: string;
                readonly emailAddress: string;
                readonly status: InvitationStatus;
                readonly redirectUrl: string | null;
                readonly url: string | null;
                readonly publicMetadata: Readonly<Record<string, unknown>>;
                readonly privateMetadata: Readonly<Record<string, unknown>> | null;
                readonly expiresAt: string;
                readonly createdAt: string;
                readonly updatedAt: string;
                readonly role: {
                    readonly key: string;
                    readonly name: string;
                };
                readonly organization: {
                    readonly id: string;
                } | null;
                readonly inviter: {
                    readonly id: string;
                } | null;
            }>;
            readonly pageInfo: {
                readonly endCursor: string | null;
            };
        } | null;
    } | null;
};
export type CreateOrganizationInvitationMutationVariables = Exact<{
    input: CreateInvitationInput;
}>;
export type CreateOrganizationInvitationMutation = {
    readonly result: {
        readonly invitation: {
            readonly id: string;
            readonly emailAddress: string;
            readonly status: InvitationStatus;
            readonly redirectUrl: string | null;
            readonly url: string | null;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly expiresAt: string;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly role: {
                readonly key: string;
                readonly name: string;
            };
            readonly organization: {
                readonly id: string;
            } | null;
            readonly inviter: {
                readonly id: string;
            } | null;
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type CreateOrganizationInvitationBulkMutationVariables = Exact<{
    input: CreateInvitationsInput;
}>;
export type CreateOrganizationInvitationBulkMutation = {
    readonly result: {
        readonly invitations: ReadonlyArray<{
            readonly id: string;
            readonly emailAddress: string;
            readonly status: InvitationStatus;
            readonly redirectUrl: string | null;
            readonly url: string | null;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly expiresAt: string;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly role: {
                readonly key: string;
                readonly name: string;
            };
            readonly organization: {
                readonly id: string;
            } | null;
            readonly inviter: {
                readonly id: string;
            } | null;
        }>;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type RevokeOrganizationInvitationMutationVariables = Exact<{
    input: InvitationRefInput;
}>;
export type RevokeOrganizationInvitationMutation = {
    readonly result: {
        readonly invitation: {
            readonly id: string;
            readonly emailAddress: string;
            readonly status: InvitationStatus;
            readonly redirectUrl: string | null;
            readonly url: string | null;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly expiresAt: string;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly role: {
                readonly key: string;
                readonly name: string;
            };
            readonly organization: {
                readonly id: string;
            } | null;
            readonly inviter: {
                readonly id: string;
            } | null;
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type MembershipFieldsFragment = {
    readonly id: string;
    readonly permissions: ReadonlyArray<string>;
    readonly publicMetadata: Readonly<Record<string, unknown>>;
    readonly privateMetadata: Readonly<Record<string, unknown>> | null;
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly role: {
        readonly key: string;
        readonly name: string;
    };
    readonly user: {
        readonly id: string;
        readonly firstName: string | null;
        readonly lastName: string | null;
        readonly identifier: string;
        readonly imageUrl: string | null;
    };
    readonly organization: {
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
        readonly privateMetadata: Readonly<Record<string, unknown>> | null;
        readonly createdAt: string;
        readonly updatedAt: string;
        readonly createdBy: {
            readonly id: string;
        } | null;
    };
};
export type GetOrganizationMembershipListQueryVariables = Exact<{
    by: OrganizationBy;
    first?: number | null | undefined;
    after?: string | null | undefined;
    offset?: number | null | undefined;
    query?: string | null | undefined;
    roles?: ReadonlyArray<string> | string | null | undefined;
    orderBy?: MembershipOrder | null | undefined;
}>;
export type GetOrganizationMembershipListQuery = {
    readonly organization: {
        readonly memberships: {
            readonly totalCount: number;
            readonly nodes: ReadonlyArray<{
                readonly id: string;
                readonly permissions: ReadonlyArray<string>;
                readonly publicMetadata: Readonly<Record<string, unknown>>;
                readonly privateMetadata: Readonly<Record<string, unknown>> | null;
                readonly createdAt: string;
                readonly updatedAt: string;
                readonly role: {
                    readonly key: string;
                    readonly name: string;
                };
                readonly user: {
                    readonly id: string;
                    readonly firstName: string | null;
                    readonly lastName: string | null;
                    readonly identifier: string;
                    readonly imageUrl: string | null;
                };
                readonly organization: {
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
                    readonly privateMetadata: Readonly<Record<string, unknown>> | null;
                    readonly createdAt: string;
                    readonly updatedAt: string;
                    readonly createdBy: {
                        readonly id: string;
                    } | null;
                };
            }>;
            readonly pageInfo: {
                readonly endCursor: string | null;
            };
        } | null;
    } | null;
};
export type CreateOrganizationMembershipMutationVariables = Exact<{
    input: CreateMembershipInput;
}>;
export type CreateOrganizationMembershipMutation = {
    readonly result: {
        readonly membership: {
            readonly id: string;
            readonly permissions: ReadonlyArray<string>;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly role: {
                readonly key: string;
                readonly name: string;
            };
            readonly user: {
                readonly id: string;
                readonly firstName: string | null;
                readonly lastName: string | null;
                readonly identifier: string;
                readonly imageUrl: string | null;
            };
            readonly organization: {
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
                readonly privateMetadata: Readonly<Record<string, unknown>> | null;
                readonly createdAt: string;
                readonly updatedAt: string;
                readonly createdBy: {
                    readonly id: string;
                } | null;
            };
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type UpdateOrganizationMembershipMutationVariables = Exact<{
    input: UpdateMembershipInput;
}>;
export type UpdateOrganizationMembershipMutation = {
    readonly result: {
        readonly membership: {
            readonly id: string;
            readonly permissions: ReadonlyArray<string>;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly role: {
                readonly key: string;
                readonly name: string;
            };
            readonly user: {
                readonly id: string;
                readonly firstName: string | null;
                readonly lastName: string | null;
                readonly identifier: string;
                readonly imageUrl: string | null;
            };
            readonly organization: {
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
                readonly privateMetadata: Readonly<Record<string, unknown>> | null;
                readonly createdAt: string;
                readonly updatedAt: string;
                readonly createdBy: {
                    readonly id: string;
                } | null;
            };
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type UpdateOrganizationMembershipMetadataMutationVariables = Exact<{
    input: UpdateMembershipMetadataInput;
}>;
export type UpdateOrganizationMembershipMetadataMutation = {
    readonly result: {
        readonly membership: {
            readonly id: string;
            readonly permissions: ReadonlyArray<string>;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly role: {
                readonly key: string;
                readonly name: string;
            };
            readonly user: {
                readonly id: string;
                readonly firstName: string | null;
                readonly lastName: string | null;
                readonly identifier: string;
                readonly imageUrl: string | null;
            };
            readonly organization: {
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
                readonly privateMetadata: Readonly<Record<string, unknown>> | null;
                readonly createdAt: string;
                readonly updatedAt: string;
                readonly createdBy: {
                    readonly id: string;
                } | null;
            };
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type DeleteOrganizationMembershipMutationVariables = Exact<{
    input: RemoveMembershipInput;
}>;
export type DeleteOrganizationMembershipMutation = {
    readonly result: {
        readonly membership: {
            readonly id: string;
            readonly permissions: ReadonlyArray<string>;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly role: {
                readonly key: string;
                readonly name: string;
            };
            readonly user: {
                readonly id: string;
                readonly firstName: string | null;
                readonly lastName: string | null;
                readonly identifier: string;
                readonly imageUrl: string | null;
            };
            readonly organization: {
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
                readonly privateMetadata: Readonly<Record<string, unknown>> | null;
                readonly createdAt: string;
                readonly updatedAt: string;
                readonly createdBy: {
                    readonly id: string;
                } | null;
            };
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type OrganizationFieldsFragment = {
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
    readonly privateMetadata: Readonly<Record<string, unknown>> | null;
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly createdBy: {
        readonly id: string;
    } | null;
};
export type GetOrganizationQueryVariables = Exact<{
    by: OrganizationBy;
}>;
export type GetOrganizationQuery = {
    readonly organization: {
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
        readonly privateMetadata: Readonly<Record<string, unknown>> | null;
        readonly createdAt: string;
        readonly updatedAt: string;
        readonly createdBy: {
            readonly id: string;
        } | null;
    } | null;
};
export type GetOrganizationListQueryVariables = Exact<{
    first?: number | null | undefined;
    after?: string | null | undefined;
    offset?: number | null | undefined;
    query?: string | null | undefined;
    userIds?: ReadonlyArray<string> | string | null | undefined;
    orderBy?: OrganizationOrder | null | undefined;
}>;
export type GetOrganizationListQuery = {
    readonly organizations: {
        readonly totalCount: number;
        readonly nodes: ReadonlyArray<{
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
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly createdBy: {
                readonly id: string;
            } | null;
        }>;
        readonly pageInfo: {
            readonly endCursor: string | null;
        };
    } | null;
};
export type CreateOrganizationMutationVariables = Exact<{
    input: CreateOrganizationInput;
}>;
export type CreateOrganizationMutation = {
    readonly result: {
        readonly organization: {
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
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly createdBy: {
                readonly id: string;
            } | null;
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type UpdateOrganizationMutationVariables = Exact<{
    input: UpdateOrganizationInput;
}>;
export type UpdateOrganizationMutation = {
    readonly result: {
        readonly organization: {
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
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly createdBy: {
                readonly id: string;
            } | null;
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type UpdateOrganizationMetadataMutationVariables = Exact<{
    input: UpdateOrganizationMetadataInput;
}>;
export type UpdateOrganizationMetadataMutation = {
    readonly result: {
        readonly organization: {
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
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly createdBy: {
                readonly id: string;
            } | null;
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type DeleteOrganizationMutationVariables = Exact<{
    input: DeleteOrganizationInput;
}>;
export type DeleteOrganizationMutation = {
    readonly result: {
        readonly deletedId: string | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export type UserFieldsFragment = {
    readonly id: string;
    readonly externalId: string | null;
    readonly emailAddress: string | null;
    readonly emailVerified: boolean | null;
    readonly firstName: string | null;
    readonly lastName: string | null;
    readonly identifier: string;
    readonly imageUrl: string | null;
    readonly createOrganizationEnabled: boolean | null;
    readonly createOrganizationsLimit: number | null;
    readonly publicMetadata: Readonly<Record<string, unknown>>;
    readonly privateMetadata: Readonly<Record<string, unknown>> | null;
    readonly createdAt: string;
    readonly updatedAt: string;
};
export type GetUserQueryVariables = Exact<{
    id: string;
}>;
export type GetUserQuery = {
    readonly user: {
        readonly id: string;
        readonly externalId: string | null;
        readonly emailAddress: string | null;
        readonly emailVerified: boolean | null;
        readonly firstName: string | null;
        readonly lastName: string | null;
        readonly identifier: string;
        readonly imageUrl: string | null;
        readonly createOrganizationEnabled: boolean | null;
        readonly createOrganizationsLimit: number | null;
        readonly publicMetadata: Readonly<Record<string, unknown>>;
        readonly privateMetadata: Readonly<Record<string, unknown>> | null;
        readonly createdAt: string;
        readonly updatedAt: string;
    } | null;
};
export type GetUserListQueryVariables = Exact<{
    first?: number | null | undefined;
    after?: string | null | undefined;
    offset?: number | null | undefined;
    query?: string | null | undefined;
    emailAddresses?: ReadonlyArray<string> | string | null | undefined;
    externalIds?: ReadonlyArray<string> | string | null | undefined;
}>;
export type GetUserListQuery = {
    readonly users: {
        readonly totalCount: number;
        readonly nodes: ReadonlyArray<{
            readonly id: string;
            readonly externalId: string | null;
            readonly emailAddress: string | null;
            readonly emailVerified: boolean | null;
            readonly firstName: string | null;
            readonly lastName: string | null;
            readonly identifier: string;
            readonly imageUrl: string | null;
            readonly createOrganizationEnabled: boolean | null;
            readonly createOrganizationsLimit: number | null;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
        }>;
        readonly pageInfo: {
            readonly endCursor: string | null;
        };
    } | null;
};
export type UpdateUserMutationVariables = Exact<{
    input: UpdateUserInput;
}>;
export type UpdateUserMutation = {
    readonly result: {
        readonly user: {
            readonly id: string;
            readonly externalId: string | null;
            readonly emailAddress: string | null;
            readonly emailVerified: boolean | null;
            readonly firstName: string | null;
            readonly lastName: string | null;
            readonly identifier: string;
            readonly imageUrl: string | null;
            readonly createOrganizationEnabled: boolean | null;
            readonly createOrganizationsLimit: number | null;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly privateMetadata: Readonly<Record<string, unknown>> | null;
            readonly createdAt: string;
            readonly updatedAt: string;
        } | null;
        readonly userErrors: ReadonlyArray<{
            readonly code: string;
            readonly message: string;
            readonly field: ReadonlyArray<string> | null;
            readonly meta: Readonly<Record<string, unknown>> | null;
        }>;
    } | null;
};
export declare const GetOrganizationInvitationListDocument: TypedDocument<GetOrganizationInvitationListQuery, GetOrganizationInvitationListQueryVariables>;
export declare const CreateOrganizationInvitationDocument: TypedDocument<CreateOrganizationInvitationMutation, CreateOrganizationInvitationMutationVariables>;
export declare const CreateOrganizationInvitationBulkDocument: TypedDocument<CreateOrganizationInvitationBulkMutation, CreateOrganizationInvitationBulkMutationVariables>;
export declare const RevokeOrganizationInvitationDocument: TypedDocument<RevokeOrganizationInvitationMutation, RevokeOrganizationInvitationMutationVariables>;
export declare const GetOrganizationMembershipListDocument: TypedDocument<GetOrganizationMembershipListQuery, GetOrganizationMembershipListQueryVariables>;
export declare const CreateOrganizationMembershipDocument: TypedDocument<CreateOrganizationMembershipMutation, CreateOrganizationMembershipMutationVariables>;
export declare const UpdateOrganizationMembershipDocument: TypedDocument<UpdateOrganizationMembershipMutation, UpdateOrganizationMembershipMutationVariables>;
export declare const UpdateOrganizationMembershipMetadataDocument: TypedDocument<UpdateOrganizationMembershipMetadataMutation, UpdateOrganizationMembershipMetadataMutationVariables>;
export declare const DeleteOrganizationMembershipDocument: TypedDocument<DeleteOrganizationMembershipMutation, DeleteOrganizationMembershipMutationVariables>;
export declare const GetOrganizationDocument: TypedDocument<GetOrganizationQuery, GetOrganizationQueryVariables>;
export declare const GetOrganizationListDocument: TypedDocument<GetOrganizationListQuery, GetOrganizationListQueryVariables>;
export declare const CreateOrganizationDocument: TypedDocument<CreateOrganizationMutation, CreateOrganizationMutationVariables>;
export declare const UpdateOrganizationDocument: TypedDocument<UpdateOrganizationMutation, UpdateOrganizationMutationVariables>;
export declare const UpdateOrganizationMetadataDocument: TypedDocument<UpdateOrganizationMetadataMutation, UpdateOrganizationMetadataMutationVariables>;
export declare const DeleteOrganizationDocument: TypedDocument<DeleteOrganizationMutation, DeleteOrganizationMutationVariables>;
export declare const GetUserDocument: TypedDocument<GetUserQuery, GetUserQueryVariables>;
export declare const GetUserListDocument: TypedDocument<GetUserListQuery, GetUserListQueryVariables>;
export declare const UpdateUserDocument: TypedDocument<UpdateUserMutation, UpdateUserMutationVariables>;
export {};

// client/send
import type { Settings } from "../options.ts";
export interface TypedDocument<TResult, TVariables> {
    toString(): string;
    readonly __apiType?: (variables: TVariables) => TResult;
}
export type Send = <TResult, TVariables>(document: TypedDocument<TResult, TVariables>, variables: TVariables) => Promise<TResult>;
export declare function createSend(settings: Pick<Settings, "url" | "fetch">, credential: string | null): Send;

// client/resources
import type { InvitationFieldsFragment, MembershipFieldsFragment, OrganizationFieldsFragment, UserFieldsFragment } from "../generated/client.ts";
export type Metadata = Readonly<Record<string, unknown>>;
export interface Page<T> {
    data: T[];
    totalCount: number;
    endCursor: string | null;
}
interface Timestamps {
    createdAt: number;
    updatedAt: number;
}
export interface Organization extends Timestamps {
    id: string;
    name: string;
    slug: string | null;
    imageUrl: string;
    hasImage: boolean;
    membersCount: number;
    pendingInvitationsCount: number;
    maxAllowedMemberships: number;
    adminDeleteEnabled: boolean;
    createdBy: string | null;
    publicMetadata: Metadata;
    privateMetadata: Metadata;
}
export interface OrganizationMembership extends Timestamps {
    id: string;
    role: string;
    roleName: string;
    permissions: readonly string[];
    publicMetadata: Metadata;
    privateMetadata: Metadata;
    organization: Organization;
    publicUserData: {
        userId: string;
        firstName: string | null;
        lastName: string | null;
        identifier: string;
        imageUrl: string | null;
        hasImage: boolean;
    };
}
export type InvitationStatus = "pending" | "accepted" | "declined" | "revoked" | "expired";
export interface OrganizationInvitation extends Timestamps {
    id: string;
    emailAddress: string;
    role: string;
    roleName: string;
    organizationId: string | null;
    inviterUserId: string | null;
    status: InvitationStatus;
    redirectUrl: string | null;
    url: string | null;
    publicMetadata: Metadata;
    privateMetadata: Metadata;
    expiresAt: number;
}
export interface User extends Timestamps {
    id: string;
    externalId: string | null;
    emailAddress: string | null;
    emailVerified: boolean;
    firstName: string | null;
    lastName: string | null;
    fullName: string | null;
    identifier: string;
    imageUrl: string | null;
    createOrganizationEnabled: boolean | null;
    createOrganizationsLimit: number | null;
    publicMetadata: Metadata;
    privateMetadata: Metadata;
}
export declare function toOrganization(found: OrganizationFieldsFragment): Organization;
export declare function toMembership(found: MembershipFieldsFragment): OrganizationMembership;
export declare function toInvitation(found: InvitationFieldsFragment): OrganizationInvitation;
export declare function toUser(found: UserFieldsFragment): User;
export {};

// client/memberships
import { type PageParams } from "./calls.ts";
import { type Metadata, type OrganizationMembership, type Page } from "./resources.ts";
import type { Send } from "./send.ts";
export interface MembershipRef {
    organizationId: string;
    userId: string;
}
export interface MembershipListParams extends PageParams {
    organizationId: string;
    query?: string | undefined;
    role?: string[] | undefined;
    orderBy?: `${"" | "+" | "-"}${"created_at" | "email_address" | "first_name" | "last_name"}` | undefined;
}
export interface MembershipMethods {
    createOrganizationMembership(params: MembershipRef & {
        role?: string | undefined;
    }): Promise<OrganizationMembership>;
    getOrganizationMembershipList(params: MembershipListParams): Promise<Page<OrganizationMembership>>;
    updateOrganizationMembership(params: MembershipRef & {
        role: string;
    }): Promise<OrganizationMembership>;
    updateOrganizationMembershipMetadata(params: MembershipRef & {
        publicMetadata?: Metadata | undefined;
        privateMetadata?: Metadata | undefined;
    }): Promise<OrganizationMembership>;
    deleteOrganizationMembership(params: MembershipRef): Promise<OrganizationMembership>;
}
export declare function membershipMethods(send: Send): MembershipMethods;

// client/organizations
import { type PageParams } from "./calls.ts";
import { type Metadata, type Organization, type Page } from "./resources.ts";
import type { Send } from "./send.ts";
export type OrganizationRef = {
    organizationId: string;
} | {
    slug: string;
};
interface MetadataParams {
    publicMetadata?: Metadata | undefined;
    privateMetadata?: Metadata | undefined;
}
export interface CreateOrganizationParams extends MetadataParams {
    name: string;
    slug?: string | undefined;
    createdBy?: string | undefined;
    maxAllowedMemberships?: number | undefined;
}
export interface UpdateOrganizationParams extends MetadataParams {
    name?: string | undefined;
    slug?: string | undefined;
    imageUrl?: string | null | undefined;
    maxAllowedMemberships?: number | undefined;
    adminDeleteEnabled?: boolean | undefined;
}
export interface OrganizationListParams extends PageParams {
    query?: string | undefined;
    userId?: string[] | undefined;
    orderBy?: `${"" | "+" | "-"}${"name" | "created_at" | "members_count"}` | undefined;
}
export interface OrganizationMethods {
    createOrganization(params: CreateOrganizationParams): Promise<Organization>;
    getOrganization(params: OrganizationRef): Promise<Organization>;
    getOrganizationList(params?: OrganizationListParams): Promise<Page<Organization>>;
    updateOrganization(organizationId: string, params: UpdateOrganizationParams): Promise<Organization>;
    updateOrganizationMetadata(organizationId: string, params: MetadataParams): Promise<Organization>;
    replaceOrganizationMetadata(organizationId: string, params: MetadataParams): Promise<Organization>;
    deleteOrganization(organizationId: string): Promise<{
        id: string;
        deleted: true;
    }>;
}
export declare function organizationMethods(send: Send): OrganizationMethods;
export declare function toReference(params: OrganizationRef): {
    id: string;
} | {
    slug: string;
};
export declare function toOrder<Field extends string>(orderBy: string): {
    field: Field;
    direction: "ASC" | "DESC";
};
export {};

// client/users
import { type PageParams } from "./calls.ts";
import { type Metadata, type Page, type User } from "./resources.ts";
import type { Send } from "./send.ts";
export interface UserListParams extends PageParams {
    query?: string | undefined;
    emailAddress?: string[] | undefined;
    externalId?: string[] | undefined;
}
export interface UpdateUserParams {
    firstName?: string | null | undefined;
    lastName?: string | null | undefined;
    imageUrl?: string | null | undefined;
    emailAddress?: string | null | undefined;
    emailVerified?: boolean | undefined;
    createOrganizationEnabled?: boolean | null | undefined;
    createOrganizationsLimit?: number | null | undefined;
    publicMetadata?: Metadata | undefined;
    privateMetadata?: Metadata | undefined;
}
export interface UserMethods {
    getUser(userId: string): Promise<User>;
    getUserList(params?: UserListParams): Promise<Page<User>>;
    updateUser(userId: string, params: UpdateUserParams): Promise<User>;
}
export declare function userMethods(send: Send): UserMethods;

// errors
export interface TenantryErrorEntry {
    code: string;
    message: string;
    meta: {
        paramName?: string;
        [name: string]: unknown;
    };
}
export declare class TenantryError extends Error {
    readonly name = "TenantryError";
    readonly status: number;
    readonly errors: readonly TenantryErrorEntry[];
    readonly retryAfter: number | null;
    readonly requestId: string | null;
    constructor(status: number, errors: readonly TenantryErrorEntry[], answer?: {
        retryAfter?: number | null;
        requestId?: string | null;
    });
}
export declare function isTenantryError(error: unknown): error is TenantryError;
export declare function hasCode(error: unknown, code: string): boolean;

// @tenantry/server/express
import type { Request, RequestHandler } from "express";
import { type AdmissionParams } from "./callers/admission.ts";
import type { Auth } from "./callers/auth.ts";
import { type AuthParams } from "./callers/authenticator.ts";
import { type TenantryOptions } from "./options.ts";
export type RequireAuthParams = AdmissionParams<Request>;
export declare function tenantryMiddleware(options?: TenantryOptions): RequestHandler;
export declare function getAuth(request: Request): Auth;
export declare function getAuth(request: Request, params: AuthParams): Promise<Auth>;
export declare function requireAuth(params?: RequireAuthParams): RequestHandler;

// callers/admission
import type { Authenticator } from "./authenticator.ts";
import { type GuardParams, type Verdict } from "./guard.ts";
import { type RequestLike } from "./request.ts";
export interface AdmissionParams<Route> extends GuardParams {
    organization?: string | ((route: Route) => string | undefined) | undefined;
}
export interface Arrival<Route> {
    route: Route;
    request: RequestLike;
    method: string;
    url: string;
}
export declare function admit<Route>(authenticator: Authenticator, { organization: given, ...asked }: AdmissionParams<Route>, { route, request, method, url }: Arrival<Route>): Promise<Verdict>;

// callers/guard
import type { Settings } from "../options.ts";
import type { Auth } from "./auth.ts";
import type { HasParams } from "./has.ts";
export interface GuardParams extends HasParams {
    unauthenticatedUrl?: string | undefined;
    unauthorizedUrl?: string | undefined;
}
export interface Place {
    url: string | null;
    isNavigation: boolean;
    inOrganization: boolean;
}
export interface Refusal {
    status: 401 | 403 | 404 | 503;
    code: string;
    message: string;
}
export type Verdict = {
    kind: "allow";
} | {
    kind: "redirect";
    to: string;
} | {
    kind: "refuse";
    refusal: Refusal;
};
export declare function judge(auth: Auth, params: GuardParams, place: Place, settings: Settings): Verdict;
export declare function settle(auth: Auth, place: Place, settings: Settings): Verdict;
export declare function toPath(url: string): string;

// @tenantry/server/fastify
import type { FastifyPluginAsync, FastifyRequest, preHandlerAsyncHookHandler } from "fastify";
import { type AdmissionParams } from "./callers/admission.ts";
import type { Auth } from "./callers/auth.ts";
import { type AuthParams } from "./callers/authenticator.ts";
import { type TenantryOptions } from "./options.ts";
export type RequireAuthParams = AdmissionParams<FastifyRequest>;
export declare const tenantryPlugin: FastifyPluginAsync<TenantryOptions>;
export declare function getAuth(request: FastifyRequest): Auth;
export declare function getAuth(request: FastifyRequest, params: AuthParams): Promise<Auth>;
export declare function requireAuth(params?: RequireAuthParams): preHandlerAsyncHookHandler;

// @tenantry/server/hono
import type { Context, MiddlewareHandler } from "hono";
import { type AdmissionParams } from "./callers/admission.ts";
import type { Auth } from "./callers/auth.ts";
import { type AuthParams } from "./callers/authenticator.ts";
import { type TenantryOptions } from "./options.ts";
export type RequireAuthParams = AdmissionParams<Context>;
export declare function tenantryMiddleware(options?: TenantryOptions): MiddlewareHandler;
export declare function getAuth(context: Context): Auth;
export declare function getAuth(context: Context, params: AuthParams): Promise<Auth>;
export declare function requireAuth(params?: RequireAuthParams): MiddlewareHandler;

// @tenantry/server/next
import type { Auth, SignedInAuth } from "./callers/auth.ts";
import { type AuthParams } from "./callers/authenticator.ts";
import { type GuardParams } from "./callers/guard.ts";
import type { User } from "./client/resources.ts";
import { type InitialState } from "./state.ts";
export { tenantryClient } from "./client/client.ts";
export { createRouteMatcher, type ProxyAuth, type ProxyHandler, type ProxyOptions, tenantryProxy, } from "./proxy.ts";
export type { InitialState } from "./state.ts";
export interface AuthFunction {
    (params?: AuthParams): Promise<Auth>;
    protect(params?: AuthParams & GuardParams): Promise<SignedInAuth>;
}
export declare const auth: AuthFunction;
export declare function initialState(params?: AuthParams): Promise<InitialState>;
export declare function currentUser(): Promise<User | null>;

// state
import type { Auth } from "./callers/auth.ts";
import type { SessionClaims } from "./callers/claims.ts";
import { type InitialStateQuery, type StateInstanceFragment, type StateOrganizationFragment } from "./generated/state.ts";
import type { Settings } from "./options.ts";
type StateViewer = NonNullable<InitialStateQuery["viewer"]>;
export interface InitialState {
    readonly viewer: (Pick<StateViewer, "user" | "session" | "canCreateOrganization"> & {
        readonly activeOrganization: Omit<StateOrganizationFragment, "viewerMembership"> | null;
        readonly activeMembership: StateOrganizationFragment["viewerMembership"];
    }) | null;
    readonly instance: StateInstanceFragment | null;
    readonly sessionClaims: SessionClaims | null;
}
export declare function readInitialState(auth: Auth, organization: string | undefined, settings: Settings): Promise<InitialState>;
export {};

// generated/state
type Exact<T extends {
    [key: string]: unknown;
}> = {
    [K in keyof T]: T[K];
};
export type Incremental<T> = T | {
    [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never;
};
import type { TypedDocument } from "../client/send.ts";
export type EnrollmentMode = 'AUTOMATIC_INVITATION' | 'AUTOMATIC_SUGGESTION' | 'ENTERPRISE_SSO' | 'MANUAL_INVITATION';
export type MembershipMode = 'OPTIONAL' | 'REQUIRED';
export type OrganizationBy = {
    readonly externalId: string;
    readonly id?: never;
    readonly slug?: never;
} | {
    readonly externalId?: never;
    readonly id: string;
    readonly slug?: never;
} | {
    readonly externalId?: never;
    readonly id?: never;
    readonly slug: string;
};
export type SessionStatus = 'ACTIVE' | 'ENDED' | 'EXPIRED' | 'PENDING' | 'REVOKED';
export type InitialStateQueryVariables = Exact<{
    by: OrganizationBy;
    inUrl: boolean;
}>;
export type InitialStateQuery = {
    readonly viewer: {
        readonly canCreateOrganization: boolean;
        readonly user: {
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
        };
        readonly session: {
            readonly id: string;
            readonly status: SessionStatus;
            readonly createdAt: string;
            readonly expiresAt: string;
            readonly tasks: ReadonlyArray<{
                readonly key: string;
            }>;
            readonly lastActiveOrganization: {
                readonly id: string;
            } | null;
        } | null;
        readonly activeOrganization?: {
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
            readonly viewerMembership: {
                readonly id: string;
                readonly permissions: ReadonlyArray<string>;
                readonly publicMetadata: Readonly<Record<string, unknown>>;
                readonly createdAt: string;
                readonly updatedAt: string;
                readonly role: {
                    readonly key: string;
                    readonly name: string;
                };
            } | null;
        } | null;
    } | null;
    readonly organization?: {
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
        readonly viewerMembership: {
            readonly id: string;
            readonly permissions: ReadonlyArray<string>;
            readonly publicMetadata: Readonly<Record<string, unknown>>;
            readonly createdAt: string;
            readonly updatedAt: string;
            readonly role: {
                readonly key: string;
                readonly name: string;
            };
        } | null;
    } | null;
    readonly instance: {
        readonly name: string;
        readonly logoUrl: string | null;
        readonly homeUrl: string | null;
        readonly signInUrl: string | null;
        readonly signUpUrl: string | null;
        readonly organizationsEnabled: boolean;
        readonly membershipMode: MembershipMode;
        readonly slugsEnabled: boolean;
        readonly maxAllowedMemberships: number;
        readonly createOrganizationEnabled: boolean;
        readonly adminDeleteEnabled: boolean;
        readonly invitationExpiresInDays: number;
        readonly domainsEnabled: boolean;
        readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>;
        readonly billingEnabled: boolean;
        readonly billingUrl: string | null;
    };
};
export type InitialInstanceQueryVariables = Exact<{
    [key: string]: never;
}>;
export type InitialInstanceQuery = {
    readonly instance: {
        readonly name: string;
        readonly logoUrl: string | null;
        readonly homeUrl: string | null;
        readonly signInUrl: string | null;
        readonly signUpUrl: string | null;
        readonly organizationsEnabled: boolean;
        readonly membershipMode: MembershipMode;
        readonly slugsEnabled: boolean;
        readonly maxAllowedMemberships: number;
        readonly createOrganizationEnabled: boolean;
        readonly adminDeleteEnabled: boolean;
        readonly invitationExpiresInDays: number;
        readonly domainsEnabled: boolean;
        readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>;
        readonly billingEnabled: boolean;
        readonly billingUrl: string | null;
    };
};
export type StateOrganizationFragment = {
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
    readonly viewerMembership: {
        readonly id: string;
        readonly permissions: ReadonlyArray<string>;
        readonly publicMetadata: Readonly<Record<string, unknown>>;
        readonly createdAt: string;
        readonly updatedAt: string;
        readonly role: {
            readonly key: string;
            readonly name: string;
        };
    } | null;
};
export type StateInstanceFragment = {
    readonly name: string;
    readonly logoUrl: string | null;
    readonly homeUrl: string | null;
    readonly signInUrl: string | null;
    readonly signUpUrl: string | null;
    readonly organizationsEnabled: boolean;
    readonly membershipMode: MembershipMode;
    readonly slugsEnabled: boolean;
    readonly maxAllowedMemberships: number;
    readonly createOrganizationEnabled: boolean;
    readonly adminDeleteEnabled: boolean;
    readonly invitationExpiresInDays: number;
    readonly domainsEnabled: boolean;
    readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>;
    readonly billingEnabled: boolean;
    readonly billingUrl: string | null;
};
export declare const InitialStateDocument: TypedDocument<InitialStateQuery, InitialStateQueryVariables>;
export declare const InitialInstanceDocument: TypedDocument<InitialInstanceQuery, InitialInstanceQueryVariables>;
export {};

// proxy
import { type NextFetchEvent, type NextRequest } from "next/server.js";
import type { Auth, SignedInAuth } from "./callers/auth.ts";
import { type AuthParams } from "./callers/authenticator.ts";
import { type GuardParams } from "./callers/guard.ts";
import type { TenantryOptions } from "./options.ts";
import { type Route } from "./routes.ts";
export declare const URL_HEADER = "x-tenantry-url";
export declare const ORGANIZATION_HEADER = "x-tenantry-organization";
export interface ProxyOptions extends TenantryOptions {
    organizationPatterns?: readonly Route[] | undefined;
}
export interface ProxyAuth {
    (params?: AuthParams): Promise<Auth>;
    protect(params?: AuthParams & GuardParams): Promise<SignedInAuth>;
}
type Result = Response | null | undefined;
export type ProxyHandler = (auth: ProxyAuth, request: NextRequest, event: NextFetchEvent) => Result | void | Promise<Result | void>;
export declare function createRouteMatcher(routes: Route | readonly Route[]): (request: NextRequest) => boolean;
export declare function tenantryProxy(handler?: ProxyHandler | undefined, options?: ProxyOptions): (request: NextRequest, event: NextFetchEvent) => Promise<Response>;
export {};

// routes
export type Route = string | RegExp;
export declare function createPathMatcher(routes: Route | readonly Route[]): (path: string) => boolean;
export declare function findOrganization(routes: readonly Route[], path: string): string | null;
export declare function decodePath(path: string): string;

// @tenantry/server/webhooks
import { WebhookVerificationError } from "standardwebhooks";
import { type RequestLike } from "./callers/request.ts";
export { WebhookVerificationError };
export interface WebhookEvent {
    type: string;
    object: "event";
    timestamp: number;
    cursor: string;
    instance_id: string;
    data: {
        object: string;
        id: string;
        [field: string]: unknown;
    };
}
export type WebhookRequest = Request | (RequestLike & {
    body: string | Uint8Array;
});
export interface WebhookOptions {
    signingSecret?: string | undefined;
}
export declare function verifyWebhook(request: WebhookRequest, options?: WebhookOptions): Promise<WebhookEvent>;

// @tenantry/server/legacy
import type { GetServerSidePropsContext, NextApiRequest, NextApiResponse } from "next";
import { type SessionClaims } from "./callers/claims.ts";
import type { RequestLike } from "./callers/request.ts";
import type { Organization } from "./client/resources.ts";
export interface LegacyClaims extends SessionClaims {
    org_id?: string;
    org_role?: string;
    orgs?: Record<string, string>;
}
export interface LegacyAuth {
    sessionId: string | null;
    userId: string | null;
    claims: LegacyClaims;
    getToken(): Promise<string | null>;
}
export type WithAuth<Request> = Request & {
    auth: LegacyAuth;
};
interface JsonResponse {
    status(code: number): {
        json(body: unknown): unknown;
    };
}
export declare function requireAuth<Request extends RequestLike = NextApiRequest, Response extends JsonResponse = NextApiResponse>(handler: (request: WithAuth<Request>, response: Response) => unknown): (request: Request, response: Response) => Promise<unknown>;
export declare function withServerSideAuth<Context extends {
    req: RequestLike;
} = GetServerSidePropsContext, Props = unknown>(load: (context: Context & {
    req: WithAuth<Context["req"]>;
}) => Props | Promise<Props>): (context: Context) => Promise<Props>;
export declare const organizations: {
    getOrganization(params: {
        organizationId: string;
    }): Promise<Organization>;
};
export {};
