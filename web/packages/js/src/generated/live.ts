/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from "../types/tenantry.ts";
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

type LiveEventFields_InstanceEvent_Fragment = { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } };

type LiveEventFields_InvitationEvent_Fragment = { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } };

type LiveEventFields_MembershipEvent_Fragment = { readonly userId: string, readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } };

type LiveEventFields_OrganizationEvent_Fragment = { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } };

export type LiveEventFieldsFragment =
  | LiveEventFields_InstanceEvent_Fragment
  | LiveEventFields_InvitationEvent_Fragment
  | LiveEventFields_MembershipEvent_Fragment
  | LiveEventFields_OrganizationEvent_Fragment
;

export type ViewerEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ViewerEventsSubscription = { readonly event:
    | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } }
    | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } }
    | { readonly userId: string, readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } }
    | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } }
   };

export type OrganizationEventsSubscriptionVariables = Exact<{
  organizationId: string;
  after?: string | null | undefined;
}>;


export type OrganizationEventsSubscription = { readonly event:
    | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly actor: { readonly type: ActorType, readonly id: string | null } }
    | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly pendingInvitationsCount: number | null, readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } }
    | { readonly userId: string, readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } }
    | { readonly id: string, readonly cursor: string, readonly type: EventType, readonly name: string, readonly occurredAt: string, readonly organizationId: string | null, readonly data: Readonly<Record<string, unknown>>, readonly organization: { readonly id: string, readonly name: string, readonly slug: string | null, readonly imageUrl: string, readonly hasImage: boolean, readonly membersCount: number, readonly maxAllowedMemberships: number, readonly adminDeleteEnabled: boolean, readonly publicMetadata: Readonly<Record<string, unknown>>, readonly createdAt: string, readonly updatedAt: string } | null, readonly actor: { readonly type: ActorType, readonly id: string | null } }
   };

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

const LiveEventFields: string = "fragment LiveEventFields on Event{...EventFields ...on OrganizationEvent{organization{...OrganizationFields}}...on MembershipEvent{userId organization{...OrganizationFields}}...on InvitationEvent{organization{...OrganizationFields pendingInvitationsCount}}}";
const OrganizationFields: string = "fragment OrganizationFields on Organization{id name slug imageUrl hasImage membersCount maxAllowedMemberships adminDeleteEnabled publicMetadata createdAt updatedAt}";
const EventFields: string = "fragment EventFields on Event{id cursor type name occurredAt organizationId actor{type id}data}";
export const ViewerEventsDocument: TypedDocument<ViewerEventsSubscription, ViewerEventsSubscriptionVariables> =
  "subscription ViewerEvents($after:String){event:viewerEvents(after:$after){...LiveEventFields}}" + LiveEventFields + EventFields + OrganizationFields;
export const OrganizationEventsDocument: TypedDocument<OrganizationEventsSubscription, OrganizationEventsSubscriptionVariables> =
  "subscription OrganizationEvents($organizationId:ID!$after:String){event:organizationEvents(organizationId:$organizationId after:$after){...LiveEventFields}}" + LiveEventFields + EventFields + OrganizationFields;