import { type ReactNode, useEffect } from "react";
import { useTenantryContext } from "../context.ts";

export interface RefreshSessionProps {
  /** Where to go with the new token. Its origin must be allowed. */
  readonly redirectUrl: string;
  readonly children?: ReactNode;
}

/** For a page that a server sends users to whose cookie is too old: mints a token, and goes on. */
export function RefreshSession({ redirectUrl, children = null }: RefreshSessionProps): ReactNode {
  const { tenantry } = useTenantryContext("<RefreshSession>");
  useEffect(() => {
    let isOver = false;
    const refresh = async () => {
      await tenantry.load();
      await tenantry.getToken({ skipCache: true });
      if (!isOver) tenantry.navigate(redirectUrl, { replace: true });
    };
    // A server that can't be reached shows in the status. The page stays, and can be loaded again.
    refresh().catch(() => {});
    return () => {
      isOver = true;
    };
  }, [tenantry, redirectUrl]);
  return children;
}
