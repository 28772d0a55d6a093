/** The shapes of 2022, over the resources of today. Nothing here keeps state of its own. */
import type {
  CreateOrganizationParams,
  InviteMemberParams,
  ListParams,
  MembershipListParams,
  OrganizationInvitationResource,
  OrganizationMembershipResource,
  OrganizationResource,
  PublicUserData,
  ResourcePage,
  RoleKey,
  Tenantry,
  UpdateOrganizationParams,
} from "./index.ts";

/** `admin`, `basic_member`, or the key of a custom role without its prefix. */
export type MembershipRole = string;

export interface LegacyListParams {
  /** The number of rows, from 1 to 100. Defaults to 100. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly role?: readonly MembershipRole[] | undefined;
}

/** An array that also says whether there are rows behind its last one. */
export type LegacyList<T> = readonly T[] & { readonly hasMore: boolean };

export interface OrganizationMembershipResource2022 {
  readonly id: string;
  readonly role: MembershipRole;
  readonly userId: string;
  readonly identifier: string;
  readonly publicUserData: PublicUserData;
  readonly organization: OrganizationResource2022;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly update: (params: {
    readonly role: MembershipRole;
  }) => Promise<OrganizationMembershipResource2022>;
  readonly destroy: () => Promise<OrganizationMembershipResource2022>;
}

export interface OrganizationInvitationResource2022 {
  readonly id: string;
  readonly emailAddress: string;
  readonly organizationId: string;
  readonly role: MembershipRole;
  readonly status: OrganizationInvitationResource["status"];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly revoke: () => Promise<OrganizationInvitationResource2022>;
}

export interface OrganizationResource2022 {
  readonly id: string;
  readonly name: string;
  readonly slug: string | null;
  readonly imageUrl: string;
  readonly logoUrl: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly update: (params: UpdateOrganizationParams) => Promise<OrganizationResource2022>;
  readonly inviteMember: (
    params: Omit<InviteMemberParams, "role"> & { readonly role?: MembershipRole },
  ) => Promise<OrganizationInvitationResource2022>;
  readonly updateMember: (params: {
    readonly userId: string;
    readonly role: MembershipRole;
  }) => Promise<OrganizationMembershipResource2022>;
  readonly removeMember: (userId: string) => Promise<OrganizationMembershipResource2022>;
  readonly getMembers: (
    params?: LegacyListParams,
  ) => Promise<LegacyList<OrganizationMembershipResource2022>>;
  readonly getMemberships: (
    params?: LegacyListParams,
  ) => Promise<LegacyList<OrganizationMembershipResource2022>>;
  readonly getPendingInvitations: (
    params?: LegacyListParams,
  ) => Promise<LegacyList<OrganizationInvitationResource2022>>;
}

export interface LegacyFunctions {
  readonly createOrganization: (
    params: CreateOrganizationParams,
  ) => Promise<OrganizationResource2022>;
  readonly getOrganization: (id: string) => Promise<OrganizationResource2022>;
  readonly getOrganizationMemberships: (
    params?: LegacyListParams,
  ) => Promise<LegacyList<OrganizationMembershipResource2022>>;
}

const PAGE = 100;

/** `org:admin` is `admin`, `org:member` is `basic_member`, and `org:editor` is `editor`. */
export function legacyRole(role: RoleKey): MembershipRole {
  return role === "org:member" ? "basic_member" : role.replace(/^org:/, "");
}

/** Takes the names of both years. */
export function currentRole(role: MembershipRole): RoleKey {
  const name = role === "basic_member" ? "member" : role;
  return (name.startsWith("org:") ? name : `org:${name}`) as RoleKey;
}

/** Keeps one object of 2022 for each resource of today, so that lists keep their identity. */
function remember<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

export const legacyOrganization: (organization: OrganizationResource) => OrganizationResource2022 =
  remember((organization) => {
    const getMembers = async (params: LegacyListParams = {}) =>
      legacyList(await organization.getMemberships(membershipParams(params)), legacyMembership);
    return Object.freeze({
      ...organization,
      logoUrl: organization.imageUrl,
      update: async (params: UpdateOrganizationParams) =>
        legacyOrganization(await organization.update(params)),
      inviteMember: async ({
        role,
        ...params
      }: Parameters<OrganizationResource2022["inviteMember"]>[0]) =>
        legacyInvitation(
          await organization.inviteMember(role ? { ...params, role: currentRole(role) } : params),
        ),
      updateMember: async ({ userId, role }: { userId: string; role: MembershipRole }) =>
        legacyMembership(await organization.updateMember({ userId, role: currentRole(role) })),
      removeMember: async (userId: string) =>
        legacyMembership(await organization.removeMember(userId)),
      getMembers,
      getMemberships: getMembers,
      getPendingInvitations: async (params: LegacyListParams = {}) =>
        legacyList(await organization.getInvitations(pageParams(params)), legacyInvitation),
    });
  });

export const legacyMembership: (
  membership: OrganizationMembershipResource,
) => OrganizationMembershipResource2022 = remember((membership) =>
  Object.freeze({
    ...membership,
    role: legacyRole(membership.role),
    userId: membership.publicUserData.userId,
    identifier: membership.publicUserData.identifier,
    organization: legacyOrganization(membership.organization),
    update: async ({ role }: { role: MembershipRole }) =>
      legacyMembership(await membership.update({ role: currentRole(role) })),
    destroy: async () => legacyMembership(await membership.destroy()),
  }),
);

export const legacyInvitation: (
  invitation: OrganizationInvitationResource,
) => OrganizationInvitationResource2022 = remember((invitation) =>
  Object.freeze({
    ...invitation,
    role: legacyRole(invitation.role),
    revoke: async () => legacyInvitation(await invitation.revoke()),
  }),
);

/** What `window.Clerk` had in 2022 beside the members that `Tenantry` has under the same names. */
export function legacyFunctions(tenantry: Tenantry): LegacyFunctions {
  return {
    createOrganization: async (params) =>
      legacyOrganization(await tenantry.createOrganization(params)),
    getOrganization: async (id) => legacyOrganization(await tenantry.getOrganization(id)),
    getOrganizationMemberships: async (params = {}) =>
      legacyList(
        await tenantry.getOrganizationMemberships(membershipParams(params)),
        legacyMembership,
      ),
  };
}

function membershipParams({ role, ...params }: LegacyListParams): MembershipListParams {
  return { ...pageParams(params), role: role?.map(currentRole) };
}

function pageParams({ limit = PAGE, offset }: LegacyListParams): ListParams {
  return { pageSize: limit, offset };
}

function legacyList<Today, Then>(
  page: ResourcePage<Today>,
  convert: (resource: Today) => Then,
): LegacyList<Then> {
  const { hasNextPage: hasMore } = page.pageInfo;
  return Object.assign(page.data.map(convert), { hasMore });
}
