/** What the client answers with: plain data, with the names that the original's SDK has. */
import type {
  InvitationFieldsFragment,
  MembershipFieldsFragment,
  OrganizationFieldsFragment,
  UserFieldsFragment,
} from "../generated/client.ts";

export type Metadata = Readonly<Record<string, unknown>>;

/** A page of a list. */
export interface Page<T> {
  data: T[];
  totalCount: number;
  /** For `after` of the next page. Null if the page is empty. */
  endCursor: string | null;
}

interface Timestamps {
  /** In milliseconds. */
  createdAt: number;
  /** In milliseconds. */
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
  /** ID of the user who created the organization. */
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
  /** In milliseconds. */
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

export function toOrganization(found: OrganizationFieldsFragment): Organization {
  return {
    ...found,
    ...toTimestamps(found),
    pendingInvitationsCount: found.pendingInvitationsCount ?? 0,
    createdBy: found.createdBy?.id ?? null,
    privateMetadata: found.privateMetadata ?? {},
  };
}

export function toMembership(found: MembershipFieldsFragment): OrganizationMembership {
  const { user, role, organization, ...fields } = found;
  const { id: userId, firstName, lastName, identifier, imageUrl } = user;
  return {
    ...fields,
    ...toTimestamps(found),
    role: role.key,
    roleName: role.name,
    privateMetadata: found.privateMetadata ?? {},
    organization: toOrganization(organization),
    publicUserData: {
      userId,
      firstName,
      lastName,
      identifier,
      imageUrl,
      hasImage: imageUrl !== null,
    },
  };
}

export function toInvitation(found: InvitationFieldsFragment): OrganizationInvitation {
  const { role, organization, inviter, ...fields } = found;
  return {
    ...fields,
    ...toTimestamps(found),
    role: role.key,
    roleName: role.name,
    organizationId: organization?.id ?? null,
    inviterUserId: inviter?.id ?? null,
    status: found.status.toLowerCase() as InvitationStatus,
    privateMetadata: found.privateMetadata ?? {},
    expiresAt: Date.parse(found.expiresAt),
  };
}

export function toUser(found: UserFieldsFragment): User {
  const { firstName, lastName } = found;
  return {
    ...found,
    ...toTimestamps(found),
    fullName: [firstName, lastName].filter(Boolean).join(" ") || null,
    emailVerified: found.emailVerified ?? false,
    privateMetadata: found.privateMetadata ?? {},
  };
}

function toTimestamps(found: { createdAt: string; updatedAt: string }): Timestamps {
  return { createdAt: Date.parse(found.createdAt), updatedAt: Date.parse(found.updatedAt) };
}
