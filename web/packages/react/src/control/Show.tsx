import type { AuthorizationParams, Has } from "@tenantry/js";
import type { ReactNode } from "react";
import { useTenantryContext } from "../context.ts";
import { useAuth } from "../hooks/useAuth.ts";

export type ShowWhen = "signed-in" | "signed-out" | AuthorizationParams | ((has: Has) => boolean);

export interface ShowProps {
  readonly when: ShowWhen;
  readonly children?: ReactNode;
  /** Is shown instead if the condition doesn't hold. */
  readonly fallback?: ReactNode;
  /** Is shown until it is known whether the condition holds. Nothing by default. */
  readonly loading?: ReactNode;
  /** Whether a session with an open task counts as signed out. Defaults to true. */
  readonly treatPendingAsSignedOut?: boolean;
}

/**
 * Shows its children if the condition holds. This is a convenience for the page: whoever reads the page's code
 * can read its children too, so protect the data on the server.
 */
export function Show(props: ShowProps): ReactNode {
  useTenantryContext("<Show>");
  const { when, children, fallback = null, loading = null, treatPendingAsSignedOut = true } = props;
  const { isLoaded, isSignedIn, has } = useAuth({ treatPendingAsSignedOut });
  if (!isLoaded) return loading;
  return holds(when, isSignedIn, has) ? children : fallback;
}

function holds(when: ShowWhen, isSignedIn: boolean, has: Has): boolean {
  if (when === "signed-out") return !isSignedIn;
  if (when === "signed-in" || !isSignedIn) return isSignedIn;
  return typeof when === "function" ? when(has) : has(when);
}
