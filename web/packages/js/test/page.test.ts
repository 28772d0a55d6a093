// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTenantry } from "../src/index.ts";
import { FakeStorage, fake, OVER, settle } from "./fake.ts";
import { FakeSocket } from "./socket.ts";

/** The channel of a browser whose tabs the test speaks for. */
class FakeChannel extends EventTarget {
  static all: FakeChannel[] = [];
  readonly posted: object[] = [];
  isOpen = true;

  constructor() {
    super();
    FakeChannel.all.push(this);
  }

  postMessage(message: object): void {
    if (!this.isOpen) throw new DOMException("closed", "InvalidStateError");
    this.posted.push(message);
  }

  tell(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  close(): void {
    this.isOpen = false;
  }
}

const page = { visibility: "visible" };

beforeEach(() => {
  FakeChannel.all = [];
  page.visibility = "visible";
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  vi.spyOn(document, "visibilityState", "get").mockImplementation(
    () => page.visibility as DocumentVisibilityState,
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a page that may not use the locks works alone", async () => {
  const refuse = () => Promise.reject(new DOMException("no origin", "SecurityError"));
  vi.stubGlobal("navigator", { locks: { query: refuse, request: refuse } });
  const { tenantry, clock } = fake();
  const loading = tenantry.load();
  await settle();
  await clock.pass(1_000);
  await loading;
  const minting = tenantry.getToken({ skipCache: true });
  await settle();
  await clock.pass(1_000);
  expect(await minting).not.toBeNull();
  expect(tenantry.status).toBe("ready");
});

test("the channel is open from load to close, and a late answer is told to nobody", async () => {
  const unused = fake();
  expect(FakeChannel.all).toEqual([]);
  unused.tenantry.close();

  const { tenantry } = fake();
  await tenantry.load();
  const minting = tenantry.getToken({ skipCache: true });
  tenantry.close();
  expect(await minting).not.toBeNull();
  expect(FakeChannel.all.map(({ isOpen }) => isOpen)).toEqual([false]);
});

test("messages of others on the channel mean nothing", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  const [channel] = FakeChannel.all;
  const { state } = tenantry;
  for (const message of [null, "signedOut", 3, { kind: "signedOut" }, { sessionId: "sess_2" }]) {
    channel?.tell(message);
  }
  channel?.tell({ kind: "signedOut", sessionId: "sess_2", reason: "sign_out" });
  expect(tenantry.state).toBe(state);
  channel?.tell({ kind: "signedOut", sessionId: "sess_1", reason: "sign_out" });
  expect(tenantry.user).toBeNull();
  expect(server.operations).toEqual(["CreateSession"]);
});

test("a token of another tab is used for its lifetime, whatever the message says", async () => {
  const { tenantry, server, clock } = fake();
  await tenantry.load();
  const [channel] = FakeChannel.all;
  const mine = channel?.posted.find((message) => "jwt" in message);
  const { data } = server.answer("RenewSessionToken", {}) as {
    data: { payload: { token: { jwt: string } } };
  };
  const { jwt } = data.payload.token;
  await clock.pass(1_000);
  const before = await tenantry.getToken();
  const hers = { ...mine, jwt, left: 59_500, sentAt: Date.now() };
  channel?.tell({ ...hers, subject: "https://idp.example.com|grace" });
  expect(await tenantry.getToken()).toBe(before);
  channel?.tell({ ...mine, jwt, left: 1e9, sentAt: Date.now() });
  expect(await tenantry.getToken()).toBe(jwt);
  await clock.pass(55_000);
  expect(await tenantry.getToken()).not.toBe(jwt);
});

test("a tab starts with the token of another one, if it is the same person's", async () => {
  const held = [{ name: "tenantry:orgs.example.com:tabs" }];
  const request = (_name: string, _options: object, run: () => unknown) => run();
  vi.stubGlobal("navigator", { locks: { query: async () => ({ held }), request: vi.fn(request) } });
  const first = fake();
  await first.tenantry.load();
  const token = FakeChannel.all[0]?.posted.find((message) => "jwt" in message);
  first.tenantry.close();

  for (const [subject, operation] of [
    ["ada", "ReadViewer"],
    ["grace", "CreateSessionToken"],
  ]) {
    const { tenantry, server, clock } = fake({}, first);
    const loading = tenantry.load();
    const channel = FakeChannel.all.at(-1);
    await vi.waitFor(() => expect(channel?.posted).toMatchObject([{ kind: "ask" }]));
    const sentAt = Date.now();
    channel?.tell({
      ...token,
      isChosen: true,
      sentAt,
      subject: `https://idp.example.com|${subject}`,
    });
    await clock.pass(1_000);
    await loading;
    expect(server.operations).toEqual([operation]);
    tenantry.close();
  }
});

test("of two windows, the focused one writes the cookie", async () => {
  const cookies: string[] = [];
  vi.spyOn(document, "cookie", "set").mockImplementation((cookie) => void cookies.push(cookie));
  const focus = vi.spyOn(document, "hasFocus").mockReturnValue(false);
  const { tenantry } = fake({ sessionCookie: true });
  await tenantry.load();
  const { length } = cookies;
  await tenantry.getToken({ skipCache: true });
  expect(cookies).toHaveLength(length);
  focus.mockReturnValue(true);
  dispatchEvent(new Event("focus"));
  expect(cookies).toHaveLength(length + 1);
});

test("looking at the page again signs nobody in whose session was ended", async () => {
  const look = async () => {
    document.dispatchEvent(new Event("visibilitychange"));
    await settle();
  };
  const { tenantry, server, provider, local } = fake();
  await tenantry.load();
  server.replies.push(OVER);
  await tenantry.reload();
  await look();
  expect(tenantry.user).toBeNull();

  // Another tab has opened a session.
  local.values.set("tenantry:orgs.example.com", '{"sessionId":"sess_1","userId":"user_1"}');
  await look();
  expect(tenantry.user?.id).toBe("user_1");

  provider.subject = null;
  await tenantry.reload();
  provider.subject = "grace";
  await look();
  expect(tenantry.user?.id).toBe("user_grace");
});

test("the cookie of a user is gone before anything of the next user is there", async () => {
  const cookies: string[] = [];
  vi.spyOn(document, "cookie", "set").mockImplementation((cookie) => void cookies.push(cookie));
  const { tenantry, server, provider } = fake({ sessionCookie: true });
  await tenantry.load();
  expect(cookies.at(-1)).toMatch(/^tenantry_session=e30/);
  provider.subject = "grace";
  server.replies.push(new TypeError("failed to fetch"), new TypeError("failed to fetch"));
  await tenantry.getToken({ skipCache: true }).catch(() => null);
  expect(tenantry.user).toBeNull();
  expect(cookies.at(-1)).toMatch(/^tenantry_session=; Max-Age=0/);
});

test("a page that nobody looks at keeps no socket, even if it was opened so", async () => {
  FakeSocket.all = [];
  page.visibility = "hidden";
  const WebSocket = FakeSocket as unknown as typeof globalThis.WebSocket;
  const { tenantry, clock } = fake({ live: true, WebSocket });
  await tenantry.load();
  await vi.waitFor(() => expect(FakeSocket.subscriptions).toHaveLength(1));
  await clock.pass(61_000);
  expect(FakeSocket.open).toBe(0);

  dispatchEvent(new Event("online"));
  await clock.pass(61_000);
  expect(FakeSocket.open).toBe(0);

  page.visibility = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  await settle();
  expect(FakeSocket.open).toBe(1);
  tenantry.close();
});

test("a stream that fails while the page is hidden waits until it is shown, and goes on where it was", async () => {
  FakeSocket.all = [];
  const WebSocket = FakeSocket as unknown as typeof globalThis.WebSocket;
  const { tenantry, clock } = fake({ live: true, WebSocket });
  await tenantry.load();
  await vi.waitFor(() => expect(FakeSocket.subscriptions).toHaveLength(1));
  const look = async (visibility: string) => {
    page.visibility = visibility;
    document.dispatchEvent(new Event("visibilitychange"));
    await settle();
  };
  const tell = (type: string, payload: unknown) => {
    FakeSocket.last?.tell({ type, id: FakeSocket.subscriptions.at(-1)?.id, payload });
    return settle();
  };
  const event = { id: "evt_1", cursor: "7", type: "INVITATION_CREATED", data: {}, actor: {} };
  await tell("next", { data: { event: { ...event, occurredAt: "2026-11-29T10:00:00Z" } } });
  await look("hidden");
  await clock.pass(59_000);
  await tell("error", [{ message: "No.", extensions: { code: "INTERNAL" } }]);
  await clock.pass(10_000);
  expect(FakeSocket.open).toBe(0);
  await look("visible");
  expect(FakeSocket.subscriptions.map(({ after }) => after)).toEqual(["1", "7"]);

  await look("hidden");
  await clock.pass(60_000);
  await look("visible");
  expect(FakeSocket.subscriptions.map(({ after }) => after)).toEqual(["1", "7", "7"]);
  tenantry.close();
});

test("what a listener of the page throws reaches the console, and stops nobody else", async () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const { tenantry } = fake();
  const states: string[] = [];
  tenantry.addListener(() => {
    throw new Error("of the page");
  });
  tenantry.addListener(({ status }) => states.push(status));
  await tenantry.load();
  expect(states).toEqual(["ready"]);
  expect(tenantry.status).toBe("ready");
  expect(reported).toHaveBeenCalledWith(new Error("of the page"));
});

test("a first request that is lost is tried again, and a refused origin is named", async () => {
  const lost = () => new TypeError("failed to fetch");
  const { tenantry, server, clock } = fake();
  server.replies.push(lost(), lost());
  const loading = tenantry.load();
  await vi.waitFor(() => expect(tenantry.status).toBe("degraded"));
  await clock.pass(2_000);
  await loading;
  expect(tenantry.status).toBe("ready");

  vi.spyOn(console, "error").mockImplementation(() => {});
  const refused = fake();
  refused.server.replies.push(...Array.from({ length: 4 }, lost));
  await expect(refused.tenantry.load()).rejects.toMatchObject({ code: "origin_not_allowed" });
});

test("a path that a router takes for another host is refused", () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const went: string[] = [];
  const tenantry = createTenantry({
    url: "https://orgs.example.com",
    getIdentityToken: async () => null,
    storage: { local: new FakeStorage(), tab: new FakeStorage() },
    routerPush: (to) => went.push(to),
  });
  vi.stubGlobal("location", new URL("https://app.example.com/here"));
  expect(tenantry.navigate("/.//evil.example/x")).toBe(false);
  expect(tenantry.navigate("/there?a=1#b")).toBe(true);
  expect(went).toEqual(["/there?a=1#b"]);
});
