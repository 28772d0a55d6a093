import { useInsertionEffect, useRef, useState } from "react";

type Functions = Record<string, (...args: never[]) => unknown>;

/** Functions that keep their identity for the life of the component and call the ones of the last render. */
export function useStableFunctions<F extends Functions>(latest: F): F {
  const current = useRef(latest);
  useInsertionEffect(() => {
    current.current = latest;
  });
  const [stable] = useState(() => {
    const entries = Object.keys(latest).map((name) => [
      name,
      (...args: never[]) => current.current[name]?.(...args),
    ]);
    return Object.fromEntries(entries) as F;
  });
  return stable;
}
