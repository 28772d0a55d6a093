"use client";

import type { InvitationStatus, OrganizationMembershipResource, Tenantry } from "@tenantry/js";
/** The hooks of 2022, for pages written against them. They wrap the hooks of today and keep nothing themselves. */
import {
  currentRole,
  type LegacyFunctions,
  type LegacyList,
  type LegacyListParams,
  legacyFunctions,
  legacyInvitation,
  legacyMembership,
  legacyOrganization,
  type OrganizationInvitationResource2022,
  type OrganizationMembershipResource2022,
  type OrganizationResource2022,
} from "@tenantry/js/legacy";
import { useMemo, useState } from "react";
import type { PaginatedResources } from "./cache/pages.ts";
import type { PagingParams } from "./cache/paging.ts";
import { useTenantryContext } from "./context.ts";
import { useOrganization as useOrganizationToday } from "./hooks/useOrganization.ts";
import { useOrganizationList as useOrganizationListToday } from "./hooks/useOrganizationList.ts";

export type {
  MembershipRole,
  OrganizationInvitationResource2022 as OrganizationInvitationResource,
  OrganizationMembershipResource2022 as OrganizationMembershipResource,
  OrganizationResource2022 as OrganizationResource,
} from "@tenantry/js/legacy";
export { useUser } from "./hooks/useUser.ts";
export { TenantryProvider } from "./provider.tsx";

/** The rows of a list without a `limit`. Whether there are more, the list says. */
const LIMIT = 100;

export interface LegacyInvitationListParams extends Omit<LegacyListParams, "role"> {
  readonly status?: InvitationStatus | readonly InvitationStatus[];
}

export interface UseOrganizationParams {
  readonly membershipList?: LegacyListParams;
  readonly invitationList?: LegacyInvitationListParams;
}

export interface UseOrganizationReturn {
  readonly isLoaded: boolean;
  readonly organization: OrganizationResource2022 | null;
  readonly membership: OrganizationMembershipResource2022 | null;
  /** Null until it is there, and if the parameters don't ask for it. */
  readonly membershipList: LegacyList<OrganizationMembershipResource2022> | null;
  /** Null until it is there. Reading it asks for it, as pages of 2022 do. */
  readonly invitationList: LegacyList<OrganizationInvitationResource2022> | null;
}

export function useOrganization(params: UseOrganizationParams = {}): UseOrganizationReturn {
  useTenantryContext("useOrganization");
  const { membershipList: members, invitationList: invited } = params;
  const [isRead, setIsRead] = useState(false);
  const isInvitedAsked = invited !== undefined || isRead;
  const { isLoaded, organization, membership, memberships, invitations } = useOrganizationToday({
    ...(members && { memberships: { ...pageOf(members), ...roleOf(members) } }),
    ...(isInvitedAsked && { invitations: { ...pageOf(invited), ...statusOf(invited) } }),
  });
  const membershipList = useLegacyList(
    organization && members ? memberships : null,
    legacyMembership,
    members?.offset,
  );
  const invitationList = useLegacyList(
    organization && isInvitedAsked ? invitations : null,
    legacyInvitation,
    invited?.offset,
  );
  return useMemo(
    () => ({
      isLoaded,
      organization: organization && legacyOrganization(organization),
      membership: membership && legacyMembership(membership),
      membershipList,
      get invitationList() {
        if (!isInvitedAsked) setIsRead(true);
        return invitationList;
      },
    }),
    [isLoaded, organization, membership, membershipList, invitationList, isInvitedAsked],
  );
}

export interface UseOrganizationListReturn {
  readonly isLoaded: boolean;
  /** It follows what this page and others change. */
  readonly organizationList: LegacyList<{
    readonly organization: OrganizationResource2022;
    readonly membership: OrganizationMembershipResource2022;
  }>;
  readonly createOrganization: LegacyFunctions["createOrganization"];
  readonly setActive: Tenantry["setActive"];
}

export function useOrganizationList(): UseOrganizationListReturn {
  const { tenantry } = useTenantryContext("useOrganizationList");
  const { userMemberships, setActive } = useOrganizationListToday({
    userMemberships: { pageSize: LIMIT },
  });
  const organizationList = useLegacyList(userMemberships, entryOf);
  const { createOrganization } = useMemo(() => legacyFunctions(tenantry), [tenantry]);
  return useMemo(
    () => ({
      isLoaded: organizationList !== null,
      organizationList: organizationList ?? NOTHING,
      createOrganization,
      setActive,
    }),
    [organizationList, createOrganization, setActive],
  );
}

export interface UseOrganizationsReturn extends LegacyFunctions {
  readonly isLoaded: boolean;
}

export function useOrganizations(): UseOrganizationsReturn {
  const { tenantry } = useTenantryContext("useOrganizations");
  const { isLoaded } = useOrganizationToday();
  const functions = useMemo(() => legacyFunctions(tenantry), [tenantry]);
  return useMemo(() => ({ isLoaded, ...functions }), [isLoaded, functions]);
}

const NOTHING = Object.assign([], { hasMore: false });

function entryOf(membership: OrganizationMembershipResource): {
  organization: OrganizationResource2022;
  membership: OrganizationMembershipResource2022;
} {
  const legacy = legacyMembership(membership);
  return { organization: legacy.organization, membership: legacy };
}

/** Pages of 2022 start at any row. The offset goes with the filters, over which a first page sets none. */
function pageOf({ limit = LIMIT, offset = 0 }: LegacyListParams = {}): PagingParams {
  const start = offset > 0 ? { offset } : {};
  return { pageSize: limit, ...start };
}

function roleOf({ role }: LegacyListParams): { role?: readonly string[] } {
  return role === undefined ? {} : { role: role.map(currentRole) };
}

function statusOf({ status }: LegacyInvitationListParams = {}): {
  status?: InvitationStatus | readonly InvitationStatus[];
} {
  return status === undefined ? {} : { status };
}

/** Null until the first answer. */
function useLegacyList<Today, Then>(
  list: PaginatedResources<Today> | null,
  convert: (resource: Today) => Then,
  offset = 0,
): LegacyList<Then> | null {
  const isThere = list !== null && !list.isLoading && !(list.isError && list.data.length === 0);
  const { data, count } = isThere ? list : NOT_THERE;
  return useMemo(
    () => data && Object.assign(data.map(convert), { hasMore: offset + data.length < count }),
    [data, count, offset, convert],
  );
}

const NOT_THERE = { data: null, count: 0 };
