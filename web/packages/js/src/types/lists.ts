import type { EnrollmentMode, MembershipRequestStatus, SuggestionStatus } from "./domains.ts";
import type { EventType } from "./events.ts";
import type { InvitationStatus } from "./invitations.ts";

/** Which rows of a list to return. Give at most one of `page`, `offset`, `after`, and `before`. */
export interface ListParams {
  /** The number of rows, from 1 to 100. Defaults to 10. */
  readonly pageSize?: number | undefined;
  /** The number of the page, from 1. */
  readonly page?: number | undefined;
  /** The number of rows to skip. */
  readonly offset?: number | undefined;
  /** Return the rows after this cursor (`pageInfo.endCursor` of another page). */
  readonly after?: string | undefined;
  /** Return the rows before this cursor (`pageInfo.startCursor` of another page). */
  readonly before?: string | undefined;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** One page of a list. */
export interface ResourcePage<T> {
  readonly data: readonly T[];
  /** The number of rows on all pages. */
  readonly totalCount: number;
  readonly pageInfo: PageInfo;
}

export type OrderDirection = "ASC" | "DESC";

export interface MembershipOrder {
  readonly field: "CREATED_AT" | "FIRST_NAME" | "LAST_NAME" | "EMAIL_ADDRESS" | "ORGANIZATION_NAME";
  readonly direction?: OrderDirection;
}

export interface InvitationOrder {
  readonly field: "CREATED_AT" | "EMAIL_ADDRESS" | "EXPIRES_AT";
  readonly direction?: OrderDirection;
}

export interface MembershipListParams extends ListParams {
  /** Return only memberships with one of these roles. */
  readonly role?: readonly string[] | undefined;
  /** Return only memberships that match this text. */
  readonly query?: string | undefined;
  readonly orderBy?: MembershipOrder | undefined;
}

export interface InvitationListParams extends ListParams {
  /** Return only invitations with one of these statuses. Defaults to `["pending"]`. */
  readonly status?: readonly InvitationStatus[] | undefined;
  /** Return only invitations whose email address contains this text. */
  readonly query?: string | undefined;
  readonly orderBy?: InvitationOrder | undefined;
}

export interface UserInvitationListParams extends ListParams {
  /** Defaults to `["pending"]`. */
  readonly status?: readonly InvitationStatus[] | undefined;
  readonly orderBy?: InvitationOrder | undefined;
}

export interface SuggestionListParams extends ListParams {
  /** Defaults to `["pending"]`. */
  readonly status?: readonly SuggestionStatus[] | undefined;
}

export interface MembershipRequestListParams extends ListParams {
  /** Defaults to `["pending"]`. */
  readonly status?: readonly MembershipRequestStatus[] | undefined;
}

export interface DomainListParams extends ListParams {
  readonly enrollmentMode?: EnrollmentMode | undefined;
  readonly verified?: boolean | undefined;
}

export interface ApiKeyListParams extends ListParams {
  /** Whether to return also keys that were revoked or have expired. Defaults to false. */
  readonly includeInvalid?: boolean | undefined;
}

export interface EventListParams {
  /** The number of events, from 1 to 100. Defaults to 20. */
  readonly pageSize?: number | undefined;
  /** Return the events after this cursor. */
  readonly after?: string | undefined;
  readonly types?: readonly EventType[] | undefined;
}
