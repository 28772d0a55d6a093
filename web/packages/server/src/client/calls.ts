/** What the methods of the client share. */
import { TenantryError } from "../errors.ts";
import type { UserErrorFieldsFragment } from "../generated/client.ts";
import type { Page } from "./resources.ts";

export interface PageParams {
  /** At most 100. Defaults to 20. */
  limit?: number | undefined;
  /** How many entries to skip, at most 10,000. */
  offset?: number | undefined;
  /** `endCursor` of the page before, instead of `offset`. */
  after?: string | undefined;
}

interface Connection<T> {
  totalCount: number;
  nodes: readonly T[];
  pageInfo: { endCursor: string | null };
}

export function toPage<Node, T>(
  connection: Connection<Node> | null | undefined,
  toResource: (node: Node) => T,
): Page<T> {
  const { nodes, totalCount, pageInfo } = found(connection, "organization");
  return { data: nodes.map(toResource), totalCount, endCursor: pageInfo.endCursor };
}

/** The payload of a mutation. Throws its errors. */
export function succeeded<Payload extends { userErrors: readonly UserErrorFieldsFragment[] }>(
  payload: Payload | null | undefined,
): Payload {
  const answer = found(payload, "object");
  if (!answer.userErrors.length) return answer;
  const errors = answer.userErrors.map(({ code, message, field, meta }) => ({
    code,
    message,
    meta: { ...meta, ...(field?.length ? { paramName: toParamName(field) } : {}) },
  }));
  throw new TenantryError(422, errors);
}

/** What a query found. Throws `resource_not_found` for null. */
export function found<T>(value: T | null | undefined, noun: string): T {
  if (value !== null && value !== undefined) return value;
  const message = `There is no such ${noun}.`;
  throw new TenantryError(404, [{ code: "resource_not_found", message, meta: {} }]);
}

/** The fields that are given. An argument that is undefined changes nothing. */
export function given<T extends object>(fields: T): Given<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<T>;
}

type Given<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

function toParamName(field: readonly string[]): string {
  return field.filter((part) => part !== "input").join(".");
}
