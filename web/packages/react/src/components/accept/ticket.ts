import { useEffect, useState } from "react";

const PARAMETER = "ticket";

/** The ticket: the given one, or the one in the address of the page, where it is taken out at once. */
export function useTicket(given: string | undefined): string | null {
  const [ticket] = useState(() => given ?? ticketInAddress());
  useEffect(() => {
    const url = new URL(location.href);
    if (!url.searchParams.has(PARAMETER)) return;
    url.searchParams.delete(PARAMETER);
    history.replaceState(history.state, "", url);
  }, []);
  return given ?? ticket;
}

function ticketInAddress(): string | null {
  return typeof location === "undefined"
    ? null
    : new URLSearchParams(location.search).get(PARAMETER);
}
