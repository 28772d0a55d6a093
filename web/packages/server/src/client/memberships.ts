/** The methods of `client.organizations` for memberships. */

import {
  CreateOrganizationMembershipDocument,
  DeleteOrganizationMembershipDocument,
  GetOrganizationMembershipListDocument,
  type MembershipOrderField,
  UpdateOrganizationMembershipDocument,
  UpdateOrganizationMembershipMetadataDocument,
} from "../generated/client.ts";
import { found, given, type PageParams, succeeded, toPage } from "./calls.ts";
import { toOrder } from "./organizations.ts";
import {
  type Metadata,
  type OrganizationMembership,
  type Page,
  toMembership,
} from "./resources.ts";
import type { Send } from "./send.ts";

export interface MembershipRef {
  organizationId: string;
  userId: string;
}

export interface MembershipListParams extends PageParams {
  organizationId: string;
  query?: string | undefined;
  /** Such as `org:admin`. */
  role?: string[] | undefined;
  /** `-` in front sorts in descending order. */
  orderBy?:
    | `${"" | "+" | "-"}${"created_at" | "email_address" | "first_name" | "last_name"}`
    | undefined;
}

export interface MembershipMethods {
  /** Adds a user without their consent. */
  createOrganizationMembership(
    params: MembershipRef & { role?: string | undefined },
  ): Promise<OrganizationMembership>;
  getOrganizationMembershipList(
    params: MembershipListParams,
  ): Promise<Page<OrganizationMembership>>;
  updateOrganizationMembership(
    params: MembershipRef & { role: string },
  ): Promise<OrganizationMembership>;
  /** Merges the metadata into what is stored. */
  updateOrganizationMembershipMetadata(
    params: MembershipRef & {
      publicMetadata?: Metadata | undefined;
      privateMetadata?: Metadata | undefined;
    },
  ): Promise<OrganizationMembership>;
  deleteOrganizationMembership(params: MembershipRef): Promise<OrganizationMembership>;
}

export function membershipMethods(send: Send): MembershipMethods {
  return {
    async createOrganizationMembership(params) {
      const { result } = await send(CreateOrganizationMembershipDocument, { input: given(params) });
      return toMembership(found(succeeded(result).membership, "membership"));
    },
    async getOrganizationMembershipList({
      organizationId,
      limit,
      after,
      offset,
      query,
      role,
      orderBy,
    }) {
      const { organization } = await send(GetOrganizationMembershipListDocument, {
        ...{ by: { id: organizationId }, first: limit, after, offset, query, roles: role },
        orderBy: orderBy && toOrder<MembershipOrderField>(orderBy),
      });
      return toPage(organization?.memberships, toMembership);
    },
    async updateOrganizationMembership(input) {
      const { result } = await send(UpdateOrganizationMembershipDocument, { input });
      return toMembership(found(succeeded(result).membership, "membership"));
    },
    async updateOrganizationMembershipMetadata(params) {
      const input = { ...given(params), mode: "MERGE" as const };
      const { result } = await send(UpdateOrganizationMembershipMetadataDocument, { input });
      return toMembership(found(succeeded(result).membership, "membership"));
    },
    async deleteOrganizationMembership({ organizationId, userId }) {
      const input = { organizationId, userId };
      const { result } = await send(DeleteOrganizationMembershipDocument, { input });
      return toMembership(found(succeeded(result).membership, "membership"));
    },
  };
}
