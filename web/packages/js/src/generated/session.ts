/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from "../types/tenantry.ts";
/** The kind of actor that caused an event. */
export type ActorType =
  /** An API key of an organization. */
  | 'API_KEY'
  /** A service with a secret key. */
  | 'SERVICE'
  /** Tenantry itself, for example when an invitation expires. */
  | 'SYSTEM'
  /** A signed-in user. */
  | 'USER';

/** A session to open. Set at most one of `organizationId` and `slug`. */
export type CreateSessionInput = {
  /** The format of the claims in the session's first token. */
  readonly format?: SessionTokenFormat;
  /** ID of the session's first active organization. Without it, the session uses the personal account or, if an organization is required, is pending. */
  readonly organizationId?: string | null | undefined;
  /** The slug of the session's first active organization. */
  readonly slug?: string | null | undefined;
};

/** The session and the organization that a new token is for. Set at most one of `organizationId` and `slug`. */
export type CreateSessionTokenInput = {
  /** The format of the claims in the new token. */
  readonly format?: SessionTokenFormat;
  /** ID of an organization that the caller is a member of. Null for the personal account. Defaults to the session's active organization. */
  readonly organizationId?: string | null | undefined;
  /** ID of the session that the token belongs to. */
  readonly sessionId: string;
  /** The slug of an organization that the caller is a member of. */
  readonly slug?: string | null | undefined;
};

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

/** The type of an event. */
export type EventType =
  /** An API key was created. */
  | 'API_KEY_CREATED'
  /** An API key was revoked. */
  | 'API_KEY_REVOKED'
  /** An API key was updated, or its creator left the organization. */
  | 'API_KEY_UPDATED'
  /** A domain was added to an organization. */
  | 'DOMAIN_CREATED'
  /** A domain was removed from an organization. */
  | 'DOMAIN_DELETED'
  /** A domain was verified, changed its enrollment mode, or lost its verification. */
  | 'DOMAIN_UPDATED'
  /** A feature was created. */
  | 'FEATURE_CREATED'
  /** A feature was deleted. */
  | 'FEATURE_DELETED'
  /** The name or the description of a feature was updated. */
  | 'FEATURE_UPDATED'
  /** Settings of the instance were updated. */
  | 'INSTANCE_UPDATED'
  /** An invitation was accepted, and the invited person became a member. */
  | 'INVITATION_ACCEPTED'
  /** An invitation was created. */
  | 'INVITATION_CREATED'
  /** An invitation was declined by the invited person. */
  | 'INVITATION_DECLINED'
  /** An invitation was found to have expired. */
  | 'INVITATION_EXPIRED'
  /** An invitation was sent again with a new link. */
  | 'INVITATION_RESENT'
  /** An invitation was revoked. */
  | 'INVITATION_REVOKED'
  /** A user became a member of an organization. */
  | 'MEMBERSHIP_CREATED'
  /** A user left an organization or was removed from it. */
  | 'MEMBERSHIP_DELETED'
  /** A membership request was accepted, or its user became a member in another way. */
  | 'MEMBERSHIP_REQUEST_ACCEPTED'
  /** A user asked to join an organization. */
  | 'MEMBERSHIP_REQUEST_CREATED'
  /** A membership request was rejected. */
  | 'MEMBERSHIP_REQUEST_REJECTED'
  /** The role or the metadata of a membership was updated. */
  | 'MEMBERSHIP_UPDATED'
  /** An organization was created. */
  | 'ORGANIZATION_CREATED'
  /** An organization was deleted. The events of its deleted memberships come first. */
  | 'ORGANIZATION_DELETED'
  /** An organization was updated. */
  | 'ORGANIZATION_UPDATED'
  /** A permission was created. */
  | 'PERMISSION_CREATED'
  /** A permission was deleted. */
  | 'PERMISSION_DELETED'
  /** The name or the description of a permission was updated. */
  | 'PERMISSION_UPDATED'
  /** A plan was created. */
  | 'PLAN_CREATED'
  /** A plan was replaced by another one and deleted. */
  | 'PLAN_DELETED'
  /** A plan or its features were updated. */
  | 'PLAN_UPDATED'
  /** A role was created. */
  | 'ROLE_CREATED'
  /** A role was deleted. */
  | 'ROLE_DELETED'
  /** A role set was created. */
  | 'ROLE_SET_CREATED'
  /** A role set was replaced by another one and deleted. */
  | 'ROLE_SET_DELETED'
  /** A role set or its roles were updated. */
  | 'ROLE_SET_UPDATED'
  /** A role or its permissions were updated. */
  | 'ROLE_UPDATED'
  /** A secret key was created. */
  | 'SECRET_KEY_CREATED'
  /** A secret key was revoked. */
  | 'SECRET_KEY_REVOKED'
  /** A session was opened. */
  | 'SESSION_CREATED'
  /** A session was ended by its user. */
  | 'SESSION_ENDED'
  /** A session was revoked by a secret key. */
  | 'SESSION_REVOKED'
  /** A subscription became active. The event of its creation or update comes first. */
  | 'SUBSCRIPTION_ACTIVE'
  /** An organization or a user got a subscription. */
  | 'SUBSCRIPTION_CREATED'
  /** A payment for a subscription is overdue. The event of its creation or update comes first. */
  | 'SUBSCRIPTION_PAST_DUE'
  /** The plan, the status, or the seats of a subscription were updated. */
  | 'SUBSCRIPTION_UPDATED'
  /** A user accepted the suggestion to join an organization. The event of the membership request follows. */
  | 'SUGGESTION_ACCEPTED'
  /** A user with a verified address at a domain was suggested to join its organization. */
  | 'SUGGESTION_CREATED'
  /** A user was created, by a secret key or by their first token. */
  | 'USER_CREATED'
  /** A user was deleted. The events of their deleted memberships come first. */
  | 'USER_DELETED'
  /** A user was updated, by a secret key or by a token with a newer profile. */
  | 'USER_UPDATED';

/** Whether users need an organization to work. */
export type MembershipMode =
  /** A session without an active organization works with the user's personal account. */
  | 'OPTIONAL'
  /** A session must have an active organization. Without one, it stays pending. */
  | 'REQUIRED';

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

/** The format of the claims in a session token. */
export type SessionTokenFormat =
  /** The claims are `org_id`, `orgs`, and `org_role` with the role names of 2022, such as `basic_member`. */
  | 'LEGACY'
  /** The claims are `org_id`, `org_slug`, `org_role`, `org_permissions`, and `orgs`. */
  | 'V1'
  /** The organization is in the claim `o`, in a compact form. */
  | 'V2';

/** The session and its new active organization. Set exactly one of `organizationId` and `slug`. */
export type SetActiveOrganizationInput = {
  /** The format of the claims in the token that the mutation returns. */
  readonly format?: SessionTokenFormat;
  /** ID of the new active organization. Null for the personal account, which changes nothing if an organization is required. */
  readonly organizationId?: string | null | undefined;
  /** ID of the session to change. */
  readonly sessionId: string;
  /** The slug of the new active organization. */
  readonly slug?: string | null | undefined;
};

type RefusalFields_AcceptInvitationPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_ApiKeyPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_ApiKeyVerificationPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_DeletedPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_DomainPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_FeaturePayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_InstancePayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_InvitationPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_InvitationsPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_MembershipPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_MembershipRequestPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_MembershipsPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_OrganizationPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_PermissionPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_PlanPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_RolePayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_RoleSetPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_SecretKeyPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_SessionPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_SubscriptionPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_UserPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_UsersPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

type RefusalFields_WebhookEndpointPayload_Fragment = { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

export type RefusalFieldsFragment =
  | RefusalFields_AcceptInvitationPayload_Fragment
  | RefusalFields_ApiKeyPayload_Fragment
  | RefusalFields_ApiKeyVerificationPayload_Fragment
  | RefusalFields_DeletedPayload_Fragment
  | RefusalFields_DomainPayload_Fragment
  | RefusalFields_FeaturePayload_Fragment
  | RefusalFields_InstancePayload_Fragment
  | RefusalFields_InvitationPayload_Fragment
  | RefusalFields_InvitationsPayload_Fragment
  | RefusalFields_MembershipPayload_Fragment
  | RefusalFields_MembershipRequestPayload_Fragment
  | RefusalFields_MembershipsPayload_Fragment
  | RefusalFields_OrganizationPayload_Fragment
  | RefusalFields_PermissionPayload_Fragment
  | RefusalFields_PlanPayload_Fragment
  | RefusalFields_RolePayload_Fragment
  | RefusalFields_RoleSetPayload_Fragment
  | RefusalFields_SecretKeyPayload_Fragment
  | RefusalFields_SessionPayload_Fragment
  | RefusalFields_SubscriptionPayload_Fragment
  | RefusalFields_UserPayload_Fragment
  | RefusalFields_UsersPayload_Fragment
  | RefusalFields_WebhookEndpointPayload_Fragment
;

export type OrganizationFieldsFragment = { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string };

export type MembershipFieldsFragment = { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } };

export type PersonFieldsFragment = { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null };

export type PageFieldsFragment = { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null };

type EventFields_InstanceEvent_Fragment = { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } };

type EventFields_InvitationEvent_Fragment = { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } };

type EventFields_MembershipEvent_Fragment = { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } };

type EventFields_OrganizationEvent_Fragment = { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } };

export type EventFieldsFragment =
  | EventFields_InstanceEvent_Fragment
  | EventFields_InvitationEvent_Fragment
  | EventFields_MembershipEvent_Fragment
  | EventFields_OrganizationEvent_Fragment
;

export type InstanceFieldsFragment = { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null };

export type UserFieldsFragment = { readonly id: string, readonly externalId: string | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string };

export type SessionFieldsFragment = { readonly id: string, readonly status: SessionStatus, readonly createdAt: string, readonly expiresAt: string, readonly tasks: ReadonlyArray<{ readonly key: string }>, readonly lastActiveOrganization: { readonly id: string } | null };

export type ViewerFieldsFragment = { readonly cursor: string, readonly canCreateOrganization: boolean, readonly user: { readonly id: string, readonly externalId: string | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly session: { readonly id: string, readonly status: SessionStatus, readonly createdAt: string, readonly expiresAt: string, readonly tasks: ReadonlyArray<{ readonly key: string }>, readonly lastActiveOrganization: { readonly id: string } | null } | null, readonly activeOrganization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly activeMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null };

export type SessionPayloadFieldsFragment = { readonly token: { readonly jwt: string } | null, readonly viewer: { readonly cursor: string, readonly canCreateOrganization: boolean, readonly user: { readonly id: string, readonly externalId: string | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly session: { readonly id: string, readonly status: SessionStatus, readonly createdAt: string, readonly expiresAt: string, readonly tasks: ReadonlyArray<{ readonly key: string }>, readonly lastActiveOrganization: { readonly id: string } | null } | null, readonly activeOrganization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly activeMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null } | null, readonly instance: { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null }, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> };

export type CreateSessionMutationVariables = Exact<{
  input: CreateSessionInput;
}>;


export type CreateSessionMutation = { readonly payload: { readonly token: { readonly jwt: string } | null, readonly viewer: { readonly cursor: string, readonly canCreateOrganization: boolean, readonly user: { readonly id: string, readonly externalId: string | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly session: { readonly id: string, readonly status: SessionStatus, readonly createdAt: string, readonly expiresAt: string, readonly tasks: ReadonlyArray<{ readonly key: string }>, readonly lastActiveOrganization: { readonly id: string } | null } | null, readonly activeOrganization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly activeMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null } | null, readonly instance: { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null }, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type CreateSessionTokenMutationVariables = Exact<{
  input: CreateSessionTokenInput;
}>;


export type CreateSessionTokenMutation = { readonly payload: { readonly token: { readonly jwt: string } | null, readonly viewer: { readonly cursor: string, readonly canCreateOrganization: boolean, readonly user: { readonly id: string, readonly externalId: string | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly session: { readonly id: string, readonly status: SessionStatus, readonly createdAt: string, readonly expiresAt: string, readonly tasks: ReadonlyArray<{ readonly key: string }>, readonly lastActiveOrganization: { readonly id: string } | null } | null, readonly activeOrganization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly activeMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null } | null, readonly instance: { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null }, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type RenewSessionTokenMutationVariables = Exact<{
  input: CreateSessionTokenInput;
}>;


export type RenewSessionTokenMutation = { readonly payload: { readonly token: { readonly jwt: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type SetActiveOrganizationMutationVariables = Exact<{
  input: SetActiveOrganizationInput;
}>;


export type SetActiveOrganizationMutation = { readonly payload: { readonly token: { readonly jwt: string } | null, readonly viewer: { readonly cursor: string, readonly canCreateOrganization: boolean, readonly user: { readonly id: string, readonly externalId: string | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly session: { readonly id: string, readonly status: SessionStatus, readonly createdAt: string, readonly expiresAt: string, readonly tasks: ReadonlyArray<{ readonly key: string }>, readonly lastActiveOrganization: { readonly id: string } | null } | null, readonly activeOrganization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly activeMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null } | null, readonly instance: { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null }, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type EndSessionMutationVariables = Exact<{
  sessionId: string;
}>;


export type EndSessionMutation = { readonly payload: { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type ReadViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadViewerQuery = { readonly viewer: { readonly cursor: string, readonly canCreateOrganization: boolean, readonly user: { readonly id: string, readonly externalId: string | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly session: { readonly id: string, readonly status: SessionStatus, readonly createdAt: string, readonly expiresAt: string, readonly tasks: ReadonlyArray<{ readonly key: string }>, readonly lastActiveOrganization: { readonly id: string } | null } | null, readonly activeOrganization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly activeMembership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string } } | null } | null, readonly instance: { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null } };

export type ReadInstanceQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadInstanceQuery = { readonly instance: { readonly name: string, readonly logoUrl: string | null, readonly homeUrl: string | null, readonly signInUrl: string | null, readonly signUpUrl: string | null, readonly organizationsEnabled: boolean, readonly membershipMode: MembershipMode, readonly slugsEnabled: boolean, readonly maxAllowedMemberships: number, readonly createOrganizationEnabled: boolean, readonly adminDeleteEnabled: boolean, readonly invitationExpiresInDays: number, readonly domainsEnabled: boolean, readonly domainsEnrollmentModes: ReadonlyArray<EnrollmentMode>, readonly billingEnabled: boolean, readonly billingUrl: string | null } };

const RefusalFields: string = "fragment RefusalFields on Payload{userErrors{code message field meta}}";
const OrganizationFields: string = "fragment OrganizationFields on Organization{id name slug imageUrl hasImage membersCount maxAllowedMemberships adminDeleteEnabled publicMetadata createdAt updatedAt}";
const MembershipFields: string = "fragment MembershipFields on Membership{id role{key name}permissions publicMetadata createdAt updatedAt}";
const InstanceFields: string = "fragment InstanceFields on Instance{name logoUrl homeUrl signInUrl signUpUrl organizationsEnabled membershipMode slugsEnabled maxAllowedMemberships createOrganizationEnabled adminDeleteEnabled invitationExpiresInDays domainsEnabled domainsEnrollmentModes billingEnabled billingUrl}";
const UserFields: string = "fragment UserFields on User{id externalId firstName lastName identifier imageUrl emailAddress emailVerified publicMetadata createdAt updatedAt}";
const SessionFields: string = "fragment SessionFields on Session{id status tasks{key}lastActiveOrganization{id}createdAt expiresAt}";
const ViewerFields: string = "fragment ViewerFields on Viewer{cursor canCreateOrganization user{...UserFields}session{...SessionFields}activeOrganization{...OrganizationFields pendingInvitationsCount}activeMembership{...MembershipFields}}";
const SessionPayloadFields: string = "fragment SessionPayloadFields on SessionPayload{token{jwt}viewer{...ViewerFields}instance{...InstanceFields}...RefusalFields}";
export const CreateSessionDocument: TypedDocument<CreateSessionMutation, CreateSessionMutationVariables> =
  "mutation CreateSession($input:CreateSessionInput!){payload:createSession(input:$input){...SessionPayloadFields}}" + SessionPayloadFields + ViewerFields + UserFields + SessionFields + OrganizationFields + MembershipFields + InstanceFields + RefusalFields;
export const CreateSessionTokenDocument: TypedDocument<CreateSessionTokenMutation, CreateSessionTokenMutationVariables> =
  "mutation CreateSessionToken($input:CreateSessionTokenInput!){payload:createSessionToken(input:$input){...SessionPayloadFields}}" + SessionPayloadFields + ViewerFields + UserFields + SessionFields + OrganizationFields + MembershipFields + InstanceFields + RefusalFields;
export const RenewSessionTokenDocument: TypedDocument<RenewSessionTokenMutation, RenewSessionTokenMutationVariables> =
  "mutation RenewSessionToken($input:CreateSessionTokenInput!){payload:createSessionToken(input:$input){token{jwt}...RefusalFields}}" + RefusalFields;
export const SetActiveOrganizationDocument: TypedDocument<SetActiveOrganizationMutation, SetActiveOrganizationMutationVariables> =
  "mutation SetActiveOrganization($input:SetActiveOrganizationInput!){payload:setActiveOrganization(input:$input){...SessionPayloadFields}}" + SessionPayloadFields + ViewerFields + UserFields + SessionFields + OrganizationFields + MembershipFields + InstanceFields + RefusalFields;
export const EndSessionDocument: TypedDocument<EndSessionMutation, EndSessionMutationVariables> =
  "mutation EndSession($sessionId:ID!){payload:endSession(input:{sessionId:$sessionId}){...RefusalFields}}" + RefusalFields;
export const ReadViewerDocument: TypedDocument<ReadViewerQuery, ReadViewerQueryVariables> =
  "query ReadViewer{viewer{...ViewerFields}instance{...InstanceFields}}" + ViewerFields + UserFields + SessionFields + OrganizationFields + MembershipFields + InstanceFields;
export const ReadInstanceDocument: TypedDocument<ReadInstanceQuery, ReadInstanceQueryVariables> =
  "query ReadInstance{instance{...InstanceFields}}" + InstanceFields;