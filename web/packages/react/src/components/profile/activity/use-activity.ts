import type { OrganizationResource, TenantryEvent } from "@tenantry/js";
import { useCallback, useEffect, useState } from "react";
import { useView } from "../../state.ts";

const PAGE_SIZE = 100;

export interface Activity {
  /** Newest first. */
  events: readonly TenantryEvent[];
  isLoading: boolean;
  error: unknown;
  reload: () => void;
}

/** The log of the organization. The server tells it from its beginning, so it is read to its end. */
export function useActivity(organization: OrganizationResource): Activity {
  const { tenantry } = useView("<OrganizationProfile>");
  const { id, getEvents } = organization;
  const [state, setState] = useState<{
    events: readonly TenantryEvent[];
    isLoading: boolean;
    error?: unknown;
  }>({
    events: [],
    isLoading: true,
  });
  const [round, setRound] = useState(0);

  const add = useCallback((found: readonly TenantryEvent[], isLoading?: boolean) => {
    setState((before) => {
      const known = new Set(before.events.map((event) => event.id));
      const fresh = found.filter((event) => !known.has(event.id)).toReversed();
      // A live event can come before the pages of what happened earlier.
      const events = [...fresh, ...before.events].toSorted(
        (a, b) => b.occurredAt.getTime() - a.occurredAt.getTime(),
      );
      return { ...before, events, isLoading: isLoading ?? before.isLoading };
    });
  }, []);

  useEffect(() => {
    let isOver = false;
    const readAll = async (): Promise<void> => {
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof getEvents>> = await getEvents({
          pageSize: PAGE_SIZE,
          ...(after === null ? {} : { after }),
        });
        if (isOver) return;
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
        add(page.data, after !== null);
      } while (after !== null);
    };
    setState({ events: [], isLoading: true });
    readAll().catch((error: unknown) => {
      if (!isOver) setState((before) => ({ ...before, isLoading: false, error }));
    });
    const stop = tenantry.on("event", (event) => {
      if (event.organizationId === id) add([event]);
    });
    return () => {
      isOver = true;
      stop();
    };
  }, [tenantry, id, getEvents, add, round]);

  return {
    events: state.events,
    isLoading: state.isLoading,
    error: state.error,
    reload: () => setRound((before) => before + 1),
  };
}
