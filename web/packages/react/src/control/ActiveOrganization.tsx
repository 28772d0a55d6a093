import { hasCode, type TenantryState } from "@tenantry/js";
import { type ReactNode, useEffect, useState } from "react";
import { type TenantryContextValue, useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export type ActiveOrganizationProps = (
  | { readonly slug: string; readonly id?: never }
  | { readonly id: string; readonly slug?: never }
) & {
  readonly children?: ReactNode;
  /** Is shown while the organization isn't the active one yet. */
  readonly fallback?: ReactNode;
  /** Is shown for an unknown organization and for one of others, which look the same. */
  readonly notFound?: ReactNode;
};

/**
 * Makes an organization, usually that of the page's address, the active one of this tab before its children
 * render. If a switch elsewhere leaves the organization, it shows the fallback until the address follows.
 */
export function ActiveOrganization(props: ActiveOrganizationProps): ReactNode {
  const { children, fallback = null, notFound = null } = props;
  const context = useTenantryContext("<ActiveOrganization>");
  const wanted = props.slug ?? props.id;
  const { isLoaded, mayAsk, organizationId, slug } = useSnapshot(context, selectOrganization);
  const isMissing = useActivation(context, wanted, mayAsk);
  const isActive = props.slug === undefined ? organizationId === wanted : slug === wanted;
  if (!isLoaded) return fallback;
  if (isActive) return children;
  return isMissing ? notFound : fallback;
}

interface Shown {
  readonly isLoaded: boolean;
  /** Somebody is signed in, and the server can be reached. */
  readonly mayAsk: boolean;
  readonly organizationId: string | null;
  readonly slug: string | null;
}

function selectOrganization({ status, isLoaded, user, organization }: TenantryState): Shown {
  return {
    isLoaded,
    mayAsk: status === "ready" && user !== null,
    organizationId: organization?.id ?? null,
    slug: organization?.slug ?? null,
  };
}

/** Switches when the wanted organization changes, and says whether it can't be found. */
function useActivation(
  { tenantry }: TenantryContextValue,
  wanted: string,
  mayAsk: boolean,
): boolean {
  const [missing, setMissing] = useState<string | null>(null);
  useEffect(() => {
    if (!mayAsk) return;
    let isOver = false;
    const isWanted = (organization: { id: string; slug: string | null } | null) =>
      organization?.id === wanted || organization?.slug === wanted;
    const activate = async () => {
      try {
        // Opening a link moves no other tab. A pending session has nowhere else to start from.
        const remember = tenantry.session?.status === "pending";
        if (!isWanted(tenantry.organization)) {
          await tenantry.setActive({ organization: wanted, remember });
        }
        if (!isOver) setMissing(null);
      } catch (error) {
        if (!isOver && hasCode(error, "organization_not_found_or_unauthorized")) setMissing(wanted);
      }
    };
    void activate();
    const stopLeft = tenantry.on("organizationLeft", ({ organizationId, slug }) => {
      if (isWanted({ id: organizationId, slug })) setMissing(wanted);
    });
    return () => {
      isOver = true;
      stopLeft();
    };
  }, [tenantry, wanted, mayAsk]);
  return missing === wanted;
}
