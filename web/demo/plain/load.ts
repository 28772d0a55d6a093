import type { ScriptClerk, ScriptTenantry } from "@tenantry/js/browser";
import { fetchIdentityToken } from "../src/identity.ts";
import { storageOf } from "../src/storage.ts";

declare global {
  interface Window {
    /** `data-global` of the script tag names it so. */
    Clerk: ScriptClerk;
    Tenantry: ScriptTenantry & import("@tenantry/react/mount").Mounter;
  }
}

/** What a page does whose provider is the one of `tenantry dev`. */
export async function loadAs(script: Pick<ScriptTenantry, "load">, email: string): Promise<void> {
  await script.load({
    getIdentityToken: () => fetchIdentityToken(email),
    storage: storageOf(email),
  });
}
