/**
 * The entry for a script tag: `<script src="https://…/js/tenantry.js" data-url="https://…"></script>`
 * makes `window.Tenantry`. With `data-global="Clerk"` it makes `window.Clerk`, which speaks as in 2022.
 */
import { createTenantry } from "./client.ts";
import { type LegacyFunctions, legacyFunctions } from "./legacy.ts";
import type { TenantryOptions } from "./types/options.ts";
import type { Tenantry } from "./types/tenantry.ts";

interface Globals {
  getIdentityToken?: TenantryOptions["getIdentityToken"];
}

/** What a script tag adds to the page. After `load()`, it has all members of `Tenantry` too. */
export interface ScriptGlobal extends LegacyFunctions {
  readonly load: (options?: Partial<TenantryOptions>) => Promise<void>;
  readonly createTenantry: typeof createTenantry;
}

const FUNCTIONS = ["createOrganization", "getOrganization", "getOrganizationMemberships"] as const;

function makeGlobal(url: string, isLegacy: boolean): ScriptGlobal {
  let tenantry: Tenantry | undefined;
  const load = async (options: Partial<TenantryOptions> = {}) => {
    const { getIdentityToken } = globalThis as Globals;
    if (!tenantry && !options.getIdentityToken && !getIdentityToken) {
      throw new TypeError(
        "load() needs to know who is signed in. Define window.getIdentityToken, or give the option getIdentityToken.",
      );
    }
    tenantry ??= createTenantry({
      url,
      getIdentityToken: (params) => getIdentityToken?.(params) ?? Promise.resolve(null),
      ...options,
    });
    await tenantry.load();
    // The members of the connection show through, except those that stand here already.
    Object.setPrototypeOf(made, tenantry);
  };
  const ready = async (): Promise<object> => {
    await load();
    return isLegacy && tenantry ? legacyFunctions(tenantry) : (tenantry ?? {});
  };
  const waiting = FUNCTIONS.map((name) => [
    name,
    // Scripts of the page may run before anybody has called `load()`.
    async (...args: unknown[]) =>
      ((await ready()) as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args),
  ]);
  const made: ScriptGlobal = { load, createTenantry, ...Object.fromEntries(waiting) };
  return made;
}

const { url = location.origin, global: name = "Tenantry" } =
  (document.currentScript as HTMLScriptElement | null)?.dataset ?? {};
(globalThis as Record<string, unknown>)[name] = makeGlobal(url, name === "Clerk");
