import type { QueryClient, QueryKey } from "@tanstack/query-core";
import type {
  ApiKeyListParams,
  ApiKeyResource,
  DomainListParams,
  InvitationListParams,
  ListParams,
  MembershipListParams,
  MembershipRequestListParams,
  OrganizationDomainResource,
  OrganizationInvitationResource,
  OrganizationMembershipRequestResource,
  OrganizationMembershipResource,
  OrganizationResource,
  OrganizationSuggestionResource,
  ResourcePage,
  SuggestionListParams,
  UserInvitationListParams,
  UserOrganizationInvitationResource,
  UserResource,
} from "@tenantry/js";
import { mutateRow } from "./changes.ts";
import type { ListSource } from "./pages.ts";
import type { Row } from "./rows.ts";

type OneOrMany<T> = T extends readonly (infer Value)[] ? Value | readonly Value[] : T;

type WithoutPage<Params> = Omit<Params, keyof ListParams>;

/** Which rows a list holds. Where it can be one of several values, one can also stand alone. */
export type Filters<Params> = {
  [Name in keyof WithoutPage<Params>]: OneOrMany<WithoutPage<Params>[Name]>;
};

/** Whose list it is. Every key holds both, so that no row is shown under another user or organization. */
interface UserOwner {
  readonly cache: QueryClient;
  readonly user: UserResource;
  /** Whether changes arrive as events. */
  readonly isLive: boolean;
}

export interface OrganizationOwner extends UserOwner {
  readonly organization: OrganizationResource;
}

export function memberships(
  owner: OrganizationOwner,
  filters: Filters<MembershipListParams>,
): ListSource<OrganizationMembershipResource> {
  const { cache, user, organization } = owner;
  const key = ["memberships", user.id, organization.id];
  const mutable = (row: OrganizationMembershipResource): OrganizationMembershipResource => ({
    ...row,
    update: (params) =>
      mutateRow<OrganizationMembershipResource, OrganizationMembershipResource>(cache, key, {
        id: row.id,
        change: (shown) => ({ ...shown, role: params.role }),
        send: async () => mutable(await row.update(params)),
        settle: (answer) => answer,
      }),
    destroy: () => removeRow(cache, key, row, row.destroy),
  });
  return list(owner, key, filters, (params) => organization.getMemberships(params), mutable);
}

export function invitations(
  owner: OrganizationOwner,
  filters: Filters<InvitationListParams>,
): ListSource<OrganizationInvitationResource> {
  const { cache, user, organization } = owner;
  const key = ["invitations", user.id, organization.id];
  return list(
    owner,
    key,
    filters,
    (params) => organization.getInvitations(params),
    (row) => ({
      ...row,
      revoke: () => removeRow(cache, key, row, row.revoke),
    }),
  );
}

export function membershipRequests(
  owner: OrganizationOwner,
  filters: Filters<MembershipRequestListParams>,
): ListSource<OrganizationMembershipRequestResource> {
  const { cache, user, organization } = owner;
  const key = ["membershipRequests", user.id, organization.id];
  return list(
    owner,
    key,
    filters,
    (params) => organization.getMembershipRequests(params),
    (row) => ({
      ...row,
      accept: (params) => removeRow(cache, key, row, () => row.accept(params)),
      reject: () => removeRow(cache, key, row, row.reject),
    }),
  );
}

export function domains(
  owner: OrganizationOwner,
  filters: Filters<DomainListParams>,
): ListSource<OrganizationDomainResource> {
  const { cache, user, organization } = owner;
  const key = ["domains", user.id, organization.id];
  return list(
    owner,
    key,
    filters,
    (params) => organization.getDomains(params),
    (row) => ({
      ...row,
      delete: () => removeRow(cache, key, row, row.delete),
    }),
  );
}

export function apiKeys(
  owner: OrganizationOwner,
  filters: Filters<ApiKeyListParams>,
): ListSource<ApiKeyResource> {
  const { cache, user, organization } = owner;
  const key = ["apiKeys", user.id, organization.id];
  return list(
    owner,
    key,
    filters,
    (params) => organization.getApiKeys(params),
    (row) => ({
      ...row,
      revoke: (params) => removeRow(cache, key, row, () => row.revoke(params)),
    }),
  );
}

export function userMemberships(
  owner: UserOwner,
  filters: Filters<MembershipListParams>,
): ListSource<OrganizationMembershipResource> {
  const { user } = owner;
  const key = ["userMemberships", user.id, null];
  return list(
    owner,
    key,
    filters,
    (params) => user.getOrganizationMemberships(params),
    (row) => row,
  );
}

export function userInvitations(
  owner: UserOwner,
  filters: Filters<UserInvitationListParams>,
): ListSource<UserOrganizationInvitationResource> {
  const { cache, user } = owner;
  const key = ["userInvitations", user.id, null];
  return list(
    owner,
    key,
    filters,
    (params) => user.getOrganizationInvitations(params),
    (row) => ({
      ...row,
      decline: () => removeRow(cache, key, row, row.decline),
    }),
  );
}

export function userSuggestions(
  owner: UserOwner,
  filters: Filters<SuggestionListParams>,
): ListSource<OrganizationSuggestionResource> {
  const { user } = owner;
  const key = ["userSuggestions", user.id, null];
  return list(
    owner,
    key,
    filters,
    (params) => user.getOrganizationSuggestions(params),
    (row) => row,
  );
}

/** The rows as they come from the server, with methods that the page shows at once. */
function list<T extends Row, Params extends ListParams>(
  { isLive }: UserOwner,
  key: QueryKey,
  filters: Filters<Params>,
  load: (params: WithoutPage<Params> & ListParams) => Promise<ResourcePage<T>>,
  mutable: (row: T) => T,
): ListSource<T> {
  return {
    key: [...key, filters],
    isLive,
    load: async (params) => {
      const page = await load({ ...several(filters), ...params });
      return { ...page, data: page.data.map((row) => Object.freeze(mutable(row))) };
    },
  };
}

function removeRow<T extends Row, Answer>(
  cache: QueryClient,
  key: QueryKey,
  { id }: T,
  send: () => Promise<Answer>,
): Promise<Answer> {
  return mutateRow<T, Answer>(cache, key, { id, change: () => null, send });
}

function several<Params>(filters: Filters<Params>): WithoutPage<Params> {
  const entries = Object.entries(filters).map(([name, value]) => [
    name,
    (name === "status" || name === "role") && typeof value === "string" ? [value] : value,
  ]);
  return Object.fromEntries(entries);
}
