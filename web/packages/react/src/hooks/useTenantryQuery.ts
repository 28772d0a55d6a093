import type { TenantryError, TenantryState, TypedDocument, VariablesOf } from "@tenantry/js";
import { useMemo } from "react";
import { useCachedResource } from "../cache/resource.ts";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface UseTenantryQueryOptions {
  /** Whether to send the query. Defaults to true. */
  readonly enabled?: boolean;
}

export interface UseTenantryQueryReturn<TData> {
  /** Undefined before the first answer. */
  readonly data: TData | undefined;
  readonly error: TenantryError | null;
  readonly isLoading: boolean;
  readonly refetch: () => Promise<void>;
}

/** Sends a GraphQL query of your own with the session of this tab. */
export function useTenantryQuery<TData, TVariables>(
  document: TypedDocument<TData, TVariables>,
  variables: TVariables,
  { enabled = true }: UseTenantryQueryOptions = {},
): UseTenantryQueryReturn<TData> {
  const context = useTenantryContext("useTenantryQuery");
  const { tenantry } = context;
  const { isLoaded, userId, organizationId } = useSnapshot(context, selectActor);
  const resource = useCachedResource(
    context,
    isLoaded && enabled
      ? {
          // The query has the session token of the tab, which is for one organization.
          key: ["query", userId, organizationId, document.toString(), variables],
          load: () => tenantry.query(document, ...([variables] as VariablesOf<TVariables>)),
        }
      : null,
  );
  const isLoading = resource.isLoading || (enabled && !isLoaded);
  return useMemo(() => ({ ...resource, isLoading }), [resource, isLoading]);
}

function selectActor({ isLoaded, user, organization }: TenantryState): {
  isLoaded: boolean;
  userId: string | null;
  organizationId: string | null;
} {
  return { isLoaded, userId: user?.id ?? null, organizationId: organization?.id ?? null };
}
