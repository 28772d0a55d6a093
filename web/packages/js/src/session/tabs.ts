import type { Environment } from "../foundation/environment.ts";

/** What the tabs of one browser tell each other. Each message belongs to one session. */
export type TabMessage = { readonly sessionId: string } & (
  | {
      readonly kind: "token";
      /** Who is signed in at the identity provider, as the sender knows. */
      readonly subject: string | null;
      /** Whether this organization was chosen last. */
      readonly isChosen: boolean;
      readonly organizationId: string | null;
      readonly format: string;
      readonly jwt: string;
      /** The milliseconds that the token had left when it was sent. */
      readonly left: number;
      readonly sentAt: number;
    }
  /** Asks for a token of an organization, or of the one that was chosen last. */
  | { readonly kind: "ask"; readonly organizationId?: string | null; readonly format: string }
  | { readonly kind: "opened" }
  | { readonly kind: "chosen"; readonly organizationId: string | null }
  | { readonly kind: "signedOut"; readonly reason: "sign_out" | "revoked" | "ended" }
);

const LOCK_MILLISECONDS = 15_000;
const ANSWER_MILLISECONDS = 150;

/**
 * Connects the tabs by Web Locks and BroadcastChannel. Where the browser lacks one of them, the tab
 * works alone.
 */
export class Tabs {
  readonly #environment: Environment;
  readonly #receive: (message: TabMessage) => void;
  readonly #locks: LockManager | null;
  readonly #waiting = new Set<() => void>();
  #channel: BroadcastChannel | null = null;
  #leave: (() => void) | undefined;

  constructor(environment: Environment, receive: (message: TabMessage) => void) {
    this.#environment = environment;
    this.#receive = receive;
    this.#locks = globalThis.navigator?.locks ?? null;
  }

  /** Starts to listen to the other tabs. */
  open(): void {
    this.#channel = openChannel(this.#environment.key);
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<TabMessage | null>) => {
      // Other code of the page can use the channel too.
      if (typeof data?.sessionId !== "string") return;
      this.#receive(data);
      for (const proceed of [...this.#waiting]) proceed();
    });
  }

  post(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }

  /** Shows the other tabs that this one is there, until it is closed. */
  join(): void {
    if (!this.#channel || !this.#locks || this.#leave) return;
    const closed = new Promise<void>((resolve) => {
      this.#leave = resolve;
    });
    this.#locks.request(this.#tabsLock, { mode: "shared" }, () => closed).catch(() => undefined);
  }

  async hasCompany(): Promise<boolean> {
    return this.#channel !== null && this.#isHeld(this.#tabsLock);
  }

  async #isHeld(lock: string): Promise<boolean> {
    // Frames without an origin have the locks, but may not use them.
    const { held = [] } = (await this.#locks?.query().catch(() => null)) ?? {};
    return held.some(({ name }) => name === lock);
  }

  /** Waits until a message has arrived that satisfies the condition, or a moment has passed. */
  waitFor(isThere: () => boolean): Promise<void> {
    if (!this.#channel || isThere()) return Promise.resolve();
    const { clock } = this.#environment;
    return new Promise((resolve) => {
      const proceed = () => {
        if (!isThere()) return;
        clock.clearTimeout(timer);
        finish();
      };
      const finish = () => {
        this.#waiting.delete(proceed);
        resolve();
      };
      const timer = clock.setTimeout(finish, ANSWER_MILLISECONDS);
      this.#waiting.add(proceed);
    });
  }

  /**
   * Runs one tab at a time. `waited` says whether another tab was first. A tab that holds the lock
   * for too long, because it's frozen, doesn't stop the others.
   */
  async exclusively<T>(name: string, run: (waited: boolean) => Promise<T>): Promise<T> {
    if (!this.#locks) return run(false);
    const { clock, key } = this.#environment;
    const lock = `${key}:${name}`;
    const waited = await this.#isHeld(lock);
    const controller = new AbortController();
    const timer = clock.setTimeout(() => controller.abort(), LOCK_MILLISECONDS);
    let started = false;
    const start = () => {
      started = true;
      clock.clearTimeout(timer);
      return run(waited);
    };
    try {
      return await this.#locks.request(lock, { signal: controller.signal }, start);
    } catch (error) {
      if (started) throw error;
      return run(true);
    } finally {
      clock.clearTimeout(timer);
    }
  }

  close(): void {
    this.#leave?.();
    this.#channel?.close();
    this.#channel = null;
  }

  get #tabsLock(): string {
    return `${this.#environment.key}:tabs`;
  }
}

function openChannel(name: string): BroadcastChannel | null {
  try {
    return typeof document === "undefined" ? null : new BroadcastChannel(name);
  } catch {
    return null;
  }
}
