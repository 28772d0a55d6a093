import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveState, OrganizationLeft, TenantryOptions } from "../src/index.ts";
import { type Fake, fake, settle } from "./fake.ts";
import { FakeSocket } from "./socket.ts";

beforeEach(() => {
  FakeSocket.all = [];
  FakeSocket.isAnswering = true;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const OPTIONS: Partial<TenantryOptions> = {
  live: true,
  WebSocket: FakeSocket as unknown as typeof WebSocket,
};

async function connected(options: Partial<TenantryOptions> = {}): Promise<Fake> {
  const page = fake({ ...OPTIONS, ...options });
  page.server.last = "org_1";
  await page.tenantry.load();
  await vi.waitFor(() => expect(FakeSocket.subscriptions).toHaveLength(2));
  return page;
}

const idOf = (name: string) => FakeSocket.subscriptions.findLast((one) => one.name === name)?.id;

function tell(name: string, type: string, payload?: unknown): Promise<void> {
  FakeSocket.last?.tell({ type, id: idOf(name), payload });
  return settle();
}

function event(values: object): object {
  const actor = { type: "USER", id: "user_2" };
  const times = { occurredAt: "2026-11-29T10:00:00Z" };
  return { data: { event: { id: "evt_1", cursor: "7", data: {}, actor, ...times, ...values } } };
}

const refusal = (code: string) => [{ message: "No.", extensions: { code } }];

test("a session that an event ends leaves no socket, and says that nothing is live", async () => {
  const { tenantry } = await connected();
  expect(tenantry.live.status).toBe("open");
  const ended = { type: "SESSION_REVOKED", organizationId: null, data: { id: "sess_1" } };
  await tell("ViewerEvents", "next", event(ended));
  expect(tenantry.user).toBeNull();
  expect(tenantry.live.status).toBe("off");
  expect(FakeSocket.open).toBe(0);
});

test("who leaves by another tab has left, and who is removed was removed", async () => {
  const reasons: OrganizationLeft["reason"][] = [];
  for (const actor of ["user_1", "user_2"]) {
    FakeSocket.all = [];
    const { tenantry, server } = await connected();
    server.organizations.delete("org_1");
    server.last = null;
    tenantry.on("organizationLeft", ({ reason }) => reasons.push(reason));
    const values = { type: "MEMBERSHIP_DELETED", organizationId: "org_1", userId: "user_1" };
    const left = { ...values, actor: { type: "USER", id: actor } };
    await tell("ViewerEvents", "next", event(left));
    tenantry.close();
  }
  expect(reasons).toEqual(["left", "removed"]);
});

const REMOVAL = event({
  type: "MEMBERSHIP_DELETED",
  organizationId: "org_1",
  userId: "user_1",
});

const FINDS: Record<string, (page: Fake) => Promise<unknown>> = {
  event: () => tell("ViewerEvents", "next", REMOVAL),
  refusal: () => tell("OrganizationEvents", "error", refusal("NOT_FOUND")),
  renewal: ({ tenantry }) => tenantry.getToken({ skipCache: true }),
  read: ({ tenantry }) => tenantry.reload(),
};

test.each([
  ["event", "refusal"],
  ["refusal", "event"],
  ["renewal", "event"],
  ["read", "event"],
])("a removed user is told so once, by the %s and not by the %s", async (first, second) => {
  for (const isTogether of [false, true]) {
    FakeSocket.all = [];
    const page = await connected();
    const left: OrganizationLeft[] = [];
    page.tenantry.on("organizationLeft", (loss) => {
      expect(page.tenantry.organization).toBeNull();
      left.push(loss);
    });
    page.server.organizations.delete("org_1");
    page.server.last = null;
    const finding = FINDS[first]?.(page);
    if (!isTogether) await finding;
    await FINDS[second]?.(page);
    await vi.waitFor(() => expect(left).toHaveLength(1));
    await settle();
    expect(left).toEqual([{ organizationId: "org_1", slug: "org_1", reason: "removed" }]);
    page.tenantry.close();
  }
});

test("who was added again before the page has read the state has not left", async () => {
  const { tenantry, server } = await connected();
  const reasons: OrganizationLeft["reason"][] = [];
  tenantry.on("organizationLeft", ({ reason }) => reasons.push(reason));
  const values = { type: "MEMBERSHIP_DELETED", organizationId: "org_1", userId: "user_1" };
  const left = { ...values, actor: { type: "USER", id: "user_1" } };
  await tell("ViewerEvents", "next", event(left));
  await tenantry.reload();
  expect(reasons).toEqual([]);
  expect(tenantry.organization?.id).toBe("org_1");
  server.organizations.delete("org_1");
  server.last = null;
  await tenantry.reload();
  expect(reasons).toEqual(["removed"]);
});

test("who is removed while the address names the organization is told so once", async () => {
  vi.stubGlobal("location", { pathname: "/org_1" });
  const page = await connected({ organizationFromUrl: { organizationPatterns: ["/:slug"] } });
  const left: OrganizationLeft[] = [];
  page.tenantry.on("organizationLeft", (loss) => left.push(loss));
  page.server.organizations.delete("org_1");
  page.server.last = "org_2";
  await tell("ViewerEvents", "next", REMOVAL);
  expect(page.tenantry.organization?.id).toBe("org_2");
  await page.tenantry.reload();
  expect(left).toHaveLength(1);
});

test("a stream that the server ends goes on where it was", async () => {
  const { clock } = await connected();
  const values = { type: "INVITATION_CREATED", organizationId: "org_1" };
  await tell("OrganizationEvents", "next", event(values));
  await tell("OrganizationEvents", "complete");
  expect(FakeSocket.subscriptions).toHaveLength(2);
  await clock.pass(4_000);
  expect(FakeSocket.subscriptions.slice(2)).toMatchObject([
    { name: "OrganizationEvents", after: "7" },
  ]);
});

test.each(["INTERNAL", "CURSOR_EXPIRED", "NOT_FOUND"])(
  "a stream that is refused again and again waits longer each time (%s)",
  async (code) => {
    const { clock, server } = await connected();
    const before = server.operations.length;
    for (let second = 0; second < 60; second += 1) {
      await tell("ViewerEvents", "error", refusal(code));
      await clock.pass(1_000);
    }
    expect(FakeSocket.subscriptions.length - 2).toBeGreaterThan(2);
    expect(FakeSocket.subscriptions.length - 2).toBeLessThan(8);
    expect(server.operations.length - before).toBeLessThan(12);
  },
);

test("a refused token is replaced by a connection with a new one", async () => {
  const { clock, server, tenantry } = await connected();
  tenantry.subscribe({ toString: () => "subscription Own { own }" }, {}, { next: () => {} });
  await settle();
  await tell("ViewerEvents", "error", refusal("UNAUTHENTICATED"));
  await clock.pass(10_000);
  expect(FakeSocket.all).toHaveLength(2);
  expect(FakeSocket.open).toBe(1);
  expect(server.operations.at(-1)).toBe("RenewSessionToken");
});

test("an event that can't be read makes the page read everything anew", async () => {
  const { server, tenantry, clock } = await connected();
  const lists: string[] = [];
  tenantry.on("invalidate", (told) => lists.push(...told.map(({ list }) => list)));
  await tell("ViewerEvents", "next", { data: null, errors: refusal("INTERNAL") });
  await clock.pass(1_000);
  expect(server.operations.at(-1)).toBe("CreateSessionToken");
  expect(lists).toContain("all");
});

test("nothing is opened or renewed after close, wherever the page stands", async () => {
  const early = fake({ ...OPTIONS, sessionCookie: true });
  await early.tenantry.load();
  early.tenantry.close();
  await settle();
  expect(FakeSocket.all).toEqual([]);

  const page = await connected({ sessionCookie: true });
  await tell("ViewerEvents", "error", refusal("INTERNAL"));
  const minting = page.tenantry.getToken({ skipCache: true });
  page.tenantry.close();
  await minting;
  const { length } = page.server.operations;
  await page.clock.pass(10 * 60_000);
  expect(FakeSocket.open).toBe(0);
  expect(page.server.operations).toHaveLength(length);
});

test("a socket that doesn't answer is replaced", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const states: LiveState["status"][] = [];
  const { tenantry } = await connected({ clock: undefined });
  tenantry.on("live", ({ status }) => states.push(status));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.all).toHaveLength(1);

  FakeSocket.isAnswering = false;
  await vi.advanceTimersByTimeAsync(30_000);
  FakeSocket.isAnswering = true;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(states).toContain("waiting");
  expect(FakeSocket.all.length).toBeGreaterThan(1);
  tenantry.close();
});

test("an organization whose events are refused isn't asked for again with the same membership", async () => {
  const { clock } = await connected();
  await tell("OrganizationEvents", "error", refusal("FORBIDDEN"));
  await clock.pass(60_000);
  const names = FakeSocket.subscriptions.map(({ name }) => name);
  expect(names.filter((name) => name === "OrganizationEvents")).toHaveLength(1);
});

test("an event that both streams bring is told once", async () => {
  const { tenantry } = await connected();
  const told: string[] = [];
  tenantry.on("event", ({ id }) => told.push(id));
  const values = { type: "INVITATION_CREATED", organizationId: "org_1" };
  await tell("ViewerEvents", "next", event(values));
  await tell("OrganizationEvents", "next", event(values));
  await tell("OrganizationEvents", "next", event({ ...values, id: "evt_2" }));
  expect(told).toEqual(["evt_1", "evt_2"]);
});
