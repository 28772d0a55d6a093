import type {
  InvitationPreview,
  OrganizationMembershipResource,
  TenantryError,
  TenantryState,
  UserOrganizationInvitationResource,
} from "@tenantry/js";
import { useMemo } from "react";
import { useCachedResource } from "../cache/resource.ts";
import { useStableFunctions } from "../cache/stable.ts";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface UseInvitationReturn {
  readonly isLoading: boolean;
  /** Null before the first answer, and for a ticket that isn't valid. */
  readonly preview: InvitationPreview | null;
  readonly error: TenantryError | null;
  /** Joins the organization. The user must be signed in with the address of the invitation. */
  readonly accept: () => Promise<OrganizationMembershipResource>;
  readonly decline: () => Promise<UserOrganizationInvitationResource>;
  /** Reads it again. */
  readonly revalidate: () => Promise<void>;
}

/** The invitation of a link. Reading it changes nothing. */
export function useInvitation(ticket: string | null): UseInvitationReturn {
  const context = useTenantryContext("useInvitation");
  const { tenantry } = context;
  const { isLoaded, userId } = useSnapshot(context, selectUserId);
  const { data, error, isLoading, refetch } = useCachedResource(
    context,
    isLoaded && ticket !== null
      ? {
          // What the person does next depends on who is signed in.
          key: ["invitation", userId, ticket],
          load: () => tenantry.getInvitationPreview(ticket),
        }
      : null,
  );
  const functions = useStableFunctions({
    accept: async () => {
      const membership = await tenantry.acceptInvitation({ ticket: ticket ?? "" });
      void refetch();
      return membership;
    },
    decline: async () => {
      const invitation = await tenantry.declineInvitation({ ticket: ticket ?? "" });
      void refetch();
      return invitation;
    },
    revalidate: refetch,
  });
  const isWaiting = isLoading || (ticket !== null && !isLoaded);
  return useMemo(
    () => ({ isLoading: isWaiting, preview: data ?? null, error, ...functions }),
    [isWaiting, data, error, functions],
  );
}

function selectUserId({ isLoaded, user }: TenantryState): {
  isLoaded: boolean;
  userId: string | null;
} {
  return { isLoaded, userId: user?.id ?? null };
}
