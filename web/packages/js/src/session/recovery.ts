import type { Core } from "../core.ts";
import { TenantryError } from "../foundation/errors.ts";
import { isTransient, makeError } from "../foundation/transport.ts";
import { ReadInstanceDocument } from "../generated/session.ts";
import type { Session } from "./session.ts";

const PROBE_MILLISECONDS = 1_000;
const LONGEST_SECONDS = 30;
/** Somebody looks at the page: a server that is back shows within ten seconds. */
const LONGEST_VISIBLE_SECONDS = 8;

/**
 * Decides what a failure means. While the server or the network is away, it tries again after 1, 2, 4, …
 * seconds.
 */
export class Recovery {
  readonly #core: Core;
  readonly #session: Session;
  readonly #retry: () => Promise<void>;
  #attempts = 0;
  #timer: unknown;
  #probe: unknown;

  constructor(core: Core, session: Session, retry: () => Promise<void>) {
    this.#core = core;
    this.#session = session;
    this.#retry = retry;
  }

  async fail(cause: unknown): Promise<void> {
    const { store, environment, closing } = this.#core;
    if (closing.aborted) return;
    const failure =
      cause instanceof TenantryError
        ? cause
        : makeError(0, "unexpected_error", `Something went wrong: ${cause}`, cause);
    if (failure.status === 401) return this.#refuseIdentity();
    const isFirst = store.state.status === "loading";
    // Where even this part can't be loaded, the network is away.
    const failures = await import("../foundation/failures.ts").catch(() => null);
    const error =
      isFirst && failures && failure.code === "network_error"
        ? await failures.explainNetworkError(environment, failure)
        : failure;
    if (isTransient(error)) {
      store.set({ status: "degraded", error });
      this.#schedule(error);
    } else {
      store.set({ status: "error", isSwitching: false, error });
      failures?.reportStop(error);
    }
  }

  /** The server refuses even a new identity token: nobody is signed in here. */
  async #refuseIdentity(): Promise<void> {
    const { store, send, snapshots } = this.#core;
    void import("../foundation/failures.ts").then(
      (failures) => failures.warnOfRefusedIdentity(),
      () => undefined,
    );
    this.#session.end("identity_changed");
    if (store.state.instance) return;
    const { instance } = await send(ReadInstanceDocument, {}).catch(() => ({ instance: null }));
    store.set(snapshots.make(null, instance, null));
  }

  /** Finds out, after the socket was lost, whether the server is away. */
  probe(): void {
    const { environment, store, send } = this.#core;
    const { clock } = environment;
    clock.clearTimeout(this.#probe);
    const pause = PROBE_MILLISECONDS * (0.3 + clock.random());
    this.#probe = clock.setTimeout(() => {
      if (store.state.status !== "ready") return;
      send(ReadInstanceDocument, {}).catch((error) => this.fail(error));
    }, pause);
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  #schedule({ retryAfter }: TenantryError): void {
    const { clock } = this.#core.environment;
    if (this.isWaiting || this.#core.closing.aborted) return;
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
    this.#core.environment.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  stop(): void {
    this.#clear();
    this.#core.environment.clock.clearTimeout(this.#probe);
  }
}
