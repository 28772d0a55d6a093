import type { EnrollmentMode } from "./domains.ts";

/** The public settings of the instance. */
export interface InstanceResource {
  readonly name: string;
  readonly logoUrl: string | null;
  readonly homeUrl: string | null;
  readonly signInUrl: string | null;
  readonly signUpUrl: string | null;
  readonly organizationsEnabled: boolean;
  /** With `required`, users work in organizations only. With `optional`, they have a personal account too. */
  readonly membershipMode: "required" | "optional";
  readonly slugsEnabled: boolean;
  readonly maxAllowedMemberships: number;
  readonly createOrganizationEnabled: boolean;
  readonly adminDeleteEnabled: boolean;
  readonly invitationExpiresInDays: number;
  readonly domainsEnabled: boolean;
  readonly domainsEnrollmentModes: readonly EnrollmentMode[];
  readonly billingEnabled: boolean;
  readonly billingUrl: string | null;
}
