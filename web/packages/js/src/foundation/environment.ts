import type { TenantryClock, TenantryOptions, TenantryStorage } from "../types/options.ts";

/** What the package takes from its surroundings, with the defaults filled in. */
export interface Environment {
  /** The base URL of the instance, without a slash at the end. */
  readonly url: string;
  /** Names what this instance keeps in the browser. */
  readonly key: string;
  readonly fetch: typeof globalThis.fetch;
  readonly WebSocket: typeof globalThis.WebSocket | undefined;
  readonly storage: TenantryStorage;
  readonly clock: TenantryClock;
  readonly development: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/;

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

export function makeEnvironment(options: TenantryOptions): Environment {
  const { host, pathname, origin } = new URL(options.url, globalThis.location?.href);
  return {
    url: (origin + pathname).replace(/\/+$/, ""),
    key: `tenantry:${host}`,
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    storage: options.storage ?? {
      local: openStorage("localStorage"),
      tab: openStorage("sessionStorage"),
    },
    clock: options.clock ?? makeClock(),
    development: options.development ?? isLoopback(globalThis.location?.hostname ?? ""),
  };
}

/**
 * Neither clock of a browser is enough: that of the page stands still while the computer sleeps, and
 * the wall clock can be set back. Of the two, the one that has gone further counts.
 */
function makeClock(): TenantryClock {
  let [page, wall, passed] = [performance.now(), Date.now(), 0];
  return {
    now: () => {
      const [pageNow, wallNow] = [performance.now(), Date.now()];
      passed += Math.max(pageNow - page, wallNow - wall);
      [page, wall] = [pageNow, wallNow];
      return passed;
    },
    setTimeout: (run, milliseconds) => globalThis.setTimeout(run, milliseconds),
    clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
    random: () => Math.random(),
  };
}

/** Browsers can refuse storage, and servers have none. Then the values live as long as the page. */
function openStorage(name: "localStorage" | "sessionStorage"): TenantryStorage["local"] {
  const values = new Map<string, string>();
  const memory = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
  try {
    return typeof document === "undefined" ? memory : globalThis[name];
  } catch {
    return memory;
  }
}
