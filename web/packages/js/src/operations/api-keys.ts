import * as documents from "../generated/resources.ts";
import { type Api, once, toPublicUserData } from "../resources/api.ts";
import type { ApiKeyResource, CreateApiKeyParams, UpdateApiKeyParams } from "../types/api-keys.ts";
import type { ApiKeyListParams } from "../types/lists.ts";
import type { OrganizationResource } from "../types/organizations.ts";
import { found, pageArguments, toPage } from "./lists.ts";

function apiKeyBuilder(api: Api, organizationId: string) {
  const functions = once((apiKeyId) => ({
    update: async (params: UpdateApiKeyParams) => {
      const input = { organizationId, apiKeyId, ...params };
      const { payload } = await api.mutate(documents.UpdateApiKeyDocument, { input });
      api.invalidate(organizationId, "apiKeys");
      return build(found(payload?.apiKey));
    },
    revoke: async ({ reason }: { readonly reason?: string | undefined } = {}) => {
      const input = { organizationId, apiKeyId, reason };
      const { payload } = await api.mutate(documents.RevokeApiKeyDocument, { input });
      api.invalidate(organizationId, "apiKeys");
      return build(found(payload?.apiKey));
    },
  }));
  const build = (row: documents.ApiKeyFieldsFragment): ApiKeyResource =>
    Object.freeze({
      ...row,
      organizationId,
      createdBy: row.createdBy && toPublicUserData(row.createdBy),
      expiresAt: toDate(row.expiresAt),
      lastUsedAt: toDate(row.lastUsedAt),
      revokedAt: toDate(row.revokedAt),
      createdAt: new Date(row.createdAt),
      updatedAt: new Date(row.updatedAt),
      ...functions(row.id),
    });
  return build;
}

const toDate = (text: string | null): Date | null => (text === null ? null : new Date(text));

export function apiKeyFunctions(
  api: Api,
  id: string,
): Pick<OrganizationResource, "getApiKeys" | "createApiKey"> {
  const toApiKey = apiKeyBuilder(api, id);
  return {
    getApiKeys: async ({ includeInvalid, ...page }: ApiKeyListParams = {}) => {
      const variables = { id, ...pageArguments(page), includeInvalid };
      const data = await api.query(documents.ReadApiKeysDocument, variables);
      return toPage(found(data.organization?.apiKeys), toApiKey);
    },
    createApiKey: async (params: CreateApiKeyParams) => {
      const input = { organizationId: id, ...params };
      const { payload } = await api.mutate(documents.CreateApiKeyDocument, { input });
      api.invalidate(id, "apiKeys");
      return { apiKey: toApiKey(found(payload?.apiKey)), secret: found(payload?.secret) };
    },
  };
}
