import type { OrganizationCreationDefaults, TenantryState } from "@tenantry/js";
import { useMemo } from "react";
import { useCachedResource } from "../cache/resource.ts";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface UseOrganizationCreationDefaultsReturn {
  readonly isLoaded: boolean;
  /** Null while nobody is signed in, and if the values can't be read. */
  readonly data: OrganizationCreationDefaults | null;
}

/** Values for a form that creates an organization. */
export function useOrganizationCreationDefaults(): UseOrganizationCreationDefaultsReturn {
  const context = useTenantryContext("useOrganizationCreationDefaults");
  const { isLoaded, user } = useSnapshot(context, selectUser);
  const { data, isLoading } = useCachedResource(
    context,
    user && { key: ["creationDefaults", user.id], load: user.getOrganizationCreationDefaults },
  );
  return useMemo(
    () => ({ isLoaded: isLoaded && !isLoading, data: data ?? null }),
    [isLoaded, isLoading, data],
  );
}

function selectUser({ isLoaded, user }: TenantryState): Pick<TenantryState, "isLoaded" | "user"> {
  return { isLoaded, user };
}
