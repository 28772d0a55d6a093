import type { Store } from "../foundation/store.ts";
import type { Invalidation, ListName } from "../types/events.ts";
import type { TenantryClock } from "../types/options.ts";

const PAUSE_MILLISECONDS = 250;

/** Tells which lists to read again, at most four times a second. */
export class Invalidations {
  readonly #clock: TenantryClock;
  readonly #store: Store;
  readonly #waiting = new Map<string, Invalidation>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #timer: unknown;

  constructor(clock: TenantryClock, store: Store) {
    this.#clock = clock;
    this.#store = store;
  }

  add(organizationId: string | null, ...lists: (ListName | "all")[]): void {
    for (const list of lists)
      this.#waiting.set(`${organizationId}/${list}`, { list, organizationId });
    const pause = Math.max(0, this.#toldAt + PAUSE_MILLISECONDS - this.#clock.now());
    this.#timer ??= this.#clock.setTimeout(() => this.#tell(), pause);
  }

  #tell(): void {
    const told = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#timer = undefined;
    this.#toldAt = this.#clock.now();
    this.#store.emit("invalidate", told);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }
}
