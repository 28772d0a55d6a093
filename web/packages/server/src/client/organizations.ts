/** `client.organizations` */

import {
  CreateOrganizationDocument,
  DeleteOrganizationDocument,
  GetOrganizationDocument,
  GetOrganizationListDocument,
  type OrganizationOrderField,
  UpdateOrganizationDocument,
  UpdateOrganizationMetadataDocument,
} from "../generated/client.ts";
import { found, given, type PageParams, succeeded, toPage } from "./calls.ts";
import { type Metadata, type Organization, type Page, toOrganization } from "./resources.ts";
import type { Send } from "./send.ts";

export type OrganizationRef = { organizationId: string } | { slug: string };

interface MetadataParams {
  publicMetadata?: Metadata | undefined;
  privateMetadata?: Metadata | undefined;
}

export interface CreateOrganizationParams extends MetadataParams {
  name: string;
  slug?: string | undefined;
  /** ID of the user who becomes the first member. */
  createdBy?: string | undefined;
  /** 0 is unlimited. */
  maxAllowedMemberships?: number | undefined;
}

export interface UpdateOrganizationParams extends MetadataParams {
  name?: string | undefined;
  slug?: string | undefined;
  imageUrl?: string | null | undefined;
  maxAllowedMemberships?: number | undefined;
  adminDeleteEnabled?: boolean | undefined;
}

export interface OrganizationListParams extends PageParams {
  query?: string | undefined;
  /** Only organizations that at least one of these users is a member of. */
  userId?: string[] | undefined;
  /** `-` in front sorts in descending order. */
  orderBy?: `${"" | "+" | "-"}${"name" | "created_at" | "members_count"}` | undefined;
}

export interface OrganizationMethods {
  createOrganization(params: CreateOrganizationParams): Promise<Organization>;
  getOrganization(params: OrganizationRef): Promise<Organization>;
  getOrganizationList(params?: OrganizationListParams): Promise<Page<Organization>>;
  /**
   * Metadata that is given replaces what is stored, in a second request: if that is refused, the profile has changed
   * already.
   */
  updateOrganization(
    organizationId: string,
    params: UpdateOrganizationParams,
  ): Promise<Organization>;
  /** Merges the metadata into what is stored. */
  updateOrganizationMetadata(organizationId: string, params: MetadataParams): Promise<Organization>;
  replaceOrganizationMetadata(
    organizationId: string,
    params: MetadataParams,
  ): Promise<Organization>;
  deleteOrganization(organizationId: string): Promise<{ id: string; deleted: true }>;
}

export function organizationMethods(send: Send): OrganizationMethods {
  const changeMetadata = async (
    organizationId: string,
    mode: "MERGE" | "REPLACE",
    { publicMetadata, privateMetadata }: MetadataParams,
  ) => {
    const input = given({ organizationId, mode, publicMetadata, privateMetadata });
    const { result } = await send(UpdateOrganizationMetadataDocument, { input });
    return toOrganization(found(succeeded(result).organization, "organization"));
  };

  return {
    async createOrganization(params) {
      const { result } = await send(CreateOrganizationDocument, { input: given(params) });
      return toOrganization(found(succeeded(result).organization, "organization"));
    },
    async getOrganization(params) {
      const { organization } = await send(GetOrganizationDocument, { by: toReference(params) });
      return toOrganization(found(organization, "organization"));
    },
    async getOrganizationList({ limit, after, offset, query, userId, orderBy } = {}) {
      const { organizations } = await send(GetOrganizationListDocument, {
        ...{ first: limit, after, offset, query, userIds: userId },
        orderBy: orderBy && toOrder<OrganizationOrderField>(orderBy),
      });
      return toPage(organizations, toOrganization);
    },
    async updateOrganization(organizationId, { publicMetadata, privateMetadata, ...profile }) {
      const input = given({ organizationId, ...profile });
      const metadata = given({ publicMetadata, privateMetadata });
      const changesMetadata = Object.keys(metadata).length > 0;
      if (changesMetadata && Object.keys(input).length === 1) {
        return changeMetadata(organizationId, "REPLACE", metadata);
      }
      const { result } = await send(UpdateOrganizationDocument, { input });
      const organization = found(succeeded(result).organization, "organization");
      if (!changesMetadata) return toOrganization(organization);
      return changeMetadata(organizationId, "REPLACE", metadata);
    },
    updateOrganizationMetadata: (organizationId, params) =>
      changeMetadata(organizationId, "MERGE", params),
    replaceOrganizationMetadata: (organizationId, params) =>
      changeMetadata(organizationId, "REPLACE", params),
    async deleteOrganization(organizationId) {
      const { result } = await send(DeleteOrganizationDocument, { input: { organizationId } });
      return { id: found(succeeded(result).deletedId, "organization"), deleted: true };
    },
  };
}

export function toReference(params: OrganizationRef): { id: string } | { slug: string } {
  return "slug" in params ? { slug: params.slug } : { id: params.organizationId };
}

/** `-created_at`, as the original's SDK spells it. */
export function toOrder<Field extends string>(
  orderBy: string,
): { field: Field; direction: "ASC" | "DESC" } {
  const direction = orderBy.startsWith("-") ? "DESC" : "ASC";
  return { field: orderBy.replace(/^[+-]/, "").toUpperCase() as Field, direction };
}
