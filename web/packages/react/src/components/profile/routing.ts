import { useCallback, useState, useSyncExternalStore } from "react";
import { useView } from "../state.ts";

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
export function useRoute({ routing = "hash", path }: Routing, startPath: string): Route {
  const { tenantry } = useView("<OrganizationProfile>");
  const [inner, setInner] = useState(startPath);
  const address = useSyncExternalStore(followAddress, addressNow, () => "");
  const go = useCallback(
    (next: string) => {
      if (routing === "virtual") setInner(next);
      else if (routing === "hash") location.hash = `/${next}`;
      else {
        tenantry.navigate(`${path?.replace(/\/$/, "")}/${next}`);
        // Single-page navigation of the product tells nobody; this renders again, with the new address.
        setInner(next);
      }
    },
    [routing, path, tenantry],
  );
  return {
    path: routing === "virtual" ? inner : innerPath(address, routing, path) || startPath,
    go,
  };
}

function followAddress(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  window.addEventListener("popstate", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
    window.removeEventListener("popstate", changed);
  };
}

const addressNow = (): string => location.pathname + location.hash;

function innerPath(address: string, routing: "hash" | "path", base = ""): string {
  const [pathname = "", hash = ""] = address.split("#");
  if (routing === "hash") return hash.replace(/^\//, "");
  const prefix = base.replace(/\/$/, "");
  return pathname.startsWith(`${prefix}/`)
    ? pathname.slice(prefix.length + 1).replace(/\/$/, "")
    : "";
}
