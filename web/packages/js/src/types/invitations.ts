import type { TenantryApiError } from "../foundation/errors.ts";
import type { RoleKey } from "./authorization.ts";
import type { OrganizationMembershipResource, PublicOrganizationData } from "./organizations.ts";
import type { PublicUserData } from "./users.ts";

export type InvitationStatus = "pending" | "accepted" | "revoked" | "expired" | "declined";

/** What happened to the most recent email of an invitation. */
export interface InvitationMail {
  readonly status: "not_requested" | "queued" | "sent" | "failed";
  readonly attempts: number;
  readonly lastError: string | null;
  readonly sentAt: Date | null;
}

/** An invitation as the members who manage it see it. */
export interface OrganizationInvitationResource {
  readonly id: string;
  readonly organizationId: string;
  readonly publicOrganizationData: PublicOrganizationData;
  readonly emailAddress: string;
  readonly role: RoleKey;
  readonly roleName: string;
  readonly status: InvitationStatus;
  /** A link to pass on by hand. It is null once the invitation isn't pending any more. */
  readonly url: string | null;
  readonly mail: InvitationMail | null;
  readonly redirectUrl: string | null;
  /** The member who sent the invitation. It is null for a deleted user, a secret key, and a domain. */
  readonly inviter: PublicUserData | null;
  readonly inviterName: string | null;
  readonly publicMetadata: Readonly<Record<string, unknown>>;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  revoke(): Promise<OrganizationInvitationResource>;
  /** Sends the email again with a new link, and extends the expiry. */
  resend(): Promise<OrganizationInvitationResource>;
}

/** An invitation as the invited person sees it. */
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
  /** Joins the organization. It doesn't become the active one. */
  accept(): Promise<OrganizationMembershipResource>;
  decline(): Promise<UserOrganizationInvitationResource>;
}

/** What the holder of an invitation's ticket may see before signing in. */
export interface InvitationPreview {
  readonly organizationName: string;
  readonly organizationImageUrl: string;
  readonly emailAddress: string;
  readonly roleName: string;
  readonly inviterName: string | null;
  readonly status: InvitationStatus;
  readonly expiresAt: Date;
  /** What the person does next. */
  readonly next: "sign_in" | "sign_up" | "accept" | "none";
}

export interface InviteMemberParams {
  readonly emailAddress: string;
  /** Defaults to the default role of the organization. */
  readonly role?: RoleKey | undefined;
  /** Where the invitation's link leads in the end. Its origin must be allowed by the instance. */
  readonly redirectUrl?: string | undefined;
  readonly expiresInDays?: number | undefined;
  /** Whether to send an email. Defaults to true. */
  readonly notify?: boolean;
}

export interface InviteMembersParams extends Omit<InviteMemberParams, "emailAddress"> {
  readonly emailAddresses: readonly string[];
  /**
   * `reject_all` (the default) invites nobody if one address is refused. `skip_failed` invites the
   * others, and the result names the refused addresses.
   */
  readonly onError?: "reject_all" | "skip_failed" | undefined;
}

export interface InviteMembersResult {
  readonly invitations: readonly OrganizationInvitationResource[];
  /** The refusals with `onError: "skip_failed"`. Their `meta.emailAddresses` names the addresses. */
  readonly errors: readonly TenantryApiError[];
}
