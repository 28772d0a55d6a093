/** How a list is cut into pages. Every list parameter of a hook takes these besides its filters. */
export interface PagingParams {
  /** The page to start at. Defaults to 1. */
  readonly initialPage?: number;
  /** The number of rows on a page, from 1 to 100. Defaults to 10. */
  readonly pageSize?: number;
  /** Append pages instead of replacing them. */
  readonly infinite?: boolean;
  /** Show the rows of the last page until the rows of the next page are there. */
  readonly keepPreviousData?: boolean;
}

/** `true` asks for the list as it is by default. Without a parameter, a hook sends no list query. */
export type PaginatedParams<Filters extends object> = true | (PagingParams & Filters);

/** The parameters with their defaults. */
export interface Paging {
  readonly initialPage: number;
  readonly pageSize: number;
  readonly infinite: boolean;
  readonly keepPreviousData: boolean;
}

/** The largest page and the largest offset that the server answers. */
const MAX_PAGE_SIZE = 100;
const MAX_OFFSET = 10_000;

/** Splits a list parameter into how to cut the list and which rows to put in it. */
export function readParams<Filters extends object>(
  params: PaginatedParams<Filters> | undefined,
): { readonly paging: Paging; readonly filters: Filters } {
  const given = params === undefined || params === true ? ({} as PagingParams & Filters) : params;
  const { initialPage, pageSize, infinite, keepPreviousData, ...filters } = given;
  return { paging: readPaging(given), filters: filters as unknown as Filters };
}

function readPaging(params: PagingParams): Paging {
  return {
    initialPage: atLeastOne(params.initialPage ?? 1),
    pageSize: Math.min(atLeastOne(params.pageSize ?? 10), MAX_PAGE_SIZE),
    infinite: params.infinite ?? false,
    keepPreviousData: params.keepPreviousData ?? false,
  };
}

/** The last page that has rows and that an offset reaches. */
export function lastPage(count: number, pageSize: number): number {
  return atLeastOne(Math.min(Math.ceil(count / pageSize), Math.floor(MAX_OFFSET / pageSize) + 1));
}

export function atLeastOne(value: number): number {
  return Number.isFinite(value) ? Math.max(1, Math.floor(value)) : 1;
}
