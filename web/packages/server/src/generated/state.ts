/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from "../client/send.ts";
/** What happens when a user with a verified address at a domain appears. */
export type EnrollmentMode =
  /** The user gets an invitation in the default role of the role set. */
  | 'AUTOMATIC_INVITATION'
  /** The user gets a suggestion, and can ask to join. */
  | 'AUTOMATIC_SUGGESTION'
  /** Users join through an enterprise connection, which sets this mode. */
  | 'ENTERPRISE_SSO'
  /** Nothing: members invite people. */
  | 'MANUAL_INVITATION';

/** Whether users need an organization to work. */
export type MembershipMode =
  /** A session without an active organization works with the user's personal account. */
  | 'OPTIONAL'
  /** A session must have an active organization. Without one, it stays pending. */
  | 'REQUIRED';

/** The organization to return. Set exactly one of the fields. */
export type OrganizationBy =
  {   /** The organization's ID in another system. Requires a secret key. */
  readonly externalId: string; readonly id?: never; readonly slug?: never; }
  |  { readonly externalId?: never;   /** ID of the organization to return. */
  readonly id: string; readonly slug?: never; }
  |  { readonly externalId?: never; readonly id?: never;   /** The slug of the organization to return. */
  readonly slug: string; };

/** The status of a session. */
export type SessionStatus =
  /** The session can be used. */
  | 'ACTIVE'
  /** The user ended the session. */
  | 'ENDED'
  /** The session expired. */
  | 'EXPIRED'
  /** The session is open, but the user must complete a task before it can be used. */
  | 'PENDING'
  /** A secret key revoked the session. */
  | 'REVOKED';

export type InitialStateQueryVariables = Exact<{
  by: OrganizationBy;
  inUrl: boolean;
}>;


export type InitialStateQuery = { readonly viewer: { readonly canCreateOrganization: boolean, readonly user: { readonly id: string, readonly externalId: string | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly session: { readonly id: string, readonly status: SessionStatus, readonly createdAt: string, readonly expiresAt: string, readonly tasks: ReadonlyArray<{ readonly key: string }>, readonly lastActiveOrganization: { readonly id: string } | null } | null, readonly activeOrganization?: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly viewerMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null } | null } | null, readonly organization?: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly viewerMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null } | null, readonly instance: { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null } };

export type InitialInstanceQueryVariables = Exact<{ [key: string]: never; }>;


export type InitialInstanceQuery = { readonly instance: { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null } };

export type StateOrganizationFragment = { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly viewerMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null };

export type StateInstanceFragment = { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null };

const StateOrganization: string = "fragment StateOrganization on Organization{id name slug imageUrl hasImage membersCount pendingInvitationsCount maxAllowedMemberships adminDeleteEnabled publicMetadata createdAt updatedAt viewerMembership{id role{key name}permissions publicMetadata createdAt updatedAt}}";
const StateInstance: string = "fragment StateInstance on Instance{name logoUrl homeUrl signInUrl signUpUrl organizationsEnabled membershipMode slugsEnabled maxAllowedMemberships createOrganizationEnabled adminDeleteEnabled invitationExpiresInDays domainsEnabled domainsEnrollmentModes billingEnabled billingUrl}";
export const InitialStateDocument: TypedDocument<InitialStateQuery, InitialStateQueryVariables> =
  "query InitialState($by:OrganizationBy!$inUrl:Boolean!){viewer{user{id externalId firstName lastName identifier imageUrl emailAddress emailVerified publicMetadata createdAt updatedAt}session{id status tasks{key}lastActiveOrganization{id}createdAt expiresAt}activeOrganization@skip(if:$inUrl){...StateOrganization}canCreateOrganization}organization(by:$by)@include(if:$inUrl){...StateOrganization}instance{...StateInstance}}" + StateOrganization + StateInstance;
export const InitialInstanceDocument: TypedDocument<InitialInstanceQuery, InitialInstanceQueryVariables> =
  "query InitialInstance{instance{...StateInstance}}" + StateInstance;