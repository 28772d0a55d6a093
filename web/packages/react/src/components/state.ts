import type {
  InstanceResource,
  OrganizationMembershipResource,
  OrganizationResource,
  SessionResource,
  Tenantry,
  UserResource,
} from "@tenantry/js";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

interface View {
  isLoaded: boolean;
  isSwitching: boolean;
  user: UserResource | null;
  session: SessionResource | null;
  organization: OrganizationResource | null;
  membership: OrganizationMembershipResource | null;
  instance: InstanceResource | null;
}

/** What the components show of the state, and the object that changes it. */
export function useView(caller: string): View & { tenantry: Tenantry } {
  const context = useTenantryContext(caller);
  const view = useSnapshot(
    context,
    ({ isLoaded, isSwitching, user, session, organization, membership, instance }): View => ({
      isLoaded,
      isSwitching,
      user,
      session,
      organization,
      membership,
      instance,
    }),
  );
  return { ...view, tenantry: context.tenantry };
}

const warned = new Set<string>();

/** Says once why a component shows nothing. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  // biome-ignore lint/suspicious/noConsole: the developer must see it.
  console.warn(`Tenantry: ${message}`);
}
