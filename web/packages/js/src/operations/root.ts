import * as documents from "../generated/resources.ts";
import type { Api, Builders } from "../resources/api.ts";
import type { Session } from "../session/session.ts";
import type { Tenantry } from "../types/tenantry.ts";
import {
  acceptInvitation,
  declineInvitation,
  toPreview,
  userInvitationBuilder,
} from "./invitations.ts";
import { found } from "./lists.ts";
import { getUserMemberships } from "./memberships.ts";
import { toRole } from "./organizations.ts";

export type RootFunctions = Pick<
  Tenantry,
  | "createOrganization"
  | "getOrganization"
  | "getOrganizationMemberships"
  | "getSlugAvailability"
  | "checkPermission"
  | "getInvitationPreview"
  | "acceptInvitation"
  | "declineInvitation"
>;

/** The functions of the `Tenantry` object itself. */
export function rootFunctions(api: Api, builders: Builders, session: Session): RootFunctions {
  const toInvitation = userInvitationBuilder(api, builders);
  return {
    createOrganization: async ({ name, slug }) => {
      const { payload } = await api.mutate(documents.CreateOrganizationDocument, {
        input: { name, slug },
      });
      api.invalidate(null, "userMemberships");
      await api.activatePending();
      return builders.organization(found(payload?.organization));
    },
    getOrganization: async (idOrSlug) => {
      const by = idOrSlug.includes("_") ? { id: idOrSlug } : { slug: idOrSlug };
      const { organization } = await api.query(documents.ReadOrganizationDocument, { by });
      return builders.organization(found(organization));
    },
    getOrganizationMemberships: (params) => getUserMemberships(api, builders, params),
    getSlugAvailability: async (params) => {
      const data = await api.query(documents.ReadSlugAvailabilityDocument, params);
      return found(data.slugAvailability);
    },
    checkPermission: async ({ permission, organizationId = session.organizationId }) => {
      if (!organizationId) {
        return { allowed: false, reason: "NOT_A_MEMBER", permission, role: null };
      }
      const data = await api.query(documents.CheckPermissionDocument, {
        organizationId,
        permission,
      });
      const { role, ...decision } = found(data.checkPermission);
      return { ...decision, role: role && toRole(role, false) };
    },
    getInvitationPreview: async (ticket) => {
      const data = await api.query(documents.ReadInvitationPreviewDocument, { ticket });
      return toPreview(data.invitationByTicket);
    },
    acceptInvitation: ({ ticket }) => acceptInvitation(api, builders, { ticket }),
    declineInvitation: async ({ ticket }) => toInvitation(await declineInvitation(api, { ticket })),
  };
}
