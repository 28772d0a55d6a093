/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from "../types/tenantry.ts";
/** The invitation to accept or decline. Set exactly one of the fields. */
export type AcceptInvitationInput =
  {   /** ID of an invitation from `Viewer.invitations`. The caller's verified email address must be the invited one. */
  readonly invitationId: string; readonly ticket?: never; }
  |  { readonly invitationId?: never;   /** The ticket from the invitation link. */
  readonly ticket: string; };

/** A membership request to accept. */
export type AcceptMembershipRequestInput = {
  /** ID of the membership request to accept. */
  readonly membershipRequestId: string;
  /** ID of the organization that the user asks to join. */
  readonly organizationId: string;
  /** Key of the role that the user gets. Defaults to the default role of the organization's role set. */
  readonly role?: string | null | undefined;
};

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

/** An API key to revoke. */
export type ApiKeyRefInput = {
  /** ID of the API key to revoke. */
  readonly apiKeyId: string;
  /** ID of the organization that the key belongs to. */
  readonly organizationId: string;
  /** Why the key is revoked, at most 256 characters. */
  readonly reason?: string | null | undefined;
};

/** The code from the email. */
export type AttemptDomainAffiliationInput = {
  /** The six digits from the email. */
  readonly code: string;
  /** ID of the domain that the code was sent for. */
  readonly domainId: string;
  /** ID of the organization that the code was sent for. */
  readonly organizationId: string;
};

/** What a bulk mutation does with the valid entries if one of them is invalid. */
export type BulkErrorPolicy =
  /** Reject all entries and change nothing. The payload lists all errors. */
  | 'REJECT_ALL'
  /** Apply the valid entries and skip the invalid ones. The payload lists all errors. */
  | 'SKIP_FAILED';

/** An API key to create. */
export type CreateApiKeyInput = {
  /** Custom data about the key, at most 8 KB, for services that verify it. */
  readonly claims?: Readonly<Record<string, unknown>> | null | undefined;
  /** What the key is for, at most 1,024 characters. */
  readonly description?: string | null | undefined;
  /** The number of days after which the key expires, from 1 to 365. Defaults to never. */
  readonly expiresInDays?: number | null | undefined;
  /** A name that says what the key is for: 1 to 256 characters, without HTML or links. */
  readonly name: string;
  /** ID of the organization that the key acts in. It can have at most 50 keys that have been neither revoked nor expired. */
  readonly organizationId: string;
  /** Keys of the permissions that the key gets. The caller must have them all. */
  readonly permissions: ReadonlyArray<string>;
};

/** A domain to add to an organization. */
export type CreateDomainInput = {
  /** What the domain does for users with a verified address at it. Any mode but the default needs a verified domain. */
  readonly enrollmentMode?: EnrollmentMode;
  /** The name of the domain, such as `acme.com`. Public email providers, providers of disposable addresses, and suffixes such as `co.uk` are rejected. */
  readonly name: string;
  /** ID of the organization that gets the domain. */
  readonly organizationId: string;
  /** Whether the domain is verified without a proof. Requires a secret key. */
  readonly verified?: boolean;
};

/** A person to invite to an organization. */
export type CreateInvitationInput = {
  /** The email address to invite. It doesn't have to belong to a user yet. */
  readonly emailAddress: string;
  /** The number of days after which the invitation expires, from 1 to 365. Defaults to `Instance.invitationExpiresInDays`. */
  readonly expiresInDays?: number | null | undefined;
  /** ID of the member who appears as the inviter. Requires a secret key. */
  readonly inviterUserId?: string | null | undefined;
  /** Whether to send the invitation by email. */
  readonly notify?: boolean;
  /** ID of the organization to invite the person to. */
  readonly organizationId: string;
  /** Private metadata of the membership that the invitation leads to, at most 8 KB. Requires a secret key. */
  readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** Public metadata of the membership that the invitation leads to, at most 8 KB. Requires a secret key. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** The page of your application that the invitation link leads to. Its origin must be one of `Instance.allowedRedirectOrigins`. Defaults to `Instance.invitationUrl`. */
  readonly redirectUrl?: string | null | undefined;
  /** Key of the role that the invited person gets. Defaults to the default role of the organization's role set. */
  readonly role?: string | null | undefined;
};

/** Several people to invite to the same organization. */
export type CreateInvitationsInput = {
  /** The number of days after which the invitations expire, from 1 to 365. Defaults to `Instance.invitationExpiresInDays`. */
  readonly expiresInDays?: number | null | undefined;
  /** ID of the member who appears as the inviter of all invitations. Requires a secret key. */
  readonly inviterUserId?: string | null | undefined;
  /** Whether to send the invitations by email. */
  readonly notify?: boolean;
  /** What to do with the other recipients if one of them is invalid. */
  readonly onError?: BulkErrorPolicy;
  /** ID of the organization to invite the people to. */
  readonly organizationId: string;
  /** The people to invite, at most 100. */
  readonly recipients: ReadonlyArray<InvitationRecipientInput>;
  /** The page of your application that the invitation links lead to. Its origin must be one of `Instance.allowedRedirectOrigins`. Defaults to `Instance.invitationUrl`. */
  readonly redirectUrl?: string | null | undefined;
  /** Key of the role for recipients that have no `role` of their own. Defaults to the default role of the organization's role set. */
  readonly role?: string | null | undefined;
};

/** An organization to create. */
export type CreateOrganizationInput = {
  /** When the organization was created in the system that it is imported from. Must not be in the future. Defaults to now. Requires a secret key. */
  readonly createdAt?: string | null | undefined;
  /** ID of the user who becomes the first member. Requires a secret key. Without it, a secret key creates an organization without members. */
  readonly createdBy?: string | null | undefined;
  /** ID of the organization in another system, such as the one it is imported from: at most 255 characters, unique in the instance. Requires a secret key. */
  readonly externalId?: string | null | undefined;
  /** The membership limit. 0 means unlimited. Defaults to `Instance.maxAllowedMemberships`. Requires a secret key. */
  readonly maxAllowedMemberships?: number | null | undefined;
  /** The name of the organization: 1 to 256 characters, without HTML or links. */
  readonly name: string;
  /** Private metadata of the organization, at most 8 KB. Requires a secret key. */
  readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** Public metadata of the organization, at most 8 KB. Requires a secret key. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** Key of the organization's role set. Defaults to the initial role set. Requires a secret key. */
  readonly roleSet?: string | null | undefined;
  /** The unique name of the organization in URLs: at most 64 lowercase letters, digits, and single hyphens. Defaults to a slug that is derived from the name. */
  readonly slug?: string | null | undefined;
};

/** The organization to delete. */
export type DeleteOrganizationInput = {
  /** ID of the organization to delete. */
  readonly organizationId: string;
};

/** A domain of an organization. */
export type DomainRefInput = {
  /** ID of the domain. */
  readonly domainId: string;
  /** ID of the organization that the domain belongs to. */
  readonly organizationId: string;
};

/** The status of a proof. */
export type DomainVerificationStatus =
  /** The proof wasn't given in time. */
  | 'EXPIRED'
  /** The code was entered wrongly too often. */
  | 'FAILED'
  /** The proof is open, or was taken over by another organization. */
  | 'UNVERIFIED'
  /** The proof was given. */
  | 'VERIFIED';

/** The kind of a proof. */
export type DomainVerificationStrategy =
  /** A code in an email to an address at the domain, or the verified address of the member who asked. */
  | 'EMAIL_CODE'
  /** A secret key verified the domain. */
  | 'MANUAL_OVERRIDE'
  /** A TXT record in the DNS of the domain. */
  | 'TXT';

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

/** The type of an image. */
export type ImageType =
  /** A GIF image, of which the first frame is stored, as PNG. */
  | 'GIF'
  /** A JPEG image. */
  | 'JPEG'
  /** A PNG image. */
  | 'PNG'
  /** A WebP image. */
  | 'WEBP';

/** The next step for a person who opens an invitation link. */
export type InvitationNext =
  /** Call `acceptInvitation`: the caller is the invited person. */
  | 'ACCEPT'
  /** Nothing: the invitation was accepted, declined, or revoked, or it expired. */
  | 'NONE'
  /** Sign in with the invited email address. */
  | 'SIGN_IN'
  /** Sign up with the invited email address. */
  | 'SIGN_UP';

/** The sort order of a list of invitations. */
export type InvitationOrder = {
  /** The direction to sort invitations in. */
  readonly direction?: OrderDirection;
  /** The field to sort invitations by. */
  readonly field?: InvitationOrderField;
};

/** The fields that invitations can be sorted by. */
export type InvitationOrderField =
  /** The time when the invitation was created. */
  | 'CREATED_AT'
  /** The invited email address. */
  | 'EMAIL_ADDRESS'
  /** When the invitation expires. */
  | 'EXPIRES_AT';

/** A person to invite with `createInvitations`. */
export type InvitationRecipientInput = {
  /** The email address to invite. */
  readonly emailAddress: string;
  /** The number of days after which this invitation expires, from 1 to 365. Defaults to the `expiresInDays` of the whole input. */
  readonly expiresInDays?: number | null | undefined;
  /** ID of the member who appears as the inviter of this person. Defaults to the `inviterUserId` of the whole input. Requires a secret key. */
  readonly inviterUserId?: string | null | undefined;
  /** Private metadata of the future membership, at most 8 KB. Requires a secret key. */
  readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** Public metadata of the future membership, at most 8 KB. Requires a secret key. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** The page of your application that this person's link leads to. Defaults to the `redirectUrl` of the whole input. */
  readonly redirectUrl?: string | null | undefined;
  /** Key of the role that the person gets. Defaults to the `role` of the whole input. */
  readonly role?: string | null | undefined;
};

/** An invitation of an organization. */
export type InvitationRefInput = {
  /** ID of the invitation to resend or revoke. */
  readonly invitationId: string;
  /** ID of the organization that the invitation belongs to. */
  readonly organizationId: string;
};

/** The status of an invitation. */
export type InvitationStatus =
  /** The invitation was accepted, and the invited person became a member. */
  | 'ACCEPTED'
  /** The invitation was declined by the invited person. */
  | 'DECLINED'
  /** The invitation wasn't accepted in time. */
  | 'EXPIRED'
  /** The invitation can be accepted. */
  | 'PENDING'
  /** The invitation was revoked by a member or a secret key. */
  | 'REVOKED';

/** The organization that the caller leaves. */
export type LeaveOrganizationInput = {
  /** ID of the organization to leave. */
  readonly organizationId: string;
};

/** The status of an invitation email. */
export type MailStatus =
  /** The email couldn't be sent, and the server has stopped trying. */
  | 'FAILED'
  /** No email was requested. */
  | 'NOT_REQUESTED'
  /** The email waits to be sent, for the first time or again. */
  | 'QUEUED'
  /** The mail server accepted the email. */
  | 'SENT';

/** The sort order of a list of memberships. */
export type MembershipOrder = {
  /** The direction to sort memberships in. */
  readonly direction?: OrderDirection;
  /** The field to sort memberships by. */
  readonly field?: MembershipOrderField;
};

/** The fields that memberships can be sorted by. */
export type MembershipOrderField =
  /** The time when the user joined the organization. */
  | 'CREATED_AT'
  /** The email address of the user. */
  | 'EMAIL_ADDRESS'
  /** The first name of the user. */
  | 'FIRST_NAME'
  /** The last name of the user. */
  | 'LAST_NAME'
  /** The name of the organization. */
  | 'ORGANIZATION_NAME';

/** A membership request to reject. */
export type MembershipRequestRefInput = {
  /** ID of the membership request to reject. */
  readonly membershipRequestId: string;
  /** ID of the organization that got the request. */
  readonly organizationId: string;
};

/** The status of a membership request. */
export type MembershipRequestStatus =
  /** The user became a member. */
  | 'ACCEPTED'
  /** Nobody has decided yet. */
  | 'PENDING'
  /** The request was rejected. The user can still be invited. */
  | 'REJECTED';

/** The direction in which a list is sorted. */
export type OrderDirection =
  /** Ascending: smallest or oldest first. */
  | 'ASC'
  /** Descending: largest or newest first. */
  | 'DESC';

/** The organization to return. Set exactly one of the fields. */
export type OrganizationBy =
  {   /** The organization's ID in another system. Requires a secret key. */
  readonly externalId: string; readonly id?: never; readonly slug?: never; }
  |  { readonly externalId?: never;   /** ID of the organization to return. */
  readonly id: string; readonly slug?: never; }
  |  { readonly externalId?: never; readonly id?: never;   /** The slug of the organization to return. */
  readonly slug: string; };

/** The reason for the result of a permission check. */
export type PermissionReason =
  /** The API key doesn't hold the permission. */
  | 'API_KEY_LACKS_PERMISSION'
  /** The role of the member includes the permission, or the API key holds it, but the plan of the organization doesn't include its feature. */
  | 'FEATURE_NOT_IN_PLAN'
  /** The role of the member includes the permission. */
  | 'GRANTED_BY_ROLE'
  /** The API key holds the permission. */
  | 'GRANTED_TO_API_KEY'
  /** The user isn't a member of the organization, or the organization doesn't exist. */
  | 'NOT_A_MEMBER'
  /** Organizations are disabled in this instance. */
  | 'ORGANIZATIONS_DISABLED'
  /** The role of the member doesn't include the permission. */
  | 'ROLE_LACKS_PERMISSION'
  /** The caller uses a secret key, which has every permission. */
  | 'SECRET_KEY'
  /** No permission has this key. */
  | 'UNKNOWN_PERMISSION';

/** The origin of a permission. */
export type PermissionType =
  /** The permission was created by the operator for use in your application. */
  | 'CUSTOM'
  /** The permission is built in and guards this API. It can't be changed or deleted. */
  | 'SYSTEM';

/** The address that gets a code. */
export type PrepareDomainAffiliationInput = {
  /** An email address at the domain itself. No code is sent if the caller's own verified address is at the domain: then the domain is verified at once. */
  readonly affiliationEmailAddress: string;
  /** ID of the domain to verify. */
  readonly domainId: string;
  /** ID of the organization that wants to verify the domain. */
  readonly organizationId: string;
};

/** The member to remove from an organization. */
export type RemoveMembershipInput = {
  /** ID of the organization to remove the member from. */
  readonly organizationId: string;
  /** ID of the member to remove. */
  readonly userId: string;
};

/** An organization and its new logo. */
export type SetOrganizationLogoInput = {
  /** The type of the image, which the data must have. Leave it out to accept each type. */
  readonly contentType?: ImageType | null | undefined;
  /** The image, with at most 150 KB and 1,024 by 1,024 pixels. The server encodes it again without metadata. Null to remove the logo. */
  readonly data?: string | null | undefined;
  /** ID of the organization whose logo changes. */
  readonly organizationId: string;
};

/** The status of a subscription. */
export type SubscriptionStatus =
  /** The subscription is paid, and its plan is in force. */
  | 'ACTIVE'
  /** The subscription was canceled. Its plan is in force until `periodEndsAt`. */
  | 'CANCELED'
  /** The subscription is over, so the default plan is in force. */
  | 'ENDED'
  /** The first payment is missing, so the default plan is in force. */
  | 'INCOMPLETE'
  /** A payment is overdue. The plan is still in force. */
  | 'PAST_DUE'
  /** The subscription is in its trial, and its plan is in force. */
  | 'TRIALING';

/** A suggestion to accept. */
export type SuggestionRefInput = {
  /** ID of a suggestion from `Viewer.suggestions`. */
  readonly suggestionId: string;
};

/** The status of a suggestion. */
export type SuggestionStatus =
  /** The user has asked to join. */
  | 'ACCEPTED'
  /** The user can ask to join. */
  | 'PENDING';

/** The fields of an API key to change. Fields that you leave out keep their values. */
export type UpdateApiKeyInput = {
  /** ID of the API key to update. */
  readonly apiKeyId: string;
  /** The new custom data, which replaces the stored data, at most 8 KB. Null to remove it. */
  readonly claims?: Readonly<Record<string, unknown>> | null | undefined;
  /** The new description, at most 1,024 characters. Null to remove it. */
  readonly description?: string | null | undefined;
  /** The number of days from now after which the key expires, from 1 to 365. Null for never. */
  readonly expiresInDays?: number | null | undefined;
  /** The new name: 1 to 256 characters, without HTML or links. */
  readonly name?: string | null | undefined;
  /** ID of the organization that the key belongs to. */
  readonly organizationId: string;
  /** Keys of all permissions that the key has from now on. */
  readonly permissions?: ReadonlyArray<string> | null | undefined;
};

/** The new enrollment mode of a domain. */
export type UpdateDomainEnrollmentInput = {
  /** Whether to revoke the pending invitations and delete the pending suggestions that the domain created. */
  readonly deletePending?: boolean;
  /** ID of the domain to change. */
  readonly domainId: string;
  /** What the domain does from now on. Existing users are enrolled within seconds, each at most once. */
  readonly enrollmentMode: EnrollmentMode;
  /** ID of the organization whose domain to change. */
  readonly organizationId: string;
};

/** A member and their new role. */
export type UpdateMembershipInput = {
  /** ID of the organization that the member belongs to. */
  readonly organizationId: string;
  /** Key of the new role. The organization's role set must contain it. */
  readonly role: string;
  /** ID of the member whose role changes. */
  readonly userId: string;
};

/** The fields of an organization to change. Fields that you leave out keep their values. */
export type UpdateOrganizationInput = {
  /** Whether members with the permission `org:sys_profile:delete` can delete the organization. Requires a secret key. */
  readonly adminDeleteEnabled?: boolean | null | undefined;
  /** The new ID of the organization in another system, unique in the instance. Null to remove it. Requires a secret key. */
  readonly externalId?: string | null | undefined;
  /** The absolute https URL of the new logo. Null to use a generated image. */
  readonly imageUrl?: string | null | undefined;
  /** The new membership limit. 0 means unlimited. Requires a secret key. */
  readonly maxAllowedMemberships?: number | null | undefined;
  /** The new name: 1 to 256 characters, without HTML or links. */
  readonly name?: string | null | undefined;
  /** ID of the organization to update. */
  readonly organizationId: string;
  /** The new slug: at most 64 lowercase letters, digits, and single hyphens. */
  readonly slug?: string | null | undefined;
};

export type ApiKeyFieldsFragment = { readonly id: string, readonly name: string, readonly description: string | null, readonly visible: string, readonly permissions: ReadonlyArray<string>, readonly claims: Readonly<Record<string, unknown>> | null, readonly expiresAt: string | null, readonly lastUsedAt: string | null, readonly revokedAt: string | null, readonly revocationReason: string | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null };

export type ReadApiKeysQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
  includeInvalid?: boolean | null | undefined;
}>;


export type ReadApiKeysQuery = { readonly organization: { readonly apiKeys: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly description: string | null, readonly visible: string, readonly permissions: ReadonlyArray<string>, readonly claims: Readonly<Record<string, unknown>> | null, readonly expiresAt: string | null, readonly lastUsedAt: string | null, readonly revokedAt: string | null, readonly revocationReason: string | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } | null } | null };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { readonly payload: { readonly secret: string | null, readonly apiKey: { readonly id: string, readonly name: string, readonly description: string | null, readonly visible: string, readonly permissions: ReadonlyArray<string>, readonly claims: Readonly<Record<string, unknown>> | null, readonly expiresAt: string | null, readonly lastUsedAt: string | null, readonly revokedAt: string | null, readonly revocationReason: string | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type UpdateApiKeyMutationVariables = Exact<{
  input: UpdateApiKeyInput;
}>;


export type UpdateApiKeyMutation = { readonly payload: { readonly apiKey: { readonly id: string, readonly name: string, readonly description: string | null, readonly visible: string, readonly permissions: ReadonlyArray<string>, readonly claims: Readonly<Record<string, unknown>> | null, readonly expiresAt: string | null, readonly lastUsedAt: string | null, readonly revokedAt: string | null, readonly revocationReason: string | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type RevokeApiKeyMutationVariables = Exact<{
  input: ApiKeyRefInput;
}>;


export type RevokeApiKeyMutation = { readonly payload: { readonly apiKey: { readonly id: string, readonly name: string, readonly description: string | null, readonly visible: string, readonly permissions: ReadonlyArray<string>, readonly claims: Readonly<Record<string, unknown>> | null, readonly expiresAt: string | null, readonly lastUsedAt: string | null, readonly revokedAt: string | null, readonly revocationReason: string | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type VerificationFieldsFragment = { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null };

export type DomainFieldsFragment = { readonly id: string, readonly name: string, readonly enrollmentMode: EnrollmentMode, readonly verified: boolean, readonly affiliationEmailAddress: string | null, readonly totalPendingInvitations: number, readonly totalPendingSuggestions: number, readonly createdAt: string, readonly updatedAt: string, readonly affiliation: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null, readonly ownership: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null };

export type ReadDomainsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
  verified?: boolean | null | undefined;
  enrollmentMode?: EnrollmentMode | null | undefined;
}>;


export type ReadDomainsQuery = { readonly organization: { readonly domains: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly enrollmentMode: EnrollmentMode, readonly verified: boolean, readonly affiliationEmailAddress: string | null, readonly totalPendingInvitations: number, readonly totalPendingSuggestions: number, readonly createdAt: string, readonly updatedAt: string, readonly affiliation: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null, readonly ownership: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } | null } | null };

export type CreateDomainMutationVariables = Exact<{
  input: CreateDomainInput;
}>;


export type CreateDomainMutation = { readonly payload: { readonly domain: { readonly id: string, readonly name: string, readonly enrollmentMode: EnrollmentMode, readonly verified: boolean, readonly affiliationEmailAddress: string | null, readonly totalPendingInvitations: number, readonly totalPendingSuggestions: number, readonly createdAt: string, readonly updatedAt: string, readonly affiliation: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null, readonly ownership: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type PrepareDomainAffiliationMutationVariables = Exact<{
  input: PrepareDomainAffiliationInput;
}>;


export type PrepareDomainAffiliationMutation = { readonly payload: { readonly domain: { readonly id: string, readonly name: string, readonly enrollmentMode: EnrollmentMode, readonly verified: boolean, readonly affiliationEmailAddress: string | null, readonly totalPendingInvitations: number, readonly totalPendingSuggestions: number, readonly createdAt: string, readonly updatedAt: string, readonly affiliation: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null, readonly ownership: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type AttemptDomainAffiliationMutationVariables = Exact<{
  input: AttemptDomainAffiliationInput;
}>;


export type AttemptDomainAffiliationMutation = { readonly payload: { readonly domain: { readonly id: string, readonly name: string, readonly enrollmentMode: EnrollmentMode, readonly verified: boolean, readonly affiliationEmailAddress: string | null, readonly totalPendingInvitations: number, readonly totalPendingSuggestions: number, readonly createdAt: string, readonly updatedAt: string, readonly affiliation: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null, readonly ownership: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type PrepareDomainOwnershipMutationVariables = Exact<{
  input: DomainRefInput;
}>;


export type PrepareDomainOwnershipMutation = { readonly payload: { readonly domain: { readonly id: string, readonly name: string, readonly enrollmentMode: EnrollmentMode, readonly verified: boolean, readonly affiliationEmailAddress: string | null, readonly totalPendingInvitations: number, readonly totalPendingSuggestions: number, readonly createdAt: string, readonly updatedAt: string, readonly affiliation: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null, readonly ownership: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type AttemptDomainOwnershipMutationVariables = Exact<{
  input: DomainRefInput;
}>;


export type AttemptDomainOwnershipMutation = { readonly payload: { readonly domain: { readonly id: string, readonly name: string, readonly enrollmentMode: EnrollmentMode, readonly verified: boolean, readonly affiliationEmailAddress: string | null, readonly totalPendingInvitations: number, readonly totalPendingSuggestions: number, readonly createdAt: string, readonly updatedAt: string, readonly affiliation: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null, readonly ownership: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type UpdateDomainEnrollmentMutationVariables = Exact<{
  input: UpdateDomainEnrollmentInput;
}>;


export type UpdateDomainEnrollmentMutation = { readonly payload: { readonly domain: { readonly id: string, readonly name: string, readonly enrollmentMode: EnrollmentMode, readonly verified: boolean, readonly affiliationEmailAddress: string | null, readonly totalPendingInvitations: number, readonly totalPendingSuggestions: number, readonly createdAt: string, readonly updatedAt: string, readonly affiliation: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null, readonly ownership: { readonly status: DomainVerificationStatus, readonly strategy: DomainVerificationStrategy, readonly attempts: number, readonly expiresAt: string | null, readonly verifiedAt: string | null, readonly txtRecordName: string | null, readonly txtRecordValue: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type DeleteDomainMutationVariables = Exact<{
  input: DomainRefInput;
}>;


export type DeleteDomainMutation = { readonly payload: { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

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

export type PublicOrganizationFieldsFragment = { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean };

export type InvitationFieldsFragment = { readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } };

export type ManagedInvitationFieldsFragment = { readonly url: string | null, readonly redirectUrl: string | null, readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly mail: { readonly status: MailStatus, readonly attempts: number, readonly lastError: string | null, readonly sentAt: string | null } | null, readonly inviter: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } };

export type ReadInvitationsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  statuses?: ReadonlyArray<InvitationStatus> | InvitationStatus | null | undefined;
  orderBy?: InvitationOrder | null | undefined;
}>;


export type ReadInvitationsQuery = { readonly organization: { readonly invitations: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly url: string | null, readonly redirectUrl: string | null, readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly mail: { readonly status: MailStatus, readonly attempts: number, readonly lastError: string | null, readonly sentAt: string | null } | null, readonly inviter: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } | null } | null };

export type ReadUserInvitationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
  statuses?: ReadonlyArray<InvitationStatus> | InvitationStatus | null | undefined;
  orderBy?: InvitationOrder | null | undefined;
}>;


export type ReadUserInvitationsQuery = { readonly viewer: { readonly invitations: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } } | null };

export type ReadInvitationPreviewQueryVariables = Exact<{
  ticket: string;
}>;


export type ReadInvitationPreviewQuery = { readonly invitationByTicket: { readonly organizationName: string, readonly organizationImageUrl: string, readonly emailAddress: string, readonly roleName: string, readonly inviterName: string | null, readonly status: InvitationStatus, readonly expiresAt: string, readonly next: InvitationNext } | null };

export type CreateInvitationMutationVariables = Exact<{
  input: CreateInvitationInput;
}>;


export type CreateInvitationMutation = { readonly payload: { readonly invitation: { readonly url: string | null, readonly redirectUrl: string | null, readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly mail: { readonly status: MailStatus, readonly attempts: number, readonly lastError: string | null, readonly sentAt: string | null } | null, readonly inviter: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type CreateInvitationsMutationVariables = Exact<{
  input: CreateInvitationsInput;
}>;


export type CreateInvitationsMutation = { readonly payload: { readonly invitations: ReadonlyArray<{ readonly url: string | null, readonly redirectUrl: string | null, readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly mail: { readonly status: MailStatus, readonly attempts: number, readonly lastError: string | null, readonly sentAt: string | null } | null, readonly inviter: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } }>, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type ResendInvitationMutationVariables = Exact<{
  input: InvitationRefInput;
}>;


export type ResendInvitationMutation = { readonly payload: { readonly invitation: { readonly url: string | null, readonly redirectUrl: string | null, readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly mail: { readonly status: MailStatus, readonly attempts: number, readonly lastError: string | null, readonly sentAt: string | null } | null, readonly inviter: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type RevokeInvitationMutationVariables = Exact<{
  input: InvitationRefInput;
}>;


export type RevokeInvitationMutation = { readonly payload: { readonly invitation: { readonly url: string | null, readonly redirectUrl: string | null, readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly mail: { readonly status: MailStatus, readonly attempts: number, readonly lastError: string | null, readonly sentAt: string | null } | null, readonly inviter: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } | null, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type AcceptInvitationMutationVariables = Exact<{
  input: AcceptInvitationInput;
}>;


export type AcceptInvitationMutation = { readonly payload: { readonly membership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly role: { readonly key: string, readonly name: string } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type DeclineInvitationMutationVariables = Exact<{
  input: AcceptInvitationInput;
}>;


export type DeclineInvitationMutation = { readonly payload: { readonly invitation: { readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly inviterName: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean }, readonly role: { readonly key: string, readonly name: string } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type ReadMembershipsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  roles?: ReadonlyArray<string> | string | null | undefined;
  orderBy?: MembershipOrder | null | undefined;
}>;


export type ReadMembershipsQuery = { readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly memberships: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly role: { readonly key: string, readonly name: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } | null } | null };

export type ReadUserMembershipsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  roles?: ReadonlyArray<string> | string | null | undefined;
  orderBy?: MembershipOrder | null | undefined;
}>;


export type ReadUserMembershipsQuery = { readonly viewer: { readonly memberships: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly role: { readonly key: string, readonly name: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } } | null };

export type ReadCreationDefaultsQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadCreationDefaultsQuery = { readonly viewer: { readonly organizationCreationDefaults: { readonly name: string, readonly slug: string | null, readonly advisory: string | null } } | null };

export type UpdateMembershipMutationVariables = Exact<{
  input: UpdateMembershipInput;
}>;


export type UpdateMembershipMutation = { readonly payload: { readonly membership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly role: { readonly key: string, readonly name: string } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type RemoveMembershipMutationVariables = Exact<{
  input: RemoveMembershipInput;
}>;


export type RemoveMembershipMutation = { readonly payload: { readonly membership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly role: { readonly key: string, readonly name: string } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type ReadOrganizationQueryVariables = Exact<{
  by: OrganizationBy;
}>;


export type ReadOrganizationQuery = { readonly organization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null };

export type ReadRolesQueryVariables = Exact<{
  id: string;
}>;


export type ReadRolesQuery = { readonly organization: { readonly roles: ReadonlyArray<{ readonly id: string, readonly key: string, readonly name: string, readonly description: string | null, readonly permissions: ReadonlyArray<{ readonly key: string }> }>, readonly grantableRoles: ReadonlyArray<{ readonly id: string }> } | null };

export type ReadEventsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  types?: ReadonlyArray<EventType> | EventType | null | undefined;
}>;


export type ReadEventsQuery = { readonly organization: { readonly events: { readonly nodes: ReadonlyArray<
        | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } }
        | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } }
        | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } }
        | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } }
      >, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } | null } | null };

export type ReadBillingQueryVariables = Exact<{
  id: string;
}>;


export type ReadBillingQuery = { readonly organization: { readonly plan: { readonly key: string, readonly name: string, readonly description: string | null } | null, readonly features: ReadonlyArray<{ readonly key: string, readonly name: string }>, readonly seats: { readonly limit: number, readonly members: number, readonly pendingInvitations: number, readonly available: number | null, readonly overLimit: boolean } | null, readonly subscription: { readonly status: SubscriptionStatus, readonly periodEndsAt: string | null } | null } | null };

export type ReadSlugAvailabilityQueryVariables = Exact<{
  slug: string;
  organizationId?: string | null | undefined;
}>;


export type ReadSlugAvailabilityQuery = { readonly slugAvailability: { readonly available: boolean, readonly code: string | null, readonly message: string | null, readonly suggestion: string | null } | null };

export type CheckPermissionQueryVariables = Exact<{
  organizationId: string;
  permission: string;
}>;


export type CheckPermissionQuery = { readonly checkPermission: { readonly allowed: boolean, readonly reason: PermissionReason, readonly permission: string, readonly role: { readonly id: string, readonly key: string, readonly name: string, readonly description: string | null, readonly permissions: ReadonlyArray<{ readonly key: string }> } | null } | null };

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;


export type CreateOrganizationMutation = { readonly payload: { readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type UpdateOrganizationMutationVariables = Exact<{
  input: UpdateOrganizationInput;
}>;


export type UpdateOrganizationMutation = { readonly payload: { readonly organization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type SetOrganizationLogoMutationVariables = Exact<{
  input: SetOrganizationLogoInput;
}>;


export type SetOrganizationLogoMutation = { readonly payload: { readonly organization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type DeleteOrganizationMutationVariables = Exact<{
  input: DeleteOrganizationInput;
}>;


export type DeleteOrganizationMutation = { readonly payload: { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type LeaveOrganizationMutationVariables = Exact<{
  input: LeaveOrganizationInput;
}>;


export type LeaveOrganizationMutation = { readonly payload: { readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type ReadPermissionsQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadPermissionsQuery = { readonly permissions: ReadonlyArray<{ readonly id: string, readonly key: string, readonly name: string, readonly description: string | null, readonly type: PermissionType }> | null };

export type SuggestionFieldsFragment = { readonly id: string, readonly status: SuggestionStatus, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean } };

export type MembershipRequestFieldsFragment = { readonly id: string, readonly status: MembershipRequestStatus, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } };

export type ReadUserSuggestionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
  statuses?: ReadonlyArray<SuggestionStatus> | SuggestionStatus | null | undefined;
}>;


export type ReadUserSuggestionsQuery = { readonly viewer: { readonly suggestions: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly status: SuggestionStatus, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } } | null };

export type ReadMembershipRequestsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  offset?: number | null | undefined;
  statuses?: ReadonlyArray<MembershipRequestStatus> | MembershipRequestStatus | null | undefined;
}>;


export type ReadMembershipRequestsQuery = { readonly organization: { readonly membershipRequests: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly status: MembershipRequestStatus, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } | null } | null };

export type AcceptSuggestionMutationVariables = Exact<{
  input: SuggestionRefInput;
}>;


export type AcceptSuggestionMutation = { readonly payload: { readonly suggestion: { readonly id: string, readonly status: SuggestionStatus, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type AcceptMembershipRequestMutationVariables = Exact<{
  input: AcceptMembershipRequestInput;
}>;


export type AcceptMembershipRequestMutation = { readonly payload: { readonly membership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string }, readonly role: { readonly key: string, readonly name: string } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type RejectMembershipRequestMutationVariables = Exact<{
  input: MembershipRequestRefInput;
}>;


export type RejectMembershipRequestMutation = { readonly payload: { readonly membershipRequest: { readonly id: string, readonly status: MembershipRequestStatus, readonly createdAt: string, readonly updatedAt: string, readonly publicOrganization: { readonly id: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

const ApiKeyFields: string = "fragment ApiKeyFields on ApiKey{id name description visible permissions claims createdBy{...PersonFields}expiresAt lastUsedAt revokedAt revocationReason createdAt updatedAt}";
const VerificationFields: string = "fragment VerificationFields on DomainVerification{status strategy attempts expiresAt verifiedAt txtRecordName txtRecordValue}";
const DomainFields: string = "fragment DomainFields on OrganizationDomain{id name enrollmentMode verified affiliation{...VerificationFields}affiliationEmailAddress ownership{...VerificationFields}totalPendingInvitations totalPendingSuggestions createdAt updatedAt}";
const RefusalFields: string = "fragment RefusalFields on Payload{userErrors{code message field meta}}";
const OrganizationFields: string = "fragment OrganizationFields on Organization{id name slug imageUrl hasImage membersCount maxAllowedMemberships adminDeleteEnabled publicMetadata createdAt updatedAt}";
const MembershipFields: string = "fragment MembershipFields on Membership{id role{key name}permissions publicMetadata createdAt updatedAt}";
const PersonFields: string = "fragment PersonFields on User{id firstName lastName identifier imageUrl}";
const PageFields: string = "fragment PageFields on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";
const EventFields: string = "fragment EventFields on Event{id cursor type name occurredAt organizationId actor{type id}data}";
const PublicOrganizationFields: string = "fragment PublicOrganizationFields on PublicOrganization{id name slug imageUrl hasImage}";
const InvitationFields: string = "fragment InvitationFields on Invitation{id publicOrganization{...PublicOrganizationFields}emailAddress role{key name}status inviterName publicMetadata expiresAt createdAt updatedAt}";
const ManagedInvitationFields: string = "fragment ManagedInvitationFields on Invitation{...InvitationFields url redirectUrl mail{status attempts lastError sentAt}inviter{...PersonFields}}";
const SuggestionFields: string = "fragment SuggestionFields on OrganizationSuggestion{id publicOrganization{...PublicOrganizationFields}status createdAt updatedAt}";
const MembershipRequestFields: string = "fragment MembershipRequestFields on MembershipRequest{id publicOrganization{id}user{...PersonFields}status createdAt updatedAt}";
export const ReadApiKeysDocument: TypedDocument<ReadApiKeysQuery, ReadApiKeysQueryVariables> =
  "query ReadApiKeys($id:ID!$first:Int$after:String$last:Int$before:String$offset:Int$includeInvalid:Boolean){organization(by:{id:$id}){apiKeys(first:$first after:$after last:$last before:$before offset:$offset includeInvalid:$includeInvalid){nodes{...ApiKeyFields}totalCount pageInfo{...PageFields}}}}" + ApiKeyFields + PersonFields + PageFields;
export const CreateApiKeyDocument: TypedDocument<CreateApiKeyMutation, CreateApiKeyMutationVariables> =
  "mutation CreateApiKey($input:CreateApiKeyInput!){payload:createApiKey(input:$input){apiKey{...ApiKeyFields}secret ...RefusalFields}}" + ApiKeyFields + PersonFields + RefusalFields;
export const UpdateApiKeyDocument: TypedDocument<UpdateApiKeyMutation, UpdateApiKeyMutationVariables> =
  "mutation UpdateApiKey($input:UpdateApiKeyInput!){payload:updateApiKey(input:$input){apiKey{...ApiKeyFields}...RefusalFields}}" + ApiKeyFields + PersonFields + RefusalFields;
export const RevokeApiKeyDocument: TypedDocument<RevokeApiKeyMutation, RevokeApiKeyMutationVariables> =
  "mutation RevokeApiKey($input:ApiKeyRefInput!){payload:revokeApiKey(input:$input){apiKey{...ApiKeyFields}...RefusalFields}}" + ApiKeyFields + PersonFields + RefusalFields;
export const ReadDomainsDocument: TypedDocument<ReadDomainsQuery, ReadDomainsQueryVariables> =
  "query ReadDomains($id:ID!$first:Int$after:String$last:Int$before:String$offset:Int$verified:Boolean$enrollmentMode:EnrollmentMode){organization(by:{id:$id}){domains(first:$first after:$after last:$last before:$before offset:$offset verified:$verified enrollmentMode:$enrollmentMode){nodes{...DomainFields}totalCount pageInfo{...PageFields}}}}" + DomainFields + VerificationFields + PageFields;
export const CreateDomainDocument: TypedDocument<CreateDomainMutation, CreateDomainMutationVariables> =
  "mutation CreateDomain($input:CreateDomainInput!){payload:createDomain(input:$input){domain{...DomainFields}...RefusalFields}}" + DomainFields + VerificationFields + RefusalFields;
export const PrepareDomainAffiliationDocument: TypedDocument<PrepareDomainAffiliationMutation, PrepareDomainAffiliationMutationVariables> =
  "mutation PrepareDomainAffiliation($input:PrepareDomainAffiliationInput!){payload:prepareDomainAffiliation(input:$input){domain{...DomainFields}...RefusalFields}}" + DomainFields + VerificationFields + RefusalFields;
export const AttemptDomainAffiliationDocument: TypedDocument<AttemptDomainAffiliationMutation, AttemptDomainAffiliationMutationVariables> =
  "mutation AttemptDomainAffiliation($input:AttemptDomainAffiliationInput!){payload:attemptDomainAffiliation(input:$input){domain{...DomainFields}...RefusalFields}}" + DomainFields + VerificationFields + RefusalFields;
export const PrepareDomainOwnershipDocument: TypedDocument<PrepareDomainOwnershipMutation, PrepareDomainOwnershipMutationVariables> =
  "mutation PrepareDomainOwnership($input:DomainRefInput!){payload:prepareDomainOwnership(input:$input){domain{...DomainFields}...RefusalFields}}" + DomainFields + VerificationFields + RefusalFields;
export const AttemptDomainOwnershipDocument: TypedDocument<AttemptDomainOwnershipMutation, AttemptDomainOwnershipMutationVariables> =
  "mutation AttemptDomainOwnership($input:DomainRefInput!){payload:attemptDomainOwnership(input:$input){domain{...DomainFields}...RefusalFields}}" + DomainFields + VerificationFields + RefusalFields;
export const UpdateDomainEnrollmentDocument: TypedDocument<UpdateDomainEnrollmentMutation, UpdateDomainEnrollmentMutationVariables> =
  "mutation UpdateDomainEnrollment($input:UpdateDomainEnrollmentInput!){payload:updateDomainEnrollment(input:$input){domain{...DomainFields}...RefusalFields}}" + DomainFields + VerificationFields + RefusalFields;
export const DeleteDomainDocument: TypedDocument<DeleteDomainMutation, DeleteDomainMutationVariables> =
  "mutation DeleteDomain($input:DomainRefInput!){payload:deleteDomain(input:$input){...RefusalFields}}" + RefusalFields;
export const ReadInvitationsDocument: TypedDocument<ReadInvitationsQuery, ReadInvitationsQueryVariables> =
  "query ReadInvitations($id:ID!$first:Int$after:String$last:Int$before:String$offset:Int$query:String$statuses:[InvitationStatus!]$orderBy:InvitationOrder){organization(by:{id:$id}){invitations(first:$first after:$after last:$last before:$before offset:$offset query:$query statuses:$statuses orderBy:$orderBy){nodes{...ManagedInvitationFields}totalCount pageInfo{...PageFields}}}}" + ManagedInvitationFields + InvitationFields + PublicOrganizationFields + PersonFields + PageFields;
export const ReadUserInvitationsDocument: TypedDocument<ReadUserInvitationsQuery, ReadUserInvitationsQueryVariables> =
  "query ReadUserInvitations($first:Int$after:String$last:Int$before:String$offset:Int$statuses:[InvitationStatus!]$orderBy:InvitationOrder){viewer{invitations(first:$first after:$after last:$last before:$before offset:$offset statuses:$statuses orderBy:$orderBy){nodes{...InvitationFields}totalCount pageInfo{...PageFields}}}}" + InvitationFields + PublicOrganizationFields + PageFields;
export const ReadInvitationPreviewDocument: TypedDocument<ReadInvitationPreviewQuery, ReadInvitationPreviewQueryVariables> =
  "query ReadInvitationPreview($ticket:String!){invitationByTicket(ticket:$ticket){organizationName organizationImageUrl emailAddress roleName inviterName status expiresAt next}}";
export const CreateInvitationDocument: TypedDocument<CreateInvitationMutation, CreateInvitationMutationVariables> =
  "mutation CreateInvitation($input:CreateInvitationInput!){payload:createInvitation(input:$input){invitation{...ManagedInvitationFields}...RefusalFields}}" + ManagedInvitationFields + InvitationFields + PublicOrganizationFields + PersonFields + RefusalFields;
export const CreateInvitationsDocument: TypedDocument<CreateInvitationsMutation, CreateInvitationsMutationVariables> =
  "mutation CreateInvitations($input:CreateInvitationsInput!){payload:createInvitations(input:$input){invitations{...ManagedInvitationFields}...RefusalFields}}" + ManagedInvitationFields + InvitationFields + PublicOrganizationFields + PersonFields + RefusalFields;
export const ResendInvitationDocument: TypedDocument<ResendInvitationMutation, ResendInvitationMutationVariables> =
  "mutation ResendInvitation($input:InvitationRefInput!){payload:resendInvitation(input:$input){invitation{...ManagedInvitationFields}...RefusalFields}}" + ManagedInvitationFields + InvitationFields + PublicOrganizationFields + PersonFields + RefusalFields;
export const RevokeInvitationDocument: TypedDocument<RevokeInvitationMutation, RevokeInvitationMutationVariables> =
  "mutation RevokeInvitation($input:InvitationRefInput!){payload:revokeInvitation(input:$input){invitation{...ManagedInvitationFields}...RefusalFields}}" + ManagedInvitationFields + InvitationFields + PublicOrganizationFields + PersonFields + RefusalFields;
export const AcceptInvitationDocument: TypedDocument<AcceptInvitationMutation, AcceptInvitationMutationVariables> =
  "mutation AcceptInvitation($input:AcceptInvitationInput!){payload:acceptInvitation(input:$input){membership{...MembershipFields user{...PersonFields}organization{...OrganizationFields}}...RefusalFields}}" + MembershipFields + PersonFields + OrganizationFields + RefusalFields;
export const DeclineInvitationDocument: TypedDocument<DeclineInvitationMutation, DeclineInvitationMutationVariables> =
  "mutation DeclineInvitation($input:AcceptInvitationInput!){payload:declineInvitation(input:$input){invitation{...InvitationFields}...RefusalFields}}" + InvitationFields + PublicOrganizationFields + RefusalFields;
export const ReadMembershipsDocument: TypedDocument<ReadMembershipsQuery, ReadMembershipsQueryVariables> =
  "query ReadMemberships($id:ID!$first:Int$after:String$last:Int$before:String$offset:Int$query:String$roles:[String!]$orderBy:MembershipOrder){organization(by:{id:$id}){...OrganizationFields memberships(first:$first after:$after last:$last before:$before offset:$offset query:$query roles:$roles orderBy:$orderBy){nodes{...MembershipFields user{...PersonFields}}totalCount pageInfo{...PageFields}}}}" + OrganizationFields + MembershipFields + PersonFields + PageFields;
export const ReadUserMembershipsDocument: TypedDocument<ReadUserMembershipsQuery, ReadUserMembershipsQueryVariables> =
  "query ReadUserMemberships($first:Int$after:String$last:Int$before:String$offset:Int$query:String$roles:[String!]$orderBy:MembershipOrder){viewer{memberships(first:$first after:$after last:$last before:$before offset:$offset query:$query roles:$roles orderBy:$orderBy){nodes{...MembershipFields user{...PersonFields}organization{...OrganizationFields}}totalCount pageInfo{...PageFields}}}}" + MembershipFields + PersonFields + OrganizationFields + PageFields;
export const ReadCreationDefaultsDocument: TypedDocument<ReadCreationDefaultsQuery, ReadCreationDefaultsQueryVariables> =
  "query ReadCreationDefaults{viewer{organizationCreationDefaults{name slug advisory}}}";
export const UpdateMembershipDocument: TypedDocument<UpdateMembershipMutation, UpdateMembershipMutationVariables> =
  "mutation UpdateMembership($input:UpdateMembershipInput!){payload:updateMembership(input:$input){membership{...MembershipFields user{...PersonFields}organization{...OrganizationFields}}...RefusalFields}}" + MembershipFields + PersonFields + OrganizationFields + RefusalFields;
export const RemoveMembershipDocument: TypedDocument<RemoveMembershipMutation, RemoveMembershipMutationVariables> =
  "mutation RemoveMembership($input:RemoveMembershipInput!){payload:removeMembership(input:$input){membership{...MembershipFields user{...PersonFields}organization{...OrganizationFields}}...RefusalFields}}" + MembershipFields + PersonFields + OrganizationFields + RefusalFields;
export const ReadOrganizationDocument: TypedDocument<ReadOrganizationQuery, ReadOrganizationQueryVariables> =
  "query ReadOrganization($by:OrganizationBy!){organization(by:$by){...OrganizationFields pendingInvitationsCount}}" + OrganizationFields;
export const ReadRolesDocument: TypedDocument<ReadRolesQuery, ReadRolesQueryVariables> =
  "query ReadRoles($id:ID!){organization(by:{id:$id}){roles{id key name description permissions{key}}grantableRoles{id}}}";
export const ReadEventsDocument: TypedDocument<ReadEventsQuery, ReadEventsQueryVariables> =
  "query ReadEvents($id:ID!$first:Int$after:String$types:[EventType!]){organization(by:{id:$id}){events(first:$first after:$after types:$types){nodes{...EventFields}pageInfo{...PageFields}}}}" + EventFields + PageFields;
export const ReadBillingDocument: TypedDocument<ReadBillingQuery, ReadBillingQueryVariables> =
  "query ReadBilling($id:ID!){organization(by:{id:$id}){plan{key name description}features{key name}seats{limit members pendingInvitations available overLimit}subscription{status periodEndsAt}}}";
export const ReadSlugAvailabilityDocument: TypedDocument<ReadSlugAvailabilityQuery, ReadSlugAvailabilityQueryVariables> =
  "query ReadSlugAvailability($slug:String!$organizationId:ID){slugAvailability(slug:$slug organizationId:$organizationId){available code message suggestion}}";
export const CheckPermissionDocument: TypedDocument<CheckPermissionQuery, CheckPermissionQueryVariables> =
  "query CheckPermission($organizationId:ID!$permission:String!){checkPermission(organizationId:$organizationId permission:$permission){allowed reason permission role{id key name description permissions{key}}}}";
export const CreateOrganizationDocument: TypedDocument<CreateOrganizationMutation, CreateOrganizationMutationVariables> =
  "mutation CreateOrganization($input:CreateOrganizationInput!){payload:createOrganization(input:$input){organization{...OrganizationFields}...RefusalFields}}" + OrganizationFields + RefusalFields;
export const UpdateOrganizationDocument: TypedDocument<UpdateOrganizationMutation, UpdateOrganizationMutationVariables> =
  "mutation UpdateOrganization($input:UpdateOrganizationInput!){payload:updateOrganization(input:$input){organization{...OrganizationFields pendingInvitationsCount}...RefusalFields}}" + OrganizationFields + RefusalFields;
export const SetOrganizationLogoDocument: TypedDocument<SetOrganizationLogoMutation, SetOrganizationLogoMutationVariables> =
  "mutation SetOrganizationLogo($input:SetOrganizationLogoInput!){payload:setOrganizationLogo(input:$input){organization{...OrganizationFields pendingInvitationsCount}...RefusalFields}}" + OrganizationFields + RefusalFields;
export const DeleteOrganizationDocument: TypedDocument<DeleteOrganizationMutation, DeleteOrganizationMutationVariables> =
  "mutation DeleteOrganization($input:DeleteOrganizationInput!){payload:deleteOrganization(input:$input){...RefusalFields}}" + RefusalFields;
export const LeaveOrganizationDocument: TypedDocument<LeaveOrganizationMutation, LeaveOrganizationMutationVariables> =
  "mutation LeaveOrganization($input:LeaveOrganizationInput!){payload:leaveOrganization(input:$input){...RefusalFields}}" + RefusalFields;
export const ReadPermissionsDocument: TypedDocument<ReadPermissionsQuery, ReadPermissionsQueryVariables> =
  "query ReadPermissions{permissions{id key name description type}}";
export const ReadUserSuggestionsDocument: TypedDocument<ReadUserSuggestionsQuery, ReadUserSuggestionsQueryVariables> =
  "query ReadUserSuggestions($first:Int$after:String$last:Int$before:String$offset:Int$statuses:[SuggestionStatus!]){viewer{suggestions(first:$first after:$after last:$last before:$before offset:$offset statuses:$statuses){nodes{...SuggestionFields}totalCount pageInfo{...PageFields}}}}" + SuggestionFields + PublicOrganizationFields + PageFields;
export const ReadMembershipRequestsDocument: TypedDocument<ReadMembershipRequestsQuery, ReadMembershipRequestsQueryVariables> =
  "query ReadMembershipRequests($id:ID!$first:Int$after:String$last:Int$before:String$offset:Int$statuses:[MembershipRequestStatus!]){organization(by:{id:$id}){membershipRequests(first:$first after:$after last:$last before:$before offset:$offset statuses:$statuses){nodes{...MembershipRequestFields}totalCount pageInfo{...PageFields}}}}" + MembershipRequestFields + PersonFields + PageFields;
export const AcceptSuggestionDocument: TypedDocument<AcceptSuggestionMutation, AcceptSuggestionMutationVariables> =
  "mutation AcceptSuggestion($input:SuggestionRefInput!){payload:acceptSuggestion(input:$input){suggestion{...SuggestionFields}...RefusalFields}}" + SuggestionFields + PublicOrganizationFields + RefusalFields;
export const AcceptMembershipRequestDocument: TypedDocument<AcceptMembershipRequestMutation, AcceptMembershipRequestMutationVariables> =
  "mutation AcceptMembershipRequest($input:AcceptMembershipRequestInput!){payload:acceptMembershipRequest(input:$input){membership{...MembershipFields user{...PersonFields}organization{...OrganizationFields}}...RefusalFields}}" + MembershipFields + PersonFields + OrganizationFields + RefusalFields;
export const RejectMembershipRequestDocument: TypedDocument<RejectMembershipRequestMutation, RejectMembershipRequestMutationVariables> =
  "mutation RejectMembershipRequest($input:MembershipRequestRefInput!){payload:rejectMembershipRequest(input:$input){membershipRequest{...MembershipRequestFields}...RefusalFields}}" + MembershipRequestFields + PersonFields + RefusalFields;