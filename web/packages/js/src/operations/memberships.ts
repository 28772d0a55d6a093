import { makeError } from "../foundation/transport.ts";
import * as documents from "../generated/resources.ts";
import type { Api, Builders, MembershipRow } from "../resources/api.ts";
import type { FunctionsOf } from "../resources/builders.ts";
import type { RoleKey } from "../types/authorization.ts";
import type { MembershipListParams, ResourcePage } from "../types/lists.ts";
import type {
  OrganizationMembershipResource,
  OrganizationResource,
} from "../types/organizations.ts";
import { found, pageArguments, toPage } from "./lists.ts";

export function memberFunctions(
  api: Api,
  builders: Builders,
  organizationId: string,
  userId: string,
): FunctionsOf<OrganizationMembershipResource> {
  const { updateMember, removeMember } = changeFunctions(api, builders, organizationId);
  return {
    update: ({ role }) => updateMember({ userId, role }),
    destroy: () => removeMember(userId),
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

function changeFunctions(api: Api, builders: Builders, organizationId: string) {
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
    ...changeFunctions(api, builders, id),
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
