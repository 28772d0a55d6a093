import type { ReactNode } from "react";
import { useTenantryContext } from "../context.ts";
import { Show } from "./Show.tsx";

export interface SignedInProps {
  readonly children?: ReactNode;
  /** Whether a session with an open task counts as signed out. Defaults to true. */
  readonly treatPendingAsSignedOut?: boolean;
}

/** The earlier name of `<Show when="signed-in">`. */
export function SignedIn(props: SignedInProps): ReactNode {
  useTenantryContext("<SignedIn>");
  return <Show when="signed-in" {...props} />;
}

/** The earlier name of `<Show when="signed-out">`. */
export function SignedOut(props: SignedInProps): ReactNode {
  useTenantryContext("<SignedOut>");
  return <Show when="signed-out" {...props} />;
}
