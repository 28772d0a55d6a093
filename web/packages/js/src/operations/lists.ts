import { makeError } from "../foundation/transport.ts";
import type { PageFieldsFragment } from "../generated/resources.ts";
import type { ListParams, ResourcePage } from "../types/lists.ts";

export function pageArguments({ pageSize = 10, page = 1, offset, after, before }: ListParams): {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string | undefined;
  readonly before?: string;
  readonly offset?: number | undefined;
} {
  if (before !== undefined) return { last: pageSize, before };
  if (after !== undefined) return { first: pageSize, after };
  const skipped = offset ?? (Math.max(1, page) - 1) * pageSize;
  return { first: pageSize, offset: skipped || undefined };
}

export function toPage<Row, Resource>(
  connection: {
    readonly nodes: readonly Row[];
    readonly totalCount: number;
    readonly pageInfo: PageFieldsFragment;
  },
  make: (row: Row) => Resource,
): ResourcePage<Resource> {
  return {
    data: connection.nodes.map(make),
    totalCount: connection.totalCount,
    pageInfo: connection.pageInfo,
  };
}

/** Returns the part of an answer that is null only if the server refuses or finds nothing. */
export function found<Part>(part: Part | null | undefined): Part {
  if (part) return part;
  const message = "The organization doesn't exist, or you aren't a member of it.";
  throw makeError(404, "organization_not_found_or_unauthorized", message);
}

export function upper<Name extends string>(names: readonly Name[]): readonly Uppercase<Name>[] {
  return names.map((name) => name.toUpperCase() as Uppercase<Name>);
}
