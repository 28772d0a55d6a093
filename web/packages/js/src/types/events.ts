import type { PageInfo } from "./lists.ts";
import type { OrganizationResource } from "./organizations.ts";

export type EventType =
  | "ORGANIZATION_CREATED"
  | "ORGANIZATION_UPDATED"
  | "ORGANIZATION_DELETED"
  | "MEMBERSHIP_CREATED"
  | "MEMBERSHIP_UPDATED"
  | "MEMBERSHIP_DELETED"
  | "INVITATION_CREATED"
  | "INVITATION_RESENT"
  | "INVITATION_ACCEPTED"
  | "INVITATION_REVOKED"
  | "INVITATION_DECLINED"
  | "INVITATION_EXPIRED"
  | "DOMAIN_CREATED"
  | "DOMAIN_UPDATED"
  | "DOMAIN_DELETED"
  | "SUGGESTION_CREATED"
  | "SUGGESTION_ACCEPTED"
  | "MEMBERSHIP_REQUEST_CREATED"
  | "MEMBERSHIP_REQUEST_ACCEPTED"
  | "MEMBERSHIP_REQUEST_REJECTED"
  | "ROLE_CREATED"
  | "ROLE_UPDATED"
  | "ROLE_DELETED"
  | "PERMISSION_CREATED"
  | "PERMISSION_UPDATED"
  | "PERMISSION_DELETED"
  | "ROLE_SET_CREATED"
  | "ROLE_SET_UPDATED"
  | "ROLE_SET_DELETED"
  | "FEATURE_CREATED"
  | "FEATURE_UPDATED"
  | "FEATURE_DELETED"
  | "PLAN_CREATED"
  | "PLAN_UPDATED"
  | "PLAN_DELETED"
  | "SUBSCRIPTION_CREATED"
  | "SUBSCRIPTION_UPDATED"
  | "SUBSCRIPTION_ACTIVE"
  | "SUBSCRIPTION_PAST_DUE"
  | "USER_CREATED"
  | "USER_UPDATED"
  | "USER_DELETED"
  | "SESSION_CREATED"
  | "SESSION_ENDED"
  | "SESSION_REVOKED"
  | "INSTANCE_UPDATED"
  | "API_KEY_CREATED"
  | "API_KEY_UPDATED"
  | "API_KEY_REVOKED"
  | "SECRET_KEY_CREATED"
  | "SECRET_KEY_REVOKED";

/** A change, as the instance's log has it. */
export interface TenantryEvent {
  readonly id: string;
  /** The position in the log. Give it back as `after`. */
  readonly cursor: string;
  readonly type: EventType;
  /** The name that webhooks use, such as `organizationMembership.created`. */
  readonly name: string;
  readonly occurredAt: Date;
  readonly organizationId: string | null;
  readonly actor: {
    readonly type: "USER" | "SERVICE" | "API_KEY" | "SYSTEM";
    readonly id: string | null;
  };
  /** The object as it was at the event: the `data` of the webhook. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventPage {
  readonly data: readonly TenantryEvent[];
  readonly pageInfo: PageInfo;
}

/** The lists that a page can show. The last three are the signed-in user's own. */
export type ListName =
  | "memberships"
  | "invitations"
  | "membershipRequests"
  | "domains"
  | "apiKeys"
  | "roles"
  | "billing"
  | "events"
  | "userMemberships"
  | "userInvitations"
  | "userSuggestions";

/** A list whose rows may have changed, by an event or by one of this page's own mutations. */
export interface Invalidation {
  /** `all`: everything that was read may be out of date. */
  readonly list: ListName | "all";
  /** The organization of the list. It is null for the user's own lists and for `all`. */
  readonly organizationId: string | null;
}

/** Whether changes arrive live: `off` if they aren't asked for, `waiting` until the next attempt. */
export interface LiveState {
  readonly status: "off" | "connecting" | "open" | "waiting";
  /** The position in the log up to which this page knows all changes. */
  readonly cursor: string | null;
}

/** Why the tab has left its organization although nobody switched in this tab. */
export interface OrganizationLeft {
  readonly organizationId: string;
  readonly slug: string | null;
  /** `left`: by the user's own request. `removed`: by somebody else. */
  readonly reason: "left" | "removed" | "deleted";
}

/** What `tenantry.on` tells, and with what. */
export interface TenantryEventMap {
  /** A change that concerns the user or the tab's organization, right after the state has followed. */
  event: TenantryEvent;
  /** An organization with new fields. Rows that show it can replace it; there's no need to read them again. */
  organization: OrganizationResource;
  /** Lists to read again. It is told at most once per 250 ms, with each list once. */
  invalidate: readonly Invalidation[];
  /** The tab's organization is gone; the state has already fallen back. */
  organizationLeft: OrganizationLeft;
  live: LiveState;
  /** The session is over. The state is signed out in every tab. */
  signedOut: { readonly reason: "sign_out" | "revoked" | "ended" | "identity_changed" };
}
