import type { TenantryState, UserResource } from "@tenantry/js";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export type UseUserReturn =
  | { readonly isLoaded: false; readonly isSignedIn: undefined; readonly user: undefined }
  | { readonly isLoaded: true; readonly isSignedIn: false; readonly user: null }
  | { readonly isLoaded: true; readonly isSignedIn: true; readonly user: UserResource };

/** The signed-in user, who may still have a task to finish. */
export function useUser(): UseUserReturn {
  return useSnapshot(useTenantryContext("useUser"), selectUser);
}

function selectUser({ isLoaded, user }: TenantryState): UseUserReturn {
  if (!isLoaded) return { isLoaded, isSignedIn: undefined, user: undefined };
  return user ? { isLoaded, isSignedIn: true, user } : { isLoaded, isSignedIn: false, user: null };
}
