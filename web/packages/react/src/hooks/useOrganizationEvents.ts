import {
  type EventPage,
  type EventType,
  isTenantryError,
  type LiveState,
  type OrganizationResource,
  type Tenantry,
  type TenantryError,
  type TenantryEvent,
  type TenantryState,
} from "@tenantry/js";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useStableFunctions } from "../cache/stable.ts";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface UseOrganizationEventsParams {
  /** Only events of these types. Defaults to all. */
  readonly types?: readonly EventType[];
  /** Start after this cursor, with the events of the meantime. Defaults to now. */
  readonly after?: string;
}

export interface UseOrganizationEventsReturn {
  readonly status: LiveState["status"];
  /** The position of the last event that the handler was called with. */
  readonly cursor: string | null;
  /** Why the events after the cursor can't be read. Those from now on arrive all the same. */
  readonly error: TenantryError | null;
}

/**
 * Calls the handler with each change in the organization of the tab, in order, for members who can read its
 * members. The handler may be another function at each render.
 */
export function useOrganizationEvents(
  handler: (event: TenantryEvent) => void,
  { types, after }: UseOrganizationEventsParams = {},
): UseOrganizationEventsReturn {
  const context = useTenantryContext("useOrganizationEvents");
  const { tenantry } = context;
  const { organization } = useSnapshot(context, selectOrganization);
  const [cursor, setCursor] = useState<string | null>(after ?? null);
  const [error, setError] = useState<TenantryError | null>(null);
  const { deliver } = useStableFunctions({
    deliver: (event: TenantryEvent) => {
      if (types && !types.includes(event.type)) return;
      try {
        handler(event);
      } catch (failure) {
        // A mistake in the page doesn't cost it the events that follow.
        reportError(failure);
      }
      setCursor(event.cursor);
    },
  });
  const organizationId = organization?.id;
  useEffect(
    () => {
      if (!organization) return;
      setError(null);
      return follow(tenantry, organization, after, { deliver, fail: setError });
    },
    // The id stands for the organization: a new name doesn't start the events again.
    [tenantry, organizationId, after, deliver],
  );
  const status = useLiveStatus(tenantry);
  return useMemo(() => ({ status, cursor, error }), [status, cursor, error]);
}

function selectOrganization({ organization }: TenantryState): Pick<TenantryState, "organization"> {
  return { organization };
}

function useLiveStatus(tenantry: Tenantry): LiveState["status"] {
  const subscribe = useCallback(
    (onChange: () => void) => tenantry.on("live", onChange),
    [tenantry],
  );
  return useSyncExternalStore(
    subscribe,
    () => tenantry.live.status,
    () => "off",
  );
}

interface Listener {
  readonly deliver: (event: TenantryEvent) => void;
  readonly fail: (error: TenantryError) => void;
}

/** Delivers the events after a cursor, then the live ones, which wait for them. */
function follow(
  tenantry: Tenantry,
  organization: OrganizationResource,
  after: string | undefined,
  { deliver, fail }: Listener,
): () => void {
  let isOver = false;
  let waiting: TenantryEvent[] | null = after === undefined ? null : [];
  const stop = tenantry.on("event", (event) => {
    if (event.organizationId !== organization.id) return;
    if (waiting) waiting.push(event);
    else deliver(event);
  });
  const catchUp = async (cursor: string) => {
    const delivered = new Set<string>();
    try {
      for await (const event of eventsAfter(organization, cursor)) {
        if (isOver) return;
        delivered.add(event.id);
        deliver(event);
      }
    } catch (error) {
      if (!isTenantryError(error)) throw error;
      if (!isOver) fail(error);
    }
    const late = waiting ?? [];
    waiting = null;
    for (const event of late) if (!isOver && !delivered.has(event.id)) deliver(event);
  };
  if (after !== undefined) void catchUp(after);
  return () => {
    isOver = true;
    stop();
  };
}

async function* eventsAfter(
  organization: OrganizationResource,
  cursor: string,
): AsyncGenerator<TenantryEvent> {
  let after: string | null = cursor;
  while (after !== null) {
    const page: EventPage = await organization.getEvents({ after, pageSize: 100 });
    yield* page.data;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  }
}
