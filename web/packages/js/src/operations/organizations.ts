import * as documents from "../generated/resources.ts";
import { toEvent } from "../live/live-event.ts";
import { type Api, type Builders, lower } from "../resources/api.ts";
import type { FunctionsOf } from "../resources/builders.ts";
import type { PermissionResource, RoleResource } from "../types/authorization.ts";
import type { EventPage } from "../types/events.ts";
import type { EventListParams } from "../types/lists.ts";
import type {
  OrganizationBilling,
  OrganizationResource,
  UpdateOrganizationParams,
} from "../types/organizations.ts";
import { apiKeyFunctions } from "./api-keys.ts";
import { domainFunctions } from "./domains.ts";
import { invitationFunctions } from "./invitations.ts";
import { found } from "./lists.ts";
import { encodeLogo } from "./logo.ts";
import { membershipFunctions } from "./memberships.ts";

type Data = Parameters<Builders["organization"]>[0];

export function organizationFunctions(
  api: Api,
  builders: Builders,
  id: string,
): FunctionsOf<OrganizationResource> {
  return {
    ...ownFunctions(api, builders, id),
    ...membershipFunctions(api, builders, id),
    ...invitationFunctions(api, id),
    ...domainFunctions(api, builders, id),
    ...apiKeyFunctions(api, id),
    ...readFunctions(api, id),
  };
}

function ownFunctions(api: Api, { organization }: Builders, id: string) {
  const show = (data: Data | null | undefined): OrganizationResource => {
    api.showOrganization(found(data));
    return organization(found(data));
  };
  return {
    update: async ({ name, slug }: UpdateOrganizationParams) => {
      const input = { organizationId: id, name, slug };
      const { payload } = await api.mutate(documents.UpdateOrganizationDocument, { input });
      return show(payload?.organization);
    },
    setLogo: async ({ file }: { readonly file: Blob | null }) => {
      const input = { organizationId: id, ...(await encodeLogo(file)) };
      const { payload } = await api.mutate(documents.SetOrganizationLogoDocument, { input });
      return show(payload?.organization);
    },
    destroy: async () => {
      await api.mutate(documents.DeleteOrganizationDocument, { input: { organizationId: id } });
      api.invalidate(null, "userMemberships");
      await api.leave(id, "deleted");
    },
    leave: async () => {
      await api.mutate(documents.LeaveOrganizationDocument, { input: { organizationId: id } });
      api.invalidate(null, "userMemberships");
      await api.leave(id, "left");
    },
    reload: async () => {
      const data = await api.query(documents.ReadOrganizationDocument, { by: { id } });
      return show(data.organization);
    },
  };
}

function readFunctions(api: Api, id: string) {
  return {
    getRoles: async (): Promise<readonly RoleResource[]> => {
      const data = await api.query(documents.ReadRolesDocument, { id });
      const { roles, grantableRoles } = found(data.organization);
      const grantable = new Set(grantableRoles.map((role) => role.id));
      return roles.map((role) => toRole(role, grantable.has(role.id)));
    },
    getPermissions: async (): Promise<readonly PermissionResource[]> => {
      const { permissions } = await api.query(documents.ReadPermissionsDocument, {});
      return found(permissions).map((row) => ({ ...row, type: lower(row.type) }));
    },
    getEvents: async ({
      pageSize = 20,
      after,
      types,
    }: EventListParams = {}): Promise<EventPage> => {
      const variables = { id, first: pageSize, after, types };
      const data = await api.query(documents.ReadEventsDocument, variables);
      const { nodes, pageInfo } = found(data.organization?.events);
      return { data: nodes.map(toEvent), pageInfo };
    },
    getBilling: async (): Promise<OrganizationBilling> => {
      const data = await api.query(documents.ReadBillingDocument, { id });
      const { subscription, ...billing } = found(data.organization);
      if (!subscription) return { ...billing, subscription: null };
      const { status, periodEndsAt } = subscription;
      const ends = periodEndsAt === null ? null : new Date(periodEndsAt);
      return { ...billing, subscription: { status: lower(status), periodEndsAt: ends } };
    },
  };
}

export function toRole(
  role: Omit<RoleResource, "permissions" | "isGrantable"> & {
    readonly permissions: readonly { readonly key: string }[];
  },
  isGrantable: boolean,
): RoleResource {
  return { ...role, permissions: role.permissions.map(({ key }) => key), isGrantable };
}
