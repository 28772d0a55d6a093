import { makeError } from "./transport.ts";

/** Loads a part of the package when it's needed first, and tries again after a failure. */
export function lazily<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let loading: Promise<Part> | undefined;
  return () => {
    loading ??= load().catch((cause) => {
      loading = undefined;
      throw makeError(0, "network_error", "A part of the page couldn't be loaded.", cause);
    });
    return loading;
  };
}
