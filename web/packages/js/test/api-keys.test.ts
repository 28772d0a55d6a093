import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OrganizationResource, Tenantry } from "../src/index.ts";
import { fake, settle } from "./fake.ts";
import { FakeSocket } from "./socket.ts";

beforeEach(() => {
  FakeSocket.all = [];
});
afterEach(() => vi.restoreAllMocks());

const SECRET = "ak_3f9c0a7d21be_secret";
const ROW = {
  id: "apik_1",
  name: "Build server",
  description: null,
  visible: "ak_3f9c0a7d21be",
  permissions: ["org:sys_memberships:read"],
  claims: null,
  createdBy: { id: "user_1", identifier: "ada@example.com", imageUrl: null },
  expiresAt: "2027-01-01T00:00:00Z",
  lastUsedAt: null,
  revokedAt: null,
  revocationReason: null,
  createdAt: "2026-11-29T10:00:00Z",
  updatedAt: "2026-11-29T10:00:00Z",
};
const NO_MORE = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

function payload(values: object): object {
  return { data: { payload: { userErrors: [], ...values } } };
}

function active({ organization }: Tenantry): OrganizationResource {
  if (!organization) throw new Error("There is no organization.");
  return organization;
}

test("the keys of an organization are listed, changed, and revoked", async () => {
  const { tenantry, server, clock } = fake();
  server.last = "org_1";
  await tenantry.load();
  const told: unknown[] = [];
  tenantry.on("invalidate", (lists) => told.push(...lists));
  const apiKeys = { nodes: [ROW], totalCount: 1, pageInfo: NO_MORE };
  server.replies.push(
    { data: { organization: { apiKeys } } },
    payload({ apiKey: { ...ROW, name: "CI" } }),
    payload({ apiKey: { ...ROW, revokedAt: "2026-11-30T00:00:00Z" } }),
  );

  const { data, totalCount } = await active(tenantry).getApiKeys({
    page: 2,
    includeInvalid: true,
  });
  const [key] = data;
  expect(totalCount).toBe(1);
  expect(key).toMatchObject({
    organizationId: "org_1",
    createdBy: { userId: "user_1" },
    expiresAt: new Date("2027-01-01T00:00:00Z"),
    lastUsedAt: null,
  });
  expect((await key?.update({ name: "CI", expiresInDays: null }))?.name).toBe("CI");
  await clock.pass(1_000);
  expect((await key?.revoke({ reason: "Leaked" }))?.revokedAt).toEqual(
    new Date("2026-11-30T00:00:00Z"),
  );

  const ref = { organizationId: "org_1", apiKeyId: "apik_1" };
  expect(server.requests.slice(-3).map(({ operation, input }) => [operation, input])).toEqual([
    ["ReadApiKeys", { id: "org_1", first: 10, offset: 10, includeInvalid: true }],
    ["UpdateApiKey", { ...ref, name: "CI", expiresInDays: null }],
    ["RevokeApiKey", { ...ref, reason: "Leaked" }],
  ]);
  await clock.pass(1_000);
  const again = { list: "apiKeys", organizationId: "org_1" };
  expect(told).toEqual([again, again]);
});

test("only the caller gets the secret of a new key", async () => {
  const { tenantry, server, local, tab } = fake();
  server.last = "org_1";
  await tenantry.load();
  const written = (["log", "info", "warn", "error", "debug"] as const).map((name) =>
    vi.spyOn(console, name),
  );
  server.replies.push(payload({ apiKey: ROW, secret: SECRET }));

  const created = await active(tenantry).createApiKey({ name: "Build server", permissions: [] });

  expect(created.secret).toBe(SECRET);
  expect(created.apiKey).not.toHaveProperty("secret");
  const kept = [tenantry.state, created.apiKey, [...local.values], [...tab.values]];
  expect(JSON.stringify(kept)).toContain("apik_1");
  expect(JSON.stringify([kept, written.map(({ mock }) => mock.calls)])).not.toContain("_secret");
});

test("an event of a key makes the page read the keys of the organization again", async () => {
  const { tenantry, server, clock } = fake({
    live: true,
    WebSocket: FakeSocket as unknown as typeof WebSocket,
  });
  server.last = "org_1";
  await tenantry.load();
  await vi.waitFor(() => expect(FakeSocket.subscriptions).toHaveLength(2));
  const told: unknown[] = [];
  tenantry.on("invalidate", (lists) => told.push(...lists));
  const event = {
    id: "evt_1",
    cursor: "7",
    type: "API_KEY_REVOKED",
    occurredAt: "2026-11-29T10:00:00Z",
    organizationId: "org_1",
    actor: { type: "USER", id: "user_2" },
    data: {},
  };
  const stream = FakeSocket.subscriptions.findLast(({ name }) => name === "OrganizationEvents");

  FakeSocket.last?.tell({ type: "next", id: stream?.id, payload: { data: { event } } });
  await settle();
  await clock.pass(1_000);

  expect(told).toEqual([
    { list: "apiKeys", organizationId: "org_1" },
    { list: "events", organizationId: "org_1" },
  ]);
});
