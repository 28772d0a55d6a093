// @tenantry/react
export type * from "@tenantry/js";
export { hasCode, isTenantryError, TenantryError, version } from "@tenantry/js";
export type { Appearance, AppearanceOptions, ElementName, VariableName, } from "./appearance/types.ts";
export type { PaginatedResources } from "./cache/pages.ts";
export type { PaginatedParams, PagingParams } from "./cache/paging.ts";
export { AcceptInvitation, type AcceptInvitationProps, } from "./components/accept/accept-invitation.tsx";
export { CreateOrganization, type CreateOrganizationProps, } from "./components/create/create-organization.tsx";
export { InviteMembersButton, type InviteMembersButtonProps, } from "./components/invite/invite-members-button.tsx";
export { OrganizationList, type OrganizationListProps, } from "./components/list/organization-list.tsx";
export { OrganizationProfile, type OrganizationProfileProps, } from "./components/profile/organization-profile.tsx";
export type { CustomPage, OrganizationProfileOptions, ProfilePageName, } from "./components/profile/props.ts";
export type { SectionProps } from "./components/profile/section.tsx";
export { TenantryProvider, type TenantryProviderProps } from "./components/provider.tsx";
export type { CommonProps } from "./components/root.tsx";
export { OrganizationSwitcher } from "./components/switcher/organization-switcher.tsx";
export type { OrganizationSwitcherProps, TriggerAttributes, TriggerState, } from "./components/switcher/props.ts";
export { TaskChooseOrganization, type TaskChooseOrganizationProps, } from "./components/task/task-choose-organization.tsx";
export { ActiveOrganization, type ActiveOrganizationProps } from "./control/ActiveOrganization.tsx";
export { type PortalContainer, PortalProvider, type PortalProviderProps, } from "./control/PortalProvider.tsx";
export { Protect, type ProtectProps } from "./control/Protect.tsx";
export { RefreshSession, type RefreshSessionProps } from "./control/RefreshSession.tsx";
export { RedirectToSignIn, RedirectToTasks } from "./control/redirect.tsx";
export { Show, type ShowProps, type ShowWhen } from "./control/Show.tsx";
export { SignedIn, type SignedInProps, SignedOut } from "./control/SignedIn.tsx";
export { SignOutButton, type SignOutButtonProps } from "./control/SignOutButton.tsx";
export { type StatusProps, TenantryDegraded, TenantryFailed, TenantryLoaded, TenantryLoading, } from "./control/status.tsx";
export { type UseAuthParams, type UseAuthReturn, useAuth } from "./hooks/useAuth.ts";
export { type UseInvitationReturn, useInvitation } from "./hooks/useInvitation.ts";
export { type UseOrganizationParams, type UseOrganizationReturn, useOrganization, } from "./hooks/useOrganization.ts";
export { type UseOrganizationCreationDefaultsReturn, useOrganizationCreationDefaults, } from "./hooks/useOrganizationCreationDefaults.ts";
export { type UseOrganizationEventsParams, type UseOrganizationEventsReturn, useOrganizationEvents, } from "./hooks/useOrganizationEvents.ts";
export { type UseOrganizationListParams, type UseOrganizationListReturn, useOrganizationList, } from "./hooks/useOrganizationList.ts";
export { type UsePermissionParams, type UsePermissionReturn, usePermission, } from "./hooks/usePermission.ts";
export { type UseSessionReturn, useSession } from "./hooks/useSession.ts";
export { useTenantry } from "./hooks/useTenantry.ts";
export { type UseTenantryQueryOptions, type UseTenantryQueryReturn, useTenantryQuery, } from "./hooks/useTenantryQuery.ts";
export { type UseUserReturn, useUser } from "./hooks/useUser.ts";
export type { Localization, PartialLocalization, Plural } from "./locales/types.ts";
export type { TenantryProviderOptions } from "./provider.tsx";

// appearance/types
import type { CSSProperties } from "react";
export type ElementName = "actions" | "alert" | "alertText" | "avatar" | "badge" | "button" | "card" | "cardFooter" | "cardHeader" | "cardLogo" | "cardSubtitle" | "cardTitle" | "checkbox" | "choice" | "choiceList" | "choices" | "date" | "dialog" | "dialogBody" | "dialogClose" | "dialogTitle" | "empty" | "facts" | "field" | "form" | "hint" | "icon" | "input" | "label" | "link" | "list" | "logo" | "navigation" | "navigationItem" | "navigationItems" | "navigationTitle" | "page" | "pageHeader" | "pageTitle" | "pager" | "panel" | "panelContent" | "panelCurrent" | "panelSection" | "person" | "profile" | "profileLayout" | "progress" | "root" | "row" | "rowActions" | "rowIcon" | "rowSubtitle" | "rowText" | "rowTitle" | "section" | "sectionTitle" | "select" | "skeleton" | "spinner" | "switcher" | "table" | "tag" | "tags" | "toast" | "token" | "tokenField" | "tokenInput" | "toolbar" | "trigger" | "visuallyHidden";
export type VariableName = "colorPrimary" | "colorPrimaryForeground" | "colorDanger" | "colorSuccess" | "colorWarning" | "colorNeutral" | "colorForeground" | "colorMutedForeground" | "colorMuted" | "colorBackground" | "colorInput" | "colorInputForeground" | "colorBorder" | "colorRing" | "colorShadow" | "colorModalBackdrop" | "colorShimmer" | "fontFamily" | "fontFamilyButtons" | "fontFamilyMono" | "fontSize" | "fontWeight" | "borderRadius" | "spacing";
export interface AppearanceOptions {
    animations?: boolean;
    density?: "comfortable" | "compact";
    logoPlacement?: "inside" | "outside" | "none";
    helpPageUrl?: string;
    termsPageUrl?: string;
    privacyPageUrl?: string;
}
export interface Appearance {
    theme?: "system" | "light" | "dark";
    variables?: Partial<Record<VariableName, string>>;
    elements?: Partial<Record<ElementName, string | CSSProperties>>;
    options?: AppearanceOptions;
    cssLayerName?: string;
}

// cache/pages
import { type QueryClient, type QueryKey } from "@tanstack/query-core";
import type { ListParams, ResourcePage, TenantryError } from "@tenantry/js";
import { type PaginatedParams } from "./paging.ts";
import { type Row } from "./rows.ts";
export interface PaginatedResources<T> {
    readonly data: readonly T[];
    readonly count: number;
    readonly page: number;
    readonly pageCount: number;
    readonly isLoading: boolean;
    readonly isFetching: boolean;
    readonly isError: boolean;
    readonly error: TenantryError | null;
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly fetchPage: (page: number | ((page: number) => number)) => void;
    readonly fetchNext: () => void;
    readonly fetchPrevious: () => void;
    readonly revalidate: () => Promise<void>;
    readonly setData: (rows: readonly T[] | ((rows: readonly T[]) => readonly T[])) => void;
}
export interface ListSource<T> {
    readonly key: QueryKey;
    readonly load: (params: ListParams) => Promise<ResourcePage<T>>;
    readonly isLive: boolean;
}
export declare function usePages<T extends Row, Filters extends object>(cache: QueryClient, params: PaginatedParams<Filters> | undefined, from: ((filters: Filters) => ListSource<T>) | null, isLoaded: boolean): PaginatedResources<T>;

// cache/paging
export interface PagingParams {
    readonly initialPage?: number;
    readonly pageSize?: number;
    readonly infinite?: boolean;
    readonly keepPreviousData?: boolean;
}
export type PaginatedParams<Filters extends object> = true | (PagingParams & Filters);
export interface Paging {
    readonly initialPage: number;
    readonly pageSize: number;
    readonly infinite: boolean;
    readonly keepPreviousData: boolean;
}
export declare function readParams<Filters extends object>(params: PaginatedParams<Filters> | undefined): {
    readonly paging: Paging;
    readonly filters: Filters;
};
export declare function lastPage(count: number, pageSize: number): number;
export declare function atLeastOne(value: number): number;

// cache/rows
import type { InfiniteData } from "@tanstack/query-core";
import type { ListParams, ResourcePage } from "@tenantry/js";
export interface Row {
    readonly id: string;
}
export type Position = Pick<ListParams, "offset" | "after" | "before">;
export type Pages<T> = InfiniteData<ResourcePage<T>, Position>;
export declare function rowsOf<T>(pages: Pages<T>): readonly T[];
export declare function replaceRows<T>(pages: Pages<T>, rows: readonly T[]): Pages<T>;
export declare function looksEqual(a: unknown, b: unknown): boolean;
export declare function shareRows<T extends Row>(earlier: Pages<T>, later: Pages<T>): Pages<T>;

// components/accept/accept-invitation
import type { FunctionComponent } from "react";
import { type CommonProps } from "../root.tsx";
export interface AcceptInvitationOptions {
    redirectUrlComplete?: string | undefined;
    signInUrl?: string | undefined;
    signUpUrl?: string | undefined;
}
export interface AcceptInvitationProps extends CommonProps, AcceptInvitationOptions {
    ticket?: string;
}
export declare const AcceptInvitation: FunctionComponent<AcceptInvitationProps>;

// components/root
import type { HTMLAttributes, ReactNode, Ref } from "react";
import { type Container } from "../appearance/context.tsx";
import type { Appearance, ElementName } from "../appearance/types.ts";
import type { PartialLocalization } from "../locales/types.ts";
import type { RootRef } from "./with-ref.ts";
export interface CommonProps extends Omit<HTMLAttributes<HTMLDivElement>, "children" | "onSelect"> {
    appearance?: Appearance | undefined;
    localization?: PartialLocalization | undefined;
    fallback?: ReactNode;
    container?: Container | undefined;
    ref?: Ref<HTMLDivElement>;
}
export interface RootProps extends CommonProps, RootRef {
    element: ElementName;
    skeleton: ReactNode;
    children: ReactNode;
}
export declare function Root(props: RootProps): ReactNode;

// appearance/context
import { type CSSProperties, type ReactNode } from "react";
import type { PortalContainer } from "../control/PortalProvider.tsx";
import type { Appearance, ElementName } from "./types.ts";
export type Container = PortalContainer;
export interface Surroundings {
    appearance: Appearance;
    scope?: string;
    nonce?: string | undefined;
    dir?: "ltr" | "rtl" | undefined;
    container?: Container | undefined;
}
export declare const useSurroundings: () => Surroundings;
export interface SurroundingsProps {
    appearance?: Appearance | undefined;
    nonce?: string | undefined;
    dir?: "ltr" | "rtl" | undefined;
    container?: Container | undefined;
    children: ReactNode;
}
export declare function SurroundingsProvider(props: SurroundingsProps): ReactNode;
type ElementProps = {
    className: string;
    style?: CSSProperties;
};
export declare function useElement(): (name: ElementName, className?: string) => ElementProps;
export declare function useRootAttributes(): Record<`data-${string}`, string | undefined> & {
    lang: string;
    dir: "ltr" | "rtl" | undefined;
};
export {};

// control/PortalProvider
import { type ReactNode } from "react";
export type PortalContainer = Element | null | (() => Element | null);
export interface PortalProviderProps {
    readonly container: PortalContainer;
    readonly children?: ReactNode;
}
export declare function PortalProvider({ container, children }: PortalProviderProps): ReactNode;
export declare function usePortalContainer(): PortalContainer;

// @tenantry/react/locales/types
import type { core } from "./core.ts";
import type { en } from "./en.ts";
export type Plural = {
    readonly other: string;
} & {
    readonly [rule in Intl.LDMLPluralRule]?: string;
};
type Strings<T> = {
    readonly [Key in keyof T]: T[Key] extends string ? string : T[Key] extends Plural ? Plural : Strings<T[Key]>;
};
export type Localization = Omit<Strings<typeof en>, "dir"> & {
    readonly dir: "ltr" | "rtl";
};
type DeepPartial<T> = T extends string | Plural ? T : {
    readonly [Key in keyof T]?: DeepPartial<T[Key]>;
};
export type CoreLocalization = Pick<Localization, keyof typeof core>;
export type PartialLocalization = DeepPartial<Localization>;
export {};

// @tenantry/react/locales/core
import { trigger } from "./trigger.ts";
export declare const core: {
    readonly locale: "en";
    readonly dir: "ltr";
    readonly common: {
        readonly cancel: "Cancel";
        readonly close: "Close";
        readonly loading: "Loading…";
        readonly next: "Next";
        readonly pageOf: "Page {page} of {pages}";
        readonly pages: "Pages";
        readonly previous: "Previous";
        readonly retry: "Try again";
        readonly save: "Save";
        readonly search: "Search";
        readonly signOut: "Sign out";
        readonly skip: "Skip";
        readonly you: "You";
        readonly unknownError: "Something went wrong. Try again.";
        readonly help: "Help";
        readonly terms: "Terms";
        readonly privacy: "Privacy";
    };
    readonly organizationSwitcher: {
        readonly trigger: typeof trigger;
        readonly manage: "Manage";
        readonly leave: "Leave organization";
        readonly search: "Search organizations";
        readonly memberships: "Your organizations";
        readonly results: {
            readonly one: "{count} organization";
            readonly other: "{count} organizations";
        };
        readonly noResults: "No organization matches “{query}”.";
        readonly invitations: "Invitations";
        readonly suggestions: "Organizations of your colleagues";
        readonly join: "Join";
        readonly decline: "Decline";
        readonly declineTitle: "Decline the invitation?";
        readonly declineMessage: "To join {name} later, you need a new invitation.";
        readonly invitedBy: "{name} invited you. Expires {date}.";
        readonly expires: "Expires {date}";
        readonly requestToJoin: "Request to join";
        readonly pendingApproval: "Pending approval";
        readonly joined: "You joined {name}.";
        readonly createOrganization: "Create organization";
        readonly empty: "You aren’t in an organization yet. Ask a colleague to invite you.";
        readonly loadMore: "Show more";
        readonly switching: "Switching to {name}";
    };
    readonly errors: {
        readonly already_a_member_in_organization: "This person is a member already.";
        readonly organization_minimum_permissions_needed: "At least one member must be able to manage the organization. Give somebody else this role first.";
        readonly organization_membership_quota_exceeded: "All seats are taken. There can be {limit}. Remove a member or revoke an invitation first.";
        readonly plan_seat_limit_exceeded: "All seats of the plan are taken. It has {limit}.";
        readonly quota_exceeded: "You can’t create another organization. Your limit is {limit}.";
        readonly organization_invitation_not_unique: "This address is invited already.";
        readonly duplicate_record: "This address is in the list twice.";
        readonly ticket_invalid_code: "This link isn’t valid. Ask for a new invitation.";
        readonly ticket_expired_code: "The invitation has expired. Ask for a new one.";
        readonly organization_invitation_revoked_code: "The invitation was revoked. Ask for a new one.";
        readonly organization_invitation_already_accepted: "The invitation was accepted already.";
        readonly organization_invitation_declined: "The invitation was declined.";
        readonly organization_invitation_not_pending: "The invitation isn’t pending any more.";
        readonly organization_invitation_not_grantable: "The role of the invitation can’t be given any more.";
        readonly invitation_for_another_address: "The invitation is for another address.";
        readonly invitation_requires_verified_address: "Verify your email address first.";
        readonly organization_domain_common: "Anybody can get an address at this domain, so it can’t be added.";
        readonly organization_domain_blocked: "This domain can’t be added.";
        readonly organization_domain_already_exists: "This domain belongs to an organization already.";
        readonly organization_domain_mismatch: "The address must be at the domain.";
        readonly form_code_incorrect: "The code isn’t right.";
        readonly verification_expired: "The code has expired. Send a new one.";
        readonly verification_failed: "There were too many wrong codes. Send a new one.";
        readonly role_not_grantable: "You can’t give permissions that you don’t have.";
        readonly api_key_revoked: "The key was revoked already.";
        readonly api_key_expired: "The key has expired.";
        readonly missing_organization_permission: "Your role doesn’t allow this.";
        readonly organization_not_found_or_unauthorized: "You aren’t a member of this organization.";
        readonly RATE_LIMITED: "That was too often. Wait a little, then try again.";
        readonly UNAVAILABLE: "The server can’t answer right now. Try again.";
        readonly network_error: "The server can’t be reached. Check your connection, then try again.";
    };
};

// @tenantry/react/locales/trigger
export declare const trigger: {
    readonly title: "Organizations";
    readonly label: "Organization switcher, {current}";
    readonly personalAccount: "Personal account";
    readonly noOrganization: "No organization selected";
    readonly choose: "Choose an organization";
    readonly loadFailed: "This part couldn’t be loaded. Check your connection.";
    readonly reload: "Reload the page";
    readonly pending: {
        readonly one: "{count} open invitation or request";
        readonly other: "{count} open invitations and requests";
    };
};

// @tenantry/react/locales/en
import { core } from "./core.ts";
declare const pages: {
    readonly organizationProfile: {
        readonly title: "Organization settings";
        readonly pages: "Pages of the settings";
        readonly general: {
            readonly title: "General";
            readonly logo: "Logo";
            readonly upload: "Upload";
            readonly remove: "Remove";
            readonly logoHint: "PNG, JPEG, WebP, or GIF. Drop a picture here, or upload one.";
            readonly logoRefused: "The file isn’t a PNG, JPEG, WebP, or GIF picture.";
            readonly logoTooLarge: "The picture is larger than 20 MB.";
            readonly name: "Name";
            readonly slug: "Slug";
            readonly slugTaken: "This slug is taken.";
            readonly slugSuggestion: "Use “{slug}”";
            readonly slugFree: "This slug is free.";
            readonly created: "Created";
            readonly yourRole: "Your role";
            readonly saved: "Saved";
            readonly readOnly: "You can’t change these settings.";
            readonly newer: "Somebody else changed this to “{value}”.";
            readonly takeNewer: "Use the new value";
        };
        readonly members: {
            readonly title: "Members";
            readonly search: "Search members";
            readonly member: "Member";
            readonly joined: "Joined";
            readonly role: "Role";
            readonly allRoles: "All roles";
            readonly actions: "Actions";
            readonly remove: "Remove";
            readonly removeTitle: "Remove {name}?";
            readonly removeMessage: "{name} loses access to {organization} at once.";
            readonly removeSelected: {
                readonly one: "Remove {count} member";
                readonly other: "Remove {count} members";
            };
            readonly removeSelectedMessage: "They lose access to {organization} at once.";
            readonly removed: "Removed {name}.";
            readonly roleOf: "Role of {name}";
            readonly roleChanged: "{name} is now {role}.";
            readonly notGrantable: "You can’t give or take this role.";
            readonly select: "Select {name}";
            readonly count: {
                readonly one: "{count} member";
                readonly other: "{count} members";
            };
            readonly empty: "No member matches the filters.";
            readonly invite: "Invite";
        };
        readonly invitations: {
            readonly title: "Invitations";
            readonly address: "Email address";
            readonly sentBy: "Sent by";
            readonly expires: "Expires";
            readonly mail: "Email";
            readonly resend: "Resend";
            readonly resent: "Sent the invitation to {address} again.";
            readonly revoke: "Revoke";
            readonly revokeTitle: "Revoke the invitation of {address}?";
            readonly revokeMessage: "The link in the email stops working.";
            readonly revoked: "Revoked the invitation of {address}.";
            readonly copyLink: "Copy link";
            readonly copied: "Copied the link.";
            readonly status: "Status";
            readonly empty: "There are no invitations.";
            readonly emptyFiltered: "There are no invitations with this status.";
            readonly pending: "Pending";
            readonly accepted: "Accepted";
            readonly declined: "Declined";
            readonly expired: "Expired";
            readonly revokedStatus: "Revoked";
            readonly mailQueued: "Waiting";
            readonly mailSent: "Sent";
            readonly mailFailed: "Failed";
            readonly mailNone: "No email";
        };
        readonly requests: {
            readonly title: "Requests";
            readonly person: "Person";
            readonly asked: "Asked";
            readonly accept: "Accept";
            readonly reject: "Reject";
            readonly accepted: "{name} is now a member.";
            readonly rejected: "Rejected the request of {name}.";
            readonly empty: "Nobody is asking to join.";
        };
        readonly domains: {
            readonly title: "Domains";
            readonly intro: "People with an email address at a verified domain can join by themselves.";
            readonly add: "Add domain";
            readonly name: "Domain";
            readonly nameHint: "Such as example.com";
            readonly verified: "Verified";
            readonly unverified: "Not verified";
            readonly verify: "Verify";
            readonly verifyTitle: "Verify {name}";
            readonly verifyMessage: "We send a code to a mailbox at the domain.";
            readonly mailbox: "Email address at {name}";
            readonly sendCode: "Send code";
            readonly code: "Code";
            readonly codeSent: "We sent a code to {address}.";
            readonly confirmCode: "Verify";
            readonly mode: "Joining";
            readonly modeOf: "How people of {name} join";
            readonly manual_invitation: "By invitation only";
            readonly automatic_invitation: "Invited automatically";
            readonly automatic_suggestion: "May ask to join";
            readonly enterprise_sso: "By single sign-on";
            readonly pending: "Pending";
            readonly pendingCounts: "Invitations: {invitations}, suggestions: {suggestions}";
            readonly remove: "Remove";
            readonly removeTitle: "Remove {name}?";
            readonly removeMessage: "People at this domain can’t join by themselves any more. Members stay.";
            readonly empty: "There are no domains yet.";
        };
        readonly apiKeys: {
            readonly title: "API keys";
            readonly intro: "A program, such as a build server or a script, uses an API key to act in this organization, with permissions of its own.";
            readonly create: "Create API key";
            readonly name: "Name";
            readonly nameHint: "Such as Build server";
            readonly description: "Description (optional)";
            readonly permissions: "Permissions";
            readonly permissionsHint: "You can give what you may do yourself. Without permissions, a key can only read what every member can.";
            readonly searchPermissions: "Search permissions";
            readonly noPermission: "No permission matches.";
            readonly noPermissions: "None";
            readonly more: "+{count}";
            readonly moreOf: "more permissions of {name}";
            readonly created: "Created {date}";
            readonly createdBy: "Created by {name}, {date}";
            readonly use: "Use";
            readonly lastUsed: "Last used {date}";
            readonly neverUsed: "Never used";
            readonly expiresAt: "Expires {date}";
            readonly doesNotExpire: "Doesn’t expire";
            readonly expires: "Expires";
            readonly never: "Never";
            readonly inDays: {
                readonly one: "In {count} day";
                readonly other: "In {count} days";
            };
            readonly expired: "Expired";
            readonly revoked: "Revoked";
            readonly shown: "Keys to show";
            readonly valid: "Valid keys";
            readonly all: "All keys";
            readonly empty: "There are no API keys.";
            readonly secretTitle: "The key “{name}”";
            readonly secret: "API key";
            readonly secretWarning: "Copy the key now, and keep it in a safe place. It can’t be shown again.";
            readonly copy: "Copy";
            readonly copied: "Copied.";
            readonly copyFailed: "The browser doesn’t allow copying. Copy the selected key yourself.";
            readonly done: "Done";
            readonly edit: "Edit";
            readonly editTitle: "Edit “{name}”";
            readonly holdsMore: "This key has permissions that you don’t have, so you can’t change it.";
            readonly revoke: "Revoke";
            readonly revokeTitle: "Revoke “{name}”?";
            readonly revokeMessage: "Programs that use the key {key} stop working at once. You can’t undo this.";
            readonly revokeDone: "Revoked {name}.";
            readonly quota: "There can be {limit} API keys. Revoke one of them first.";
            readonly permissionNames: {
                readonly "org:sys_profile:manage": "Manage organization";
                readonly "org:sys_profile:delete": "Delete organization";
                readonly "org:sys_memberships:read": "Read members";
                readonly "org:sys_memberships:manage": "Manage members";
                readonly "org:sys_domains:read": "Read domains";
                readonly "org:sys_domains:manage": "Manage domains";
                readonly "org:sys_billing:read": "Read billing";
                readonly "org:sys_billing:manage": "Manage billing";
                readonly "org:sys_entconns:manage": "Manage enterprise connections";
                readonly "org:sys_api_keys:read": "Read API keys";
                readonly "org:sys_api_keys:manage": "Manage API keys";
            };
        };
        readonly activity: {
            readonly title: "Activity";
            readonly kind: "Kind";
            readonly all: "Everything";
            readonly organization: "Organization";
            readonly members: "Members";
            readonly invitations: "Invitations";
            readonly domains: "Domains and requests";
            readonly apiKeys: "API keys";
            readonly empty: "Nothing has happened yet.";
            readonly more: "Show more";
            readonly what: "What";
            readonly who: "Who";
            readonly when: "When";
            readonly service: "The application";
            readonly apiKey: "An API key";
            readonly someone: "Somebody";
            readonly ORGANIZATION_CREATED: "Organization created";
            readonly ORGANIZATION_UPDATED: "Organization changed";
            readonly MEMBERSHIP_CREATED: "{name} joined";
            readonly MEMBERSHIP_UPDATED: "Role of {name} changed to {role}";
            readonly MEMBERSHIP_DELETED: "{name} left or was removed";
            readonly INVITATION_CREATED: "{name} invited";
            readonly INVITATION_RESENT: "Invitation sent to {name} again";
            readonly INVITATION_ACCEPTED: "{name} accepted the invitation";
            readonly INVITATION_REVOKED: "Invitation of {name} revoked";
            readonly INVITATION_DECLINED: "{name} declined the invitation";
            readonly INVITATION_EXPIRED: "Invitation of {name} expired";
            readonly DOMAIN_CREATED: "Domain {name} added";
            readonly DOMAIN_UPDATED: "Domain {name} changed";
            readonly DOMAIN_DELETED: "Domain {name} removed";
            readonly API_KEY_CREATED: "API key {name} created";
            readonly API_KEY_UPDATED: "API key {name} changed";
            readonly API_KEY_REVOKED: "API key {name} revoked";
            readonly MEMBERSHIP_REQUEST_CREATED: "{name} asked to join";
            readonly MEMBERSHIP_REQUEST_ACCEPTED: "Request of {name} accepted";
            readonly MEMBERSHIP_REQUEST_REJECTED: "Request of {name} rejected";
        };
        readonly billing: {
            readonly title: "Billing";
            readonly plan: "Plan";
            readonly noPlan: "No plan";
            readonly features: "Features";
            readonly seats: "Seats";
            readonly seatsUsed: "{used} of {limit} used";
            readonly seatsUnlimited: "{used} used, no limit";
            readonly renews: "Current period ends";
            readonly open: "Manage billing";
        };
        readonly danger: {
            readonly title: "Danger";
            readonly leave: "Leave organization";
            readonly leaveHint: "You lose access at once.";
            readonly leaveTitle: "Leave {name}?";
            readonly leaveMessage: "To come back, you need a new invitation.";
            readonly lastManager: "You are the only one who can manage members. Give somebody else your role first.";
            readonly delete: "Delete organization";
            readonly deleteHint: "This deletes all memberships and invitations, and can’t be undone.";
            readonly deleteTitle: "Delete {name}?";
            readonly deleteType: "Type “{name}” to confirm";
        };
    };
    readonly inviteMembers: {
        readonly title: "Invite members";
        readonly addresses: "Email addresses";
        readonly addressesHint: "Type or paste addresses, separated by commas, spaces, or lines.";
        readonly removeAddress: "Remove {address}";
        readonly invalid: {
            readonly one: "{count} address isn’t valid.";
            readonly other: "{count} addresses aren’t valid.";
        };
        readonly duplicate: "{address} is in the list already.";
        readonly role: "Role";
        readonly send: "Send invitations";
        readonly sendOthers: "Send to the others";
        readonly sent: {
            readonly one: "Sent {count} invitation.";
            readonly other: "Sent {count} invitations.";
        };
        readonly seatsLeft: {
            readonly one: "{count} seat left";
            readonly other: "{count} seats left";
        };
        readonly noSeats: "All seats are taken. Remove a member or revoke an invitation first.";
        readonly progress: "Sending {done} of {total}";
    };
    readonly createOrganization: {
        readonly title: "Create organization";
        readonly name: "Organization name";
        readonly namePlaceholder: "Acme Inc.";
        readonly create: "Create organization";
        readonly notAllowed: "You can’t create an organization. Ask the operator of this application.";
        readonly advisory: "An organization for your email domain exists already. Maybe you want to join it.";
        readonly nameTooLong: "The name is longer than 256 characters.";
        readonly created: "Created {name}.";
        readonly createdWithoutLogo: "Created {name}, but without its logo. Upload it again in the settings.";
    };
    readonly organizationList: {
        readonly title: "Choose an organization";
        readonly subtitle: "to continue to {application}";
    };
    readonly taskChooseOrganization: {
        readonly createSubtitle: "You need an organization to continue.";
        readonly nobody: "You aren’t in an organization, and can’t create one. Ask a colleague to invite you.";
        readonly signedInAs: "Signed in as {name}";
    };
    readonly acceptInvitation: {
        readonly title: "Join {name}";
        readonly invited: "{inviter} invited {address} to join as {role}.";
        readonly invitedByNobody: "{address} is invited to join as {role}.";
        readonly accept: "Accept invitation";
        readonly decline: "Decline";
        readonly signIn: "Sign in to accept";
        readonly signUp: "Sign up to accept";
        readonly wrongPerson: "The invitation is for {address}. You are signed in as {name}.";
        readonly unverified: "Verify your email address first, then open the link again.";
        readonly expired: "The invitation has expired. Ask for a new one.";
        readonly revoked: "The invitation was revoked. Ask for a new one.";
        readonly accepted: "The invitation was accepted.";
        readonly declined: "The invitation was declined.";
        readonly unreadable: "This link isn’t valid. Open it again from the email, or ask for a new invitation.";
        readonly expires: "Expires {date}";
    };
};
export declare const en: typeof core & typeof pages;
export {};

// components/with-ref
import { type FunctionComponent, type ReactNode, type Ref } from "react";
export interface RootRef {
    rootRef?: Ref<HTMLDivElement> | undefined;
}
export declare function withRef<Props extends object>(component: (props: Props & RootRef) => ReactNode): FunctionComponent<Props>;

// components/create/create-organization
import type { FunctionComponent } from "react";
import { type CommonProps } from "../root.tsx";
import type { Routing } from "../routing.ts";
import { type CreateFlowOptions } from "./flow.tsx";
export type CreateOrganizationProps = CommonProps & CreateFlowOptions & Routing;
export declare const CreateOrganization: FunctionComponent<CreateOrganizationProps>;

// components/routing
export interface Routing {
    routing?: "hash" | "path" | "virtual" | undefined;
    path?: string | undefined;
}
export interface Route {
    path: string;
    go: (path: string) => void;
}
export declare function useRoute({ routing, path }: Routing, startPath: string): Route;
export declare const withoutSlashes: (path: string) => string;

// components/create/flow
import type { OrganizationResource, UrlTemplate } from "@tenantry/js";
import { type ReactNode } from "react";
import { type Routing } from "../routing.ts";
export interface CreateFlowOptions {
    afterCreateOrganizationUrl?: UrlTemplate<OrganizationResource> | undefined;
    skipInvitationScreen?: boolean | undefined;
    hideSlug?: boolean | undefined;
}
export interface CreateFlowProps extends CreateFlowOptions, Routing {
    frame: (title: string, screen: ReactNode) => ReactNode;
    onDone?: (() => void) | undefined;
    onCancel?: (() => void) | undefined;
}
export declare function CreateOrganizationFlow(props: CreateFlowProps): ReactNode;

// components/invite/invite-members-button
import type { RoleKey } from "@tenantry/js";
import { type HTMLAttributes, type MouseEvent, type ReactElement, type ReactNode } from "react";
import type { CommonProps } from "../root.tsx";
export interface InviteMembersButtonProps extends Pick<CommonProps, "appearance" | "localization" | "container">, Pick<HTMLAttributes<HTMLButtonElement>, "id" | "className" | "style"> {
    children?: ReactElement<{
        onClick?: (event: MouseEvent) => void;
    }>;
    organization?: string;
    role?: RoleKey;
}
export declare function InviteMembersButton(props: InviteMembersButtonProps): ReactNode;

// components/list/organization-list
import { type FunctionComponent } from "react";
import { type CreateFlowOptions } from "../create/flow.tsx";
import { type CommonProps } from "../root.tsx";
import type { SwitchOptions } from "../rows/use-switch.ts";
export interface OrganizationListOptions extends CreateFlowOptions, Pick<SwitchOptions, "afterSelectOrganizationUrl" | "afterSelectPersonalUrl"> {
    hidePersonal?: boolean | undefined;
}
export type OrganizationListProps = CommonProps & OrganizationListOptions;
export declare const OrganizationList: FunctionComponent<OrganizationListProps>;

// components/rows/use-switch
import type { OrganizationResource, PublicOrganizationData, UrlTemplate, UserResource } from "@tenantry/js";
export interface SwitchOptions {
    afterSelectOrganizationUrl?: UrlTemplate<OrganizationResource> | undefined;
    afterSelectPersonalUrl?: UrlTemplate<UserResource> | undefined;
    onSelect?: ((organization: OrganizationResource | null) => void) | undefined;
    onDone?: () => void;
}
export interface Switching {
    busyId: string | null;
    error: unknown;
    select: (organization: Pick<PublicOrganizationData, "id"> | null) => Promise<void>;
    retry: () => void;
}
export declare function useSwitch(options: SwitchOptions): Switching;

// components/profile/organization-profile
import type { FunctionComponent } from "react";
import { type CommonProps } from "../root.tsx";
import { type ProfileContentProps } from "./content.tsx";
import { OrganizationProfileLink, OrganizationProfilePage } from "./custom.tsx";
import { sectionOf } from "./section.tsx";
export type OrganizationProfileProps = CommonProps & Omit<ProfileContentProps, "onGone">;
interface Parts {
    Page: typeof OrganizationProfilePage;
    Link: typeof OrganizationProfileLink;
    General: ReturnType<typeof sectionOf>;
    Members: ReturnType<typeof sectionOf>;
    Invitations: ReturnType<typeof sectionOf>;
    Requests: ReturnType<typeof sectionOf>;
    Domains: ReturnType<typeof sectionOf>;
    ApiKeys: ReturnType<typeof sectionOf>;
    Activity: ReturnType<typeof sectionOf>;
    Billing: ReturnType<typeof sectionOf>;
    Danger: ReturnType<typeof sectionOf>;
}
export declare const OrganizationProfile: FunctionComponent<OrganizationProfileProps> & Parts;
export {};

// components/profile/content
import { type ReactNode } from "react";
import { type Routing } from "../routing.ts";
import type { OrganizationProfileOptions } from "./props.ts";
export type ProfileContentProps = OrganizationProfileOptions & Routing & {
    onGone?: (() => void) | undefined;
    children?: ReactNode;
};
export declare function ProfileContent(props: ProfileContentProps): ReactNode;

// components/profile/props
import type { ReactNode } from "react";
export type ProfilePageName = "general" | "members" | "invitations" | "requests" | "domains" | "apiKeys" | "activity" | "billing";
export type CustomPage = ProfilePageName | {
    label: string;
    url: string;
    labelIcon?: ReactNode;
    children: ReactNode;
} | {
    label: string;
    url: string;
    labelIcon?: ReactNode;
    children?: never;
};
export interface OrganizationProfileOptions {
    organization?: string | undefined;
    customPages?: readonly CustomPage[] | undefined;
    startPath?: string | undefined;
    hide?: readonly ("members" | "domains" | "apiKeys" | "billing" | "activity")[] | undefined;
    afterLeaveOrganizationUrl?: string | undefined;
    afterDeleteOrganizationUrl?: string | undefined;
}

// components/profile/custom
import { type ReactNode } from "react";
import type { CustomPage } from "./props.ts";
export interface OrganizationProfilePageProps {
    label: string;
    url: string;
    labelIcon?: ReactNode;
    children: ReactNode;
}
export declare function OrganizationProfilePage(_props: OrganizationProfilePageProps): ReactNode;
export interface OrganizationProfileLinkProps {
    label: string;
    url: string;
    labelIcon?: ReactNode;
}
export declare function OrganizationProfileLink(_props: OrganizationProfileLinkProps): ReactNode;
export declare function customPages(children: ReactNode): CustomPage[];

// components/profile/section
import type { PermissionKey } from "@tenantry/js";
import type { ComponentType, FunctionComponent } from "react";
import { type CommonProps } from "../root.tsx";
import type { Shown } from "./general/general.tsx";
export type SectionProps = CommonProps & {
    organization?: string;
};
export declare function sectionOf(Content: ComponentType<Shown>, permission?: PermissionKey): FunctionComponent<SectionProps>;

// components/profile/general/general
import type { OrganizationMembershipResource, OrganizationResource } from "@tenantry/js";
import { type ReactNode } from "react";
export interface Shown {
    organization: OrganizationResource;
    membership: OrganizationMembershipResource;
}
export declare function GeneralPage({ organization, membership }: Shown): ReactNode;

// components/provider
import type { ReactNode } from "react";
import type { Appearance } from "../appearance/types.ts";
import type { PartialLocalization } from "../locales/types.ts";
import { type TenantryProviderProps as ConnectionProps } from "../provider.tsx";
export type TenantryProviderProps = ConnectionProps & {
    readonly appearance?: Appearance;
    readonly localization?: PartialLocalization;
    readonly nonce?: string;
    readonly dir?: "ltr" | "rtl";
};
export declare function TenantryProvider(props: TenantryProviderProps): ReactNode;

// provider
import { type Tenantry, type TenantryOptions } from "@tenantry/js";
import { type ReactNode } from "react";
export type TenantryProviderOptions = (TenantryOptions & {
    readonly tenantry?: never;
}) | {
    readonly tenantry: Tenantry;
};
export type TenantryProviderProps = TenantryProviderOptions & {
    readonly children?: ReactNode;
};
export declare function TenantryProvider({ children, ...options }: TenantryProviderProps): ReactNode;

// components/switcher/organization-switcher
import { type FunctionComponent } from "react";
import { OrganizationProfileLink, OrganizationProfilePage } from "../profile/custom.tsx";
import type { OrganizationSwitcherProps } from "./props.ts";
export declare const OrganizationSwitcher: FunctionComponent<OrganizationSwitcherProps> & {
    OrganizationProfilePage: typeof OrganizationProfilePage;
    OrganizationProfileLink: typeof OrganizationProfileLink;
};

// components/switcher/props
import type { OrganizationResource, UrlTemplate, UserResource } from "@tenantry/js";
import type { ReactElement, ReactNode, Ref } from "react";
import type { Align, Side } from "../../ui/popover.tsx";
import type { OrganizationProfileOptions } from "../profile/props.ts";
import type { CommonProps } from "../root.tsx";
type CreateMode = {
    createOrganizationMode?: "modal";
    createOrganizationUrl?: never;
} | {
    createOrganizationMode: "navigation";
    createOrganizationUrl: string;
};
type ProfileMode = {
    organizationProfileMode?: "modal";
    organizationProfileUrl?: never;
} | {
    organizationProfileMode: "navigation";
    organizationProfileUrl: UrlTemplate<OrganizationResource>;
};
export interface TriggerState {
    organization: OrganizationResource | null;
    user: UserResource;
    isOpen: boolean;
    isSwitching: boolean;
    pendingCount: number;
}
export interface TriggerAttributes {
    ref: Ref<HTMLButtonElement>;
    "aria-haspopup": "dialog";
    "aria-expanded": boolean;
    "aria-controls": string;
    "aria-label": string;
}
interface SwitcherOptions extends CommonProps {
    hidePersonal?: boolean;
    hideCreate?: boolean;
    hideSlug?: boolean;
    defaultOpen?: boolean;
    open?: boolean;
    onOpenChange?: (isOpen: boolean) => void;
    afterSelectOrganizationUrl?: UrlTemplate<OrganizationResource>;
    afterSelectPersonalUrl?: UrlTemplate<UserResource>;
    afterCreateOrganizationUrl?: UrlTemplate<OrganizationResource>;
    afterLeaveOrganizationUrl?: string;
    skipInvitationScreen?: boolean;
    organizationProfileProps?: OrganizationProfileOptions & Pick<CommonProps, "appearance">;
    onSelect?: (organization: OrganizationResource | null) => void;
    trigger?: (state: TriggerState, attributes: TriggerAttributes) => ReactElement;
    side?: Side;
    align?: Align;
    sideOffset?: number;
    asStandalone?: boolean;
    children?: ReactNode;
}
export type OrganizationSwitcherProps = SwitcherOptions & CreateMode & ProfileMode;
export {};

// ui/popover
import { type ReactNode, type RefObject } from "react";
export type Side = "top" | "bottom";
export type Align = "start" | "center" | "end";
export interface PopoverProps {
    label: string;
    anchor: RefObject<HTMLElement | null>;
    isOpen: boolean;
    onOpenChange: (isOpen: boolean) => void;
    side: Side;
    align: Align;
    sideOffset: number;
    id: string;
    children: ReactNode;
}
export declare function Popover(props: PopoverProps): ReactNode;

// components/task/task-choose-organization
import { type FunctionComponent } from "react";
import { type CommonProps } from "../root.tsx";
export interface TaskChooseOrganizationProps extends CommonProps {
    redirectUrlComplete: string;
}
export declare const TaskChooseOrganization: FunctionComponent<TaskChooseOrganizationProps>;

// control/ActiveOrganization
import { type ReactNode } from "react";
export type ActiveOrganizationProps = ({
    readonly slug: string;
    readonly id?: never;
} | {
    readonly id: string;
    readonly slug?: never;
}) & {
    readonly children?: ReactNode;
    readonly fallback?: ReactNode;
    readonly notFound?: ReactNode;
};
export declare function ActiveOrganization(props: ActiveOrganizationProps): ReactNode;

// control/Protect
import type { AuthorizationParams, Has } from "@tenantry/js";
import type { ReactNode } from "react";
import { type ShowProps } from "./Show.tsx";
export interface ProtectProps extends Omit<ShowProps, "when">, AuthorizationParams {
    readonly condition?: (has: Has) => boolean;
}
export declare function Protect(props: ProtectProps): ReactNode;

// control/Show
import type { AuthorizationParams, Has } from "@tenantry/js";
import type { ReactNode } from "react";
export type ShowWhen = "signed-in" | "signed-out" | AuthorizationParams | ((has: Has) => boolean);
export interface ShowProps {
    readonly when: ShowWhen;
    readonly children?: ReactNode;
    readonly fallback?: ReactNode;
    readonly loading?: ReactNode;
    readonly treatPendingAsSignedOut?: boolean;
}
export declare function Show(props: ShowProps): ReactNode;

// control/RefreshSession
import { type ReactNode } from "react";
export interface RefreshSessionProps {
    readonly redirectUrl: string;
    readonly children?: ReactNode;
}
export declare function RefreshSession({ redirectUrl, children }: RefreshSessionProps): ReactNode;

// control/redirect
import type { RedirectParams } from "@tenantry/js";
import { type ReactNode } from "react";
export declare function RedirectToTasks({ redirectUrl }: RedirectParams): ReactNode;
export declare function RedirectToSignIn({ redirectUrl }: RedirectParams): ReactNode;

// control/SignedIn
import type { ReactNode } from "react";
export interface SignedInProps {
    readonly children?: ReactNode;
    readonly treatPendingAsSignedOut?: boolean;
}
export declare function SignedIn(props: SignedInProps): ReactNode;
export declare function SignedOut(props: SignedInProps): ReactNode;

// control/SignOutButton
import { type MouseEvent, type ReactElement, type ReactNode } from "react";
interface Clickable {
    readonly onClick?: (event: MouseEvent<HTMLElement>) => void;
    readonly children?: ReactNode;
}
export interface SignOutButtonProps {
    readonly redirectUrl?: string;
    readonly children?: ReactElement<Clickable> | string;
}
export declare function SignOutButton({ redirectUrl, children, }: SignOutButtonProps): ReactNode;
export {};

// control/status
import type { ReactNode } from "react";
export interface StatusProps {
    readonly children?: ReactNode;
}
export declare function TenantryLoading({ children }: StatusProps): ReactNode;
export declare function TenantryLoaded({ children }: StatusProps): ReactNode;
export declare function TenantryFailed({ children }: StatusProps): ReactNode;
export declare function TenantryDegraded({ children }: StatusProps): ReactNode;

// hooks/useAuth
import type { Has, PermissionKey, RoleKey, SessionClaims, SessionResource, Tenantry } from "@tenantry/js";
export interface UseAuthParams {
    readonly treatPendingAsSignedOut?: boolean;
}
interface AuthFunctions extends Pick<Tenantry, "getToken" | "setActive" | "signOut"> {
    readonly has: Has;
}
interface Loading {
    readonly isLoaded: false;
    readonly isSignedIn: undefined;
    readonly isSwitching: false;
    readonly userId: undefined;
    readonly sessionId: undefined;
    readonly sessionStatus: undefined;
    readonly sessionClaims: undefined;
    readonly orgId: undefined;
    readonly orgSlug: undefined;
    readonly orgRole: undefined;
    readonly orgPermissions: undefined;
    readonly actor: undefined;
}
interface SignedOut {
    readonly isLoaded: true;
    readonly isSignedIn: false;
    readonly isSwitching: boolean;
    readonly userId: null;
    readonly sessionId: null;
    readonly sessionStatus: SessionResource["status"] | null;
    readonly sessionClaims: null;
    readonly orgId: null;
    readonly orgSlug: null;
    readonly orgRole: null;
    readonly orgPermissions: null;
    readonly actor: null;
}
interface SignedIn {
    readonly isLoaded: true;
    readonly isSignedIn: true;
    readonly isSwitching: boolean;
    readonly userId: string;
    readonly sessionId: string;
    readonly sessionStatus: SessionResource["status"];
    readonly sessionClaims: SessionClaims | null;
    readonly actor: null;
}
interface WithoutOrganization extends SignedIn {
    readonly orgId: null;
    readonly orgSlug: null;
    readonly orgRole: null;
    readonly orgPermissions: null;
}
interface WithOrganization extends SignedIn {
    readonly orgId: string;
    readonly orgSlug: string | null;
    readonly orgRole: RoleKey;
    readonly orgPermissions: readonly PermissionKey[];
}
type Auth = Loading | SignedOut | WithoutOrganization | WithOrganization;
export type UseAuthReturn = Auth & AuthFunctions;
export declare function useAuth({ treatPendingAsSignedOut }?: UseAuthParams): UseAuthReturn;
export {};

// hooks/useInvitation
import type { InvitationPreview, OrganizationMembershipResource, TenantryError, UserOrganizationInvitationResource } from "@tenantry/js";
export interface UseInvitationReturn {
    readonly isLoading: boolean;
    readonly preview: InvitationPreview | null;
    readonly error: TenantryError | null;
    readonly accept: () => Promise<OrganizationMembershipResource>;
    readonly decline: () => Promise<UserOrganizationInvitationResource>;
    readonly revalidate: () => Promise<void>;
}
export declare function useInvitation(ticket: string | null): UseInvitationReturn;

// hooks/useOrganization
import type { ApiKeyListParams, ApiKeyResource, DomainListParams, InvitationListParams, MembershipListParams, MembershipRequestListParams, OrganizationDomainResource, OrganizationInvitationResource, OrganizationMembershipRequestResource, OrganizationMembershipResource, OrganizationResource } from "@tenantry/js";
import { type Filters } from "../cache/lists.ts";
import { type PaginatedResources } from "../cache/pages.ts";
import type { PaginatedParams } from "../cache/paging.ts";
export interface UseOrganizationParams {
    readonly organization?: string;
    readonly memberships?: PaginatedParams<Filters<MembershipListParams>>;
    readonly invitations?: PaginatedParams<Filters<InvitationListParams>>;
    readonly membershipRequests?: PaginatedParams<Filters<MembershipRequestListParams>>;
    readonly domains?: PaginatedParams<Filters<DomainListParams>>;
    readonly apiKeys?: PaginatedParams<Filters<ApiKeyListParams>>;
}
interface OrganizationLists {
    readonly memberships: PaginatedResources<OrganizationMembershipResource>;
    readonly invitations: PaginatedResources<OrganizationInvitationResource>;
    readonly membershipRequests: PaginatedResources<OrganizationMembershipRequestResource>;
    readonly domains: PaginatedResources<OrganizationDomainResource>;
    readonly apiKeys: PaginatedResources<ApiKeyResource>;
}
export interface UseOrganizationReturn extends OrganizationLists {
    readonly isLoaded: boolean;
    readonly isSwitching: boolean;
    readonly organization: OrganizationResource | null;
    readonly membership: OrganizationMembershipResource | null;
}
export declare function useOrganization(params?: UseOrganizationParams): UseOrganizationReturn;
export {};

// cache/lists
import type { QueryClient } from "@tanstack/query-core";
import type { ApiKeyListParams, ApiKeyResource, DomainListParams, InvitationListParams, ListParams, MembershipListParams, MembershipRequestListParams, OrganizationDomainResource, OrganizationInvitationResource, OrganizationMembershipRequestResource, OrganizationMembershipResource, OrganizationResource, OrganizationSuggestionResource, SuggestionListParams, UserInvitationListParams, UserOrganizationInvitationResource, UserResource } from "@tenantry/js";
import type { ListSource } from "./pages.ts";
type OneOrMany<T> = T extends readonly (infer Value)[] ? Value | readonly Value[] : T;
type WithoutPage<Params> = Omit<Params, keyof ListParams>;
export type Filters<Params> = {
    [Name in keyof WithoutPage<Params>]: OneOrMany<WithoutPage<Params>[Name]>;
};
interface UserOwner {
    readonly cache: QueryClient;
    readonly user: UserResource;
    readonly isLive: boolean;
}
export interface OrganizationOwner extends UserOwner {
    readonly organization: OrganizationResource;
}
export declare function memberships(owner: OrganizationOwner, filters: Filters<MembershipListParams>): ListSource<OrganizationMembershipResource>;
export declare function invitations(owner: OrganizationOwner, filters: Filters<InvitationListParams>): ListSource<OrganizationInvitationResource>;
export declare function membershipRequests(owner: OrganizationOwner, filters: Filters<MembershipRequestListParams>): ListSource<OrganizationMembershipRequestResource>;
export declare function domains(owner: OrganizationOwner, filters: Filters<DomainListParams>): ListSource<OrganizationDomainResource>;
export declare function apiKeys(owner: OrganizationOwner, filters: Filters<ApiKeyListParams>): ListSource<ApiKeyResource>;
export declare function userMemberships(owner: UserOwner, filters: Filters<MembershipListParams>): ListSource<OrganizationMembershipResource>;
export declare function userInvitations(owner: UserOwner, filters: Filters<UserInvitationListParams>): ListSource<UserOrganizationInvitationResource>;
export declare function userSuggestions(owner: UserOwner, filters: Filters<SuggestionListParams>): ListSource<OrganizationSuggestionResource>;
export {};

// hooks/useOrganizationCreationDefaults
import type { OrganizationCreationDefaults } from "@tenantry/js";
export interface UseOrganizationCreationDefaultsReturn {
    readonly isLoaded: boolean;
    readonly data: OrganizationCreationDefaults | null;
}
export declare function useOrganizationCreationDefaults(): UseOrganizationCreationDefaultsReturn;

// hooks/useOrganizationEvents
import { type EventType, type LiveState, type TenantryError, type TenantryEvent } from "@tenantry/js";
export interface UseOrganizationEventsParams {
    readonly types?: readonly EventType[];
    readonly after?: string;
}
export interface UseOrganizationEventsReturn {
    readonly status: LiveState["status"];
    readonly cursor: string | null;
    readonly error: TenantryError | null;
}
export declare function useOrganizationEvents(handler: (event: TenantryEvent) => void, { types, after }?: UseOrganizationEventsParams): UseOrganizationEventsReturn;

// hooks/useOrganizationList
import type { MembershipListParams, OrganizationMembershipResource, OrganizationSuggestionResource, SuggestionListParams, Tenantry, UserInvitationListParams, UserOrganizationInvitationResource } from "@tenantry/js";
import { type Filters } from "../cache/lists.ts";
import { type PaginatedResources } from "../cache/pages.ts";
import type { PaginatedParams } from "../cache/paging.ts";
export interface UseOrganizationListParams {
    readonly userMemberships?: PaginatedParams<Filters<MembershipListParams>>;
    readonly userInvitations?: PaginatedParams<Filters<UserInvitationListParams>>;
    readonly userSuggestions?: PaginatedParams<Filters<SuggestionListParams>>;
}
export interface UseOrganizationListReturn extends Pick<Tenantry, "createOrganization" | "setActive"> {
    readonly isLoaded: boolean;
    readonly userMemberships: PaginatedResources<OrganizationMembershipResource>;
    readonly userInvitations: PaginatedResources<UserOrganizationInvitationResource>;
    readonly userSuggestions: PaginatedResources<OrganizationSuggestionResource>;
}
export declare function useOrganizationList(params?: UseOrganizationListParams): UseOrganizationListReturn;

// hooks/usePermission
import type { PermissionKey, PermissionReason, RoleResource } from "@tenantry/js";
export interface UsePermissionParams {
    readonly organization?: string;
}
export interface UsePermissionReturn {
    readonly isLoaded: boolean;
    readonly allowed: boolean;
    readonly reason: PermissionReason | null;
    readonly role: RoleResource | null;
}
export declare function usePermission(permission: PermissionKey, params?: UsePermissionParams): UsePermissionReturn;

// hooks/useSession
import type { SessionResource } from "@tenantry/js";
export type UseSessionReturn = {
    readonly isLoaded: false;
    readonly isSignedIn: undefined;
    readonly session: undefined;
} | {
    readonly isLoaded: true;
    readonly isSignedIn: false;
    readonly session: null;
} | {
    readonly isLoaded: true;
    readonly isSignedIn: true;
    readonly session: SessionResource;
};
export declare function useSession(): UseSessionReturn;

// hooks/useTenantry
import type { Tenantry } from "@tenantry/js";
export declare function useTenantry(): Tenantry;

// hooks/useTenantryQuery
import type { TenantryError, TypedDocument } from "@tenantry/js";
export interface UseTenantryQueryOptions {
    readonly enabled?: boolean;
}
export interface UseTenantryQueryReturn<TData> {
    readonly data: TData | undefined;
    readonly error: TenantryError | null;
    readonly isLoading: boolean;
    readonly refetch: () => Promise<void>;
}
export declare function useTenantryQuery<TData, TVariables>(document: TypedDocument<TData, TVariables>, variables: TVariables, { enabled }?: UseTenantryQueryOptions): UseTenantryQueryReturn<TData>;

// hooks/useUser
import type { UserResource } from "@tenantry/js";
export type UseUserReturn = {
    readonly isLoaded: false;
    readonly isSignedIn: undefined;
    readonly user: undefined;
} | {
    readonly isLoaded: true;
    readonly isSignedIn: false;
    readonly user: null;
} | {
    readonly isLoaded: true;
    readonly isSignedIn: true;
    readonly user: UserResource;
};
export declare function useUser(): UseUserReturn;

// @tenantry/react/hooks
export type { PaginatedResources } from "./cache/pages.ts";
export type { PaginatedParams, PagingParams } from "./cache/paging.ts";
export { type UseAuthParams, type UseAuthReturn, useAuth } from "./hooks/useAuth.ts";
export { type UseInvitationReturn, useInvitation } from "./hooks/useInvitation.ts";
export { type UseOrganizationParams, type UseOrganizationReturn, useOrganization, } from "./hooks/useOrganization.ts";
export { type UseOrganizationCreationDefaultsReturn, useOrganizationCreationDefaults, } from "./hooks/useOrganizationCreationDefaults.ts";
export { type UseOrganizationEventsParams, type UseOrganizationEventsReturn, useOrganizationEvents, } from "./hooks/useOrganizationEvents.ts";
export { type UseOrganizationListParams, type UseOrganizationListReturn, useOrganizationList, } from "./hooks/useOrganizationList.ts";
export { type UsePermissionParams, type UsePermissionReturn, usePermission, } from "./hooks/usePermission.ts";
export { type UseSessionReturn, useSession } from "./hooks/useSession.ts";
export { useTenantry } from "./hooks/useTenantry.ts";
export { type UseTenantryQueryOptions, type UseTenantryQueryReturn, useTenantryQuery, } from "./hooks/useTenantryQuery.ts";
export { type UseUserReturn, useUser } from "./hooks/useUser.ts";
export { TenantryProvider, type TenantryProviderOptions, type TenantryProviderProps, } from "./provider.tsx";

// @tenantry/react/mount
import type { Tenantry } from "@tenantry/js";
import type { Appearance } from "./appearance/types.ts";
import { type AcceptInvitationProps } from "./components/accept/accept-invitation.tsx";
import { type CreateOrganizationProps } from "./components/create/create-organization.tsx";
import { type InviteMembersButtonProps } from "./components/invite/invite-members-button.tsx";
import { type OrganizationListProps } from "./components/list/organization-list.tsx";
import { type OrganizationProfileProps } from "./components/profile/organization-profile.tsx";
import type { OrganizationSwitcherProps } from "./components/switcher/props.ts";
import { type TaskChooseOrganizationProps } from "./components/task/task-choose-organization.tsx";
import type { PartialLocalization } from "./locales/types.ts";
export interface MountOptions {
    readonly appearance?: Appearance;
    readonly localization?: PartialLocalization;
    readonly nonce?: string;
}
type Mount<Props> = (node: Element, ...props: Partial<Props> extends Props ? [props?: Props] : [props: Props]) => void;
export interface Mounter {
    readonly mountOrganizationSwitcher: Mount<OrganizationSwitcherProps>;
    readonly unmountOrganizationSwitcher: (node: Element) => void;
    readonly mountOrganizationProfile: Mount<OrganizationProfileProps>;
    readonly unmountOrganizationProfile: (node: Element) => void;
    readonly mountCreateOrganization: Mount<CreateOrganizationProps>;
    readonly unmountCreateOrganization: (node: Element) => void;
    readonly mountOrganizationList: Mount<OrganizationListProps>;
    readonly unmountOrganizationList: (node: Element) => void;
    readonly mountTaskChooseOrganization: Mount<TaskChooseOrganizationProps>;
    readonly unmountTaskChooseOrganization: (node: Element) => void;
    readonly mountInviteMembersButton: Mount<InviteMembersButtonProps>;
    readonly unmountInviteMembersButton: (node: Element) => void;
    readonly mountAcceptInvitation: Mount<AcceptInvitationProps>;
    readonly unmountAcceptInvitation: (node: Element) => void;
}
export declare function createMounter(tenantry: Tenantry, options?: MountOptions): Mounter;
export {};

// @tenantry/react/locales/ar
import type { Localization } from "./types.ts";
export declare const ar: Localization;

// @tenantry/react/locales/de
import type { Localization } from "./types.ts";
export declare const de: Localization;

// @tenantry/react/locales/es
import type { Localization } from "./types.ts";
export declare const es: Localization;

// @tenantry/react/locales/fr
import type { Localization } from "./types.ts";
export declare const fr: Localization;

// @tenantry/react/legacy
import type { InvitationStatus, Tenantry } from "@tenantry/js";
import { type LegacyFunctions, type LegacyList, type LegacyListParams, type OrganizationInvitationResource2022, type OrganizationMembershipResource2022, type OrganizationResource2022 } from "@tenantry/js/legacy";
export type { MembershipRole, OrganizationInvitationResource2022 as OrganizationInvitationResource, OrganizationMembershipResource2022 as OrganizationMembershipResource, OrganizationResource2022 as OrganizationResource, } from "@tenantry/js/legacy";
export { useUser } from "./hooks/useUser.ts";
export { TenantryProvider } from "./provider.tsx";
export interface LegacyInvitationListParams extends Omit<LegacyListParams, "role"> {
    readonly status?: InvitationStatus | readonly InvitationStatus[];
}
export interface UseOrganizationParams {
    readonly membershipList?: LegacyListParams;
    readonly invitationList?: LegacyInvitationListParams;
}
export interface UseOrganizationReturn {
    readonly isLoaded: boolean;
    readonly organization: OrganizationResource2022 | null;
    readonly membership: OrganizationMembershipResource2022 | null;
    readonly membershipList: LegacyList<OrganizationMembershipResource2022> | null;
    readonly invitationList: LegacyList<OrganizationInvitationResource2022> | null;
}
export declare function useOrganization(params?: UseOrganizationParams): UseOrganizationReturn;
export interface UseOrganizationListReturn {
    readonly isLoaded: boolean;
    readonly organizationList: LegacyList<{
        readonly organization: OrganizationResource2022;
        readonly membership: OrganizationMembershipResource2022;
    }>;
    readonly createOrganization: LegacyFunctions["createOrganization"];
    readonly setActive: Tenantry["setActive"];
}
export declare function useOrganizationList(): UseOrganizationListReturn;
export interface UseOrganizationsReturn extends LegacyFunctions {
    readonly isLoaded: boolean;
}
export declare function useOrganizations(): UseOrganizationsReturn;
