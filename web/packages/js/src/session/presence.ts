import type { Core } from "../core.ts";
import { observePage } from "../foundation/page.ts";
import { matchOrganization } from "../foundation/routes.ts";
import type { LiveLoader } from "../live/live-loader.ts";
import type { Recovery } from "./recovery.ts";
import type { Session } from "./session.ts";

interface PresenceOptions {
  readonly live: LiveLoader;
  readonly recovery: Recovery;
  readonly onRenew: () => void;
  readonly onFocus: () => void;
  readonly onSync: () => Promise<void>;
  readonly onSwitch: (organization: string | null) => Promise<unknown>;
}

/** Follows whether somebody looks at the page, and at which address of it. */
export class Presence {
  readonly #core: Core;
  readonly #session: Session;
  readonly #options: PresenceOptions;

  constructor(core: Core, session: Session, options: PresenceOptions) {
    this.#core = core;
    this.#session = session;
    this.#options = options;
  }

  start(): void {
    const stop = observePage({
      onWake: () => this.#wake(),
      onHide: () => this.#options.live.hide(),
      onFocus: () => this.#options.onFocus(),
      onRoute: () => this.#followRoute(),
    });
    this.#core.closing.addEventListener("abort", stop);
  }

  #wake(): void {
    const { live, recovery, onSync, onRenew } = this.#options;
    live.show();
    const { status, user } = this.#core.store.state;
    if (recovery.isWaiting) recovery.now();
    else if (status === "ready" && !user) void this.#lookForSomebody();
    else if (user && !live.isOpen) void onSync();
    else onRenew();
  }

  /** Somebody may have signed in, here at the identity provider or in another tab. */
  async #lookForSomebody(): Promise<void> {
    const { memory, identity } = this.#core;
    const isOpenedElsewhere = memory.session !== null;
    const reason = this.#session.signedOutBecause;
    if (reason && reason !== "identity_changed" && !isOpenedElsewhere) return;
    const isThere = await identity.use(async () => true).catch(() => null);
    if (!isThere) return;
    this.#session.signedOutBecause = null;
    await this.#options.onSync();
  }

  /** The address of the page has changed, and may name another organization. */
  #followRoute(): void {
    const { options, store } = this.#core;
    const { organizationFromUrl } = options;
    const { user, organization } = store.state;
    const wanted =
      organizationFromUrl && user && matchOrganization(location.pathname, organizationFromUrl);
    if (!wanted) return;
    const target =
      "slug" in wanted ? wanted.slug : "organizationId" in wanted ? wanted.organizationId : null;
    const current = "slug" in wanted ? organization?.slug : (organization?.id ?? null);
    // An organization that isn't the user's leaves the tab where it is; the page says "not found".
    if (target !== current) this.#options.onSwitch(target).catch(() => undefined);
  }
}
