import { useState } from "react";

export interface Action {
  isBusy: boolean;
  /** Why the last run failed, or undefined. */
  error: unknown;
  /** Runs a change, and keeps what it was refused with. While it is under way, another run does nothing. */
  run: (change: () => Promise<void>) => void;
  reset: () => void;
}

/** A change that a button starts: whether it is under way, and why it failed. */
export function useAction(): Action {
  const [state, setState] = useState<{ isBusy: boolean; error?: unknown }>({ isBusy: false });
  const run = (change: () => Promise<void>): void => {
    if (state.isBusy) return;
    setState({ isBusy: true });
    change().then(
      () => setState({ isBusy: false }),
      (error: unknown) => setState({ isBusy: false, error }),
    );
  };
  return {
    isBusy: state.isBusy,
    error: state.error,
    run,
    reset: () => setState({ isBusy: false }),
  };
}
