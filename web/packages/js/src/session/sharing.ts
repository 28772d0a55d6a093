import type { Core } from "../core.ts";
import { isTransient } from "../foundation/transport.ts";
import * as documents from "../generated/session.ts";
import type { Session, SessionPayload } from "./session.ts";
import type { TabMessage } from "./tabs.ts";
import { LEAST_MILLISECONDS, tokenKey } from "./tokens.ts";

/** What the tabs of one session share: its tokens, the last choice, and its end. */
export class Sharing {
  /** The session that another tab has just opened. */
  opened: string | null = null;

  readonly #core: Core;
  readonly #session: Session;

  constructor(core: Core, session: Session) {
    this.#core = core;
    this.#session = session;
  }

  /** Starts with the token of another tab, so that the tabs need one token together. */
  async borrow(sessionId: string): Promise<SessionPayload | null> {
    const { tabs, tokens, send, identity } = this.#core;
    const session = this.#session;
    const wanted = session.wanted();
    if ("slug" in wanted || !(await tabs.hasCompany())) return null;
    // A token of another tab is good only for the person whom that tab knows.
    if (!(await identity.use(async () => true)) || session.follow()) return null;
    const { format } = session;
    tabs.post({ kind: "ask", sessionId, format, ...wanted });
    const find = () => {
      const organizationId = "organizationId" in wanted ? wanted.organizationId : session.chosen;
      return organizationId === undefined
        ? undefined
        : tokens.get(tokenKey(organizationId, format));
    };
    await tabs.waitFor(() => tokens.left(find()) > LEAST_MILLISECONDS);
    const token = find();
    if (!token || tokens.left(token) <= LEAST_MILLISECONDS) return null;
    try {
      const data = await send(documents.ReadViewerDocument, {}, { token: token.jwt });
      return data.viewer && { ...data, token: { jwt: token.jwt }, userErrors: [] };
    } catch (error) {
      if (isTransient(error)) throw error;
      return null;
    }
  }

  announce(organizationId: string | null, format: string): void {
    const { tabs, tokens } = this.#core;
    const { id, subject, chosen } = this.#session;
    const token = tokens.get(tokenKey(organizationId, format));
    if (!token || !id) return;
    tabs.post({
      kind: "token",
      sessionId: id,
      subject,
      organizationId,
      isChosen: organizationId === chosen,
      format,
      jwt: token.jwt,
      left: tokens.left(token),
      sentAt: Date.now(),
    });
  }

  /** Takes part in what the other tabs tell. Messages of another session mean nothing here. */
  receive(message: TabMessage): void {
    const session = this.#session;
    if (message.kind === "opened") this.opened = message.sessionId;
    if (message.sessionId !== session.id) return;
    if (message.kind === "token") {
      this.#keep(message);
    } else if (message.kind === "ask") {
      const { organizationId = session.chosen } = message;
      if (organizationId !== undefined) this.announce(organizationId, message.format);
    } else if (message.kind === "chosen") {
      session.chosen = message.organizationId;
    } else if (message.kind === "signedOut") {
      session.end(message.reason);
    }
  }

  #keep(message: TabMessage & { readonly kind: "token" }): void {
    const { tokens } = this.#core;
    const session = this.#session;
    if (message.subject !== session.subject) return;
    const { organizationId, format, jwt, left, sentAt } = message;
    const remaining = left - Math.max(0, Date.now() - sentAt);
    const key = tokenKey(organizationId, format);
    if (remaining > tokens.left(tokens.get(key))) tokens.put(key, jwt, remaining);
    if (message.isChosen) session.chosen ??= organizationId;
  }
}
