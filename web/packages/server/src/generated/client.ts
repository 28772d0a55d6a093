/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from "../client/send.ts";
/** What a bulk mutation does with the valid entries if one of them is invalid. */
export type BulkErrorPolicy =
  /** Reject all entries and change nothing. The payload lists all errors. */
  | 'REJECT_ALL'
  /** Apply the valid entries and skip the invalid ones. The payload lists all errors. */
  | 'SKIP_FAILED';

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

/** A user to add to an organization without an invitation. */
export type CreateMembershipInput = {
  /** ID of the organization to add the user to. */
  readonly organizationId: string;
  /** Private metadata of the membership, at most 8 KB. */
  readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** Public metadata of the membership, at most 8 KB. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** Key of the member's role. Defaults to the default role of the organization's role set. */
  readonly role?: string | null | undefined;
  /** ID of the user to add. */
  readonly userId: string;
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

/** How metadata in an input is combined with the stored metadata. */
export type MetadataMode =
  /** Merge deeply with the stored metadata. A null value deletes its key. */
  | 'MERGE'
  /** Replace the stored metadata. Metadata that the input leaves out doesn't change. */
  | 'REPLACE';

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

/** The sort order of a list of organizations. */
export type OrganizationOrder = {
  /** The direction to sort organizations in. */
  readonly direction?: OrderDirection;
  /** The field to sort organizations by. */
  readonly field?: OrganizationOrderField;
};

/** The fields that organizations can be sorted by. */
export type OrganizationOrderField =
  /** The time when the organization was created. */
  | 'CREATED_AT'
  /** The number of members of the organization. */
  | 'MEMBERS_COUNT'
  /** The organization's name. */
  | 'NAME';

/** The member to remove from an organization. */
export type RemoveMembershipInput = {
  /** ID of the organization to remove the member from. */
  readonly organizationId: string;
  /** ID of the member to remove. */
  readonly userId: string;
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

/** A membership and its new metadata. */
export type UpdateMembershipMetadataInput = {
  /** How the given metadata is combined with the membership's stored metadata. */
  readonly mode: MetadataMode;
  /** ID of the organization of the membership. */
  readonly organizationId: string;
  /** New private metadata, at most 8 KB after the change. */
  readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** New public metadata, at most 8 KB after the change. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** ID of the member whose metadata changes. */
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

/** An organization and its new metadata. */
export type UpdateOrganizationMetadataInput = {
  /** How the given metadata is combined with the organization's stored metadata. */
  readonly mode: MetadataMode;
  /** ID of the organization whose metadata changes. */
  readonly organizationId: string;
  /** New private metadata of the organization, at most 8 KB after the change. */
  readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** New public metadata of the organization, at most 8 KB after the change. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
};

/** The fields of a user to change. Fields that you leave out keep their values. */
export type UpdateUserInput = {
  /** Whether the user can create organizations. Null applies the setting of the instance. */
  readonly createOrganizationEnabled?: boolean | null | undefined;
  /** The number of organizations that the user can create. 0 means unlimited. Null applies the setting of the instance. */
  readonly createOrganizationsLimit?: number | null | undefined;
  /** The new email address. If it differs from the current one, it is unverified unless `emailVerified` is true. Null removes it. */
  readonly emailAddress?: string | null | undefined;
  /** Whether the email address is known to belong to the user. A later token can change it. */
  readonly emailVerified?: boolean | null | undefined;
  /** The new first name. Null removes it. */
  readonly firstName?: string | null | undefined;
  /** The absolute https URL of the new picture. Null removes it. */
  readonly imageUrl?: string | null | undefined;
  /** The new last name. Null removes it. */
  readonly lastName?: string | null | undefined;
  /** Private metadata that replaces the user's current private metadata, at most 8 KB. */
  readonly privateMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** Public metadata that replaces the user's current public metadata, at most 8 KB. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** ID of the user to update. */
  readonly userId: string;
};

export type UserErrorFieldsFragment = { readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null };

export type InvitationFieldsFragment = { readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly redirectUrl: string | null, readonly url: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly organization: { readonly id: string } | null, readonly inviter: { readonly id: string } | null };

export type GetOrganizationInvitationListQueryVariables = Exact<{
  by: OrganizationBy;
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  statuses?: ReadonlyArray<InvitationStatus> | InvitationStatus | null | undefined;
}>;


export type GetOrganizationInvitationListQuery = { readonly organization: { readonly invitations: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly redirectUrl: string | null, readonly url: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly organization: { readonly id: string } | null, readonly inviter: { readonly id: string } | null }>, readonly pageInfo: { readonly endCursor: string | null } } | null } | null };

export type CreateOrganizationInvitationMutationVariables = Exact<{
  input: CreateInvitationInput;
}>;


export type CreateOrganizationInvitationMutation = { readonly result: { readonly invitation: { readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly redirectUrl: string | null, readonly url: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly organization: { readonly id: string } | null, readonly inviter: { readonly id: string } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type CreateOrganizationInvitationBulkMutationVariables = Exact<{
  input: CreateInvitationsInput;
}>;


export type CreateOrganizationInvitationBulkMutation = { readonly result: { readonly invitations: ReadonlyArray<{ readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly redirectUrl: string | null, readonly url: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly organization: { readonly id: string } | null, readonly inviter: { readonly id: string } | null }>, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type RevokeOrganizationInvitationMutationVariables = Exact<{
  input: InvitationRefInput;
}>;


export type RevokeOrganizationInvitationMutation = { readonly result: { readonly invitation: { readonly id: string, readonly emailAddress: string, readonly status: InvitationStatus, readonly redirectUrl: string | null, readonly url: string | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly expiresAt: string, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly organization: { readonly id: string } | null, readonly inviter: { readonly id: string } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type MembershipFieldsFragment = { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } };

export type GetOrganizationMembershipListQueryVariables = Exact<{
  by: OrganizationBy;
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  roles?: ReadonlyArray<string> | string | null | undefined;
  orderBy?: MembershipOrder | null | undefined;
}>;


export type GetOrganizationMembershipListQuery = { readonly organization: { readonly memberships: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } }>, readonly pageInfo: { readonly endCursor: string | null } } | null } | null };

export type CreateOrganizationMembershipMutationVariables = Exact<{
  input: CreateMembershipInput;
}>;


export type CreateOrganizationMembershipMutation = { readonly result: { readonly membership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type UpdateOrganizationMembershipMutationVariables = Exact<{
  input: UpdateMembershipInput;
}>;


export type UpdateOrganizationMembershipMutation = { readonly result: { readonly membership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type UpdateOrganizationMembershipMetadataMutationVariables = Exact<{
  input: UpdateMembershipMetadataInput;
}>;


export type UpdateOrganizationMembershipMetadataMutation = { readonly result: { readonly membership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type DeleteOrganizationMembershipMutationVariables = Exact<{
  input: RemoveMembershipInput;
}>;


export type DeleteOrganizationMembershipMutation = { readonly result: { readonly membership: { readonly id: string, readonly permissions: ReadonlyArray<string>, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly role: { readonly key: string, readonly name: string }, readonly user: { readonly id: string, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null }, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type OrganizationFieldsFragment = { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null };

export type GetOrganizationQueryVariables = Exact<{
  by: OrganizationBy;
}>;


export type GetOrganizationQuery = { readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } | null };

export type GetOrganizationListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  userIds?: ReadonlyArray<string> | string | null | undefined;
  orderBy?: OrganizationOrder | null | undefined;
}>;


export type GetOrganizationListQuery = { readonly organizations: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null }>, readonly pageInfo: { readonly endCursor: string | null } } | null };

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;


export type CreateOrganizationMutation = { readonly result: { readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type UpdateOrganizationMutationVariables = Exact<{
  input: UpdateOrganizationInput;
}>;


export type UpdateOrganizationMutation = { readonly result: { readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type UpdateOrganizationMetadataMutationVariables = Exact<{
  input: UpdateOrganizationMetadataInput;
}>;


export type UpdateOrganizationMetadataMutation = { readonly result: { readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly pendingInvitationsCount: number | null, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string, readonly createdBy: { readonly id: string } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type DeleteOrganizationMutationVariables = Exact<{
  input: DeleteOrganizationInput;
}>;


export type DeleteOrganizationMutation = { readonly result: { readonly deletedId: string | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

export type UserFieldsFragment = { readonly id: string, readonly externalId: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly createOrganizationEnabled: boolean | null, readonly createOrganizationsLimit: number | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string };

export type GetUserQueryVariables = Exact<{
  id: string;
}>;


export type GetUserQuery = { readonly user: { readonly id: string, readonly externalId: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly createOrganizationEnabled: boolean | null, readonly createOrganizationsLimit: number | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string } | null };

export type GetUserListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  emailAddresses?: ReadonlyArray<string> | string | null | undefined;
  externalIds?: ReadonlyArray<string> | string | null | undefined;
}>;


export type GetUserListQuery = { readonly users: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly externalId: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly createOrganizationEnabled: boolean | null, readonly createOrganizationsLimit: number | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string }>, readonly pageInfo: { readonly endCursor: string | null } } | null };

export type UpdateUserMutationVariables = Exact<{
  input: UpdateUserInput;
}>;


export type UpdateUserMutation = { readonly result: { readonly user: { readonly id: string, readonly externalId: string | null, readonly emailAddress: string | null, readonly emailVerified: boolean | null, readonly firstName: string | null, readonly lastName: string | null, readonly identifier: string, readonly imageUrl: string | null, readonly createOrganizationEnabled: boolean | null, readonly createOrganizationsLimit: number | null, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly privateMetadata: Readonly<Record<string, unknown>> | null, readonly createdAt: string, readonly updatedAt: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> | null, readonly meta: Readonly<Record<string, unknown>> | null }> } | null };

const UserErrorFields: string = "fragment UserErrorFields on UserError{code message field meta}";
const InvitationFields: string = "fragment InvitationFields on Invitation{id emailAddress role{key name}organization{id}inviter{id}status redirectUrl url publicMetadata privateMetadata expiresAt createdAt updatedAt}";
const MembershipFields: string = "fragment MembershipFields on Membership{id role{key name}permissions publicMetadata privateMetadata user{id firstName lastName identifier imageUrl}organization{...OrganizationFields}createdAt updatedAt}";
const OrganizationFields: string = "fragment OrganizationFields on Organization{id name slug imageUrl hasImage membersCount pendingInvitationsCount maxAllowedMemberships adminDeleteEnabled createdBy{id}publicMetadata privateMetadata createdAt updatedAt}";
const UserFields: string = "fragment UserFields on User{id externalId emailAddress emailVerified firstName lastName identifier imageUrl createOrganizationEnabled createOrganizationsLimit publicMetadata privateMetadata createdAt updatedAt}";
export const GetOrganizationInvitationListDocument: TypedDocument<GetOrganizationInvitationListQuery, GetOrganizationInvitationListQueryVariables> =
  "query GetOrganizationInvitationList($by:OrganizationBy!$first:Int$after:String$offset:Int$query:String$statuses:[InvitationStatus!]){organization(by:$by){invitations(first:$first after:$after offset:$offset query:$query statuses:$statuses){totalCount nodes{...InvitationFields}pageInfo{endCursor}}}}" + InvitationFields;
export const CreateOrganizationInvitationDocument: TypedDocument<CreateOrganizationInvitationMutation, CreateOrganizationInvitationMutationVariables> =
  "mutation CreateOrganizationInvitation($input:CreateInvitationInput!){result:createInvitation(input:$input){invitation{...InvitationFields}userErrors{...UserErrorFields}}}" + InvitationFields + UserErrorFields;
export const CreateOrganizationInvitationBulkDocument: TypedDocument<CreateOrganizationInvitationBulkMutation, CreateOrganizationInvitationBulkMutationVariables> =
  "mutation CreateOrganizationInvitationBulk($input:CreateInvitationsInput!){result:createInvitations(input:$input){invitations{...InvitationFields}userErrors{...UserErrorFields}}}" + InvitationFields + UserErrorFields;
export const RevokeOrganizationInvitationDocument: TypedDocument<RevokeOrganizationInvitationMutation, RevokeOrganizationInvitationMutationVariables> =
  "mutation RevokeOrganizationInvitation($input:InvitationRefInput!){result:revokeInvitation(input:$input){invitation{...InvitationFields}userErrors{...UserErrorFields}}}" + InvitationFields + UserErrorFields;
export const GetOrganizationMembershipListDocument: TypedDocument<GetOrganizationMembershipListQuery, GetOrganizationMembershipListQueryVariables> =
  "query GetOrganizationMembershipList($by:OrganizationBy!$first:Int$after:String$offset:Int$query:String$roles:[String!]$orderBy:MembershipOrder){organization(by:$by){memberships(first:$first after:$after offset:$offset query:$query roles:$roles orderBy:$orderBy){totalCount nodes{...MembershipFields}pageInfo{endCursor}}}}" + MembershipFields + OrganizationFields;
export const CreateOrganizationMembershipDocument: TypedDocument<CreateOrganizationMembershipMutation, CreateOrganizationMembershipMutationVariables> =
  "mutation CreateOrganizationMembership($input:CreateMembershipInput!){result:createMembership(input:$input){membership{...MembershipFields}userErrors{...UserErrorFields}}}" + MembershipFields + OrganizationFields + UserErrorFields;
export const UpdateOrganizationMembershipDocument: TypedDocument<UpdateOrganizationMembershipMutation, UpdateOrganizationMembershipMutationVariables> =
  "mutation UpdateOrganizationMembership($input:UpdateMembershipInput!){result:updateMembership(input:$input){membership{...MembershipFields}userErrors{...UserErrorFields}}}" + MembershipFields + OrganizationFields + UserErrorFields;
export const UpdateOrganizationMembershipMetadataDocument: TypedDocument<UpdateOrganizationMembershipMetadataMutation, UpdateOrganizationMembershipMetadataMutationVariables> =
  "mutation UpdateOrganizationMembershipMetadata($input:UpdateMembershipMetadataInput!){result:updateMembershipMetadata(input:$input){membership{...MembershipFields}userErrors{...UserErrorFields}}}" + MembershipFields + OrganizationFields + UserErrorFields;
export const DeleteOrganizationMembershipDocument: TypedDocument<DeleteOrganizationMembershipMutation, DeleteOrganizationMembershipMutationVariables> =
  "mutation DeleteOrganizationMembership($input:RemoveMembershipInput!){result:removeMembership(input:$input){membership{...MembershipFields}userErrors{...UserErrorFields}}}" + MembershipFields + OrganizationFields + UserErrorFields;
export const GetOrganizationDocument: TypedDocument<GetOrganizationQuery, GetOrganizationQueryVariables> =
  "query GetOrganization($by:OrganizationBy!){organization(by:$by){...OrganizationFields}}" + OrganizationFields;
export const GetOrganizationListDocument: TypedDocument<GetOrganizationListQuery, GetOrganizationListQueryVariables> =
  "query GetOrganizationList($first:Int$after:String$offset:Int$query:String$userIds:[ID!]$orderBy:OrganizationOrder){organizations(first:$first after:$after offset:$offset query:$query userIds:$userIds orderBy:$orderBy){totalCount nodes{...OrganizationFields}pageInfo{endCursor}}}" + OrganizationFields;
export const CreateOrganizationDocument: TypedDocument<CreateOrganizationMutation, CreateOrganizationMutationVariables> =
  "mutation CreateOrganization($input:CreateOrganizationInput!){result:createOrganization(input:$input){organization{...OrganizationFields}userErrors{...UserErrorFields}}}" + OrganizationFields + UserErrorFields;
export const UpdateOrganizationDocument: TypedDocument<UpdateOrganizationMutation, UpdateOrganizationMutationVariables> =
  "mutation UpdateOrganization($input:UpdateOrganizationInput!){result:updateOrganization(input:$input){organization{...OrganizationFields}userErrors{...UserErrorFields}}}" + OrganizationFields + UserErrorFields;
export const UpdateOrganizationMetadataDocument: TypedDocument<UpdateOrganizationMetadataMutation, UpdateOrganizationMetadataMutationVariables> =
  "mutation UpdateOrganizationMetadata($input:UpdateOrganizationMetadataInput!){result:updateOrganizationMetadata(input:$input){organization{...OrganizationFields}userErrors{...UserErrorFields}}}" + OrganizationFields + UserErrorFields;
export const DeleteOrganizationDocument: TypedDocument<DeleteOrganizationMutation, DeleteOrganizationMutationVariables> =
  "mutation DeleteOrganization($input:DeleteOrganizationInput!){result:deleteOrganization(input:$input){deletedId userErrors{...UserErrorFields}}}" + UserErrorFields;
export const GetUserDocument: TypedDocument<GetUserQuery, GetUserQueryVariables> =
  "query GetUser($id:ID!){user(id:$id){...UserFields}}" + UserFields;
export const GetUserListDocument: TypedDocument<GetUserListQuery, GetUserListQueryVariables> =
  "query GetUserList($first:Int$after:String$offset:Int$query:String$emailAddresses:[String!]$externalIds:[String!]){users(first:$first after:$after offset:$offset query:$query emailAddresses:$emailAddresses externalIds:$externalIds){totalCount nodes{...UserFields}pageInfo{endCursor}}}" + UserFields;
export const UpdateUserDocument: TypedDocument<UpdateUserMutation, UpdateUserMutationVariables> =
  "mutation UpdateUser($input:UpdateUserInput!){result:updateUser(input:$input){user{...UserFields}userErrors{...UserErrorFields}}}" + UserFields + UserErrorFields;