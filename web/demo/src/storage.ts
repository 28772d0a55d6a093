import type { TenantryStorage } from "@tenantry/js";

/**
 * A browser has one user at a time, so the package keeps one session for all tabs. In this demo, tabs
 * and frames are different people, so each person gets a corner of the storage.
 */
export function storageOf(email: string | null, frame = ""): TenantryStorage {
  const prefix = `demo:${frame}${email ?? "nobody"}:`;
  return { local: cornerOf(localStorage, prefix), tab: cornerOf(sessionStorage, prefix) };
}

function cornerOf(storage: Storage, prefix: string): TenantryStorage["local"] {
  return {
    getItem: (key) => storage.getItem(prefix + key),
    setItem: (key, value) => storage.setItem(prefix + key, value),
    removeItem: (key) => storage.removeItem(prefix + key),
  };
}
