import type { ApiKeyResource, CreateApiKeyParams, CreatedApiKey } from "./api-keys.ts";
import type { PermissionKey, PermissionResource, RoleKey, RoleResource } from "./authorization.ts";
import type {
  EnrollmentMode,
  OrganizationDomainResource,
  OrganizationMembershipRequestResource,
} from "./domains.ts";
import type { EventPage } from "./events.ts";
import type {
  InviteMemberParams,
  InviteMembersParams,
  InviteMembersResult,
  OrganizationInvitationResource,
} from "./invitations.ts";
import type {
  ApiKeyListParams,
  DomainListParams,
  EventListParams,
  InvitationListParams,
  MembershipListParams,
  MembershipRequestListParams,
  ResourcePage,
} from "./lists.ts";
import type { PublicUserData } from "./users.ts";

/** What an invited person may see of an organization. */
export interface PublicOrganizationData {
  readonly id: string;
  readonly name: string;
  readonly slug: string | null;
  readonly imageUrl: string;
  readonly hasImage: boolean;
}

export interface OrganizationResource extends PublicOrganizationData {
  readonly membersCount: number;
  /** It is null if the viewer can't manage memberships. */
  readonly pendingInvitationsCount: number | null;
  /** The number of seats. 0 stands for no limit. */
  readonly maxAllowedMemberships: number;
  /** Whether members with the permission can delete the organization. */
  readonly adminDeleteEnabled: boolean;
  readonly publicMetadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;

  update(params: UpdateOrganizationParams): Promise<OrganizationResource>;
  /** Replaces the logo (PNG, JPEG, WebP, or GIF, at most 150 KB and 1024 px). Null removes it. */
  setLogo(params: { readonly file: Blob | null }): Promise<OrganizationResource>;
  /** Deletes the organization with its memberships and invitations. */
  destroy(): Promise<void>;
  reload(): Promise<OrganizationResource>;

  getMemberships(
    params?: MembershipListParams,
  ): Promise<ResourcePage<OrganizationMembershipResource>>;
  updateMember(params: {
    readonly userId: string;
    readonly role: RoleKey;
  }): Promise<OrganizationMembershipResource>;
  removeMember(userId: string): Promise<OrganizationMembershipResource>;
  /** Is always refused with `secret_key_required`: only services add members without an invitation. */
  addMember(params: { readonly userId: string; readonly role: RoleKey }): Promise<never>;
  leave(): Promise<void>;

  getInvitations(
    params?: InvitationListParams,
  ): Promise<ResourcePage<OrganizationInvitationResource>>;
  inviteMember(params: InviteMemberParams): Promise<OrganizationInvitationResource>;
  /** Invites up to 100 people at once. */
  inviteMembers(params: InviteMembersParams): Promise<InviteMembersResult>;

  getRoles(): Promise<readonly RoleResource[]>;
  /** All permissions of the instance, whoever has them. */
  getPermissions(): Promise<readonly PermissionResource[]>;

  getDomains(params?: DomainListParams): Promise<ResourcePage<OrganizationDomainResource>>;
  createDomain(name: string, params?: CreateDomainParams): Promise<OrganizationDomainResource>;
  getMembershipRequests(
    params?: MembershipRequestListParams,
  ): Promise<ResourcePage<OrganizationMembershipRequestResource>>;

  getApiKeys(params?: ApiKeyListParams): Promise<ResourcePage<ApiKeyResource>>;
  createApiKey(params: CreateApiKeyParams): Promise<CreatedApiKey>;

  /** The audit log of the organization, oldest first. */
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
  /** Defaults to `manual_invitation`. */
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
  update(params: { readonly role: RoleKey }): Promise<OrganizationMembershipResource>;
  /** Removes the member. Use `organization.leave()` for the viewer's own membership. */
  destroy(): Promise<OrganizationMembershipResource>;
}

/** The plan and the seats of an organization. Members are null without `org:sys_billing:read`. */
export interface OrganizationBilling {
  /** It is null while billing is off. */
  readonly plan: {
    readonly key: string;
    readonly name: string;
    readonly description: string | null;
  } | null;
  readonly features: readonly { readonly key: string; readonly name: string }[];
  readonly seats: SeatUsage | null;
  readonly subscription: {
    readonly status: "active" | "trialing" | "past_due" | "incomplete" | "canceled" | "ended";
    readonly periodEndsAt: Date | null;
  } | null;
}

export interface SeatUsage {
  /** 0 stands for no limit. */
  readonly limit: number;
  readonly members: number;
  readonly pendingInvitations: number;
  /** It is null if there is no limit. */
  readonly available: number | null;
  readonly overLimit: boolean;
}

/** The answer to whether a slug is free. */
export interface SlugAvailability {
  readonly available: boolean;
  readonly code: string | null;
  readonly message: string | null;
  readonly suggestion: string | null;
}
