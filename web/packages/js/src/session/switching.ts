import type { Core } from "../core.ts";
import type { Choice } from "../foundation/routes.ts";
import { isOver, makeError, makeKey, required } from "../foundation/transport.ts";
import * as documents from "../generated/session.ts";
import type { SetActiveParams } from "../types/tenantry.ts";
import type { Session, SessionPayload } from "./session.ts";
import { toServerFormat } from "./tokens.ts";

/** Switches the tab's organization: all at once, or not at all. A later switch wins. */
export class Switching {
  readonly #core: Core;
  readonly #session: Session;
  #last = 0;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(core: Core, session: Session) {
    this.#core = core;
    this.#session = session;
  }

  /** Answers whether the switch was done, and not replaced by a later one. */
  async to(
    organization: NonNullable<SetActiveParams["organization"]> | null,
    remember: boolean,
  ): Promise<boolean> {
    const { store } = this.#core;
    const session = this.#session;
    this.#last += 1;
    const mine = this.#last;
    const isLast = () => mine === this.#last;
    session.turn += 1;
    store.set({ isSwitching: true });
    // One after the other, so that the server remembers the last choice too.
    await this.#underWay;
    if (!isLast()) return false;
    const { turn } = session;
    const asking = this.#ask(toChoice(organization), remember);
    this.#underWay = asking.catch(() => undefined);
    try {
      const answer = await asking;
      if (!isLast()) return false;
      const isOutdated = turn !== session.turn;
      // What a read that is under way finds can be of before the switch.
      session.turn += 1;
      session.accept(answer, { isSwitching: false });
      // And this answer can be of before a change that was read meanwhile.
      if (isOutdated) void session.sync().catch(() => undefined);
    } catch (error) {
      if (!isLast()) return false;
      store.set({ isSwitching: false });
      // Nobody, or somebody else, is signed in by now.
      const isNobody = (error as { status?: number }).status === 401;
      if (isNobody) void session.sync().catch(() => undefined);
      throw error;
    }
    if (remember) this.#tell();
    return true;
  }

  #tell(): void {
    const { id, organizationId } = this.#session;
    this.#session.chosen = organizationId;
    if (id) this.#core.tabs.post({ kind: "chosen", sessionId: id, organizationId });
  }

  async #ask(choice: Choice, remember: boolean): Promise<SessionPayload> {
    const { identity, send } = this.#core;
    const session = this.#session;
    const { id, userId } = session;
    if (!id) throw nobody();
    try {
      const answer = remember
        ? await identity.use(async (token) => {
            if (!session.id || session.isReplaced()) return null;
            const format = toServerFormat(session.format);
            const input = { ...choice, sessionId: session.id, format };
            const options = { token, idempotencyKey: makeKey() };
            const data = await send(documents.SetActiveOrganizationDocument, { input }, options);
            return required(data.payload);
          })
        : await session.ask(choice, { strict: true });
      // A session that is being replaced belongs to nobody for a moment.
      const isOwn = answer?.viewer?.user.id === (session.userId ?? userId);
      if (answer && isOwn && !session.signedOutBecause) return answer;
    } catch (error) {
      if (isOver(error) && session.replace()) {
        await session.sync();
        return this.#ask(choice, remember);
      }
      throw error;
    }
    throw nobody();
  }
}

function nobody(): Error {
  const message = "Nobody is signed in. Sign in before you choose an organization.";
  return makeError(401, "unauthenticated", message);
}

function toChoice(organization: string | { readonly id: string } | null): Choice {
  if (organization === null) return { organizationId: null };
  if (typeof organization !== "string") return { organizationId: organization.id };
  // Slugs have no underscore.
  return organization.includes("_") ? { organizationId: organization } : { slug: organization };
}
