import { lazily } from "../foundation/lazy.ts";

/** Loads the part that reads lists and changes things, which most pages need only later. */
export const loadOperations: () => Promise<typeof import("../operations/index.ts")> = lazily(
  () => import("../operations/index.ts"),
);

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
