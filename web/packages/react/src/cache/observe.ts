import {
  type DefaultedInfiniteQueryObserverOptions,
  type InfiniteData,
  InfiniteQueryObserver,
  type InfiniteQueryObserverOptions,
  type InfiniteQueryObserverResult,
  notifyManager,
  type QueryClient,
  type QueryKey,
  QueryObserver,
  type QueryObserverOptions,
  type QueryObserverResult,
} from "@tanstack/query-core";
import type { TenantryError } from "@tenantry/js";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

interface Observer {
  subscribe(listener: () => void): () => void;
  updateResult(): void;
  getCurrentResult(): unknown;
}

/** Follows one answer of the cache. */
export function useCachedQuery<Data>(
  cache: QueryClient,
  options: QueryObserverOptions<Data, TenantryError>,
): QueryObserverResult<Data, TenantryError> {
  const [observer] = useState(() => new QueryObserver<Data, TenantryError>(cache, options));
  const defaulted = cache.defaultQueryOptions({ ...options, _optimisticResults: "optimistic" });
  const result = observer.getOptimisticResult(defaulted);
  useNotifications(observer);
  useEffect(() => observer.setOptions(defaulted), [observer, defaulted]);
  return result;
}

export type PagesOptions<Page, Param> = InfiniteQueryObserverOptions<
  Page,
  TenantryError,
  InfiniteData<Page, Param>,
  QueryKey,
  Param
>;

/** Follows the pages of one list of the cache. */
export function useCachedPages<Page, Param>(
  cache: QueryClient,
  options: PagesOptions<Page, Param>,
): InfiniteQueryObserverResult<InfiniteData<Page, Param>, TenantryError> {
  const [observer] = useState(
    () =>
      new InfiniteQueryObserver<Page, TenantryError, InfiniteData<Page, Param>, QueryKey, Param>(
        cache,
        options,
      ),
  );
  // The client's method has no type of its own for infinite queries.
  const defaulted = cache.defaultQueryOptions({
    ...options,
    _optimisticResults: "optimistic",
  }) as DefaultedInfiniteQueryObserverOptions<
    Page,
    TenantryError,
    InfiniteData<Page, Param>,
    QueryKey,
    Param
  >;
  const result = observer.getOptimisticResult(defaulted);
  useNotifications(observer);
  useEffect(() => observer.setOptions(defaulted), [observer, defaulted]);
  return result;
}

function useNotifications(observer: Observer): void {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const unsubscribe = observer.subscribe(notifyManager.batchCalls(onChange));
      observer.updateResult();
      return unsubscribe;
    },
    [observer],
  );
  const read = () => observer.getCurrentResult();
  useSyncExternalStore(subscribe, read, read);
}
