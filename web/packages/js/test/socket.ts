interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** The sockets that a page has opened, with the server's side in the hands of the test. */
export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static all: FakeSocket[] = [];
  static isAnswering = true;

  readyState = 0;
  readonly received: Message[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;

  constructor() {
    FakeSocket.all.push(this);
    setImmediate(() => {
      this.readyState = 1;
      this.onopen?.();
    });
  }

  static get last(): FakeSocket | undefined {
    return FakeSocket.all.at(-1);
  }

  static get open(): number {
    return FakeSocket.all.filter(({ readyState }) => readyState < 2).length;
  }

  /** The subscriptions of all sockets, in order. */
  static get subscriptions(): readonly { id: string; name: string; after: unknown }[] {
    return FakeSocket.all.flatMap(({ received }) =>
      received.flatMap(({ type, id = "", payload }) => {
        if (type !== "subscribe") return [];
        const { query, variables } = payload as { query: string; variables: { after: unknown } };
        return { id, name: /^\w+ (\w+)/.exec(query)?.[1] ?? "", after: variables.after };
      }),
    );
  }

  send(text: string): void {
    const message: Message = JSON.parse(text);
    this.received.push(message);
    if (!FakeSocket.isAnswering) return;
    if (message.type === "connection_init") this.tell({ type: "connection_ack" });
    if (message.type === "ping") this.tell({ type: "pong" });
  }

  tell(message: object): void {
    setImmediate(() => this.onmessage?.({ data: JSON.stringify(message) }));
  }

  close(code = 1000, reason = ""): void {
    this.readyState = 3;
    setImmediate(() => this.onclose?.({ code, reason }));
  }
}
