import type {
  MembershipFieldsFragment,
  OrganizationFieldsFragment,
  PageFieldsFragment,
  PersonFieldsFragment,
} from "../generated/documents.ts";
import { makeError } from "../transport.ts";
import type { ListName, OrganizationLeft } from "../types/events.ts";
import type { ListParams, ResourcePage } from "../types/lists.ts";
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

export function pageArguments({ pageSize = 10, page = 1, offset, after, before }: ListParams): {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string | undefined;
  readonly before?: string;
  readonly offset?: number | undefined;
} {
  if (before !== undefined) return { last: pageSize, before };
  if (after !== undefined) return { first: pageSize, after };
  const skipped = offset ?? (Math.max(1, page) - 1) * pageSize;
  return { first: pageSize, offset: skipped || undefined };
}

export function toPage<Row, Resource>(
  connection: {
    readonly nodes: readonly Row[];
    readonly totalCount: number;
    readonly pageInfo: PageFieldsFragment;
  },
  make: (row: Row) => Resource,
): ResourcePage<Resource> {
  return {
    data: connection.nodes.map(make),
    totalCount: connection.totalCount,
    pageInfo: connection.pageInfo,
  };
}

/** Returns the part of an answer that is null only if the server refuses or finds nothing. */
export function found<Part>(part: Part | null | undefined): Part {
  if (part) return part;
  const message = "The organization doesn't exist, or you aren't a member of it.";
  throw makeError(404, "organization_not_found_or_unauthorized", message);
}

export function toPublicUserData({ id, ...person }: PersonFieldsFragment): PublicUserData {
  const { firstName, lastName, identifier, imageUrl } = person;
  return { userId: id, firstName, lastName, identifier, imageUrl, hasImage: imageUrl !== null };
}

/** Names of enum values are in lower case in resources. */
export function lower<Name extends string>(name: Name): Lowercase<Name> {
  return name.toLowerCase() as Lowercase<Name>;
}

export function upper<Name extends string>(names: readonly Name[]): readonly Uppercase<Name>[] {
  return names.map((name) => name.toUpperCase() as Uppercase<Name>);
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
