import type { Core } from "../core.ts";
import { hasCode } from "../foundation/errors.ts";
import { type Choice, matchOrganization } from "../foundation/routes.ts";
import { SIGNED_OUT } from "../foundation/store.ts";
import { isOver, makeKey, required } from "../foundation/transport.ts";
import * as documents from "../generated/session.ts";
import type { OrganizationLeft, TenantryEventMap } from "../types/events.ts";
import type { TenantryOptions } from "../types/options.ts";
import type { SessionClaims } from "../types/users.ts";
import { findLost, type Leaving } from "./lost.ts";
import { Sharing } from "./sharing.ts";
import { tokenKey, toServerFormat } from "./tokens.ts";

export type SignOutReason = TenantryEventMap["signedOut"]["reason"];

type Payload = NonNullable<documents.CreateSessionTokenMutation["payload"]>;

/** Knows who is signed in and in which organization the tab is, and publishes it. */
export class Session {
  /** The id of the session at the instance. */
  id: string | null = null;
  organizationId: string | null = null;
  /** The position of the log from which to follow what happens after the published state. */
  cursor: string | null = null;
  /** Why nobody is signed in here although somebody may be at the identity provider. */
  signedOutBecause: SignOutReason | null = null;
  /** Counts what makes an answer that is still under way worthless. */
  turn = 0;
  /** The organization that was chosen last, in any tab. */
  chosen: string | null | undefined;
  /** The issuer and the subject of the identity token that the session was last used with. */
  subject: string | null = null;
  readonly sharing: Sharing;
  readonly #core: Core;
  #published: Pick<Payload, "viewer" | "instance"> | null = null;
  #syncing: Promise<void> | null = null;
  /** The organization that the tab is about to leave, and why. */
  #leaving: Leaving | null = null;

  constructor(core: Core) {
    this.#core = core;
    this.sharing = new Sharing(core, this);
  }

  /** The user whom the published state belongs to. */
  get userId(): string | null {
    return this.#published?.viewer?.user.id ?? null;
  }

  get format(): NonNullable<TenantryOptions["tokenFormat"]> {
    return this.#core.options.tokenFormat ?? "v2";
  }

  /** Reads the state and publishes it: at the start, after a failure, and when an event says so. */
  sync(): Promise<void> {
    this.#syncing ??= this.#sync().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  /** Reads the state anew even if a read is under way, because what it finds may be of before. */
  resync(): Promise<void> {
    this.turn += 1;
    return this.sync();
  }

  /** Leaves the tab's organization, which is gone, for the session's own. */
  async leave(organizationId: string | null, reason: OrganizationLeft["reason"]): Promise<void> {
    if (organizationId === null || organizationId !== this.organizationId) return;
    this.#leaving = { organizationId, reason };
    this.#core.memory.setChoice(undefined);
    await this.resync();
  }

  async #sync(): Promise<void> {
    const { store } = this.#core;
    // Who was signed out stays so until somebody asks to be signed in.
    if (this.signedOutBecause) return store.set({ status: "ready", error: null });
    const { turn } = this;
    const choice = this.wanted();
    const isFirst = !store.state.isLoaded || this.id === null;
    const answer = isFirst ? await this.#open() : await this.ask(choice);
    if (this.signedOutBecause) return;
    // Somebody switched meanwhile, and what was read is of before.
    if (turn !== this.turn) return this.#sync();
    if (!answer) return this.#showNobody();
    const lost = findLost(store.state, { choice, leaving: this.#leaving }, answer);
    this.accept(answer);
    if (lost) store.emit("organizationLeft", lost);
  }

  /** One tab opens the session, and the others find it. */
  async #open(): Promise<Payload | null> {
    const { memory, tabs } = this.#core;
    this.id = memory.session?.sessionId ?? null;
    if (this.id) return (await this.sharing.borrow(this.id)) ?? this.ask(this.wanted());
    return tabs.exclusively("session", async (waited) => {
      const find = () => memory.session?.sessionId ?? this.sharing.opened;
      // Browsers may show a tab later what another one has stored.
      if (waited) await tabs.waitFor(() => find() !== null);
      this.id = find();
      const answer = await this.ask(this.wanted());
      if (answer) this.#remember(answer);
      if (this.id) tabs.post({ kind: "opened", sessionId: this.id });
      return answer;
    });
  }

  /** The organization of the URL, else the tab's, else the session's own. */
  wanted(): Choice {
    const { options, memory } = this.#core;
    const path = globalThis.location?.pathname;
    const named =
      options.organizationFromUrl && path !== undefined
        ? matchOrganization(path, options.organizationFromUrl)
        : undefined;
    return named ?? memory.getChoice();
  }

  /**
   * Asks for a token and the state that belongs to it; null if nobody is signed in. An organization
   * that is gone is replaced by the session's own, unless the caller is `strict`.
   */
  async ask(
    choice: Choice,
    { strict = false }: { strict?: boolean } = {},
  ): Promise<Payload | null> {
    try {
      return await this.#core.identity.use((token) => this.#askAs(token, choice));
    } catch (error) {
      const isGone = hasCode(error, "organization_not_found_or_unauthorized");
      if (isGone && !strict && Object.keys(choice).length > 0) return this.ask({});
      if (isOver(error) && this.replace()) return this.ask(choice, { strict });
      if (isOver(error) && this.signedOutBecause) return null;
      throw error;
    }
  }

  async #askAs(token: string, choice: Choice): Promise<Payload | null> {
    const { send } = this.#core;
    const wanted = this.follow() ? {} : choice;
    // The session can end while the identity provider is asked.
    if (this.signedOutBecause) return null;
    const input = { ...wanted, format: toServerFormat(this.format) };
    const { id } = this;
    const data = id
      ? await send(
          documents.CreateSessionTokenDocument,
          { input: { ...input, sessionId: id } },
          { token },
        )
      : await send(
          documents.CreateSessionDocument,
          { input },
          { token, idempotencyKey: makeKey() },
        );
    return required(data.payload);
  }

  /** Whether the identity provider has just named somebody else than the signed-in user. */
  isReplaced(): boolean {
    return this.subject !== null && this.subject !== this.#core.identity.subject;
  }

  /** Forgets everything of a user whom the identity provider has replaced, and says whether it did. */
  follow(): boolean {
    const isReplaced = this.isReplaced();
    this.subject = this.#core.identity.subject;
    if (!isReplaced) return false;
    this.end("identity_changed", "loading");
    this.signedOutBecause = null;
    return true;
  }

  /** Publishes what the server has answered. */
  accept(payload: Payload, changes: { readonly isSwitching?: false } = {}): void {
    const { tokens, memory } = this.#core;
    const { viewer } = payload;
    this.#published = payload;
    this.#remember(payload);
    const organizationId = viewer?.activeMembership
      ? (viewer.activeOrganization?.id ?? null)
      : null;
    this.organizationId = organizationId;
    this.#leaving = null;
    this.cursor = viewer?.cursor ?? null;
    const isPersonal = payload.instance.membershipMode === "OPTIONAL";
    memory.setChoice(organizationId ?? (isPersonal ? null : undefined));
    const jwt = payload.token?.jwt;
    const key = tokenKey(organizationId, this.format);
    const known = tokens.get(key);
    const token = known?.jwt === jwt ? known : jwt ? tokens.put(key, jwt) : null;
    if (token && token !== known) this.sharing.announce(organizationId, this.format);
    this.#publish(payload, token?.claims ?? null, changes);
  }

  #publish(
    { viewer, instance }: Pick<Payload, "viewer" | "instance">,
    claims: SessionClaims | null,
    changes: { readonly isSwitching?: false } = {},
  ): void {
    const parts = this.#core.snapshots.make(viewer, instance, claims);
    this.#core.store.set({ status: "ready", isLoaded: true, error: null, ...changes, ...parts });
  }

  /** Shows new fields of the tab's organization. */
  showOrganization(data: documents.OrganizationFieldsFragment): void {
    const { viewer, instance } = this.#published ?? {};
    if (!viewer?.activeOrganization || !instance || this.organizationId !== data.id) return;
    const activeOrganization = { ...viewer.activeOrganization, ...data };
    const payload = { viewer: { ...viewer, activeOrganization }, instance };
    this.#published = payload;
    const { snapshots, store } = this.#core;
    store.set(snapshots.make(payload.viewer, instance, store.state.sessionClaims));
  }

  #remember({ viewer }: Payload): void {
    if (!viewer?.session) return;
    this.id = viewer.session.id;
    this.chosen = viewer.session.lastActiveOrganization?.id ?? null;
    this.signedOutBecause = null;
    this.#core.memory.session = { sessionId: viewer.session.id, userId: viewer.user.id };
  }

  async #showNobody(): Promise<void> {
    const { store, send } = this.#core;
    const wasSignedIn = store.state.user !== null;
    this.subject = null;
    this.#forget();
    if (wasSignedIn) {
      store.set({ ...SIGNED_OUT, isSwitching: false });
      store.emit("signedOut", { reason: "identity_changed" });
    }
    const { instance } = await send(documents.ReadInstanceDocument, {});
    this.#publish({ viewer: null, instance }, null, { isSwitching: false });
  }

  /** A session that somebody has ended is opened again only for another person, or in a new page. */
  async mayReopen(): Promise<boolean> {
    const reason = this.signedOutBecause;
    if (reason !== "revoked" && reason !== "ended") return true;
    await this.#core.identity.use(async () => true).catch(() => null);
    return this.isReplaced();
  }

  /** Shows that nobody is signed in, at once. */
  end(reason: SignOutReason, status: "ready" | "loading" = "ready"): void {
    const { store, memory } = this.#core;
    const wasSignedIn = store.state.user !== null;
    this.signedOutBecause = reason;
    this.#forget();
    memory.session = null;
    memory.setChoice(undefined);
    store.set({ ...SIGNED_OUT, status, isLoaded: true, isSwitching: false, error: null });
    if (wasSignedIn) store.emit("signedOut", { reason });
  }

  #forget(): void {
    this.id = null;
    this.sharing.opened = null;
    this.#published = null;
    this.organizationId = null;
    this.cursor = null;
    this.chosen = undefined;
    this.#core.tokens.clear();
  }

  /** Ends the session in this tab and in the others. */
  endEverywhere(reason: "sign_out" | "revoked" | "ended"): void {
    const sessionId = this.id;
    this.end(reason);
    if (sessionId) this.#core.tabs.post({ kind: "signedOut", sessionId, reason });
  }

  /**
   * Decides what a session that the server refuses means. At the start, and after it has expired, a
   * new one takes its place, and the answer is true. Otherwise somebody has ended it.
   */
  replace(): boolean {
    if (this.id === null) return false;
    const session = this.#published?.viewer?.session;
    if (session && !this.#isExpired(new Date(session.expiresAt))) {
      this.endEverywhere("revoked");
      return false;
    }
    this.#forget();
    this.#core.memory.session = null;
    return true;
  }

  #isExpired(expiresAt: Date): boolean {
    const { tokens } = this.#core;
    const token = tokens.get(tokenKey(this.organizationId, this.format));
    // The server's time: that of the last token, plus the time since it arrived.
    return !!token && token.claims.exp * 1000 - tokens.left(token) >= expiresAt.getTime();
  }
}

export type { Payload as SessionPayload };
