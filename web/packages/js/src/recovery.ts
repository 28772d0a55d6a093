import type { Environment } from "./environment.ts";
import type { TenantryError } from "./errors.ts";

const LONGEST_SECONDS = 30;
/** Somebody looks at the page: a server that is back shows within ten seconds. */
const LONGEST_VISIBLE_SECONDS = 8;

/** Tries again after 1, 2, 4, … seconds while the server or the network is away. */
export class Recovery {
  readonly #environment: Environment;
  readonly #retry: () => Promise<void>;
  #attempts = 0;
  #timer: unknown;

  constructor(environment: Environment, retry: () => Promise<void>) {
    this.#environment = environment;
    this.#retry = retry;
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  schedule({ retryAfter }: TenantryError): void {
    if (this.isWaiting) return;
    const { clock } = this.#environment;
    const isVisible = globalThis.document?.visibilityState === "visible";
    const longest = isVisible ? LONGEST_VISIBLE_SECONDS : LONGEST_SECONDS;
    const pause = Math.min(2 ** this.#attempts, longest) * (1 - clock.random() / 4);
    this.#attempts += 1;
    this.#timer = clock.setTimeout(() => this.now(), Math.max(pause, retryAfter ?? 0) * 1000);
  }

  /** Tries at once, for example because the network is back. */
  now(): void {
    this.#clear();
    void this.#retry();
  }

  reset(): void {
    this.#clear();
    this.#attempts = 0;
  }

  #clear(): void {
    this.#environment.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
