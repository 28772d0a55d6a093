import * as documents from "../generated/resources.ts";
import type { RoleKey } from "../types/authorization.ts";
import type {
  DomainVerification,
  EnrollmentMode,
  OrganizationDomainResource,
  OrganizationMembershipRequestResource,
  OrganizationSuggestionResource,
} from "../types/domains.ts";
import type {
  DomainListParams,
  MembershipRequestListParams,
  ResourcePage,
  SuggestionListParams,
} from "../types/lists.ts";
import type { CreateDomainParams, OrganizationResource } from "../types/organizations.ts";
import { type Api, type Builders, lower, once, toPublicUserData } from "../resources/api.ts";
import { found, pageArguments, toPage, upper } from "./lists.ts";
import { toMembership } from "./memberships.ts";

function domainBuilder(api: Api, organizationId: string) {
  const functions = once((domainId) =>
    ownFunctions(api, { organizationId, domainId }, (row) => build(row)),
  );
  const build = (row: documents.DomainFieldsFragment): OrganizationDomainResource =>
    Object.freeze({
      ...row,
      organizationId,
      enrollmentMode: lower(row.enrollmentMode),
      affiliation: toVerification(row.affiliation),
      ownership: toVerification(row.ownership),
      createdAt: new Date(row.createdAt),
      updatedAt: new Date(row.updatedAt),
      ...functions(row.id),
    });
  return build;
}

type DomainPayload = { readonly domain: documents.DomainFieldsFragment | null } | null;

function ownFunctions(
  api: Api,
  ref: documents.DomainRefInput,
  build: (row: documents.DomainFieldsFragment) => OrganizationDomainResource,
) {
  const settle = async (sent: Promise<{ readonly payload: DomainPayload }>) => {
    const { payload } = await sent;
    api.invalidate(ref.organizationId, "domains");
    return build(found(payload?.domain));
  };
  return {
    prepareAffiliationVerification: (params: { readonly affiliationEmailAddress: string }) =>
      settle(
        api.mutate(documents.PrepareDomainAffiliationDocument, { input: { ...ref, ...params } }),
      ),
    attemptAffiliationVerification: (params: { readonly code: string }) =>
      settle(
        api.mutate(documents.AttemptDomainAffiliationDocument, { input: { ...ref, ...params } }),
      ),
    prepareOwnershipVerification: () =>
      settle(api.mutate(documents.PrepareDomainOwnershipDocument, { input: ref })),
    attemptOwnershipVerification: () =>
      settle(api.mutate(documents.AttemptDomainOwnershipDocument, { input: ref })),
    updateEnrollmentMode: ({
      enrollmentMode,
      deletePending = false,
    }: Parameters<OrganizationDomainResource["updateEnrollmentMode"]>[0]) => {
      const input = { ...ref, enrollmentMode: toMode(enrollmentMode), deletePending };
      return settle(api.mutate(documents.UpdateDomainEnrollmentDocument, { input }));
    },
    delete: async () => {
      await api.mutate(documents.DeleteDomainDocument, { input: ref });
      api.invalidate(ref.organizationId, "domains");
    },
  };
}

function toMode(mode: EnrollmentMode): Uppercase<EnrollmentMode> {
  return mode.toUpperCase() as Uppercase<EnrollmentMode>;
}

function toVerification(
  data: documents.VerificationFieldsFragment | null,
): DomainVerification | null {
  if (!data) return null;
  const { status, strategy, expiresAt, verifiedAt, ...rest } = data;
  return {
    ...rest,
    status: lower(status),
    strategy: lower(strategy),
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    verifiedAt: verifiedAt === null ? null : new Date(verifiedAt),
  };
}

function requestBuilder(api: Api, builders: Builders, organizationId: string) {
  const functions = once((membershipRequestId) => ({
    accept: async ({ role }: { readonly role?: RoleKey | undefined } = {}) => {
      const input = { organizationId, membershipRequestId, role };
      const { payload } = await api.mutate(documents.AcceptMembershipRequestDocument, { input });
      api.invalidate(organizationId, "membershipRequests", "memberships");
      return toMembership(builders, payload?.membership);
    },
    reject: async () => {
      const input = { organizationId, membershipRequestId };
      const { payload } = await api.mutate(documents.RejectMembershipRequestDocument, { input });
      api.invalidate(organizationId, "membershipRequests");
      return build(found(payload?.membershipRequest));
    },
  }));
  const build = (
    row: documents.MembershipRequestFieldsFragment,
  ): OrganizationMembershipRequestResource =>
    Object.freeze({
      id: row.id,
      organizationId,
      publicUserData: toPublicUserData(row.user),
      status: lower(row.status),
      createdAt: new Date(row.createdAt),
      updatedAt: new Date(row.updatedAt),
      ...functions(row.id),
    });
  return build;
}

export function domainFunctions(
  api: Api,
  builders: Builders,
  id: string,
): Pick<OrganizationResource, "getDomains" | "createDomain" | "getMembershipRequests"> {
  const toDomain = domainBuilder(api, id);
  const toRequest = requestBuilder(api, builders, id);
  return {
    getDomains: async ({ enrollmentMode, verified, ...page }: DomainListParams = {}) => {
      const mode = enrollmentMode && toMode(enrollmentMode);
      const variables = { id, ...pageArguments(page), verified, enrollmentMode: mode };
      const data = await api.query(documents.ReadDomainsDocument, variables);
      return toPage(found(data.organization?.domains), toDomain);
    },
    createDomain: async (name: string, { enrollmentMode }: CreateDomainParams = {}) => {
      const mode = enrollmentMode ? { enrollmentMode: toMode(enrollmentMode) } : {};
      const input = { organizationId: id, name, ...mode };
      const { payload } = await api.mutate(documents.CreateDomainDocument, { input });
      api.invalidate(id, "domains");
      return toDomain(found(payload?.domain));
    },
    getMembershipRequests: async ({
      status = ["pending"],
      ...page
    }: MembershipRequestListParams = {}) => {
      const variables = { id, ...pageArguments(page), statuses: upper(status) };
      const data = await api.query(documents.ReadMembershipRequestsDocument, variables);
      return toPage(found(data.organization?.membershipRequests), toRequest);
    },
  };
}

/** Returns how the rows of the user's own suggestions become resources. */
export function suggestionBuilder(
  api: Api,
): (row: documents.SuggestionFieldsFragment) => OrganizationSuggestionResource {
  const functions = once((suggestionId) => ({
    accept: async () => {
      const { payload } = await api.mutate(documents.AcceptSuggestionDocument, {
        input: { suggestionId },
      });
      api.invalidate(null, "userSuggestions");
      return build(found(payload?.suggestion));
    },
  }));
  const build = (row: documents.SuggestionFieldsFragment): OrganizationSuggestionResource =>
    Object.freeze({
      id: row.id,
      publicOrganizationData: row.publicOrganization,
      status: lower(row.status),
      createdAt: new Date(row.createdAt),
      updatedAt: new Date(row.updatedAt),
      ...functions(row.id),
    });
  return build;
}

export async function getUserSuggestions(
  api: Api,
  build: (row: documents.SuggestionFieldsFragment) => OrganizationSuggestionResource,
  { status = ["pending"], ...page }: SuggestionListParams = {},
): Promise<ResourcePage<OrganizationSuggestionResource>> {
  const variables = { ...pageArguments(page), statuses: upper(status) };
  const data = await api.query(documents.ReadUserSuggestionsDocument, variables);
  return toPage(found(data.viewer?.suggestions), build);
}
