import { useCallback, useState, useSyncExternalStore } from "react";

/** The default export of a module that loads when it is needed for the first time. */
export interface Deferred<T> {
  /** Loads it early. A failure counts only once somebody uses it. */
  preload: () => void;
  use: () => Loading<T>;
}

export interface Loading<T> {
  /** Nothing while it loads, and if it can't be loaded. */
  readonly part: T | undefined;
  /**
   * Loads again what couldn't be loaded, and else the page: a browser may remember for as long as the page
   * lives that a module failed.
   */
  readonly reload: (() => void) | undefined;
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
      const [hasFailed, setFailed] = useState(false);
      const subscribe = useCallback((onChange: () => void) => {
        read().then(onChange, (error: unknown) => {
          globalThis.reportError?.(error);
          setFailed(true);
        });
        return () => {};
      }, []);
      const part = useSyncExternalStore(
        subscribe,
        () => loaded,
        () => undefined,
      );
      const reload = (): void =>
        void read().then(
          () => setFailed(false),
          () => {
            if (navigator.onLine) location.reload();
          },
        );
      return { part, reload: hasFailed && !part ? reload : undefined };
    },
  };
}
