/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What a bulk mutation does with the valid entries if one of them is invalid. */
export type BulkErrorPolicy =
  /** Reject all entries and change nothing. The payload lists all errors. */
  | 'REJECT_ALL'
  /** Apply the valid entries and skip the invalid ones. The payload lists all errors. */
  | 'SKIP_FAILED';

/** A person to invite to an organization. */
export type CreateInvitationInput = {
  /** The email address to invite. It doesn't have to belong to a user yet. */
  emailAddress: string;
  /** The number of days after which the invitation expires, from 1 to 365. Defaults to `Instance.invitationExpiresInDays`. */
  expiresInDays?: number | null | undefined;
  /** ID of the member who appears as the inviter. Requires a secret key. */
  inviterUserId?: string | null | undefined;
  /** Whether to send the invitation by email. */
  notify?: boolean;
  /** ID of the organization to invite the person to. */
  organizationId: string;
  /** Private metadata of the membership that the invitation leads to, at most 8 KB. Requires a secret key. */
  privateMetadata?: { [key: string]: unknown } | null | undefined;
  /** Public metadata of the membership that the invitation leads to, at most 8 KB. Requires a secret key. */
  publicMetadata?: { [key: string]: unknown } | null | undefined;
  /** The page of your application that the invitation link leads to. Its origin must be one of `Instance.allowedRedirectOrigins`. Defaults to `Instance.invitationUrl`. */
  redirectUrl?: string | null | undefined;
  /** Key of the role that the invited person gets. Defaults to the default role of the organization's role set. */
  role?: string | null | undefined;
};

/** Several people to invite to the same organization. */
export type CreateInvitationsInput = {
  /** The number of days after which the invitations expire, from 1 to 365. Defaults to `Instance.invitationExpiresInDays`. */
  expiresInDays?: number | null | undefined;
  /** ID of the member who appears as the inviter of all invitations. Requires a secret key. */
  inviterUserId?: string | null | undefined;
  /** Whether to send the invitations by email. */
  notify?: boolean;
  /** What to do with the other recipients if one of them is invalid. */
  onError?: BulkErrorPolicy;
  /** ID of the organization to invite the people to. */
  organizationId: string;
  /** The people to invite, at most 100. */
  recipients: Array<InvitationRecipientInput>;
  /** The page of your application that the invitation links lead to. Its origin must be one of `Instance.allowedRedirectOrigins`. Defaults to `Instance.invitationUrl`. */
  redirectUrl?: string | null | undefined;
  /** Key of the role for recipients that have no `role` of their own. Defaults to the default role of the organization's role set. */
  role?: string | null | undefined;
};

/** A user to add to an organization without an invitation. */
export type CreateMembershipInput = {
  /** ID of the organization to add the user to. */
  organizationId: string;
  /** Private metadata of the membership, at most 8 KB. */
  privateMetadata?: { [key: string]: unknown } | null | undefined;
  /** Public metadata of the membership, at most 8 KB. */
  publicMetadata?: { [key: string]: unknown } | null | undefined;
  /** Key of the member's role. Defaults to the default role of the organization's role set. */
  role?: string | null | undefined;
  /** ID of the user to add. */
  userId: string;
};

/** An organization to create. */
export type CreateOrganizationInput = {
  /** ID of the user who becomes the first member. Requires a secret key. Without it, a secret key creates an organization without members. */
  createdBy?: string | null | undefined;
  /** The membership limit. 0 means unlimited. Defaults to `Instance.maxAllowedMemberships`. Requires a secret key. */
  maxAllowedMemberships?: number | null | undefined;
  /** The name of the organization: 1 to 256 characters, without HTML or links. */
  name: string;
  /** Private metadata of the organization, at most 8 KB. Requires a secret key. */
  privateMetadata?: { [key: string]: unknown } | null | undefined;
  /** Public metadata of the organization, at most 8 KB. Requires a secret key. */
  publicMetadata?: { [key: string]: unknown } | null | undefined;
  /** Key of the organization's role set. Defaults to the initial role set. Requires a secret key. */
  roleSet?: string | null | undefined;
  /** The unique name of the organization in URLs: at most 64 lowercase letters, digits, and single hyphens. Defaults to a slug that is derived from the name. */
  slug?: string | null | undefined;
};

/** The organization to delete. */
export type DeleteOrganizationInput = {
  /** ID of the organization to delete. */
  organizationId: string;
};

/** A person to invite with `createInvitations`. */
export type InvitationRecipientInput = {
  /** The email address to invite. */
  emailAddress: string;
  /** Private metadata of the future membership, at most 8 KB. Requires a secret key. */
  privateMetadata?: { [key: string]: unknown } | null | undefined;
  /** Public metadata of the future membership, at most 8 KB. Requires a secret key. */
  publicMetadata?: { [key: string]: unknown } | null | undefined;
  /** Key of the role that the person gets. Defaults to the `role` of the whole input. */
  role?: string | null | undefined;
};

/** An invitation of an organization. */
export type InvitationRefInput = {
  /** ID of the invitation to resend or revoke. */
  invitationId: string;
  /** ID of the organization that the invitation belongs to. */
  organizationId: string;
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
  direction?: OrderDirection;
  /** The field to sort memberships by. */
  field?: MembershipOrderField;
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
  {   /** ID of the organization to return. */
  id: string; slug?: never; }
  |  { id?: never;   /** The slug of the organization to return. */
  slug: string; };

/** The sort order of a list of organizations. */
export type OrganizationOrder = {
  /** The direction to sort organizations in. */
  direction?: OrderDirection;
  /** The field to sort organizations by. */
  field?: OrganizationOrderField;
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
  organizationId: string;
  /** ID of the member to remove. */
  userId: string;
};

/** A member and their new role. */
export type UpdateMembershipInput = {
  /** ID of the organization that the member belongs to. */
  organizationId: string;
  /** Key of the new role. The organization's role set must contain it. */
  role: string;
  /** ID of the member whose role changes. */
  userId: string;
};

/** A membership and its new metadata. */
export type UpdateMembershipMetadataInput = {
  /** How the given metadata is combined with the membership's stored metadata. */
  mode: MetadataMode;
  /** ID of the organization of the membership. */
  organizationId: string;
  /** New private metadata, at most 8 KB after the change. */
  privateMetadata?: { [key: string]: unknown } | null | undefined;
  /** New public metadata, at most 8 KB after the change. */
  publicMetadata?: { [key: string]: unknown } | null | undefined;
  /** ID of the member whose metadata changes. */
  userId: string;
};

/** The fields of an organization to change. Fields that you leave out keep their values. */
export type UpdateOrganizationInput = {
  /** Whether members with the permission `org:sys_profile:delete` can delete the organization. Requires a secret key. */
  adminDeleteEnabled?: boolean | null | undefined;
  /** The absolute https URL of the new logo. Null to use a generated image. */
  imageUrl?: string | null | undefined;
  /** The new membership limit. 0 means unlimited. Requires a secret key. */
  maxAllowedMemberships?: number | null | undefined;
  /** The new name: 1 to 256 characters, without HTML or links. */
  name?: string | null | undefined;
  /** ID of the organization to update. */
  organizationId: string;
  /** The new slug: at most 64 lowercase letters, digits, and single hyphens. */
  slug?: string | null | undefined;
};

/** An organization and its new metadata. */
export type UpdateOrganizationMetadataInput = {
  /** How the given metadata is combined with the organization's stored metadata. */
  mode: MetadataMode;
  /** ID of the organization whose metadata changes. */
  organizationId: string;
  /** New private metadata of the organization, at most 8 KB after the change. */
  privateMetadata?: { [key: string]: unknown } | null | undefined;
  /** New public metadata of the organization, at most 8 KB after the change. */
  publicMetadata?: { [key: string]: unknown } | null | undefined;
};

/** The fields of a user to change. Fields that you leave out keep their values. */
export type UpdateUserInput = {
  /** Whether the user can create organizations. Null applies the setting of the instance. */
  createOrganizationEnabled?: boolean | null | undefined;
  /** The number of organizations that the user can create. 0 means unlimited. Null applies the setting of the instance. */
  createOrganizationsLimit?: number | null | undefined;
  /** The new email address. If it differs from the current one, it is unverified unless `emailVerified` is true. Null removes it. */
  emailAddress?: string | null | undefined;
  /** Whether the email address is known to belong to the user. A later token can change it. */
  emailVerified?: boolean | null | undefined;
  /** The new first name. Null removes it. */
  firstName?: string | null | undefined;
  /** The absolute https URL of the new picture. Null removes it. */
  imageUrl?: string | null | undefined;
  /** The new last name. Null removes it. */
  lastName?: string | null | undefined;
  /** Private metadata that replaces the user's current private metadata, at most 8 KB. */
  privateMetadata?: { [key: string]: unknown } | null | undefined;
  /** Public metadata that replaces the user's current public metadata, at most 8 KB. */
  publicMetadata?: { [key: string]: unknown } | null | undefined;
  /** ID of the user to update. */
  userId: string;
};

export type AccessQueryVariables = Exact<{
  by: OrganizationBy;
  userId: string;
}>;


export type AccessQuery = { organization: { id: string, slug: string | null, name: string, imageUrl: string, plan: { key: string } | null, features: Array<{ key: string }>, membership: { permissions: Array<string>, role: { key: string } } | null } | null };

export type UserErrorFieldsFragment = { code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null };

export type InvitationFieldsFragment = { id: string, emailAddress: string, status: InvitationStatus, redirectUrl: string | null, url: string | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, expiresAt: string, createdAt: string, updatedAt: string, role: { key: string, name: string }, organization: { id: string } | null, inviter: { id: string } | null };

export type GetOrganizationInvitationListQueryVariables = Exact<{
  by: OrganizationBy;
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  statuses?: Array<InvitationStatus> | InvitationStatus | null | undefined;
}>;


export type GetOrganizationInvitationListQuery = { organization: { invitations: { totalCount: number, nodes: Array<{ id: string, emailAddress: string, status: InvitationStatus, redirectUrl: string | null, url: string | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, expiresAt: string, createdAt: string, updatedAt: string, role: { key: string, name: string }, organization: { id: string } | null, inviter: { id: string } | null }>, pageInfo: { endCursor: string | null } } | null } | null };

export type CreateOrganizationInvitationMutationVariables = Exact<{
  input: CreateInvitationInput;
}>;


export type CreateOrganizationInvitationMutation = { result: { invitation: { id: string, emailAddress: string, status: InvitationStatus, redirectUrl: string | null, url: string | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, expiresAt: string, createdAt: string, updatedAt: string, role: { key: string, name: string }, organization: { id: string } | null, inviter: { id: string } | null } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type CreateOrganizationInvitationBulkMutationVariables = Exact<{
  input: CreateInvitationsInput;
}>;


export type CreateOrganizationInvitationBulkMutation = { result: { invitations: Array<{ id: string, emailAddress: string, status: InvitationStatus, redirectUrl: string | null, url: string | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, expiresAt: string, createdAt: string, updatedAt: string, role: { key: string, name: string }, organization: { id: string } | null, inviter: { id: string } | null }>, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type RevokeOrganizationInvitationMutationVariables = Exact<{
  input: InvitationRefInput;
}>;


export type RevokeOrganizationInvitationMutation = { result: { invitation: { id: string, emailAddress: string, status: InvitationStatus, redirectUrl: string | null, url: string | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, expiresAt: string, createdAt: string, updatedAt: string, role: { key: string, name: string }, organization: { id: string } | null, inviter: { id: string } | null } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type MembershipFieldsFragment = { id: string, permissions: Array<string>, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, role: { key: string, name: string }, user: { id: string, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null }, organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } };

export type GetOrganizationMembershipListQueryVariables = Exact<{
  by: OrganizationBy;
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  roles?: Array<string> | string | null | undefined;
  orderBy?: MembershipOrder | null | undefined;
}>;


export type GetOrganizationMembershipListQuery = { organization: { memberships: { totalCount: number, nodes: Array<{ id: string, permissions: Array<string>, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, role: { key: string, name: string }, user: { id: string, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null }, organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } }>, pageInfo: { endCursor: string | null } } | null } | null };

export type CreateOrganizationMembershipMutationVariables = Exact<{
  input: CreateMembershipInput;
}>;


export type CreateOrganizationMembershipMutation = { result: { membership: { id: string, permissions: Array<string>, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, role: { key: string, name: string }, user: { id: string, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null }, organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type UpdateOrganizationMembershipMutationVariables = Exact<{
  input: UpdateMembershipInput;
}>;


export type UpdateOrganizationMembershipMutation = { result: { membership: { id: string, permissions: Array<string>, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, role: { key: string, name: string }, user: { id: string, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null }, organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type UpdateOrganizationMembershipMetadataMutationVariables = Exact<{
  input: UpdateMembershipMetadataInput;
}>;


export type UpdateOrganizationMembershipMetadataMutation = { result: { membership: { id: string, permissions: Array<string>, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, role: { key: string, name: string }, user: { id: string, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null }, organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type DeleteOrganizationMembershipMutationVariables = Exact<{
  input: RemoveMembershipInput;
}>;


export type DeleteOrganizationMembershipMutation = { result: { membership: { id: string, permissions: Array<string>, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, role: { key: string, name: string }, user: { id: string, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null }, organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type OrganizationFieldsFragment = { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null };

export type GetOrganizationQueryVariables = Exact<{
  by: OrganizationBy;
}>;


export type GetOrganizationQuery = { organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } | null };

export type GetOrganizationListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  userIds?: Array<string> | string | null | undefined;
  orderBy?: OrganizationOrder | null | undefined;
}>;


export type GetOrganizationListQuery = { organizations: { totalCount: number, nodes: Array<{ id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null }>, pageInfo: { endCursor: string | null } } | null };

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;


export type CreateOrganizationMutation = { result: { organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type UpdateOrganizationMutationVariables = Exact<{
  input: UpdateOrganizationInput;
}>;


export type UpdateOrganizationMutation = { result: { organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type UpdateOrganizationMetadataMutationVariables = Exact<{
  input: UpdateOrganizationMetadataInput;
}>;


export type UpdateOrganizationMetadataMutation = { result: { organization: { id: string, name: string, slug: string | null, imageUrl: string, hasImage: boolean, membersCount: number, pendingInvitationsCount: number | null, maxAllowedMemberships: number, adminDeleteEnabled: boolean, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string, createdBy: { id: string } | null } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type DeleteOrganizationMutationVariables = Exact<{
  input: DeleteOrganizationInput;
}>;


export type DeleteOrganizationMutation = { result: { deletedId: string | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export type UserFieldsFragment = { id: string, externalId: string | null, emailAddress: string | null, emailVerified: boolean | null, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null, createOrganizationEnabled: boolean | null, createOrganizationsLimit: number | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string };

export type GetUserQueryVariables = Exact<{
  id: string;
}>;


export type GetUserQuery = { user: { id: string, externalId: string | null, emailAddress: string | null, emailVerified: boolean | null, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null, createOrganizationEnabled: boolean | null, createOrganizationsLimit: number | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string } | null };

export type GetUserListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  offset?: number | null | undefined;
  query?: string | null | undefined;
  emailAddresses?: Array<string> | string | null | undefined;
  externalIds?: Array<string> | string | null | undefined;
}>;


export type GetUserListQuery = { users: { totalCount: number, nodes: Array<{ id: string, externalId: string | null, emailAddress: string | null, emailVerified: boolean | null, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null, createOrganizationEnabled: boolean | null, createOrganizationsLimit: number | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string }>, pageInfo: { endCursor: string | null } } | null };

export type UpdateUserMutationVariables = Exact<{
  input: UpdateUserInput;
}>;


export type UpdateUserMutation = { result: { user: { id: string, externalId: string | null, emailAddress: string | null, emailVerified: boolean | null, firstName: string | null, lastName: string | null, identifier: string, imageUrl: string | null, createOrganizationEnabled: boolean | null, createOrganizationsLimit: number | null, publicMetadata: { [key: string]: unknown }, privateMetadata: { [key: string]: unknown } | null, createdAt: string, updatedAt: string } | null, userErrors: Array<{ code: string, message: string, field: Array<string> | null, meta: { [key: string]: unknown } | null }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const UserErrorFieldsFragmentDoc = /* @__PURE__ */ new TypedDocumentString(`
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
    `, {"fragmentName":"UserErrorFields"}) as unknown as TypedDocumentString<UserErrorFieldsFragment, unknown>;
export const InvitationFieldsFragmentDoc = /* @__PURE__ */ new TypedDocumentString(`
    fragment InvitationFields on Invitation {
  id
  emailAddress
  role {
    key
    name
  }
  organization {
    id
  }
  inviter {
    id
  }
  status
  redirectUrl
  url
  publicMetadata
  privateMetadata
  expiresAt
  createdAt
  updatedAt
}
    `, {"fragmentName":"InvitationFields"}) as unknown as TypedDocumentString<InvitationFieldsFragment, unknown>;
export const OrganizationFieldsFragmentDoc = /* @__PURE__ */ new TypedDocumentString(`
    fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}
    `, {"fragmentName":"OrganizationFields"}) as unknown as TypedDocumentString<OrganizationFieldsFragment, unknown>;
export const MembershipFieldsFragmentDoc = /* @__PURE__ */ new TypedDocumentString(`
    fragment MembershipFields on Membership {
  id
  role {
    key
    name
  }
  permissions
  publicMetadata
  privateMetadata
  user {
    id
    firstName
    lastName
    identifier
    imageUrl
  }
  organization {
    ...OrganizationFields
  }
  createdAt
  updatedAt
}
    fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`, {"fragmentName":"MembershipFields"}) as unknown as TypedDocumentString<MembershipFieldsFragment, unknown>;
export const UserFieldsFragmentDoc = /* @__PURE__ */ new TypedDocumentString(`
    fragment UserFields on User {
  id
  externalId
  emailAddress
  emailVerified
  firstName
  lastName
  identifier
  imageUrl
  createOrganizationEnabled
  createOrganizationsLimit
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}
    `, {"fragmentName":"UserFields"}) as unknown as TypedDocumentString<UserFieldsFragment, unknown>;
export const AccessDocument = /* @__PURE__ */ new TypedDocumentString(`
    query Access($by: OrganizationBy!, $userId: ID!) {
  organization(by: $by) {
    id
    slug
    name
    imageUrl
    plan {
      key
    }
    features {
      key
    }
    membership(userId: $userId) {
      role {
        key
      }
      permissions
    }
  }
}
    `) as unknown as TypedDocumentString<AccessQuery, AccessQueryVariables>;
export const GetOrganizationInvitationListDocument = /* @__PURE__ */ new TypedDocumentString(`
    query GetOrganizationInvitationList($by: OrganizationBy!, $first: Int, $after: String, $offset: Int, $query: String, $statuses: [InvitationStatus!]) {
  organization(by: $by) {
    invitations(
      first: $first
      after: $after
      offset: $offset
      query: $query
      statuses: $statuses
    ) {
      totalCount
      nodes {
        ...InvitationFields
      }
      pageInfo {
        endCursor
      }
    }
  }
}
    fragment InvitationFields on Invitation {
  id
  emailAddress
  role {
    key
    name
  }
  organization {
    id
  }
  inviter {
    id
  }
  status
  redirectUrl
  url
  publicMetadata
  privateMetadata
  expiresAt
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<GetOrganizationInvitationListQuery, GetOrganizationInvitationListQueryVariables>;
export const CreateOrganizationInvitationDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation CreateOrganizationInvitation($input: CreateInvitationInput!) {
  result: createInvitation(input: $input) {
    invitation {
      ...InvitationFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment InvitationFields on Invitation {
  id
  emailAddress
  role {
    key
    name
  }
  organization {
    id
  }
  inviter {
    id
  }
  status
  redirectUrl
  url
  publicMetadata
  privateMetadata
  expiresAt
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<CreateOrganizationInvitationMutation, CreateOrganizationInvitationMutationVariables>;
export const CreateOrganizationInvitationBulkDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation CreateOrganizationInvitationBulk($input: CreateInvitationsInput!) {
  result: createInvitations(input: $input) {
    invitations {
      ...InvitationFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment InvitationFields on Invitation {
  id
  emailAddress
  role {
    key
    name
  }
  organization {
    id
  }
  inviter {
    id
  }
  status
  redirectUrl
  url
  publicMetadata
  privateMetadata
  expiresAt
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<CreateOrganizationInvitationBulkMutation, CreateOrganizationInvitationBulkMutationVariables>;
export const RevokeOrganizationInvitationDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation RevokeOrganizationInvitation($input: InvitationRefInput!) {
  result: revokeInvitation(input: $input) {
    invitation {
      ...InvitationFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment InvitationFields on Invitation {
  id
  emailAddress
  role {
    key
    name
  }
  organization {
    id
  }
  inviter {
    id
  }
  status
  redirectUrl
  url
  publicMetadata
  privateMetadata
  expiresAt
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<RevokeOrganizationInvitationMutation, RevokeOrganizationInvitationMutationVariables>;
export const GetOrganizationMembershipListDocument = /* @__PURE__ */ new TypedDocumentString(`
    query GetOrganizationMembershipList($by: OrganizationBy!, $first: Int, $after: String, $offset: Int, $query: String, $roles: [String!], $orderBy: MembershipOrder) {
  organization(by: $by) {
    memberships(
      first: $first
      after: $after
      offset: $offset
      query: $query
      roles: $roles
      orderBy: $orderBy
    ) {
      totalCount
      nodes {
        ...MembershipFields
      }
      pageInfo {
        endCursor
      }
    }
  }
}
    fragment MembershipFields on Membership {
  id
  role {
    key
    name
  }
  permissions
  publicMetadata
  privateMetadata
  user {
    id
    firstName
    lastName
    identifier
    imageUrl
  }
  organization {
    ...OrganizationFields
  }
  createdAt
  updatedAt
}
fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<GetOrganizationMembershipListQuery, GetOrganizationMembershipListQueryVariables>;
export const CreateOrganizationMembershipDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation CreateOrganizationMembership($input: CreateMembershipInput!) {
  result: createMembership(input: $input) {
    membership {
      ...MembershipFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment MembershipFields on Membership {
  id
  role {
    key
    name
  }
  permissions
  publicMetadata
  privateMetadata
  user {
    id
    firstName
    lastName
    identifier
    imageUrl
  }
  organization {
    ...OrganizationFields
  }
  createdAt
  updatedAt
}
fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<CreateOrganizationMembershipMutation, CreateOrganizationMembershipMutationVariables>;
export const UpdateOrganizationMembershipDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation UpdateOrganizationMembership($input: UpdateMembershipInput!) {
  result: updateMembership(input: $input) {
    membership {
      ...MembershipFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment MembershipFields on Membership {
  id
  role {
    key
    name
  }
  permissions
  publicMetadata
  privateMetadata
  user {
    id
    firstName
    lastName
    identifier
    imageUrl
  }
  organization {
    ...OrganizationFields
  }
  createdAt
  updatedAt
}
fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<UpdateOrganizationMembershipMutation, UpdateOrganizationMembershipMutationVariables>;
export const UpdateOrganizationMembershipMetadataDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation UpdateOrganizationMembershipMetadata($input: UpdateMembershipMetadataInput!) {
  result: updateMembershipMetadata(input: $input) {
    membership {
      ...MembershipFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment MembershipFields on Membership {
  id
  role {
    key
    name
  }
  permissions
  publicMetadata
  privateMetadata
  user {
    id
    firstName
    lastName
    identifier
    imageUrl
  }
  organization {
    ...OrganizationFields
  }
  createdAt
  updatedAt
}
fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<UpdateOrganizationMembershipMetadataMutation, UpdateOrganizationMembershipMetadataMutationVariables>;
export const DeleteOrganizationMembershipDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation DeleteOrganizationMembership($input: RemoveMembershipInput!) {
  result: removeMembership(input: $input) {
    membership {
      ...MembershipFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment MembershipFields on Membership {
  id
  role {
    key
    name
  }
  permissions
  publicMetadata
  privateMetadata
  user {
    id
    firstName
    lastName
    identifier
    imageUrl
  }
  organization {
    ...OrganizationFields
  }
  createdAt
  updatedAt
}
fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<DeleteOrganizationMembershipMutation, DeleteOrganizationMembershipMutationVariables>;
export const GetOrganizationDocument = /* @__PURE__ */ new TypedDocumentString(`
    query GetOrganization($by: OrganizationBy!) {
  organization(by: $by) {
    ...OrganizationFields
  }
}
    fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<GetOrganizationQuery, GetOrganizationQueryVariables>;
export const GetOrganizationListDocument = /* @__PURE__ */ new TypedDocumentString(`
    query GetOrganizationList($first: Int, $after: String, $offset: Int, $query: String, $userIds: [ID!], $orderBy: OrganizationOrder) {
  organizations(
    first: $first
    after: $after
    offset: $offset
    query: $query
    userIds: $userIds
    orderBy: $orderBy
  ) {
    totalCount
    nodes {
      ...OrganizationFields
    }
    pageInfo {
      endCursor
    }
  }
}
    fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<GetOrganizationListQuery, GetOrganizationListQueryVariables>;
export const CreateOrganizationDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation CreateOrganization($input: CreateOrganizationInput!) {
  result: createOrganization(input: $input) {
    organization {
      ...OrganizationFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<CreateOrganizationMutation, CreateOrganizationMutationVariables>;
export const UpdateOrganizationDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation UpdateOrganization($input: UpdateOrganizationInput!) {
  result: updateOrganization(input: $input) {
    organization {
      ...OrganizationFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<UpdateOrganizationMutation, UpdateOrganizationMutationVariables>;
export const UpdateOrganizationMetadataDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation UpdateOrganizationMetadata($input: UpdateOrganizationMetadataInput!) {
  result: updateOrganizationMetadata(input: $input) {
    organization {
      ...OrganizationFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment OrganizationFields on Organization {
  id
  name
  slug
  imageUrl
  hasImage
  membersCount
  pendingInvitationsCount
  maxAllowedMemberships
  adminDeleteEnabled
  createdBy {
    id
  }
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<UpdateOrganizationMetadataMutation, UpdateOrganizationMetadataMutationVariables>;
export const DeleteOrganizationDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation DeleteOrganization($input: DeleteOrganizationInput!) {
  result: deleteOrganization(input: $input) {
    deletedId
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}`) as unknown as TypedDocumentString<DeleteOrganizationMutation, DeleteOrganizationMutationVariables>;
export const GetUserDocument = /* @__PURE__ */ new TypedDocumentString(`
    query GetUser($id: ID!) {
  user(id: $id) {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  externalId
  emailAddress
  emailVerified
  firstName
  lastName
  identifier
  imageUrl
  createOrganizationEnabled
  createOrganizationsLimit
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<GetUserQuery, GetUserQueryVariables>;
export const GetUserListDocument = /* @__PURE__ */ new TypedDocumentString(`
    query GetUserList($first: Int, $after: String, $offset: Int, $query: String, $emailAddresses: [String!], $externalIds: [String!]) {
  users(
    first: $first
    after: $after
    offset: $offset
    query: $query
    emailAddresses: $emailAddresses
    externalIds: $externalIds
  ) {
    totalCount
    nodes {
      ...UserFields
    }
    pageInfo {
      endCursor
    }
  }
}
    fragment UserFields on User {
  id
  externalId
  emailAddress
  emailVerified
  firstName
  lastName
  identifier
  imageUrl
  createOrganizationEnabled
  createOrganizationsLimit
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<GetUserListQuery, GetUserListQueryVariables>;
export const UpdateUserDocument = /* @__PURE__ */ new TypedDocumentString(`
    mutation UpdateUser($input: UpdateUserInput!) {
  result: updateUser(input: $input) {
    user {
      ...UserFields
    }
    userErrors {
      ...UserErrorFields
    }
  }
}
    fragment UserErrorFields on UserError {
  code
  message
  field
  meta
}
fragment UserFields on User {
  id
  externalId
  emailAddress
  emailVerified
  firstName
  lastName
  identifier
  imageUrl
  createOrganizationEnabled
  createOrganizationsLimit
  publicMetadata
  privateMetadata
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<UpdateUserMutation, UpdateUserMutationVariables>;