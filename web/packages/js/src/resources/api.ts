import type {
  MembershipFieldsFragment,
  OrganizationFieldsFragment,
  PersonFieldsFragment,
} from "../generated/session.ts";
import type { ListName, OrganizationLeft } from "../types/events.ts";
import type {
  OrganizationMembershipResource,
  OrganizationResource,
} from "../types/organizations.ts";
import type { TypedDocument } from "../types/tenantry.ts";
import type { PublicUserData } from "../types/users.ts";

/** What resources need of the tab's session. */
export interface Api {
  query<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables,
  ): Promise<TData>;
  mutate<TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables,
    options?: { readonly keepUserErrors?: boolean },
  ): Promise<TData>;
  /** The id of the signed-in user. */
  userId(): string | null;
  invalidate(organizationId: string | null, ...lists: ListName[]): void;
  /** Shows new fields of an organization wherever it is shown. */
  showOrganization(data: OrganizationFieldsFragment): void;
  /** Falls back to another organization if the tab's is gone. */
  leave(organizationId: string, reason: OrganizationLeft["reason"]): Promise<void>;
  /** Follows the server, which makes the first organization of a pending session the active one. */
  activatePending(): Promise<void>;
}

export type MembershipRow = MembershipFieldsFragment & { readonly user: PersonFieldsFragment };

/** How rows become resources. The parts know each other by this object only. */
export interface Builders {
  organization(
    data: OrganizationFieldsFragment & { readonly pendingInvitationsCount?: number | null },
  ): OrganizationResource;
  membership(
    data: MembershipRow,
    organization: OrganizationResource,
  ): OrganizationMembershipResource;
}

export function toPublicUserData({ id, ...person }: PersonFieldsFragment): PublicUserData {
  const { firstName, lastName, identifier, imageUrl } = person;
  return { userId: id, firstName, lastName, identifier, imageUrl, hasImage: imageUrl !== null };
}

/** Names of enum values are in lower case in resources. */
export function lower<Name extends string>(name: Name): Lowercase<Name> {
  return name.toLowerCase() as Lowercase<Name>;
}

/** Keeps the functions of each object, so that they stay the same in every snapshot of it. */
export function once<Functions>(make: (id: string) => Functions): (id: string) => Functions {
  const made = new Map<string, Functions>();
  return (id) => {
    const functions = made.get(id) ?? make(id);
    made.set(id, functions);
    return functions;
  };
}
