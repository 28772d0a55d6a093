import type { QueryClient } from "@tanstack/query-core";
import type { Tenantry, TenantryState } from "@tenantry/js";
import { type Context, createContext, useContext } from "react";

export interface TenantryContextValue {
  readonly tenantry: Tenantry;
  readonly cache: QueryClient;
  /** The state before anything was loaded, which a server renders too. */
  readonly initialState: TenantryState;
}

export const TenantryContext: Context<TenantryContextValue | null> =
  createContext<TenantryContextValue | null>(null);

/** `caller` is the name of the hook or component that the product uses. */
export function useTenantryContext(caller: string): TenantryContextValue {
  const value = useContext(TenantryContext);
  if (!value) throw new Error(`${caller} must be used inside <TenantryProvider>.`);
  return value;
}
