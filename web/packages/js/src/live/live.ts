/** The part of the package that is loaded once subscriptions start. */
import { type Client, createClient } from "graphql-ws/client";
import type { Core } from "../core.ts";
import { makeError } from "../foundation/transport.ts";
import * as documents from "../generated/live.ts";
import type { Api } from "../resources/api.ts";
import type { Session } from "../session/session.ts";
import type { LiveState } from "../types/events.ts";
import type { SubscriptionObserver } from "../types/tenantry.ts";
import type { GetTokenParams } from "../types/users.ts";
import { LiveEvents, type StreamName } from "./live-events.ts";

export interface LiveOptions {
  readonly core: Core;
  readonly session: Session;
  readonly api: Api;
  readonly getToken: (params?: GetTokenParams) => Promise<string | null>;
  readonly onStatus: (state: LiveState) => void;
  /** The connection was lost. */
  readonly onLost: () => void;
  /** The log doesn't reach back to where this page stands: everything that was read may be old. */
  readonly onExpired: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

interface Variables {
  after: string | null;
  organizationId?: string;
}

interface Stream {
  readonly variables: Variables;
  close: () => void;
}

const PING_MILLISECONDS = 20_000;
/** A socket that is silent for so long after a ping is dead, although the browser shows it as open. */
const PONG_MILLISECONDS = 5_000;
const LONGEST_SECONDS = 30;
const SHORTEST_SECONDS = 1;

/** Follows the viewer's events and those of the tab's organization over one socket. */
export class Live {
  readonly #options: LiveOptions;
  readonly #events: LiveEvents;
  readonly #streams = new Map<StreamName, Stream>();
  #client: Client | null = null;
  #sessionId: string | null = null;
  #isRefused = false;
  #isPaused = false;
  readonly #waiting = new Set<() => void>();
  /** How often a stream was refused since it brought something. */
  readonly #refusals = new Map<StreamName, number>();
  #status: LiveState["status"] = "off";
  #refusedFor: unknown;
  #applied: Promise<void> = Promise.resolve();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#events = new LiveEvents(options.api, options.session, options.core.store);
  }

  /** Opens and closes streams as the state says. It is called after each change of the state. */
  follow(): void {
    const { session, core } = this.#options;
    if (core.closing.aborted) return;
    if (session.id !== this.#sessionId) this.#start(session.id);
    if (!session.id || this.#isPaused || !core.store.state.user) return;
    const { organization, membership } = core.store.state;
    const mayListen = membership?.permissions.includes("org:sys_memberships:read");
    const organizationId =
      mayListen && membership !== this.#refusedFor ? organization?.id : undefined;
    if (this.#streams.get("organization")?.variables.organizationId !== organizationId) {
      this.#close("organization");
      if (organizationId) this.#open("organization", { after: session.cursor, organizationId });
    }
    if (!this.#streams.has("viewer")) this.#open("viewer", { after: session.cursor });
  }

  /** Closes the streams of a page that nobody looks at. They go on where they were. */
  pause(): void {
    this.#isPaused = true;
    for (const { close } of this.#streams.values()) close();
    this.#tell("waiting");
  }

  resume(): void {
    const wasPaused = this.#isPaused;
    this.#isPaused = false;
    this.#hurry();
    if (!wasPaused) return;
    const streams = [...this.#streams];
    this.#streams.clear();
    for (const [name, { variables }] of streams) this.#open(name, variables);
    this.follow();
  }

  stop(): void {
    this.#start(null);
  }

  subscribe(query: string, variables: object, observer: SubscriptionObserver<never>): () => void {
    this.#client ??= this.#connect();
    return this.#client.subscribe<never>(
      { query, variables: { ...variables } },
      {
        next: ({ data, errors }) => {
          if (errors?.length) observer.error?.(toStreamError(errors));
          else if (data) observer.next(data);
        },
        error: (error) => observer.error?.(toStreamError(error)),
        complete: () => observer.complete?.(),
      },
    );
  }

  #start(sessionId: string | null): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    this.#sessionId = sessionId;
    this.#refusedFor = undefined;
    this.#refusals.clear();
    for (const { close } of streams) close();
    // A client that waits to connect again has no socket to close, and rejects.
    Promise.resolve(this.#client?.dispose()).catch(() => undefined);
    this.#client = null;
    this.#hurry();
    if (!sessionId) this.#tell("off");
  }

  #open(name: StreamName, variables: Variables): void {
    this.#client ??= this.#connect();
    const query = `${name === "viewer" ? documents.ViewerEventsDocument : documents.OrganizationEventsDocument}`;
    // The client sends this object again when it reconnects: `after` moves with each event.
    const payload = { query, variables: variables as unknown as Record<string, unknown> };
    const stream: Stream = { variables, close: () => undefined };
    const { onExpired, onFailure } = this.#options;
    this.#streams.set(name, stream);
    stream.close = this.#client.subscribe<documents.ViewerEventsSubscription>(payload, {
      next: ({ data }) => {
        this.#refusals.delete(name);
        // An event that can't be read may be about anything.
        if (!data) return void onExpired().catch(onFailure);
        variables.after = data.event.cursor;
        this.#apply(name, data.event);
      },
      error: (error) => this.#handle(name, stream, error),
      complete: () => {
        if (!this.#isPaused) void this.#handle(name, stream, null);
      },
    });
  }

  #close(name: StreamName): void {
    this.#streams.get(name)?.close();
    this.#streams.delete(name);
  }

  /** One event after the other: the state of one is there before the next is looked at. */
  #apply(name: StreamName, event: documents.LiveEventFieldsFragment): void {
    const sessionId = this.#sessionId;
    this.#applied = this.#applied
      .then(() => (sessionId === this.#sessionId ? this.#events.apply(event, name) : undefined))
      .then(() => this.#tell(this.#status))
      .catch((error) => this.#options.onFailure(error));
  }

  async #handle(name: StreamName, stream: Stream, error: unknown): Promise<void> {
    if (this.#streams.get(name) !== stream) return;
    this.#streams.delete(name);
    const code = Array.isArray(error) ? error[0]?.extensions?.code : undefined;
    const sessionId = this.#sessionId;
    const refusals = this.#refusals.get(name) ?? 0;
    this.#refusals.set(name, refusals + 1);
    if (code === "UNAUTHENTICATED") {
      this.#isRefused = true;
      // Only a new connection takes a new token.
      this.#client?.terminate();
    }
    const isExplained = ["CURSOR_EXPIRED", "FORBIDDEN", "NOT_FOUND"].includes(code);
    if (!isExplained || refusals > 0) await this.#wait(refusals);
    if (sessionId !== this.#sessionId || this.#streams.has(name)) return;
    if (!isExplained) this.#reopen(name, stream);
    else await this.#repair(name, code).catch(this.#options.onFailure);
    this.follow();
  }

  #reopen(name: StreamName, stream: Stream): void {
    // A page that nobody looks at opens it when it is shown.
    if (this.#isPaused) this.#streams.set(name, stream);
    else this.#open(name, stream.variables);
  }

  /** Reads anew what a refusal says is out of date. */
  async #repair(name: StreamName, code: string): Promise<void> {
    const { core, session, onExpired } = this.#options;
    if (code === "CURSOR_EXPIRED") return onExpired();
    await session.resync();
    // What is still refused with the same membership stays refused.
    if (name === "organization") this.#refusedFor = core.store.state.membership;
  }

  #connect(): Client {
    const { core, getToken } = this.#options;
    const { url, WebSocket, clock } = core.environment;
    let silence: unknown;
    const client = createClient({
      url: `${url.replace(/^http/, "ws")}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      keepAlive: PING_MILLISECONDS,
      retryWait: (retries) => this.#wait(retries),
      connectionParams: async () => {
        const token = await getToken({ skipCache: this.#isRefused }).catch(() => null);
        this.#isRefused = false;
        return token ? { authorization: `Bearer ${token}` } : {};
      },
      on: {
        connecting: () => this.#tell("connecting"),
        connected: () => this.#tell("open"),
        ping: (isReceived) => {
          if (isReceived) return;
          silence = clock.setTimeout(() => client.terminate(), PONG_MILLISECONDS);
        },
        pong: () => clock.clearTimeout(silence),
        closed: (event) => {
          clock.clearTimeout(silence);
          this.#lose((event as { code?: number }).code);
        },
      },
    });
    return client;
  }

  #lose(code: number | undefined): void {
    if (code === 4403) this.#isRefused = true;
    if (this.#isPaused || !this.#sessionId || code === 1000) return;
    this.#tell("waiting");
    this.#options.onLost();
  }

  /** Waits 1 to 4 seconds, and twice as long each time, unless the network is back before. */
  #wait(retries: number): Promise<void> {
    const { clock } = this.#options.core.environment;
    const seconds = (SHORTEST_SECONDS + 3 * clock.random()) * 2 ** Math.min(retries, 5);
    return new Promise((resolve) => {
      const proceed = () => {
        clock.clearTimeout(timer);
        this.#waiting.delete(proceed);
        resolve();
      };
      const timer = clock.setTimeout(proceed, Math.min(seconds, LONGEST_SECONDS) * 1000);
      this.#waiting.add(proceed);
    });
  }

  #hurry(): void {
    for (const proceed of [...this.#waiting]) proceed();
  }

  #tell(status: LiveState["status"]): void {
    this.#status = status;
    const cursor = this.#streams.get("viewer")?.variables.after ?? this.#options.session.cursor;
    this.#options.onStatus({ status, cursor });
  }
}

function toStreamError(error: unknown): Error {
  if (error instanceof Error) return error;
  const fault = Array.isArray(error) ? error[0] : undefined;
  const code =
    fault?.extensions?.reason ?? fault?.extensions?.code?.toLowerCase() ?? "connection_lost";
  return makeError(fault ? 400 : 0, code, fault?.message ?? "The connection was lost.");
}
