import type { PermissionKey } from "./authorization.ts";
import type { PublicUserData } from "./users.ts";

/** A key with which a program acts in one organization. The key itself can't be read again. */
export interface ApiKeyResource {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly description: string | null;
  /** The first characters of the key, which identify it and aren't secret. */
  readonly visible: string;
  /** What the key can do with the plan of the organization. */
  readonly permissions: readonly PermissionKey[];
  /** Custom data for services that verify the key. */
  readonly claims: Readonly<Record<string, unknown>> | null;
  /** It is null if a secret key created the key, or if the user was deleted. */
  readonly createdBy: PublicUserData | null;
  /** It is null if the key doesn't expire. */
  readonly expiresAt: Date | null;
  /** To within about a minute. It is null if the key hasn't been used. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revocationReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Changes the given fields. The viewer must have all permissions that the key has before and after. */
  update(params: UpdateApiKeyParams): Promise<ApiKeyResource>;
  /** Ends the key at once, for good. */
  revoke(params?: { readonly reason?: string | undefined }): Promise<ApiKeyResource>;
}

export interface CreateApiKeyParams {
  readonly name: string;
  /** The viewer must have them all. */
  readonly permissions: readonly PermissionKey[];
  readonly description?: string | undefined;
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** From 1 to 365. Defaults to never. */
  readonly expiresInDays?: number | undefined;
}

export interface UpdateApiKeyParams {
  readonly name?: string | undefined;
  readonly permissions?: readonly PermissionKey[] | undefined;
  /** Null removes it. */
  readonly description?: string | null | undefined;
  /** Null removes them. */
  readonly claims?: Readonly<Record<string, unknown>> | null | undefined;
  /** From now on. Null stands for never. */
  readonly expiresInDays?: number | null | undefined;
}

export interface CreatedApiKey {
  readonly apiKey: ApiKeyResource;
  /** The key itself. Show it at once: it can't be read again. */
  readonly secret: string;
}
