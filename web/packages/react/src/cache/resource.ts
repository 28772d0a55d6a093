import { type QueryKey, skipToken } from "@tanstack/query-core";
import type { TenantryError } from "@tenantry/js";
import { useMemo } from "react";
import type { TenantryContextValue } from "../context.ts";
import { useIsHydrated } from "../snapshot.ts";
import { useCachedQuery } from "./observe.ts";
import { looksEqual } from "./rows.ts";
import { useStableFunctions } from "./stable.ts";

export interface CachedResource<T> {
  /** Undefined too after a refusal: what the user may no longer see is gone from the page. */
  readonly data: T | undefined;
  readonly error: TenantryError | null;
  /** Whether the first answer isn't there yet. */
  readonly isLoading: boolean;
  /** Reads it again, and resolves when the answer is there. */
  readonly refetch: () => Promise<void>;
}

/** Something else than a list that the cache keeps. Without a source, nothing is sent. */
export interface ResourceSource<T> {
  readonly key: QueryKey;
  readonly load: () => Promise<T>;
}

export function useCachedResource<T>(
  { cache }: TenantryContextValue,
  source: ResourceSource<T> | null,
): CachedResource<T> {
  const isHydrated = useIsHydrated();
  const asked = isHydrated ? source : null;
  const result = useCachedQuery<T>(cache, {
    queryKey: asked ? asked.key : ["nothing"],
    queryFn: asked ? asked.load : skipToken,
    structuralSharing: (earlier, later) => (looksEqual(earlier, later) ? earlier : later),
  });
  const { refetch } = useStableFunctions({
    refetch: async () => {
      if (asked) await result.refetch();
    },
  });
  const { error } = result;
  const data = error && [401, 403, 404].includes(error.status) ? undefined : result.data;
  const isLoading = result.isLoading || asked !== source;
  return useMemo(() => ({ data, error, isLoading, refetch }), [data, error, isLoading, refetch]);
}
