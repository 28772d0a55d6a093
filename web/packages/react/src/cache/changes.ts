import type { Query, QueryClient, QueryKey } from "@tanstack/query-core";
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
  /** The row as it will be, or null if it is removed. */
  readonly change: (row: T) => T | null;
  readonly send: () => Promise<Answer>;
  /** The row as the server answers it. */
  readonly settle?: (answer: Answer) => T;
}

/** Shows a change at once, sends it, and takes it back if the server refuses. */
export async function mutateRow<T extends Row, Answer>(
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
      const before = cache.getQueriesData<Pages<T>>({ queryKey: key });
      apply(change);
      return before;
    },
    onSuccess: (answer: Answer) => {
      if (settle) apply(() => settle(answer));
    },
    onError: (_error, _variables, before) => {
      for (const [queryKey, pages] of before ?? []) {
        if (pages) changeRows<T>(cache, queryKey, (rows) => putBack(rows, rowsOf(pages), id));
      }
      void cache.invalidateQueries({ queryKey: key, refetchType: "none" });
    },
  });
  const begin = Date.now();
  try {
    return await mutation.execute(undefined);
  } finally {
    readSince(cache, key, begin);
  }
}

/** One row as it was and where it was. The others stay: changes of their own may be under way. */
function putBack<T extends Row>(
  rows: readonly T[],
  before: readonly T[],
  id: string,
): readonly T[] {
  const index = before.findIndex((row) => row.id === id);
  const earlier = before[index];
  if (!earlier) return rows;
  if (rows.some((row) => row.id === id)) return rows.map((row) => (row.id === id ? earlier : row));
  return [...rows.slice(0, index), earlier, ...rows.slice(index)];
}

/** Reads again what waits for it, and what was read during the change and may be older than it. */
function readSince(cache: QueryClient, key: QueryKey, begin: number): void {
  for (const query of cache.getQueryCache().findAll({ queryKey: key })) {
    const { fetchStatus, dataUpdatedAt } = query.state;
    if (fetchStatus === "fetching" || dataUpdatedAt > begin || query.isStale()) query.invalidate();
  }
  readInvalidated(cache, key);
}

/** Reads what is under a key again: what the page shows now, the rest when it is shown. */
export function refresh(cache: QueryClient, key: QueryKey): void {
  void cache.invalidateQueries({ queryKey: key, refetchType: "none" });
  readInvalidated(cache, key);
}

/** While a row is being changed, its list waits for the answer. */
function readInvalidated(cache: QueryClient, key: QueryKey): void {
  for (const query of cache.getQueryCache().findAll({ queryKey: key, type: "active" })) {
    // A change has the key of its lists, without their filters and pages.
    const isChanging = cache.isMutating({ mutationKey: query.queryKey.slice(0, 3) }) > 0;
    if (query.state.isInvalidated && !isChanging) void readAgain(cache, query);
  }
}

/**
 * An answer under way may be older than the change, so another one is asked for after it. It is never given
 * up: while changes follow each other fast, none would ever arrive.
 */
async function readAgain(cache: QueryClient, query: Query): Promise<void> {
  if (query.state.fetchStatus === "fetching") await query.promise?.catch(() => {});
  const { queryKey } = query;
  await cache.refetchQueries({ queryKey, exact: true, type: "active" }, { cancelRefetch: false });
}
