import type { Store } from "../foundation/store.ts";
import type { LiveEventFieldsFragment } from "../generated/live.ts";
import type { Api } from "../resources/api.ts";
import type { Session } from "../session/session.ts";
import { toEvent } from "./live-event.ts";

export type StreamName = "viewer" | "organization";

const REMEMBERED_EVENTS = 200;

/** Applies events to the state, and says which lists they change. */
export class LiveEvents {
  readonly #api: Api;
  readonly #session: Session;
  readonly #store: Store;
  readonly #seen = new Set<string>();

  constructor(api: Api, session: Session, store: Store) {
    this.#api = api;
    this.#session = session;
    this.#store = store;
  }

  async apply(event: LiveEventFieldsFragment, stream: StreamName): Promise<void> {
    if ("organization" in event && event.organization)
      this.#api.showOrganization(event.organization);
    if (stream === "organization") this.#invalidateOrganization(event);
    // Both streams tell of the own membership, and of the tab's organization.
    const isNew = !this.#seen.has(event.id);
    this.#remember(event.id);
    if (stream === "viewer") this.#invalidateViewer(event);
    if (!isNew) return;
    await this.#follow(event);
    this.#store.emit("event", toEvent(event));
  }

  #remember(id: string): void {
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED_EVENTS && oldest) this.#seen.delete(oldest);
  }

  #invalidateOrganization({ type, organizationId }: LiveEventFieldsFragment): void {
    const { invalidate } = this.#api;
    if (/^MEMBERSHIP_(C|U|D)/.test(type)) invalidate(organizationId, "memberships");
    if (type.startsWith("MEMBERSHIP_REQUEST")) invalidate(organizationId, "membershipRequests");
    if (type.startsWith("INVITATION")) invalidate(organizationId, "invitations");
    if (type.startsWith("DOMAIN")) invalidate(organizationId, "domains");
    if (type.startsWith("API_KEY")) invalidate(organizationId, "apiKeys");
    if (/^(PLAN|FEATURE|SUBSCRIPTION)/.test(type)) invalidate(organizationId, "billing");
    invalidate(organizationId, "events");
  }

  #invalidateViewer({ type, organizationId }: LiveEventFieldsFragment): void {
    const { invalidate } = this.#api;
    if (type.startsWith("INVITATION")) invalidate(null, "userInvitations");
    if (/^(SUGGESTION|MEMBERSHIP_REQUEST)/.test(type)) invalidate(null, "userSuggestions");
    if (/^MEMBERSHIP_(C|U|D)|^ORGANIZATION_DELETED/.test(type)) invalidate(null, "userMemberships");
    if (/^(ROLE|PERMISSION)/.test(type))
      invalidate(organizationId ?? this.#session.organizationId, "roles");
  }

  /** Brings the state up to date where the event is about the viewer. */
  async #follow(event: LiveEventFieldsFragment): Promise<void> {
    const { type, organizationId, data } = event;
    const { user, session } = this.#store.state;
    const isHere = organizationId === this.#session.organizationId;
    const isOwn = "userId" in event ? event.userId === user?.id : data.id === user?.id;
    if (type === "SESSION_ENDED" || type === "SESSION_REVOKED") {
      const reason = type === "SESSION_ENDED" ? "ended" : "revoked";
      if (data.id === this.#session.id) this.#session.endEverywhere(reason);
    } else if (type === "USER_DELETED") {
      if (isOwn) this.#session.endEverywhere("revoked");
    } else if (type === "ORGANIZATION_DELETED") {
      if (organizationId) await this.#api.leave(organizationId, "deleted");
    } else if (type === "MEMBERSHIP_DELETED") {
      const reason = event.actor.id === user?.id ? "left" : "removed";
      if (isOwn && organizationId) await this.#api.leave(organizationId, reason);
    } else if (type === "MEMBERSHIP_CREATED") {
      if (isOwn && session?.status === "pending") await this.#session.resync();
    } else if (type === "MEMBERSHIP_UPDATED") {
      if (isOwn && isHere) await this.#session.resync();
    } else if (type === "USER_UPDATED") {
      if (isOwn) await this.#session.resync();
    } else if (/^(ROLE|PERMISSION|PLAN|FEATURE|SUBSCRIPTION_[ACPU]|INSTANCE)/.test(type)) {
      await this.#session.resync();
    }
  }
}
