import { useCallback, useReducer, useState, useSyncExternalStore } from "react";
import { useTenantry } from "../hooks/useTenantry.ts";

export interface Routing {
  /** Where the inner page stands: behind the `#` of the address, behind its path, or in memory only. */
  routing?: "hash" | "path" | "virtual" | undefined;
  /** The path of the page that shows the component, for `path`. */
  path?: string | undefined;
}

export interface Route {
  path: string;
  go: (path: string) => void;
}

/** The inner page: behind the `#`, behind the path of the page, or in memory only. */
export function useRoute({ routing = "hash", path = "" }: Routing, startPath: string): Route {
  const tenantry = useTenantry();
  const [kept, setKept] = useState(startPath);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const address = useSyncExternalStore(followAddress, addressNow, () => "");
  const base = decoded(path).replace(/\/$/, "");
  const go = useCallback(
    (next: string) => {
      if (routing === "virtual") setKept(next);
      else if (routing === "hash") location.hash = `/${next}`;
      else {
        tenantry.navigate((next ? `${base}/${next}` : base) || "/");
        // Where the platform doesn't report the navigation of a router, this reads the new address.
        render();
      }
    },
    [routing, base, tenantry],
  );
  return {
    path: routing === "virtual" ? kept : innerPath(address, routing, base) || startPath,
    go,
  };
}

function followAddress(changed: () => void): () => void {
  // Older browsers report only what the person does.
  const targets = [
    [window, "hashchange"],
    [window, "popstate"],
    [window.navigation, "currententrychange"],
  ] as const;
  for (const [target, event] of targets) target?.addEventListener(event, changed);
  return () => {
    for (const [target, event] of targets) target?.removeEventListener(event, changed);
  };
}

const addressNow = (): string => decoded(location.pathname + location.hash);

/** The platform encodes an address, and products write paths as they are. */
function decoded(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}

function innerPath(address: string, routing: "hash" | "path", base: string): string {
  const [pathname = "", hash = ""] = address.split("#");
  if (routing === "hash") return withoutSlashes(hash);
  return pathname.startsWith(`${base}/`) ? withoutSlashes(pathname.slice(base.length)) : "";
}

/** A path as the pages have it, without slashes around it. */
export const withoutSlashes = (path: string): string => path.replace(/^\/|\/$/g, "");
