import type { TenantryOptions } from "./types/options.ts";
import type { Tenantry } from "./types/tenantry.ts";

export function createTenantry(options: TenantryOptions): Tenantry {
  throw new Error(`The engine for ${options.url} comes with the next commits.`);
}
