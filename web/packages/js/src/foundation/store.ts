import type { TenantryEventMap } from "../types/events.ts";
import type { TenantryState } from "../types/state.ts";

type Listener<T> = (value: T) => void;

export const SIGNED_OUT = {
  user: null,
  session: null,
  organization: null,
  membership: null,
  sessionClaims: null,
} as const;

/** Holds the snapshot and tells who listens. */
export class Store {
  state: TenantryState = Object.freeze({
    status: "loading",
    isLoaded: false,
    isSwitching: false,
    error: null,
    instance: null,
    ...SIGNED_OUT,
  });
  readonly #listeners = new Set<Listener<TenantryState>>();
  readonly #handlers = new Map<string, Set<Listener<never>>>();

  /** Publishes a new snapshot, unless it would equal the current one. */
  set(changes: Partial<TenantryState>): void {
    const next = { ...this.state, ...changes };
    const keys = Object.keys(changes) as (keyof TenantryState)[];
    if (keys.every((key) => Object.is(this.state[key], next[key]))) return;
    this.state = Object.freeze(next);
    for (const listener of [...this.#listeners]) tell(listener, this.state);
  }

  addListener(listener: Listener<TenantryState>): () => void {
    const added: Listener<TenantryState> = (state) => listener(state);
    this.#listeners.add(added);
    return () => void this.#listeners.delete(added);
  }

  on<Name extends keyof TenantryEventMap>(
    name: Name,
    handler: Listener<TenantryEventMap[Name]>,
  ): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers);
    const added: Listener<TenantryEventMap[Name]> = (value) => handler(value);
    handlers.add(added);
    return () => void handlers.delete(added);
  }

  emit<Name extends keyof TenantryEventMap>(name: Name, value: TenantryEventMap[Name]): void {
    const handlers = this.#handlers.get(name) ?? [];
    for (const handler of [...handlers] as Listener<TenantryEventMap[Name]>[]) tell(handler, value);
  }
}

/** What a listener of the page throws stops neither the others nor the session. */
function tell<T>(listener: Listener<T>, value: T): void {
  try {
    listener(value);
  } catch (error) {
    globalThis.reportError?.(error);
  }
}
