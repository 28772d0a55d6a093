import type { ScriptGlobal } from "@tenantry/js/browser";
import type { Mounter } from "@tenantry/react/mount";
import { fetchIdentityToken } from "../src/identity.ts";
import { storageOf } from "../src/storage.ts";

declare global {
  interface Window {
    /** `data-global` of the script tag names it so. */
    Clerk: ScriptGlobal;
    Tenantry: ScriptGlobal & Mounter;
  }
}

/** What a page does whose provider is the one of `tenantry dev`. */
export async function loadAs(script: ScriptGlobal, email: string): Promise<void> {
  await script.load({
    getIdentityToken: () => fetchIdentityToken(email),
    storage: storageOf(email),
  });
}
