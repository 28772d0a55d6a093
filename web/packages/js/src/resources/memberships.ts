import * as documents from "../generated/documents.ts";
import { makeError } from "../transport.ts";
import type { RoleKey } from "../types/authorization.ts";
import type { MembershipListParams, ResourcePage } from "../types/lists.ts";
import type {
  OrganizationMembershipResource,
  OrganizationResource,
} from "../types/organizations.ts";
import {
  type Api,
  type Builders,
  found,
  type MembershipRow,
  once,
  pageArguments,
  toPage,
  toPublicUserData,
} from "./api.ts";

export function membershipBuilder(api: Api, builders: Builders): Builders["membership"] {
  const functions = once((key) => {
    const [organizationId = "", userId = ""] = key.split("/");
    const change = memberFunctions(api, builders, organizationId);
    return {
      update: ({ role }: { readonly role: RoleKey }) => change.updateMember({ userId, role }),
      destroy: () => change.removeMember(userId),
    };
  });
  return ({ role, user, createdAt, updatedAt, ...data }, organization) => {
    const { id, permissions, publicMetadata } = data;
    return Object.freeze({
      id,
      role: role.key,
      roleName: role.name,
      permissions,
      publicMetadata,
      publicUserData: toPublicUserData(user),
      organization,
      createdAt: new Date(createdAt),
      updatedAt: new Date(updatedAt),
      ...functions(`${organization.id}/${user.id}`),
    });
  };
}

type WithOrganization = MembershipRow & {
  readonly organization: documents.OrganizationFieldsFragment;
};

/** Makes the membership of a row that names its organization too. */
export function toMembership(
  { organization, membership }: Builders,
  row: WithOrganization | null | undefined,
): OrganizationMembershipResource {
  const data = found(row);
  return membership(data, organization(data.organization));
}

function memberFunctions(api: Api, builders: Builders, organizationId: string) {
  return {
    updateMember: async ({ userId, role }: { readonly userId: string; readonly role: RoleKey }) => {
      const input = { organizationId, userId, role };
      const { payload } = await api.mutate(documents.UpdateMembershipDocument, { input });
      api.invalidate(organizationId, "memberships");
      return toMembership(builders, payload?.membership);
    },
    removeMember: async (userId: string) => {
      const input = { organizationId, userId };
      const { payload } = await api.mutate(documents.RemoveMembershipDocument, { input });
      api.invalidate(organizationId, "memberships");
      if (userId === api.userId()) {
        api.invalidate(null, "userMemberships");
        await api.leave(organizationId, "left");
      }
      return toMembership(builders, payload?.membership);
    },
  };
}

export function membershipFunctions(
  api: Api,
  builders: Builders,
  id: string,
): Pick<OrganizationResource, "updateMember" | "removeMember" | "addMember" | "getMemberships"> {
  return {
    ...memberFunctions(api, builders, id),
    addMember: async () => {
      const message =
        "Only a service with a secret key can add members directly. Invite them instead.";
      throw makeError(403, "secret_key_required", message);
    },
    getMemberships: async ({ role, query, orderBy, ...page }: MembershipListParams = {}) => {
      const variables = { id, ...pageArguments(page), roles: role, query, orderBy };
      const data = await api.query(documents.ReadMembershipsDocument, variables);
      const { memberships, ...organization } = found(data.organization);
      const resource = builders.organization(organization);
      return toPage(found(memberships), (row) => builders.membership(row, resource));
    },
  };
}

export async function getUserMemberships(
  api: Api,
  builders: Builders,
  { role, query, orderBy, ...page }: MembershipListParams = {},
): Promise<ResourcePage<OrganizationMembershipResource>> {
  const variables = { ...pageArguments(page), roles: role, query, orderBy };
  const data = await api.query(documents.ReadUserMembershipsDocument, variables);
  return toPage(found(data.viewer?.memberships), (row) => toMembership(builders, row));
}
