import { QueryClient } from "@tanstack/query-core";
import { isTenantryError, type Tenantry } from "@tenantry/js";

/** Attempts after the first one, for what may go better a moment later. */
const RETRIES = 3;
const FAILURE_PAUSE = 1_000;
const UNUSED_FOR = 5 * 60_000;

/** How long something counts as new that no event keeps up to date. */
export const STAYS_FRESH = 10_000;

/** The answers that the hooks share. A product that uses TanStack Query keeps its own client. */
export function createCache(tenantry: Tenantry): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The Tenantry object watches the network, and says which lists to read again. Without live changes,
        // they are read when the page is looked at.
        networkMode: "always",
        refetchOnWindowFocus: () => tenantry.live.status === "off",
        refetchOnReconnect: false,
        staleTime: STAYS_FRESH,
        // Otherwise a component that shows another one after a failure could read again without end.
        retryOnMount: ({ state }) => Date.now() - state.errorUpdatedAt > FAILURE_PAUSE,
        gcTime: UNUSED_FOR,
        retry: (failures, error) => failures < RETRIES && mayPass(error),
        retryDelay: (failures, error) =>
          isTenantryError(error) && error.retryAfter !== undefined
            ? error.retryAfter * 1000
            : Math.min(1000 * 2 ** failures, 30_000),
      },
    },
  });
}

/** No answer, an overloaded server, or a broken one. */
function mayPass(error: unknown): boolean {
  return (
    isTenantryError(error) && (error.status === 0 || error.status === 429 || error.status >= 500)
  );
}
