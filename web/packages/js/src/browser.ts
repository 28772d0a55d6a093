/**
 * For pages without a build step. The instance serves this as one script:
 * `<script src="https://organizations.example.com/js/tenantry.js"></script>`.
 */
import { createTenantry } from "./client.ts";
import { type LegacyFunctions, legacyFunctions } from "./legacy.ts";
import type { TenantryOptions } from "./types/options.ts";
import type { Tenantry } from "./types/tenantry.ts";

/** `window.Tenantry`. It has the members of `Tenantry` once `load` has been called. */
export interface ScriptTenantry extends Omit<Tenantry, "load"> {
  /**
   * Connects to the instance. The URL defaults to `data-url` of the script tag, and to where the script
   * comes from; `getIdentityToken` to the function of this name in the page.
   */
  readonly load: (options?: Partial<TenantryOptions>) => Promise<void>;
}

/** What `data-global="Clerk"` of the script tag defines: the same, with the shapes of 2022. */
export type ScriptClerk = Omit<ScriptTenantry, keyof LegacyFunctions> & LegacyFunctions;

declare global {
  interface Window {
    getIdentityToken?: TenantryOptions["getIdentityToken"];
  }
}

const LEGACY = "Clerk";

/** Defines the variable that the script tag names, `Tenantry` by default. */
export function defineGlobal(
  onLoad: (global: object, tenantry: Tenantry) => void = () => {},
): void {
  const script = document.currentScript;
  const { url, global: name = "Tenantry" } = script instanceof HTMLElement ? script.dataset : {};
  const source = script instanceof HTMLScriptElement ? script.src : location.href;
  const defaults = { url: url || new URL(source).origin };
  let tenantry: Tenantry | undefined;
  const global = {
    load: (options: Partial<TenantryOptions> = {}): Promise<void> => {
      if (!tenantry) {
        tenantry = createTenantry(withIdentity({ ...defaults, ...options }));
        const { load: _, ...members } = Object.getOwnPropertyDescriptors(tenantry);
        const functions = name === LEGACY ? legacyFunctions(tenantry) : {};
        Object.defineProperties(global, {
          ...members,
          ...Object.getOwnPropertyDescriptors(functions),
        });
        onLoad(global, tenantry);
      }
      return tenantry.load();
    },
  };
  Object.defineProperty(window, name, { value: global, configurable: true });
}

function withIdentity(options: Partial<TenantryOptions> & { url: string }): TenantryOptions {
  const getIdentityToken = options.getIdentityToken ?? window.getIdentityToken;
  if (!getIdentityToken) {
    throw new Error(
      "Tenantry doesn't know who is signed in. Define the function getIdentityToken in the page, or pass it to load().",
    );
  }
  return { ...options, getIdentityToken };
}
