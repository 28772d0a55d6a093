import type {
  OrganizationMembershipResource,
  OrganizationResource,
  Tenantry,
  TenantryState,
} from "@tenantry/js";
import type { TenantryContextValue } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";
import { useCachedResource } from "./resource.ts";

export interface ChosenOrganization {
  readonly isLoaded: boolean;
  readonly organization: OrganizationResource | null;
  readonly membership: OrganizationMembershipResource | null;
  /** Whether it is the organization of the tab, whose changes arrive as events. */
  readonly isActive: boolean;
}

/** The organization of the tab, or another one that the product names by id or slug. */
export function useChosenOrganization(
  context: TenantryContextValue,
  idOrSlug: string | undefined,
): ChosenOrganization {
  const { tenantry } = context;
  const { isLoaded, user, organization, membership } = useSnapshot(context, selectActive);
  const other =
    idOrSlug === organization?.id || idOrSlug === organization?.slug ? undefined : idOrSlug;
  const found = useCachedResource(
    context,
    user && other !== undefined
      ? { key: ["organization", user.id, other], load: () => findMembership(tenantry, other) }
      : null,
  );
  if (!isLoaded || other === undefined)
    return { isLoaded, organization, membership, isActive: true };
  return {
    isLoaded: !found.isLoading,
    organization: found.data?.organization ?? null,
    membership: found.data ?? null,
    isActive: false,
  };
}

function selectActive(
  state: TenantryState,
): Pick<TenantryState, "isLoaded" | "user" | "organization" | "membership"> {
  const { isLoaded, user, organization, membership } = state;
  return { isLoaded, user, organization, membership };
}

/** Rejects as an unknown organization does if the user isn't a member. */
async function findMembership(
  tenantry: Tenantry,
  idOrSlug: string,
): Promise<OrganizationMembershipResource | null> {
  const { id, name } = await tenantry.getOrganization(idOrSlug);
  let after: string | null = null;
  do {
    const page = await tenantry.getOrganizationMemberships({
      query: name,
      pageSize: 100,
      ...(after !== null && { after }),
    });
    const found = page.data.find(({ organization }) => organization.id === id);
    if (found) return found;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return null;
}
