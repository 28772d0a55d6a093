import type { TenantryState } from "@tenantry/js";
import type { ReactNode } from "react";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface StatusProps {
  readonly children?: ReactNode;
}

/** Shows its children until it is known who is signed in. */
export function TenantryLoading({ children }: StatusProps): ReactNode {
  const { isLoaded, status } = useStatus("<TenantryLoading>");
  return isLoaded || status === "error" ? null : children;
}

/** Shows its children once it is known who is signed in, and from then on. */
export function TenantryLoaded({ children }: StatusProps): ReactNode {
  return useStatus("<TenantryLoaded>").isLoaded ? children : null;
}

/** Shows its children if the package can't start, for example because of a wrong URL. */
export function TenantryFailed({ children }: StatusProps): ReactNode {
  return useStatus("<TenantryFailed>").status === "error" ? children : null;
}

/** Shows its children while the server can't be reached. */
export function TenantryDegraded({ children }: StatusProps): ReactNode {
  return useStatus("<TenantryDegraded>").status === "degraded" ? children : null;
}

function useStatus(caller: string): Pick<TenantryState, "isLoaded" | "status"> {
  return useSnapshot(useTenantryContext(caller), selectStatus);
}

function selectStatus({
  isLoaded,
  status,
}: TenantryState): Pick<TenantryState, "isLoaded" | "status"> {
  return { isLoaded, status };
}
