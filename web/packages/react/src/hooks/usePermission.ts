import type { PermissionKey, PermissionReason, RoleResource, TenantryState } from "@tenantry/js";
import { useMemo } from "react";
import { useChosenOrganization } from "../cache/organization.ts";
import { useCachedResource } from "../cache/resource.ts";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface UsePermissionParams {
  /** The id or slug of another organization of the user. Defaults to the organization of the tab. */
  readonly organization?: string;
}

export interface UsePermissionReturn {
  readonly isLoaded: boolean;
  /** False until the server has answered. */
  readonly allowed: boolean;
  /** Why, for a person who looks for a mistake. Null if no organization is active. */
  readonly reason: PermissionReason | null;
  /** The role that grants the permission or lacks it. */
  readonly role: RoleResource | null;
}

/** Asks the server about a permission, and again whenever the answer may have changed. */
export function usePermission(
  permission: PermissionKey,
  params: UsePermissionParams = {},
): UsePermissionReturn {
  const context = useTenantryContext("usePermission");
  const { tenantry } = context;
  const { user } = useSnapshot(context, selectUser);
  const { isLoaded, organization } = useChosenOrganization(context, params.organization);
  const { data, isLoading } = useCachedResource(
    context,
    user && organization
      ? {
          key: ["permission", user.id, organization.id, permission],
          load: () => tenantry.checkPermission({ permission, organizationId: organization.id }),
        }
      : null,
  );
  return useMemo(
    () => ({
      isLoaded: isLoaded && !isLoading,
      allowed: data?.allowed ?? false,
      reason: data?.reason ?? null,
      role: data?.role ?? null,
    }),
    [isLoaded, isLoading, data],
  );
}

function selectUser({ user }: TenantryState): Pick<TenantryState, "user"> {
  return { user };
}
