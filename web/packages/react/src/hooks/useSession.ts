import type { SessionResource, TenantryState } from "@tenantry/js";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export type UseSessionReturn =
  | { readonly isLoaded: false; readonly isSignedIn: undefined; readonly session: undefined }
  | { readonly isLoaded: true; readonly isSignedIn: false; readonly session: null }
  | { readonly isLoaded: true; readonly isSignedIn: true; readonly session: SessionResource };

/** The session, which is `pending` while the user has a task to finish. */
export function useSession(): UseSessionReturn {
  return useSnapshot(useTenantryContext("useSession"), selectSession);
}

function selectSession({ isLoaded, session }: TenantryState): UseSessionReturn {
  if (!isLoaded) return { isLoaded, isSignedIn: undefined, session: undefined };
  return session
    ? { isLoaded, isSignedIn: true, session }
    : { isLoaded, isSignedIn: false, session: null };
}
