import type { ListName, OrganizationResource } from "@tenantry/js";
import { useCallback, useEffect, useState } from "react";
import { useView } from "./state.ts";

export interface Answer<T> {
  data: T | undefined;
  error: unknown;
  reload: () => void;
}

/** What an organization answers to one question, and again when it may have changed with one of the lists. */
export function useAnswer<T>(
  { id }: OrganizationResource,
  lists: readonly ListName[],
  ask: () => Promise<T>,
): Answer<T> {
  const { tenantry } = useView("useAnswer");
  const [answer, setAnswer] = useState<{ ask: () => Promise<T>; data?: T; error?: unknown }>();
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((before) => before + 1), []);

  useEffect(
    () =>
      tenantry.on("invalidate", (told) => {
        const isMeant = told.some(
          ({ list, organizationId }) =>
            list === "all" || (organizationId === id && lists.includes(list)),
        );
        if (isMeant) reload();
      }),
    [tenantry, lists, id, reload],
  );
  useEffect(() => {
    let isOver = false;
    ask().then(
      (data) => !isOver && setAnswer({ ask, data }),
      (error: unknown) => !isOver && setAnswer({ ask, error }),
    );
    return () => {
      isOver = true;
    };
  }, [ask, round]);

  // What another organization has answered isn't shown while the answer of this one is on its way.
  const current = answer?.ask === ask ? answer : undefined;
  return { data: current?.data, error: current?.error, reload };
}
