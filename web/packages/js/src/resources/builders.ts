import type {
  OrganizationMembershipResource,
  OrganizationResource,
} from "../types/organizations.ts";
import { type Api, type Builders, once, toPublicUserData } from "./api.ts";
import { loadOperations, remote } from "./remote.ts";

/** The functions of an object: all that isn't data. */
export type FunctionsOf<T> = {
  [Name in keyof T as T[Name] extends (...args: never[]) => unknown ? Name : never]: T[Name];
};

export function makeBuilders(api: Api): Builders {
  const organizationFunctions = once((id) =>
    remote<FunctionsOf<OrganizationResource>>(
      async () => (await loadOperations()).organizationFunctions(api, builders, id),
      {
        update: 0,
        setLogo: 0,
        destroy: 0,
        reload: 0,
        getMemberships: 0,
        updateMember: 0,
        removeMember: 0,
        addMember: 0,
        leave: 0,
        getInvitations: 0,
        inviteMember: 0,
        inviteMembers: 0,
        getRoles: 0,
        getPermissions: 0,
        getDomains: 0,
        createDomain: 0,
        getMembershipRequests: 0,
        getApiKeys: 0,
        createApiKey: 0,
        getEvents: 0,
        getBilling: 0,
      },
    ),
  );
  const memberFunctions = once((key) => {
    const [organizationId = "", userId = ""] = key.split("/");
    return remote<FunctionsOf<OrganizationMembershipResource>>(
      async () => (await loadOperations()).memberFunctions(api, builders, organizationId, userId),
      { update: 0, destroy: 0 },
    );
  });
  const builders: Builders = {
    organization: ({ createdAt, updatedAt, pendingInvitationsCount = null, ...data }) =>
      Object.freeze({
        ...data,
        pendingInvitationsCount,
        createdAt: new Date(createdAt),
        updatedAt: new Date(updatedAt),
        ...organizationFunctions(data.id),
      }),
    membership: ({ id, role, user, permissions, publicMetadata, ...data }, organization) =>
      Object.freeze({
        id,
        role: role.key,
        roleName: role.name,
        permissions,
        publicMetadata,
        publicUserData: toPublicUserData(user),
        organization,
        createdAt: new Date(data.createdAt),
        updatedAt: new Date(data.updatedAt),
        ...memberFunctions(`${organization.id}/${user.id}`),
      }),
  };
  return builders;
}
