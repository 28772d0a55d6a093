import type {
  ApiKeyListParams,
  ApiKeyResource,
  DomainListParams,
  InvitationListParams,
  MembershipListParams,
  MembershipRequestListParams,
  OrganizationDomainResource,
  OrganizationInvitationResource,
  OrganizationMembershipRequestResource,
  OrganizationMembershipResource,
  OrganizationResource,
  TenantryState,
} from "@tenantry/js";
import { useMemo } from "react";
import {
  apiKeys as apiKeysOf,
  domains as domainsOf,
  type Filters,
  invitations as invitationsOf,
  memberships as membershipsOf,
  type OrganizationOwner,
  membershipRequests as requestsOf,
} from "../cache/lists.ts";
import { useChosenOrganization } from "../cache/organization.ts";
import { type PaginatedResources, usePages } from "../cache/pages.ts";
import type { PaginatedParams } from "../cache/paging.ts";
import { type TenantryContextValue, useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface UseOrganizationParams {
  /** The id or slug of another organization of the user. Defaults to the organization of the tab. */
  readonly organization?: string;
  readonly memberships?: PaginatedParams<Filters<MembershipListParams>>;
  /** Pending invitations, if no status is given. */
  readonly invitations?: PaginatedParams<Filters<InvitationListParams>>;
  /** Pending requests, if no status is given. */
  readonly membershipRequests?: PaginatedParams<Filters<MembershipRequestListParams>>;
  readonly domains?: PaginatedParams<Filters<DomainListParams>>;
  /** Keys that have been neither revoked nor expired, unless `includeInvalid` is given. */
  readonly apiKeys?: PaginatedParams<Filters<ApiKeyListParams>>;
}

interface OrganizationLists {
  readonly memberships: PaginatedResources<OrganizationMembershipResource>;
  readonly invitations: PaginatedResources<OrganizationInvitationResource>;
  readonly membershipRequests: PaginatedResources<OrganizationMembershipRequestResource>;
  readonly domains: PaginatedResources<OrganizationDomainResource>;
  readonly apiKeys: PaginatedResources<ApiKeyResource>;
}

export interface UseOrganizationReturn extends OrganizationLists {
  readonly isLoaded: boolean;
  /** A switch is under way. The organization is still the one before. */
  readonly isSwitching: boolean;
  /** Null if no organization is active, or if there is none of the given name for the user. */
  readonly organization: OrganizationResource | null;
  /** The user's own membership. */
  readonly membership: OrganizationMembershipResource | null;
}

/** The organization of the tab, the user's membership, and the lists that the parameters ask for. */
export function useOrganization(params: UseOrganizationParams = {}): UseOrganizationReturn {
  const context = useTenantryContext("useOrganization");
  const { tenantry, cache } = context;
  const { user, isSwitching } = useSnapshot(context, selectSwitch);
  const chosen = useChosenOrganization(context, params.organization);
  const { isLoaded, organization, membership } = chosen;
  const isLive = tenantry.live.status !== "off" && chosen.isActive && mayFollow(membership);
  const owner = user && organization && { cache, user, organization, isLive };
  const lists = useLists(context, params, owner, isLoaded);
  const { memberships, invitations, membershipRequests, domains, apiKeys } = lists;
  return useMemo(
    () => ({
      isLoaded,
      isSwitching,
      organization,
      membership,
      memberships,
      invitations,
      membershipRequests,
      domains,
      apiKeys,
    }),
    [
      isLoaded,
      isSwitching,
      organization,
      membership,
      memberships,
      invitations,
      membershipRequests,
      domains,
      apiKeys,
    ],
  );
}

function useLists(
  { cache }: TenantryContextValue,
  params: UseOrganizationParams,
  owner: OrganizationOwner | null,
  isLoaded: boolean,
): OrganizationLists {
  return {
    memberships: usePages(
      cache,
      params.memberships,
      owner && ((filters) => membershipsOf(owner, filters)),
      isLoaded,
    ),
    invitations: usePages(
      cache,
      params.invitations,
      owner && ((filters) => invitationsOf(owner, filters)),
      isLoaded,
    ),
    membershipRequests: usePages(
      cache,
      params.membershipRequests,
      owner && ((filters) => requestsOf(owner, filters)),
      isLoaded,
    ),
    domains: usePages(
      cache,
      params.domains,
      owner && ((filters) => domainsOf(owner, filters)),
      isLoaded,
    ),
    apiKeys: usePages(
      cache,
      params.apiKeys,
      owner && ((filters) => apiKeysOf(owner, filters)),
      isLoaded,
    ),
  };
}

function selectSwitch({
  user,
  isSwitching,
}: TenantryState): Pick<TenantryState, "user" | "isSwitching"> {
  return { user, isSwitching };
}

/** The server sends the changes of an organization to members who can read its members. */
function mayFollow(membership: OrganizationMembershipResource | null): boolean {
  return membership?.permissions.includes("org:sys_memberships:read") ?? false;
}
