"use client";

export type * from "@tenantry/js";
export { hasCode, isTenantryError, TenantryError, version } from "@tenantry/js";
export type {
  Appearance,
  AppearanceOptions,
  ElementName,
  VariableName,
} from "./appearance/types.ts";
export type { PaginatedResources } from "./cache/pages.ts";
export type { PaginatedParams, PagingParams } from "./cache/paging.ts";
export {
  AcceptInvitation,
  type AcceptInvitationProps,
} from "./components/accept/accept-invitation.tsx";
export {
  CreateOrganization,
  type CreateOrganizationProps,
} from "./components/create/create-organization.tsx";
export {
  InviteMembersButton,
  type InviteMembersButtonProps,
} from "./components/invite/invite-members-button.tsx";
export {
  OrganizationList,
  type OrganizationListProps,
} from "./components/list/organization-list.tsx";
export {
  OrganizationProfile,
  type OrganizationProfileProps,
} from "./components/profile/organization-profile.tsx";
export type {
  CustomPage,
  OrganizationProfileOptions,
  ProfilePageName,
} from "./components/profile/props.ts";
export type { SectionProps } from "./components/profile/section.tsx";
export { TenantryProvider, type TenantryProviderProps } from "./components/provider.tsx";
export type { CommonProps } from "./components/root.tsx";
export { OrganizationSwitcher } from "./components/switcher/organization-switcher.tsx";
export type {
  OrganizationSwitcherProps,
  TriggerAttributes,
  TriggerState,
} from "./components/switcher/props.ts";
export {
  TaskChooseOrganization,
  type TaskChooseOrganizationProps,
} from "./components/task/task-choose-organization.tsx";
export { ActiveOrganization, type ActiveOrganizationProps } from "./control/ActiveOrganization.tsx";
export {
  type PortalContainer,
  PortalProvider,
  type PortalProviderProps,
} from "./control/PortalProvider.tsx";
export { Protect, type ProtectProps } from "./control/Protect.tsx";
export { RefreshSession, type RefreshSessionProps } from "./control/RefreshSession.tsx";
export { RedirectToSignIn, RedirectToTasks } from "./control/redirect.tsx";
export { Show, type ShowProps, type ShowWhen } from "./control/Show.tsx";
export { SignedIn, type SignedInProps, SignedOut } from "./control/SignedIn.tsx";
export { SignOutButton, type SignOutButtonProps } from "./control/SignOutButton.tsx";
export {
  type StatusProps,
  TenantryDegraded,
  TenantryFailed,
  TenantryLoaded,
  TenantryLoading,
} from "./control/status.tsx";
export { type UseAuthParams, type UseAuthReturn, useAuth } from "./hooks/useAuth.ts";
export { type UseInvitationReturn, useInvitation } from "./hooks/useInvitation.ts";
export {
  type UseOrganizationParams,
  type UseOrganizationReturn,
  useOrganization,
} from "./hooks/useOrganization.ts";
export {
  type UseOrganizationCreationDefaultsReturn,
  useOrganizationCreationDefaults,
} from "./hooks/useOrganizationCreationDefaults.ts";
export {
  type UseOrganizationEventsParams,
  type UseOrganizationEventsReturn,
  useOrganizationEvents,
} from "./hooks/useOrganizationEvents.ts";
export {
  type UseOrganizationListParams,
  type UseOrganizationListReturn,
  useOrganizationList,
} from "./hooks/useOrganizationList.ts";
export {
  type UsePermissionParams,
  type UsePermissionReturn,
  usePermission,
} from "./hooks/usePermission.ts";
export { type UseSessionReturn, useSession } from "./hooks/useSession.ts";
export { useTenantry } from "./hooks/useTenantry.ts";
export {
  type UseTenantryQueryOptions,
  type UseTenantryQueryReturn,
  useTenantryQuery,
} from "./hooks/useTenantryQuery.ts";
export { type UseUserReturn, useUser } from "./hooks/useUser.ts";
export type { Localization, PartialLocalization, Plural } from "./locales/types.ts";
export type { TenantryProviderOptions } from "./provider.tsx";
