import type { QueryClient } from "@tanstack/query-core";
import type {
  OrganizationMembershipResource,
  PublicOrganizationData,
  Tenantry,
  TenantryEvent,
  TenantryState,
} from "@tenantry/js";
import { changeRows, refresh } from "./changes.ts";
import { looksEqual } from "./rows.ts";

/** Keeps the cache in step with what the Tenantry object learns. The answer stops that. */
export function connectCache(tenantry: Tenantry, cache: QueryClient): () => void {
  let known = tenantry.state;
  cache.mount();
  const stops = [
    tenantry.on("invalidate", (lists) => {
      for (const { list, organizationId } of lists) {
        refresh(cache, list === "all" ? [] : [list, tenantry.state.user?.id, organizationId]);
      }
    }),
    tenantry.on("event", (event) => followEvent(cache, event)),
    tenantry.addListener((state) => {
      followState(cache, known, state);
      known = state;
    }),
  ];
  return () => {
    cache.unmount();
    for (const stop of stops) stop();
  };
}

/** What decides about permissions, for all or for some roles. */
const AUTHORITY = /^(MEMBERSHIP|ROLE|PERMISSION|FEATURE|PLAN|SUBSCRIPTION)_(?!REQUEST)/;

function followEvent(cache: QueryClient, event: TenantryEvent): void {
  if (AUTHORITY.test(event.type)) refresh(cache, ["permission"]);
  if (/^(ORGANIZATION|MEMBERSHIP)_(?!REQUEST)/.test(event.type)) refresh(cache, ["organization"]);
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
    refresh(cache, ["permission"]);
  }
  const left = before.organization;
  if (left && left.id !== after.organization?.id) {
    // Its events no longer arrive. Whoever comes back sees the earlier rows, and reads them again.
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
  // The event doesn't contain the picture that stands in for a logo.
  if (isLogoRemoved) refresh(cache, ["userMemberships"]);
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
