import type { RedirectParams, Tenantry, TenantryState } from "@tenantry/js";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

/**
 * Sends a user with an open task, such as choosing an organization, to the page of the task. A signed-in user
 * without an organization is never sent to the sign-in page.
 */
export function RedirectToTasks({ redirectUrl }: RedirectParams): ReactNode {
  const { tenantry, state } = useRedirectState("<RedirectToTasks>");
  const isNeeded = state.isLoaded && state.hasTask;
  const problem = useRedirect(tenantry, isNeeded, {
    find: () => tenantry.buildTaskUrl(params(redirectUrl)),
    missing: "The page for this step isn't set. Set taskUrls of the provider.",
  });
  return problem && <p role="alert">{problem}</p>;
}

/** Sends a user who isn't signed in to the sign-in page, which leads back. */
export function RedirectToSignIn({ redirectUrl }: RedirectParams): ReactNode {
  const { tenantry, state } = useRedirectState("<RedirectToSignIn>");
  const isNeeded = state.isLoaded && !state.isSignedIn;
  const problem = useRedirect(tenantry, isNeeded, {
    find: () => tenantry.buildSignInUrl(params(redirectUrl)),
    missing: "The sign-in page isn't set. Set signInUrl of the provider or of the instance.",
  });
  return problem && <p role="alert">{problem}</p>;
}

function params(redirectUrl: string | undefined): RedirectParams {
  return redirectUrl === undefined ? {} : { redirectUrl };
}

interface RedirectState {
  readonly isLoaded: boolean;
  readonly isSignedIn: boolean;
  readonly hasTask: boolean;
}

function useRedirectState(caller: string): { tenantry: Tenantry; state: RedirectState } {
  const context = useTenantryContext(caller);
  return { tenantry: context.tenantry, state: useSnapshot(context, selectRedirectState) };
}

function selectRedirectState({ isLoaded, user, session }: TenantryState): RedirectState {
  return { isLoaded, isSignedIn: user !== null, hasTask: (session?.currentTask ?? null) !== null };
}

interface Target {
  readonly find: () => string | null;
  readonly missing: string;
}

/** Navigates once. The answer says in words why it doesn't. */
function useRedirect(
  tenantry: Tenantry,
  isNeeded: boolean,
  { find, missing }: Target,
): string | null {
  const [problem, setProblem] = useState<string | null>(null);
  const target = useRef({ find, missing });
  const isDone = useRef(false);
  useEffect(() => {
    if (!isNeeded || isDone.current) return;
    isDone.current = true;
    const url = target.current.find();
    if (url === null) setProblem(target.current.missing);
    else if (isHere(url)) return;
    else if (isLooping()) setProblem("This page and another one keep sending you to each other.");
    else tenantry.navigate(url, { replace: true });
  }, [tenantry, isNeeded]);
  return isNeeded ? problem : null;
}

function isHere(url: string): boolean {
  const { origin, pathname } = new URL(url, location.href);
  return origin === location.origin && pathname === location.pathname;
}

const REDIRECTS = 5;
const WITHIN = 10_000;
const KEY = "tenantry:redirects";

/** Counts across pages: a loop loads each page anew. */
function isLooping(): boolean {
  const now = Date.now();
  try {
    const earlier: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    const recent = Array.isArray(earlier)
      ? earlier.filter((at): at is number => typeof at === "number" && Math.abs(now - at) < WITHIN)
      : [];
    sessionStorage.setItem(KEY, JSON.stringify([...recent, now].slice(-REDIRECTS)));
    return recent.length >= REDIRECTS;
  } catch {
    // Without storage, nothing can be counted.
    return false;
  }
}
