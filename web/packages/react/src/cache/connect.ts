import type { QueryClient } from "@tanstack/query-core";
import type {
  Invalidation,
  OrganizationMembershipResource,
  PublicOrganizationData,
  Tenantry,
  TenantryEvent,
  TenantryState,
} from "@tenantry/js";
import { changeRows, refreshRows } from "./changes.ts";
import { looksEqual } from "./rows.ts";

/** Keeps the cache in step with what the Tenantry object learns. The answer stops that. */
export function connectCache(tenantry: Tenantry, cache: QueryClient): () => void {
  let known = tenantry.state;
  const stops = [
    tenantry.on("invalidate", (lists) => {
      for (const list of lists) refreshList(cache, list);
    }),
    tenantry.on("event", (event) => followEvent(cache, event)),
    tenantry.addListener((state) => {
      followState(cache, known, state);
      known = state;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function refreshList(cache: QueryClient, { list, organizationId }: Invalidation): void {
  if (list === "all") {
    refreshRows(cache, []);
    return;
  }
  const concerned = cache
    .getQueryCache()
    .findAll({ queryKey: [list] })
    .map((query) => query.queryKey.slice(0, 3))
    .filter((key) => key[2] === organizationId);
  for (const key of concerned) refreshRows(cache, key);
}

/** What decides about permissions, for all or for some roles. */
const AUTHORITY = /^(MEMBERSHIP|ROLE|PERMISSION|FEATURE|PLAN|SUBSCRIPTION)_(?!REQUEST)/;

function followEvent(cache: QueryClient, event: TenantryEvent): void {
  if (AUTHORITY.test(event.type)) refreshRows(cache, ["permission"]);
  if (/^(ORGANIZATION|MEMBERSHIP)_(?!REQUEST)/.test(event.type))
    refreshRows(cache, ["organization"]);
  if (event.type === "ORGANIZATION_UPDATED" && event.organizationId !== null) {
    renameOrganization(cache, event.organizationId, event.data);
  }
}

function followState(cache: QueryClient, before: TenantryState, after: TenantryState): void {
  if (before.user?.id !== after.user?.id) {
    cache.clear();
    return;
  }
  if (before.membership?.permissions !== after.membership?.permissions) {
    refreshRows(cache, ["permission"]);
  }
  const left = before.organization;
  if (left && left.id !== after.organization?.id) {
    // Its events don't arrive any more. Whoever comes back sees the rows of before, and reads them again.
    void cache.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[2] === left.id,
      refetchType: "none",
    });
  }
}

/** Names and logos follow the event in every row, without a request. */
function renameOrganization(cache: QueryClient, id: string, data: TenantryEvent["data"]): void {
  const shown = publicData(data);
  let isLogoRemoved = false;
  changeRows<OrganizationMembershipResource>(cache, ["userMemberships"], (rows) => {
    const isChanged = ({ organization }: OrganizationMembershipResource) =>
      organization.id === id && !looksEqual({ ...organization, ...shown }, organization);
    if (!rows.some(isChanged)) return rows;
    isLogoRemoved ||= rows.some(
      (row) => isChanged(row) && row.organization.hasImage && !shown.hasImage,
    );
    return rows.map((row) => (isChanged(row) ? withOrganization(row, shown) : row));
  });
  // The event doesn't tell the picture that stands in for a logo.
  if (isLogoRemoved) refreshRows(cache, ["userMemberships"]);
}

function withOrganization(
  row: OrganizationMembershipResource,
  shown: Partial<PublicOrganizationData>,
): OrganizationMembershipResource {
  return Object.freeze({
    ...row,
    organization: Object.freeze({ ...row.organization, ...shown }),
  });
}

/** The data of an event have the names of webhooks. */
function publicData(data: TenantryEvent["data"]): Partial<PublicOrganizationData> {
  const { name, slug, image_url: imageUrl, has_image: hasImage } = data;
  return {
    ...(typeof name === "string" && { name }),
    ...((typeof slug === "string" || slug === null) && { slug }),
    ...(typeof imageUrl === "string" && { imageUrl }),
    ...(typeof hasImage === "boolean" && { hasImage }),
  };
}
