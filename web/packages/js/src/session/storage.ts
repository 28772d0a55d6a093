import type { Environment } from "../foundation/environment.ts";
import type { Choice } from "../foundation/routes.ts";

interface StoredSession {
  readonly sessionId: string;
  readonly userId: string;
}

const PERSONAL = "personal";

/** What outlives the page: ids only, which are worth nothing without an identity token. */
export class Memory {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get session(): StoredSession | null {
    try {
      const stored = JSON.parse(this.#local.getItem(this.#key) ?? "null");
      return typeof stored?.sessionId === "string" ? stored : null;
    } catch {
      return null;
    }
  }

  set session(session: StoredSession | null) {
    if (session) this.#quietly(() => this.#local.setItem(this.#key, JSON.stringify(session)));
    else this.#local.removeItem(this.#key);
  }

  /** The organization that this tab had before it was loaded anew. */
  getChoice(): Choice {
    const stored = this.#tab.getItem(this.#key);
    if (!stored) return {};
    return { organizationId: stored === PERSONAL ? null : stored };
  }

  setChoice(organizationId: string | null | undefined): void {
    if (organizationId === undefined) this.#tab.removeItem(this.#key);
    else this.#quietly(() => this.#tab.setItem(this.#key, organizationId ?? PERSONAL));
  }

  get #local() {
    return this.#environment.storage.local;
  }

  get #tab() {
    return this.#environment.storage.tab;
  }

  get #key(): string {
    return this.#environment.key;
  }

  /** A full storage costs a new session at the next load, and nothing else. */
  #quietly(write: () => void): void {
    try {
      write();
    } catch {
      // Nothing to do: the values are in memory too.
    }
  }
}
