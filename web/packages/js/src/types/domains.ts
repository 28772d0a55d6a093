import type { RoleKey } from "./authorization.ts";
import type { OrganizationMembershipResource, PublicOrganizationData } from "./organizations.ts";
import type { PublicUserData } from "./users.ts";

export type EnrollmentMode =
  | "manual_invitation"
  | "automatic_invitation"
  | "automatic_suggestion"
  | "enterprise_sso";

export type SuggestionStatus = "pending" | "accepted";

export type MembershipRequestStatus = "pending" | "accepted" | "rejected";

/** The proof that a domain belongs to the organization. */
export interface DomainVerification {
  readonly status: "unverified" | "verified" | "failed" | "expired";
  readonly strategy: "email_code" | "txt" | "manual_override";
  readonly attempts: number;
  readonly expiresAt: Date | null;
  readonly verifiedAt: Date | null;
  /** The DNS record to create, for `txt`. */
  readonly txtRecordName: string | null;
  readonly txtRecordValue: string | null;
}

export interface OrganizationDomainResource {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly enrollmentMode: EnrollmentMode;
  readonly verified: boolean;
  /** The proof by email: a mailbox at the domain belongs to the organization. */
  readonly affiliation: DomainVerification | null;
  readonly affiliationEmailAddress: string | null;
  /** The proof by DNS: the domain itself belongs to the organization. */
  readonly ownership: DomainVerification | null;
  readonly totalPendingInvitations: number;
  readonly totalPendingSuggestions: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Sends a code to an address at the domain. */
  prepareAffiliationVerification(params: {
    readonly affiliationEmailAddress: string;
  }): Promise<OrganizationDomainResource>;
  attemptAffiliationVerification(params: {
    readonly code: string;
  }): Promise<OrganizationDomainResource>;
  /** Answers with the DNS record to create in `ownership`. */
  prepareOwnershipVerification(): Promise<OrganizationDomainResource>;
  attemptOwnershipVerification(): Promise<OrganizationDomainResource>;
  updateEnrollmentMode(params: {
    readonly enrollmentMode: EnrollmentMode;
    /** Whether to delete the pending invitations and suggestions of the mode before. */
    readonly deletePending?: boolean | undefined;
  }): Promise<OrganizationDomainResource>;
  delete(): Promise<void>;
}

/** An organization that the user may ask to join, because of the domain of their address. */
export interface OrganizationSuggestionResource {
  readonly id: string;
  readonly publicOrganizationData: PublicOrganizationData;
  readonly status: SuggestionStatus;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Asks to join. A manager of the organization decides. */
  accept(): Promise<OrganizationSuggestionResource>;
}

/** A user's request to join an organization. */
export interface OrganizationMembershipRequestResource {
  readonly id: string;
  readonly organizationId: string;
  readonly publicUserData: PublicUserData;
  readonly status: MembershipRequestStatus;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  accept(params?: { readonly role?: RoleKey | undefined }): Promise<OrganizationMembershipResource>;
  reject(): Promise<OrganizationMembershipRequestResource>;
}
