import { useCallback, useState, useSyncExternalStore } from "react";

/** The default export of a module that loads when it is needed for the first time. */
export interface Deferred<T> {
  /** Loads it early. A failure counts only once somebody uses it. */
  preload: () => void;
  /**
   * Nothing while it loads. A failure goes to the nearest error boundary; what it shows
   * after a reset tries again.
   */
  use: () => T | undefined;
}

/**
 * Loads a component as React's `lazy` does. React shows what comes after the fallback of a `Suspense` 300 ms
 * later at the earliest, which is longer than a panel may take to open, so none is used here.
 */
export function deferred<T>(load: () => Promise<{ readonly default: T }>): Deferred<T> {
  let loaded: T | undefined;
  const read = async (): Promise<void> => {
    loaded ??= (await load()).default;
  };
  return {
    preload: () => void read().catch(() => {}),
    // A server has only the fallback, and the first render in the browser has to look the same.
    use: () => {
      const [, fail] = useState();
      const subscribe = useCallback((onChange: () => void) => {
        read().then(onChange, (error: unknown) =>
          // What an update throws goes to the error boundary.
          fail(() => {
            throw error;
          }),
        );
        return () => {};
      }, []);
      return useSyncExternalStore(
        subscribe,
        () => loaded,
        () => undefined,
      );
    },
  };
}
