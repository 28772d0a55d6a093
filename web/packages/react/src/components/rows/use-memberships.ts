import type { OrganizationMembershipResource } from "@tenantry/js";
import { useRef } from "react";
import type { PaginatedResources } from "../../cache/pages.ts";
import { useOrganizationList } from "../../hooks/useOrganizationList.ts";
import { useSettled } from "../../ui/settled.ts";
import { FIRST_MEMBERSHIPS } from "./first-memberships.ts";

export interface Memberships {
  list: PaginatedResources<OrganizationMembershipResource>;
  /** The number of memberships without the search. */
  total: number;
}

/** The user's memberships, newest first, those that match the search. */
export function useMemberships(search: string): Memberships {
  const query = useSettled(search.trim());
  const { userMemberships: list } = useOrganizationList({
    userMemberships: {
      ...FIRST_MEMBERSHIPS,
      keepPreviousData: true,
      ...(query ? { query } : {}),
    },
  });
  const total = useRef(0);
  if (!query && !list.isLoading) total.current = list.count;
  return { list, total: total.current };
}
