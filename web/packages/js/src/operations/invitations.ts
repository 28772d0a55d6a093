import { toApiErrors } from "../foundation/transport.ts";
import * as documents from "../generated/resources.ts";
import { type Api, type Builders, lower, once, toPublicUserData } from "../resources/api.ts";
import type {
  InvitationPreview,
  InviteMemberParams,
  InviteMembersParams,
  InviteMembersResult,
  OrganizationInvitationResource,
  UserOrganizationInvitationResource,
} from "../types/invitations.ts";
import type {
  InvitationListParams,
  ResourcePage,
  UserInvitationListParams,
} from "../types/lists.ts";
import type {
  OrganizationMembershipResource,
  OrganizationResource,
} from "../types/organizations.ts";
import { found, pageArguments, toPage, upper } from "./lists.ts";
import { toMembership } from "./memberships.ts";

type Row = documents.InvitationFieldsFragment;

function toInvitation({ publicOrganization, role, status, ...row }: Row) {
  const { id, emailAddress, inviterName, publicMetadata } = row;
  return {
    id,
    emailAddress,
    inviterName,
    publicMetadata,
    publicOrganizationData: publicOrganization,
    role: role.key,
    roleName: role.name,
    status: lower(status),
    expiresAt: new Date(row.expiresAt),
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
  };
}

function managedInvitationBuilder(api: Api, organizationId: string) {
  const functions = once((invitationId) => {
    const input = { organizationId, invitationId };
    return {
      revoke: async () => {
        const { payload } = await api.mutate(documents.RevokeInvitationDocument, { input });
        api.invalidate(organizationId, "invitations");
        return build(found(payload?.invitation));
      },
      resend: async () => {
        const { payload } = await api.mutate(documents.ResendInvitationDocument, { input });
        api.invalidate(organizationId, "invitations");
        return build(found(payload?.invitation));
      },
    };
  });
  const build = (
    row: documents.ManagedInvitationFieldsFragment,
  ): OrganizationInvitationResource => {
    const { mail, inviter, url, redirectUrl } = row;
    return Object.freeze({
      ...toInvitation(row),
      organizationId,
      url,
      redirectUrl,
      mail: mail && {
        ...mail,
        status: lower(mail.status),
        sentAt: mail.sentAt === null ? null : new Date(mail.sentAt),
      },
      inviter: inviter && toPublicUserData(inviter),
      ...functions(row.id),
    });
  };
  return build;
}

export function invitationFunctions(
  api: Api,
  id: string,
): Pick<OrganizationResource, "getInvitations" | "inviteMember" | "inviteMembers"> {
  const build = managedInvitationBuilder(api, id);
  return {
    getInvitations: async ({
      status = ["pending"],
      query,
      orderBy,
      ...page
    }: InvitationListParams = {}) => {
      const variables = { id, ...pageArguments(page), statuses: upper(status), query, orderBy };
      const data = await api.query(documents.ReadInvitationsDocument, variables);
      return toPage(found(data.organization?.invitations), build);
    },
    inviteMember: async (params: InviteMemberParams) => {
      const input = { organizationId: id, ...params };
      const { payload } = await api.mutate(documents.CreateInvitationDocument, { input });
      api.invalidate(id, "invitations");
      return build(found(payload?.invitation));
    },
    inviteMembers: async (params: InviteMembersParams): Promise<InviteMembersResult> => {
      const { emailAddresses, onError = "reject_all", ...rest } = params;
      const recipients = emailAddresses.map((emailAddress) => ({ emailAddress }));
      const policy = onError === "skip_failed" ? "SKIP_FAILED" : "REJECT_ALL";
      const input = { organizationId: id, recipients, onError: policy, ...rest } as const;
      const options = { keepUserErrors: onError === "skip_failed" };
      const { payload } = await api.mutate(documents.CreateInvitationsDocument, { input }, options);
      api.invalidate(id, "invitations");
      const { invitations, userErrors } = found(payload);
      return { invitations: invitations.map(build), errors: toApiErrors(userErrors) };
    },
  };
}

/** Returns how the rows of the user's own invitations become resources. */
export function userInvitationBuilder(
  api: Api,
  builders: Builders,
): (row: Row) => UserOrganizationInvitationResource {
  const functions = once((invitationId) => ({
    accept: () => acceptInvitation(api, builders, { invitationId }),
    decline: async () => build(await declineInvitation(api, { invitationId })),
  }));
  const build = (row: Row): UserOrganizationInvitationResource =>
    Object.freeze({ ...toInvitation(row), ...functions(row.id) });
  return build;
}

export async function acceptInvitation(
  api: Api,
  builders: Builders,
  input: documents.AcceptInvitationInput,
): Promise<OrganizationMembershipResource> {
  const { payload } = await api.mutate(documents.AcceptInvitationDocument, { input });
  api.invalidate(null, "userInvitations", "userMemberships");
  await api.activatePending();
  return toMembership(builders, payload?.membership);
}

export async function declineInvitation(
  api: Api,
  input: documents.AcceptInvitationInput,
): Promise<Row> {
  const { payload } = await api.mutate(documents.DeclineInvitationDocument, { input });
  api.invalidate(null, "userInvitations");
  return found(payload?.invitation);
}

export async function getUserInvitations(
  api: Api,
  build: (row: Row) => UserOrganizationInvitationResource,
  { status = ["pending"], orderBy, ...page }: UserInvitationListParams = {},
): Promise<ResourcePage<UserOrganizationInvitationResource>> {
  const variables = { ...pageArguments(page), statuses: upper(status), orderBy };
  const data = await api.query(documents.ReadUserInvitationsDocument, variables);
  return toPage(found(data.viewer?.invitations), build);
}

export function toPreview(
  data: documents.ReadInvitationPreviewQuery["invitationByTicket"],
): InvitationPreview | null {
  if (!data) return null;
  const { status, next, expiresAt, ...preview } = data;
  return { ...preview, status: lower(status), next: lower(next), expiresAt: new Date(expiresAt) };
}
