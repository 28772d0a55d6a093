import type { Tenantry } from "@tenantry/js";
import { useTenantryContext } from "../context.ts";

/** The object of `@tenantry/js` behind the provider. Reading its state does not make a component render again. */
export function useTenantry(): Tenantry {
  return useTenantryContext("useTenantry").tenantry;
}
