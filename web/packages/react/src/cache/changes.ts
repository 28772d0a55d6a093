import type { QueryClient, QueryKey } from "@tanstack/query-core";
import { type Pages, type Row, replaceRows, rowsOf } from "./rows.ts";

/** Changes the loaded rows under a key. A list that waits to be read again still waits afterwards. */
export function changeRows<T extends Row>(
  cache: QueryClient,
  key: QueryKey,
  change: (rows: readonly T[]) => readonly T[],
): void {
  for (const query of cache.getQueryCache().findAll({ queryKey: key })) {
    const pages = query.state.data as Pages<T> | undefined;
    const rows = pages && rowsOf(pages);
    const changed = rows && change(rows);
    if (!pages || changed === rows || !changed) continue;
    const { isInvalidated, dataUpdatedAt } = query.state;
    query.setData(replaceRows(pages, changed), { updatedAt: dataUpdatedAt, manual: true });
    if (isInvalidated) query.invalidate();
  }
}

interface RowMutation<T, Answer> {
  readonly id: string;
  /** The row as it will be, or null if it will be gone. */
  readonly change: (row: T) => T | null;
  readonly send: () => Promise<Answer>;
  /** The row as the server answers it. */
  readonly settle?: (answer: Answer) => T;
}

/** Shows a change at once, sends it, and takes it back if the server refuses. */
export function mutateRow<T extends Row, Answer>(
  cache: QueryClient,
  key: QueryKey,
  { id, change, send, settle }: RowMutation<T, Answer>,
): Promise<Answer> {
  const apply = (next: (row: T) => T | null) =>
    changeRows<T>(cache, key, (rows) =>
      rows.some((row) => row.id === id)
        ? rows.flatMap((row) => (row.id === id ? (next(row) ?? []) : row))
        : rows,
    );
  const mutation = cache.getMutationCache().build(cache, {
    mutationKey: key,
    mutationFn: send,
    networkMode: "always",
    onMutate: async () => {
      // An answer that left the server before the change would show the old row again.
      await cache.cancelQueries({ queryKey: key });
      const before = cache.getQueriesData({ queryKey: key });
      apply(change);
      return before;
    },
    onSuccess: (answer: Answer) => {
      if (settle) apply(() => settle(answer));
    },
    onError: (_error, _variables, before) => {
      for (const [queryKey, pages] of before ?? []) cache.setQueryData(queryKey, pages);
      void cache.invalidateQueries({ queryKey: key, refetchType: "none" });
    },
    onSettled: () => {
      // The last of several changes reads what was asked for meanwhile.
      if (cache.isMutating({ mutationKey: key }) === 1) {
        void cache.refetchQueries({ queryKey: key, type: "active", stale: true });
      }
    },
  });
  return mutation.execute(undefined);
}

/** Reads the lists under a key again: those on the page now, the others when they are shown. */
export function refreshRows(cache: QueryClient, key: QueryKey): void {
  const isChanging = cache.isMutating({ mutationKey: key }) > 0;
  void cache.invalidateQueries({ queryKey: key, refetchType: isChanging ? "none" : "active" });
}
