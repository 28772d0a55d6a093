import type { QueryKey } from "@tanstack/query-core";
import type { ListName } from "@tenantry/js";

/**
 * Where an answer stands in the cache. Each key starts with what it is, whose it is, and the organization, so
 * that nothing is ever shown under another user or organization.
 */
export function listKey(list: ListName, userId: string, organizationId: string | null): QueryKey {
  return [list, userId, organizationId];
}
