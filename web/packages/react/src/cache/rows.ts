import type { InfiniteData } from "@tanstack/query-core";
import type { ListParams, ResourcePage } from "@tenantry/js";

/** What every row of a list has. */
export interface Row {
  readonly id: string;
}

/** Where a page starts. */
export type Position = Pick<ListParams, "offset" | "after" | "before">;

/** The loaded pages of a list. A list with numbered pages keeps each page under a key of its own. */
export type Pages<T> = InfiniteData<ResourcePage<T>, Position>;

export function rowsOf<T>(pages: Pages<T>): readonly T[] {
  const [first, ...others] = pages.pages;
  return others.length > 0 ? pages.pages.flatMap((page) => page.data) : (first?.data ?? []);
}

/** Puts rows in the place of those that are loaded, and counts the difference. */
export function replaceRows<T>(pages: Pages<T>, rows: readonly T[]): Pages<T> {
  const difference = rows.length - rowsOf(pages).length;
  const end = pages.pages.length - 1;
  let start = 0;
  return {
    ...pages,
    pages: pages.pages.map((page, index) => {
      const data = rows.slice(start, index === end ? undefined : start + page.data.length);
      start += data.length;
      return { ...page, data, totalCount: page.totalCount + difference };
    }),
  };
}

/** Compares what two values show. Methods count as equal: the id of a resource decides what they act on. */
export function looksEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === "function" && typeof b === "function") return true;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return (
    left.length === right.size && left.every(([name, value]) => looksEqual(value, right.get(name)))
  );
}

/** Keeps the rows of the earlier answer that look the same in the later one, so that memoized rows don't render. */
export function shareRows<T extends Row>(earlier: Pages<T>, later: Pages<T>): Pages<T> {
  const known = new Map(earlier.pages.flatMap((page) => page.data).map((row) => [row.id, row]));
  const pages = later.pages.map((page, index) => {
    const data = page.data.map((row) => {
      const before = known.get(row.id);
      return before && looksEqual(before, row) ? before : row;
    });
    const before = earlier.pages[index];
    const isSame =
      before && data.length === before.data.length && looksEqual(before, { ...page, data });
    return isSame ? before : { ...page, data };
  });
  const isSame =
    pages.length === earlier.pages.length &&
    pages.every((page, index) => page === earlier.pages[index]);
  return isSame && looksEqual(earlier.pageParams, later.pageParams) ? earlier : { ...later, pages };
}
