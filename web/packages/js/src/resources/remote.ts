import { makeError } from "../transport.ts";

type Operations = typeof import("../operations/index.ts");

let loading: Promise<Operations> | undefined;

/** Loads the part that reads lists and changes things, which most pages need only later. */
export function loadOperations(): Promise<Operations> {
  loading ??= import("../operations/index.ts").catch((cause) => {
    loading = undefined;
    throw makeError(0, "network_error", "A part of the page couldn't be loaded.", cause);
  });
  return loading;
}

/** Returns functions that load what they do when they're called first. */
export function remote<Functions extends object>(
  load: () => Promise<Functions>,
  names: Readonly<Record<keyof Functions, 0>>,
): Functions {
  const call = (name: string) => {
    return async (...args: unknown[]) => {
      const functions = (await load()) as Record<string, (...args: unknown[]) => unknown>;
      return functions[name]?.(...args);
    };
  };
  const entries = Object.keys(names).map((name) => [name, call(name)]);
  return Object.fromEntries(entries);
}
