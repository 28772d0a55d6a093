import {
  hashKey,
  type InfiniteQueryObserverResult,
  type QueryClient,
  type QueryKey,
  skipToken,
} from "@tanstack/query-core";
import type { ListParams, ResourcePage, TenantryError } from "@tenantry/js";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useIsHydrated } from "../snapshot.ts";
import { type PagesOptions, useCachedPages } from "./observe.ts";
import { atLeastOne, lastPage, type PaginatedParams, type Paging, readParams } from "./paging.ts";
import { type Pages, type Position, type Row, replaceRows, rowsOf, shareRows } from "./rows.ts";
import { useStableFunctions } from "./stable.ts";

/** A list of a hook: its rows, its pages, and what to do with them. */
export interface PaginatedResources<T> {
  /** Empty before the first answer. It keeps its identity while nothing in it changes. */
  readonly data: readonly T[];
  /** The number of rows on all pages. */
  readonly count: number;
  /** The current page, from 1. With `infinite`, the number of loaded pages. */
  readonly page: number;
  /** The number of pages, counted from `initialPage`. */
  readonly pageCount: number;
  /** Whether the rows of the current page aren't there yet. */
  readonly isLoading: boolean;
  /** Whether any request of the list is on its way. */
  readonly isFetching: boolean;
  readonly isError: boolean;
  /** Why the last request failed. The rows of the last good answer stay. */
  readonly error: TenantryError | null;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Shows a page that exists. With `infinite`, loads pages until there are that many. */
  readonly fetchPage: (page: number | ((page: number) => number)) => void;
  readonly fetchNext: () => void;
  /** Shows the page before. With `infinite`, loads the rows before the first loaded page. */
  readonly fetchPrevious: () => void;
  /** Reads the list again, and resolves when the answer is there. */
  readonly revalidate: () => Promise<void>;
  /** Replaces the rows in the cache. Nothing is sent. */
  readonly setData: (rows: readonly T[] | ((rows: readonly T[]) => readonly T[])) => void;
}

/** Where the rows of a list come from. */
export interface ListSource<T> {
  readonly key: QueryKey;
  readonly load: (params: ListParams) => Promise<ResourcePage<T>>;
  /** Whether changes of its rows arrive as events. */
  readonly isLive: boolean;
}

/**
 * Follows a list, if the product gives a parameter for it. `from` is null while nobody is signed in or no
 * organization is active; then the list is empty.
 */
export function usePages<T extends Row, Filters extends object>(
  cache: QueryClient,
  params: PaginatedParams<Filters> | undefined,
  from: ((filters: Filters) => ListSource<T>) | null,
  isLoaded: boolean,
): PaginatedResources<T> {
  const isHydrated = useIsHydrated();
  const { paging, filters } = readParams(params);
  const asked = params !== undefined && from !== null && isHydrated ? from(filters) : null;
  const { initialPage, pageSize, infinite } = paging;
  const listKey = asked
    ? [...asked.key, infinite ? "infinite" : "numbered", initialPage, pageSize]
    : ["nothing"];
  const [page, setPage] = usePageNumber(hashKey(listKey), initialPage);
  const options = pagesOptions(asked, paging, listKey, page);
  const result = useCachedPages(cache, options);
  const known = result.data ?? lastAnswer<T>(cache, listKey);
  const isWaiting = params !== undefined && (!isLoaded || (from !== null && !isHydrated));
  const view = readView(result, known, paging, page, isWaiting);

  const { end } = view;
  useEffect(() => {
    if (!infinite) setPage((at) => Math.min(at, end));
  }, [infinite, end, setPage]);

  const functions = useStableFunctions({
    ...(infinite ? appending(result, view.page) : turning(setPage, end)),
    revalidate: async () => {
      if (asked) await result.refetch();
    },
    setData: (rows: readonly T[] | ((rows: readonly T[]) => readonly T[])) => {
      cache.setQueryData<Pages<T>>(
        options.queryKey,
        (pages) =>
          pages && replaceRows(pages, typeof rows === "function" ? rows(rowsOf(pages)) : rows),
      );
    },
  });
  return useResources(view, functions);
}

type Moves = Pick<PaginatedResources<unknown>, "fetchPage" | "fetchNext" | "fetchPrevious">;
type Target = Parameters<Moves["fetchPage"]>[0];

function pageAt(target: Target, page: number): number {
  return atLeastOne(typeof target === "function" ? target(page) : target);
}

/** How numbered pages replace each other. */
function turning(setPage: (change: (page: number) => number) => void, end: number): Moves {
  return {
    fetchPage: (target) => setPage((page) => Math.min(pageAt(target, page), end)),
    fetchNext: () => setPage((page) => Math.min(page + 1, end)),
    fetchPrevious: () => setPage((page) => atLeastOne(page - 1)),
  };
}

/** How the pages of an infinite list grow. */
function appending<T>(result: Result<T>, loaded: number): Moves {
  return {
    fetchPage: (target) => void loadMore(result, "next", pageAt(target, loaded)),
    fetchNext: () => void loadMore(result, "next", loaded + 1),
    fetchPrevious: () => void loadMore(result, "previous", loaded + 1),
  };
}

function pagesOptions<T extends Row>(
  source: ListSource<T> | null,
  { pageSize, infinite, initialPage }: Paging,
  listKey: QueryKey,
  page: number,
): PagesOptions<ResourcePage<T>, Position> {
  const offset = ((infinite ? initialPage : page) - 1) * pageSize;
  return {
    queryKey: infinite ? listKey : [...listKey, page],
    queryFn: source ? ({ pageParam }) => source.load({ pageSize, ...pageParam }) : skipToken,
    ...(source?.isLive && { staleTime: Number.POSITIVE_INFINITY }),
    initialPageParam: offset > 0 ? { offset } : {},
    getNextPageParam: ({ pageInfo: { hasNextPage, endCursor } }) =>
      infinite && hasNextPage && endCursor !== null ? { after: endCursor } : undefined,
    getPreviousPageParam: ({ pageInfo: { hasPreviousPage, startCursor } }) =>
      infinite && hasPreviousPage && startCursor !== null ? { before: startCursor } : undefined,
    // A function of its own for each render: the cache would keep what an earlier one answered, and with it
    // the rows of another organization.
    placeholderData: (previous, query) =>
      query && hashKey(query.queryKey.slice(0, listKey.length)) === hashKey(listKey)
        ? previous
        : undefined,
    structuralSharing: (earlier, later) =>
      earlier ? shareRows(earlier as Pages<T>, later as Pages<T>) : later,
  };
}

/** The number of the page, which starts again with each list. */
function usePageNumber(
  list: string,
  initialPage: number,
): [number, (change: (page: number) => number) => void] {
  const [position, setPosition] = useState({ list, page: initialPage });
  const change = useCallback(
    (next: (page: number) => number) =>
      setPosition((at) => {
        const from = at.list === list ? at.page : initialPage;
        const page = next(from);
        return page === from ? at : { list, page };
      }),
    [list, initialPage],
  );
  return [position.list === list ? position.page : initialPage, change];
}

/** An answer to another page of the list, for the counts while a page fails. */
function lastAnswer<T>(cache: QueryClient, listKey: QueryKey): Pages<T> | undefined {
  const answers = cache.getQueriesData<Pages<T>>({ queryKey: listKey });
  return answers.find(([, pages]) => pages !== undefined)?.[1];
}

type Result<T> = InfiniteQueryObserverResult<Pages<T>, TenantryError>;

type Functions = "fetchPage" | "fetchNext" | "fetchPrevious" | "revalidate" | "setData";

interface View<T> extends Omit<PaginatedResources<T>, Functions | "data"> {
  readonly pages: Pages<T> | undefined;
  /** The last page that exists, as far as it is known. */
  readonly end: number;
}

function readView<T>(
  result: Result<T>,
  known: Pages<T> | undefined,
  { infinite, initialPage, pageSize, keepPreviousData }: Paging,
  page: number,
  isWaiting: boolean,
): View<T> {
  const isOtherPage = result.isPlaceholderData && !keepPreviousData;
  const count = known?.pages[0]?.totalCount ?? 0;
  const end = known ? lastPage(count, pageSize) : Number.POSITIVE_INFINITY;
  return {
    pages: isOtherPage ? undefined : result.data,
    count,
    end,
    page: infinite ? atLeastOne(result.data?.pages.length ?? 1) : page,
    pageCount: Math.max(0, Math.ceil(count / pageSize) - (initialPage - 1)),
    isLoading: isWaiting || result.isLoading || isOtherPage,
    isFetching: result.isFetching,
    isError: result.isError,
    error: result.error,
    hasNextPage: infinite ? result.hasNextPage : known !== undefined && page < end,
    hasPreviousPage: infinite ? result.hasPreviousPage : page > 1,
  };
}

/** Loads pages in one direction until there are that many, one after the other. */
async function loadMore<T>(
  result: Result<T>,
  direction: "next" | "previous",
  wanted: number,
): Promise<void> {
  let current = result;
  const isShort = () => (current.data?.pages.length ?? 0) < wanted;
  // A call while another request is under way waits for that one, and counts again.
  if (direction === "next") {
    while (isShort() && current.hasNextPage) {
      current = await current.fetchNextPage({ cancelRefetch: false });
      if (current.isError) return;
    }
  } else {
    while (isShort() && current.hasPreviousPage) {
      current = await current.fetchPreviousPage({ cancelRefetch: false });
      if (current.isError) return;
    }
  }
}

function useResources<T>(
  view: View<T>,
  functions: Pick<PaginatedResources<T>, Functions>,
): PaginatedResources<T> {
  const { pages, count, page, pageCount, isLoading, isFetching, isError, error } = view;
  const { hasNextPage, hasPreviousPage } = view;
  const data = useMemo(() => (pages ? rowsOf(pages) : []), [pages]);
  return useMemo(
    () => ({
      data,
      count,
      page,
      pageCount,
      isLoading,
      isFetching,
      isError,
      error,
      hasNextPage,
      hasPreviousPage,
      ...functions,
    }),
    [
      data,
      count,
      page,
      pageCount,
      isLoading,
      isFetching,
      isError,
      error,
      hasNextPage,
      hasPreviousPage,
      functions,
    ],
  );
}
