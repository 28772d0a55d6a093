import type {
  MembershipListParams,
  OrganizationMembershipResource,
  OrganizationSuggestionResource,
  SuggestionListParams,
  Tenantry,
  TenantryState,
  UserInvitationListParams,
  UserOrganizationInvitationResource,
} from "@tenantry/js";
import { useMemo } from "react";
import {
  type Filters,
  userInvitations as invitationsOf,
  userMemberships as membershipsOf,
  userSuggestions as suggestionsOf,
} from "../cache/lists.ts";
import { type PaginatedResources, usePages } from "../cache/pages.ts";
import type { PaginatedParams } from "../cache/paging.ts";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface UseOrganizationListParams {
  readonly userMemberships?: PaginatedParams<Filters<MembershipListParams>>;
  /** Pending invitations, if no status is given. */
  readonly userInvitations?: PaginatedParams<Filters<UserInvitationListParams>>;
  /** Pending suggestions, if no status is given. */
  readonly userSuggestions?: PaginatedParams<Filters<SuggestionListParams>>;
}

export interface UseOrganizationListReturn
  extends Pick<Tenantry, "createOrganization" | "setActive"> {
  readonly isLoaded: boolean;
  readonly userMemberships: PaginatedResources<OrganizationMembershipResource>;
  readonly userInvitations: PaginatedResources<UserOrganizationInvitationResource>;
  readonly userSuggestions: PaginatedResources<OrganizationSuggestionResource>;
}

/** The organizations that the user belongs to, is invited to, or may ask to join. */
export function useOrganizationList(
  params: UseOrganizationListParams = {},
): UseOrganizationListReturn {
  const context = useTenantryContext("useOrganizationList");
  const { tenantry, cache } = context;
  const { isLoaded, user } = useSnapshot(context, selectUser);
  const owner = user && { cache, user, isLive: tenantry.live.status !== "off" };
  const userMemberships = usePages(
    cache,
    params.userMemberships,
    owner && ((filters) => membershipsOf(owner, filters)),
    isLoaded,
  );
  const userInvitations = usePages(
    cache,
    params.userInvitations,
    owner && ((filters) => invitationsOf(owner, filters)),
    isLoaded,
  );
  const userSuggestions = usePages(
    cache,
    params.userSuggestions,
    owner && ((filters) => suggestionsOf(owner, filters)),
    isLoaded,
  );
  return useMemo(() => {
    const { createOrganization, setActive } = tenantry;
    return {
      isLoaded,
      createOrganization,
      setActive,
      userMemberships,
      userInvitations,
      userSuggestions,
    };
  }, [isLoaded, tenantry, userMemberships, userInvitations, userSuggestions]);
}

function selectUser({ isLoaded, user }: TenantryState): Pick<TenantryState, "isLoaded" | "user"> {
  return { isLoaded, user };
}
