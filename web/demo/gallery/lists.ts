import type { ListParams, ResourcePage } from "@tenantry/js";

/** One page of rows, cut as the server cuts it. A cursor is the index of its row. */
export function pageOf<T>(rows: readonly T[], params: ListParams = {}): ResourcePage<T> {
  const { pageSize = 10 } = params;
  const after = params.after === undefined ? undefined : Number(params.after) + 1;
  const start = after ?? params.offset ?? ((params.page ?? 1) - 1) * pageSize;
  const data = rows.slice(start, start + pageSize);
  return {
    data,
    totalCount: rows.length,
    pageInfo: {
      hasNextPage: start + data.length < rows.length,
      hasPreviousPage: start > 0,
      startCursor: data.length > 0 ? String(start) : null,
      endCursor: data.length > 0 ? String(start + data.length - 1) : null,
    },
  };
}
