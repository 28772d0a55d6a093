import type { Choice } from "../foundation/routes.ts";
import type { OrganizationLeft } from "../types/events.ts";
import type { TenantryState } from "../types/state.ts";
import type { SessionPayload } from "./session.ts";

export type Leaving = Pick<OrganizationLeft, "organizationId" | "reason">;

/** Finds the organization that the tab asked for again, or was about to leave, and that the answer lacks. */
export function findLost(
  { organization }: TenantryState,
  { choice, leaving }: { readonly choice: Choice; readonly leaving: Leaving | null },
  { viewer }: SessionPayload,
): OrganizationLeft | null {
  if (!organization) return null;
  const { id, slug } = organization;
  if (viewer?.activeMembership && viewer.activeOrganization?.id === id) return null;
  const isNamed = Object.values(choice).some((name) => name === id || (slug && name === slug));
  if (leaving?.organizationId === id) return { ...leaving, slug };
  return isNamed ? { organizationId: id, slug, reason: "removed" } : null;
}
