import type { TenantryState } from "@tenantry/js";
import { useMemo, useSyncExternalStore } from "react";
import type { TenantryContextValue } from "./context.ts";

/**
 * Follows a part of the state. The component renders only when a field of the part has changed. `select`
 * must be the same function at each render.
 */
export function useSnapshot<T extends object>(
  { tenantry, initialState }: TenantryContextValue,
  select: (state: TenantryState) => T,
): T {
  const [read, readInitial] = useMemo(
    () => [remember(select, () => tenantry.state), remember(select, () => initialState)],
    [select, tenantry, initialState],
  );
  return useSyncExternalStore(tenantry.addListener, read, readInitial);
}

/** Answers with the object before while all its fields are the same. */
function remember<T extends object>(
  select: (state: TenantryState) => T,
  state: () => TenantryState,
): () => T {
  let last: T | undefined;
  return () => {
    const next = select(state());
    if (!last || !areFieldsSame(last, next)) last = next;
    return last;
  };
}

function areFieldsSame<T extends object>(a: T, b: T): boolean {
  const names = Object.keys(b) as (keyof T)[];
  return (
    names.length === Object.keys(a).length && names.every((name) => Object.is(a[name], b[name]))
  );
}

const neverChanges = () => () => {};

/** Whether the first render on the client, which must equal the server's, is over. */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
}
