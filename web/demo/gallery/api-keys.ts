import type { ApiKeyResource, CreatedApiKey, OrganizationResource } from "@tenantry/js";
import { ADA, type ApiKeyData, NOW } from "./data.ts";
import type { World } from "./world.ts";

export function apiKeyOf(
  world: World,
  organization: OrganizationResource,
  row: ApiKeyData,
): ApiKeyResource {
  const become = (change: Partial<ApiKeyData>): ApiKeyResource => {
    const next = { ...row, ...change };
    world.apiKeys = world.apiKeys.map((one) => (one.id === row.id ? next : one));
    world.invalidate("apiKeys", organization);
    return apiKeyOf(world, organization, next);
  };
  const apiKey: ApiKeyResource = {
    ...row,
    organizationId: organization.id,
    update: ({ name = row.name, description = row.description, permissions = row.permissions }) =>
      world.answer("updateApiKey", () => become({ name, description, permissions })),
    revoke: () => world.answer("revokeApiKey", () => become({ revokedAt: NOW })),
  };
  return Object.freeze(apiKey);
}

export const isValid = ({ revokedAt, expiresAt }: ApiKeyData): boolean =>
  !revokedAt && (!expiresAt || expiresAt > NOW);

export function createApiKey(
  world: World,
  organization: OrganizationResource,
  params: Parameters<OrganizationResource["createApiKey"]>[0],
): CreatedApiKey {
  const visible = "ak_0123456789ab";
  const row: ApiKeyData = {
    id: `apik_${world.apiKeys.length + 1}`,
    name: params.name,
    description: params.description ?? null,
    permissions: params.permissions,
    visible,
    claims: null,
    createdBy: ADA,
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    revocationReason: null,
    createdAt: NOW,
    updatedAt: NOW,
  };
  world.apiKeys = [row, ...world.apiKeys];
  world.invalidate("apiKeys", organization);
  const secret = `${visible}_made-up-for-the-gallery-and-nothing-else-0000A1b2C3`;
  return { apiKey: apiKeyOf(world, organization, row), secret };
}
