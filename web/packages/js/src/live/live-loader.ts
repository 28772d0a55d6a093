import { lazily } from "../foundation/lazy.ts";
import type { LiveState } from "../types/events.ts";
import type { SubscriptionObserver } from "../types/tenantry.ts";
import type { Live, LiveOptions } from "./live.ts";

/** How long a page must be hidden until its subscriptions are closed. */
const HIDDEN_MILLISECONDS = 60_000;

/** Loads the part for subscriptions when it's needed first. */
export class LiveLoader {
  state: LiveState = Object.freeze({ status: "off", cursor: null });
  readonly #options: LiveOptions;
  readonly #isOn: boolean;
  readonly #load: () => Promise<Live> = lazily(async () => {
    const { Live } = await import("./live.ts");
    this.#live = new Live(this.#options);
    return this.#live;
  });
  #live: Live | null = null;
  #hiding: unknown;

  constructor(options: Omit<LiveOptions, "onStatus">, isOn: boolean) {
    this.#options = { ...options, onStatus: (state) => this.#show(state) };
    this.#isOn = isOn;
  }

  #show(state: LiveState): void {
    const before = this.state;
    if (before.status === state.status && before.cursor === state.cursor) return;
    this.state = Object.freeze(state);
    this.#options.core.store.emit("live", this.state);
  }

  /** Whether changes of others arrive by themselves. */
  get isOpen(): boolean {
    return this.#isOn && this.#live !== null;
  }

  follow(): void {
    if (this.#live) this.#live.follow();
    else if (this.#isOn && this.#options.session.id) {
      this.#load().then((live) => live.follow(), this.#options.onFailure);
    }
  }

  hide(): void {
    const { clock } = this.#options.core.environment;
    clock.clearTimeout(this.#hiding);
    this.#hiding = clock.setTimeout(() => this.#live?.pause(), HIDDEN_MILLISECONDS);
  }

  show(): void {
    this.#options.core.environment.clock.clearTimeout(this.#hiding);
    this.#live?.resume();
  }

  stop(): void {
    this.#options.core.environment.clock.clearTimeout(this.#hiding);
    this.#live?.stop();
  }

  subscribe(query: string, variables: object, observer: SubscriptionObserver<never>): () => void {
    let isOver = false;
    let end = () => {
      isOver = true;
    };
    this.#load().then(
      (live) => {
        if (!isOver && !this.#options.core.closing.aborted) {
          end = live.subscribe(query, variables, observer);
        }
      },
      (error) => observer.error?.(error),
    );
    return () => end();
  }
}
