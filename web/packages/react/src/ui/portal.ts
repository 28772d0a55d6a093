import { useEffect, useState } from "react";
import { type Container, useSurroundings } from "../appearance/context.tsx";
import { usePortalContainer } from "../control/PortalProvider.tsx";

/** The container that the page has named, of the component itself or of a `<PortalProvider>`. */
export function useNamedContainer(): Container {
  const around = usePortalContainer();
  return useSurroundings().container ?? around;
}

/** Where a dialog goes in the page. It is null until the first effect, as on the server. */
export function useContainer(): Element | null {
  const named = useNamedContainer();
  const [found, setFound] = useState<Element | null>(null);
  useEffect(() => {
    setFound((typeof named === "function" ? named() : named) ?? document.body);
  }, [named]);
  return found;
}
