import { useEffect, useState } from "react";
import { useSurroundings } from "../appearance/context.tsx";

/** Where a dialog goes in the page. It is null until the first effect, as on the server. */
export function useContainer(): Element | null {
  const { container } = useSurroundings();
  const [found, setFound] = useState<Element | null>(null);
  useEffect(() => {
    setFound((typeof container === "function" ? container() : container) ?? document.body);
  }, [container]);
  return found;
}
