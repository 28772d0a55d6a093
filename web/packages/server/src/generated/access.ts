/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from "../client/send.ts";
/** The organization to return. Set exactly one of the fields. */
export type OrganizationBy =
  {   /** The organization's ID in another system. Requires a secret key. */
  readonly externalId: string; readonly id?: never; readonly slug?: never; }
  |  { readonly externalId?: never;   /** ID of the organization to return. */
  readonly id: string; readonly slug?: never; }
  |  { readonly externalId?: never; readonly id?: never;   /** The slug of the organization to return. */
  readonly slug: string; };

export type AccessQueryVariables = Exact<{
  by: OrganizationBy;
  userId: string;
}>;


export type AccessQuery = { readonly organization: { readonly id: string, readonly slug: string | null, readonly name: string, readonly imageUrl: string, readonly plan: { readonly key: string } | null, readonly features: ReadonlyArray<{ readonly key: string }>, readonly membership: { readonly permissions: ReadonlyArray<string>, readonly role: { readonly key: string } } | null } | null };

export const AccessDocument: TypedDocument<AccessQuery, AccessQueryVariables> =
  "query Access($by:OrganizationBy!$userId:ID!){organization(by:$by){id slug name imageUrl plan{key}features{key}membership(userId:$userId){role{key}permissions}}}";