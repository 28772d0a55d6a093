import * as documents from "../generated/resources.ts";
import type { Api, Builders } from "../resources/api.ts";
import type { UserFunctions } from "../resources/users.ts";
import { getUserSuggestions, suggestionBuilder } from "./domains.ts";
import { getUserInvitations, userInvitationBuilder } from "./invitations.ts";
import { found } from "./lists.ts";
import { getUserMemberships } from "./memberships.ts";

export function userFunctions(api: Api, builders: Builders): UserFunctions {
  const toInvitation = userInvitationBuilder(api, builders);
  const toSuggestion = suggestionBuilder(api);
  return {
    getOrganizationMemberships: (params) => getUserMemberships(api, builders, params),
    getOrganizationInvitations: (params) => getUserInvitations(api, toInvitation, params),
    getOrganizationSuggestions: (params) => getUserSuggestions(api, toSuggestion, params),
    getOrganizationCreationDefaults: async () => {
      const data = await api.query(documents.ReadCreationDefaultsDocument, {});
      return found(data.viewer).organizationCreationDefaults;
    },
    leaveOrganization: async (organizationId) => {
      await api.mutate(documents.LeaveOrganizationDocument, { input: { organizationId } });
      api.invalidate(null, "userMemberships");
      await api.leave(organizationId, "left");
    },
  };
}
