/** The methods of `client.organizations` for invitations. */

import { TenantryError } from "../errors.ts";
import {
  CreateOrganizationInvitationBulkDocument,
  CreateOrganizationInvitationDocument,
  type InvitationStatus as EnumStatus,
  GetOrganizationInvitationListDocument,
  RevokeOrganizationInvitationDocument,
} from "../generated/client.ts";
import { found, given, type PageParams, succeeded, toPage } from "./calls.ts";
import {
  type InvitationStatus,
  type Metadata,
  type OrganizationInvitation,
  type Page,
  toInvitation,
} from "./resources.ts";
import type { Send } from "./send.ts";

export interface InvitationParams {
  emailAddress: string;
  /** Such as `org:member`. Defaults to the default role. */
  role?: string | undefined;
  /** ID of the member who appears as the inviter. */
  inviterUserId?: string | undefined;
  /** The page of your application that the link leads to. */
  redirectUrl?: string | undefined;
  expiresInDays?: number | undefined;
  /** Whether to send an email. */
  notify?: boolean | undefined;
  publicMetadata?: Metadata | undefined;
  privateMetadata?: Metadata | undefined;
}

export interface InvitationListParams extends PageParams {
  organizationId: string;
  status?: InvitationStatus[] | undefined;
  query?: string | undefined;
}

export interface InvitationMethods {
  createOrganizationInvitation(
    params: InvitationParams & { organizationId: string },
  ): Promise<OrganizationInvitation>;
  /** All or none. Inviter, page, and expiry must be the same for all. */
  createOrganizationInvitationBulk(
    organizationId: string,
    params: InvitationParams[],
  ): Promise<OrganizationInvitation[]>;
  getOrganizationInvitationList(
    params: InvitationListParams,
  ): Promise<Page<OrganizationInvitation>>;
  revokeOrganizationInvitation(params: {
    organizationId: string;
    invitationId: string;
  }): Promise<OrganizationInvitation>;
}

export function invitationMethods(send: Send): InvitationMethods {
  return {
    async createOrganizationInvitation(params) {
      const { result } = await send(CreateOrganizationInvitationDocument, { input: given(params) });
      return toInvitation(found(succeeded(result).invitation, "invitation"));
    },
    async createOrganizationInvitationBulk(organizationId, params) {
      const recipients = params.map(({ emailAddress, role, publicMetadata, privateMetadata }) =>
        given({ emailAddress, role, publicMetadata, privateMetadata }),
      );
      const input = { organizationId, recipients, ...readShared(params) };
      const { result } = await send(CreateOrganizationInvitationBulkDocument, { input });
      return succeeded(result).invitations.map(toInvitation);
    },
    async getOrganizationInvitationList({ organizationId, limit, after, offset, query, status }) {
      const statuses = status?.map((one) => one.toUpperCase() as EnumStatus);
      const variables = {
        by: { id: organizationId },
        first: limit,
        after,
        offset,
        query,
        statuses,
      };
      const { organization } = await send(GetOrganizationInvitationListDocument, variables);
      return toPage(organization?.invitations, toInvitation);
    },
    async revokeOrganizationInvitation({ organizationId, invitationId }) {
      const input = { organizationId, invitationId };
      const { result } = await send(RevokeOrganizationInvitationDocument, { input });
      return toInvitation(found(succeeded(result).invitation, "invitation"));
    },
  };
}

/** What the server takes once for all invitations of a call. */
function readShared(params: InvitationParams[]) {
  const shared = params.map(({ inviterUserId, redirectUrl, expiresInDays, notify }) =>
    given({ inviterUserId, redirectUrl, expiresInDays, notify }),
  );
  const different = new Set(shared.map((one) => JSON.stringify(one))).size > 1;
  if (!different) return shared[0] ?? {};
  const message =
    "inviterUserId, redirectUrl, expiresInDays, and notify must be the same for all invitations. Send several calls.";
  throw new TenantryError(422, [{ code: "form_param_value_invalid", message, meta: {} }]);
}
