import type { Core } from "../core.ts";
import { hasCode } from "../foundation/errors.ts";
import { isOver, required } from "../foundation/transport.ts";
import * as documents from "../generated/session.ts";
import type { GetTokenParams } from "../types/users.ts";
import type { Session } from "./session.ts";
import { LEAST_MILLISECONDS, type Token, tokenKey, toServerFormat } from "./tokens.ts";

const RENEW_BEFORE_MILLISECONDS = 10_000;
const SPREAD_MILLISECONDS = 4_000;
/** A page that hasn't read its token for so long gets a new one only when it asks. */
const INTEREST_MILLISECONDS = 120_000;

interface MintingOptions {
  /** Falls back, because the tab's organization is gone. */
  readonly onGone: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly onToken: () => void;
}

/** Gives out session tokens and renews the one of the tab's organization before it expires. */
export class Minting {
  readonly #core: Core;
  readonly #session: Session;
  readonly #options: MintingOptions;
  readonly #minting = new Map<string, Promise<Token | null>>();
  #timer: unknown;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(core: Core, session: Session, options: MintingOptions) {
    this.#core = core;
    this.#session = session;
    this.#options = options;
  }

  async get({ skipCache = false, ...params }: GetTokenParams = {}): Promise<string | null> {
    const session = this.#session;
    const { organizationId = session.organizationId, format = session.format } = params;
    if (!session.id) return null;
    this.#readAt = this.#core.environment.clock.now();
    const { tokens } = this.#core;
    const token = tokens.get(tokenKey(organizationId, format));
    if (!skipCache && token && tokens.left(token) > LEAST_MILLISECONDS) return token.jwt;
    return (await this.mint(organizationId, format))?.jwt ?? null;
  }

  /** Mints once for all callers and, with the lock, once for all tabs. */
  mint(organizationId: string | null, format: string): Promise<Token | null> {
    const key = tokenKey(organizationId, format);
    const underWay = this.#minting.get(key);
    if (underWay) return underWay;
    const minting = this.#mintAlone(organizationId, format)
      .then((token) => {
        this.schedule();
        return token;
      })
      .finally(() => this.#minting.delete(key));
    this.#minting.set(key, minting);
    return minting;
  }

  async #mintAlone(organizationId: string | null, format: string): Promise<Token | null> {
    const { tabs, tokens } = this.#core;
    const { id } = this.#session;
    const key = tokenKey(organizationId, format);
    const before = tokens.get(key);
    return tabs.exclusively(`${id}:${key}`, async (waited) => {
      const hasArrived = () => tokens.get(key) !== before;
      if (waited) await tabs.waitFor(hasArrived);
      const arrived = hasArrived() ? tokens.get(key) : undefined;
      return arrived ?? this.#request(organizationId, format);
    });
  }

  async #request(organizationId: string | null, format: string): Promise<Token | null> {
    const { identity, send, tokens } = this.#core;
    const session = this.#session;
    const { id } = session;
    if (!id) return null;
    const input = { sessionId: id, organizationId, format: toServerFormat(format) as "V2" };
    try {
      const data = await identity.use((token) => {
        if (session.isReplaced()) return Promise.resolve(null);
        return send(documents.RenewSessionTokenDocument, { input }, { token });
      });
      if (id !== session.id) return null;
      if (!data) {
        // Nobody, or somebody else, is signed in at the identity provider.
        await session.resync();
        return null;
      }
      const jwt = required(required(data.payload).token).jwt;
      const token = tokens.put(tokenKey(organizationId, format), jwt);
      session.sharing.announce(organizationId, format);
      this.#options.onToken();
      return token;
    } catch (error) {
      return this.#handle(error, organizationId, format);
    }
  }

  async #handle(
    error: unknown,
    organizationId: string | null,
    format: string,
  ): Promise<Token | null> {
    const session = this.#session;
    if (isOver(error)) {
      if (!session.replace()) return null;
      await session.sync();
      return this.#core.tokens.get(tokenKey(organizationId, format)) ?? null;
    }
    const isGone = hasCode(error, "organization_not_found_or_unauthorized");
    if (isGone && organizationId === session.organizationId) {
      await this.#options.onGone();
      return null;
    }
    // Another organization that is refused is the caller's matter.
    if (!isGone) this.#options.onFailure(error);
    throw error;
  }

  /** Plans the next renewal of the token of the tab's organization. */
  schedule(): void {
    const { environment, tokens, closing } = this.#core;
    const { clock } = environment;
    clock.clearTimeout(this.#timer);
    const session = this.#session;
    const token = tokens.get(tokenKey(session.organizationId, session.format));
    if (!session.id || !token || closing.aborted) return;
    const spread = (clock.random() - 0.5) * SPREAD_MILLISECONDS;
    const pause = Math.max(0, tokens.left(token) - RENEW_BEFORE_MILLISECONDS + spread);
    this.#timer = clock.setTimeout(() => this.renew(), pause);
  }

  /** Renews a token that is about to expire if the page is visible and uses it. */
  renew(): void {
    const { environment, tokens, options } = this.#core;
    const session = this.#session;
    const isHidden = globalThis.document?.visibilityState === "hidden";
    const idle = environment.clock.now() - this.#readAt;
    if (!session.id || isHidden || (!options.sessionCookie && idle > INTEREST_MILLISECONDS)) return;
    const { organizationId, format } = session;
    const longest = RENEW_BEFORE_MILLISECONDS + SPREAD_MILLISECONDS / 2;
    if (tokens.left(tokens.get(tokenKey(organizationId, format))) > longest) {
      this.schedule();
      return;
    }
    this.mint(organizationId, format).catch(() => undefined);
  }

  stop(): void {
    this.#core.environment.clock.clearTimeout(this.#timer);
  }
}
