import type { TenantryOptions } from "../types/options.ts";
import type { NavigateOptions } from "../types/tenantry.ts";
import { checkTarget } from "./routes.ts";
import { warn } from "./warnings.ts";

/** Goes to a page whose address was checked, and says whether it was allowed. */
export function navigateTo(
  to: string,
  { routerPush, routerReplace, allowedRedirectOrigins }: TenantryOptions,
  { replace = false }: NavigateOptions = {},
): boolean {
  const url = checkTarget(to, location.href, allowedRedirectOrigins);
  if (!url) {
    const reason = `The page wasn't opened, because its address isn't allowed: ${to.slice(0, 200)}. Add its origin to the option \`allowedRedirectOrigins\`.`;
    warn(`navigate:${to}`, reason);
    return false;
  }
  const router = replace ? (routerReplace ?? routerPush) : routerPush;
  const path = url.pathname + url.search + url.hash;
  if (router && url.origin === location.origin) router(path);
  else if (replace) location.replace(url);
  else location.assign(url);
  return true;
}

export interface PageObserver {
  /** The page is looked at again, or the network is back. */
  onWake(): void;
  onHide(): void;
  onFocus(): void;
  onRoute(): void;
}

interface NavigationLike extends EventTarget {
  readonly currentEntry: unknown;
}

/** Follows what happens to the page. The answer stops that. */
export function observePage(observer: PageObserver): () => void {
  if (typeof document === "undefined") return () => undefined;
  const controller = new AbortController();
  const { signal } = controller;
  const look = () => {
    if (document.visibilityState === "visible") observer.onWake();
    else observer.onHide();
  };
  document.addEventListener("visibilitychange", look, { signal });
  addEventListener("pageshow", (event) => event.persisted && look(), { signal });
  addEventListener("online", look, { signal });
  addEventListener("focus", () => observer.onFocus(), { signal });
  addEventListener("popstate", () => observer.onRoute(), { signal });
  // Tells of `history.pushState` too, in browsers that have it.
  const { navigation } = globalThis as { readonly navigation?: NavigationLike };
  navigation?.addEventListener("currententrychange", () => observer.onRoute(), { signal });
  // A page that was opened in the background is hidden from the start.
  if (document.visibilityState === "hidden") observer.onHide();
  return () => controller.abort();
}
