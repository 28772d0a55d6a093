"use client";

export type * from "@tenantry/js";
export { hasCode, isTenantryError, TenantryError, version } from "@tenantry/js";
export type { PaginatedResources } from "./cache/pages.ts";
export type { PaginatedParams, PagingParams } from "./cache/paging.ts";
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
export {
  TenantryProvider,
  type TenantryProviderOptions,
  type TenantryProviderProps,
} from "./provider.tsx";
