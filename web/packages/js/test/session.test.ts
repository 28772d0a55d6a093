import { expect, test } from "vitest";
import { hasCode, type TenantryState } from "../src/index.ts";
import { fake, NOT_FOUND, OVER, REFUSED, settle } from "./fake.ts";

test("nothing is sent before load, and loading is one request however often it is called", async () => {
  const { tenantry, server } = fake();
  await settle();
  expect(server.operations).toEqual([]);

  await Promise.all([tenantry.load(), tenantry.load()]);

  expect(server.operations).toEqual(["CreateSession"]);
  expect(tenantry.state).toMatchObject({ status: "ready", isLoaded: true });
  expect(tenantry.session?.currentTask?.key).toBe("choose-organization");
});

test("ids are stored, and the next page starts with them", async () => {
  const first = fake();
  await first.tenantry.load();
  await first.tenantry.setActive({ organization: "org_1" });
  expect([...first.local.values.values()]).toEqual(['{"sessionId":"sess_1","userId":"user_1"}']);
  expect([...first.tab.values.values()]).toEqual(["org_1"]);

  const { tenantry, server } = fake({}, first);
  await tenantry.load();

  expect(server.requests).toMatchObject([
    { operation: "CreateSessionToken", input: { sessionId: "sess_1", organizationId: "org_1" } },
  ]);
  expect(tenantry.organization?.id).toBe("org_1");
});

test("an organization that is gone is asked for once, then the session's own", async () => {
  const { tenantry, server, tab } = fake();
  tab.values.set("tenantry:orgs.example.com", "org_gone");
  await tenantry.load();
  expect(server.operations).toEqual(["CreateSession", "CreateSession"]);
  expect(tenantry.status).toBe("ready");
});

test("tokens are counted from their arrival, and renewed before they expire while they are read", async () => {
  const { tenantry, server, clock } = fake();
  await tenantry.load();
  const first = await tenantry.getToken();
  await clock.pass(49_000);
  expect(await tenantry.getToken()).toBe(first);

  await clock.pass(2_000);

  expect(server.operations).toEqual(["CreateSession", "RenewSessionToken"]);
  expect(await tenantry.getToken()).not.toBe(first);
  await clock.pass(10 * 60_000);
  expect(server.operations.length).toBeLessThan(7);
  await tenantry.getToken();
  expect(server.operations.at(-1)).toBe("RenewSessionToken");
});

test("a new token is no new state", async () => {
  const { tenantry, clock } = fake();
  await tenantry.load();
  const { state } = tenantry;
  const states: TenantryState[] = [];
  tenantry.addListener((next) => states.push(next));

  await tenantry.getToken({ skipCache: true });
  await clock.pass(60_000);
  await tenantry.reload();

  expect(states).toEqual([]);
  expect(tenantry.state).toBe(state);
});

test("callers that ask together share one mint", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  const tokens = await Promise.all([1, 2, 3].map(() => tenantry.getToken({ skipCache: true })));
  expect(new Set(tokens).size).toBe(1);
  expect(server.operations).toEqual(["CreateSession", "RenewSessionToken"]);
});

test("a server that is away degrades the state and signs nobody out", async () => {
  const { tenantry, server, clock } = fake();
  await tenantry.load();
  const user = tenantry.user;
  server.replies.push(...Array.from({ length: 3 }, () => new TypeError("failed to fetch")));

  await expect(tenantry.reload()).rejects.toMatchObject({ status: 0 });
  expect(tenantry.state).toMatchObject({ status: "degraded", user });
  await clock.pass(1_000);
  expect(tenantry.status).toBe("degraded");
  await clock.pass(6_000);

  expect(tenantry.state).toMatchObject({ status: "ready", user, error: null });
});

test("Retry-After is honoured", async () => {
  const { tenantry, server, clock } = fake();
  await tenantry.load();
  server.replies.push(new Response("{}", { status: 503, headers: { "retry-after": "20" } }));
  await expect(tenantry.reload()).rejects.toMatchObject({ retryAfter: 20 });
  await clock.pass(19_000);
  expect(tenantry.status).toBe("degraded");
  await clock.pass(2_000);
  expect(tenantry.status).toBe("ready");
});

test("a refused identity token is made anew once, then nobody is signed in", async () => {
  const { tenantry, server, provider } = fake();
  server.replies.push(REFUSED());
  await tenantry.load();
  expect(provider.asked).toEqual([false, true]);
  expect(tenantry.user?.id).toBe("user_1");

  server.replies.push(REFUSED(), REFUSED());
  await expect(tenantry.reload()).rejects.toMatchObject({ status: 401 });
  expect(tenantry.state).toMatchObject({ status: "ready", user: null });

  await tenantry.reload();
  expect(tenantry.user?.id).toBe("user_1");
});

test("a session that somebody ended is opened again only for somebody else", async () => {
  const { tenantry, server, local, provider } = fake();
  const reasons: string[] = [];
  tenantry.on("signedOut", ({ reason }) => reasons.push(reason));
  await tenantry.load();
  server.replies.push(OVER);

  expect(await tenantry.getToken({ skipCache: true })).toBeNull();

  expect(tenantry.user).toBeNull();
  expect(reasons).toEqual(["revoked"]);
  expect(local.values.size).toBe(0);

  await tenantry.reload();
  expect(tenantry.user).toBeNull();
  provider.subject = "grace";
  await tenantry.reload();
  expect(tenantry.user?.id).toBe("user_grace");
});

test("a stored session that is over is replaced once, silently", async () => {
  const { tenantry, server, local } = fake();
  local.values.set("tenantry:orgs.example.com", '{"sessionId":"sess_0","userId":"user_1"}');
  server.replies.push(OVER);
  await tenantry.load();
  expect(server.operations).toEqual(["CreateSessionToken", "CreateSession"]);
  expect(tenantry.user?.id).toBe("user_1");
});

test("another user is never shown with what belongs to the one before", async () => {
  const { tenantry, provider, server } = fake();
  await tenantry.load();
  await tenantry.setActive({ organization: "org_1" });
  const states: TenantryState[] = [];
  tenantry.addListener((state) => states.push(state));
  provider.subject = "grace";

  await tenantry.getToken({ skipCache: true });

  expect(states[0]).toMatchObject({ user: null, organization: null });
  expect(server.operations.at(-1)).toBe("CreateSession");
});

test("nobody at the provider is a state that is ready", async () => {
  const { tenantry, provider, server } = fake();
  provider.subject = null;
  await tenantry.load();
  expect(tenantry.state).toMatchObject({ status: "ready", isLoaded: true, user: null });
  expect(server.operations).toEqual(["ReadInstance"]);
  expect(await tenantry.getToken()).toBeNull();
});

test("a token of an organization that isn't the user's is refused, and nothing else changes", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  const { state } = tenantry;
  server.replies.push(NOT_FOUND);
  const refusal = await tenantry.getToken({ organizationId: "org_9" }).catch((error) => error);
  expect(hasCode(refusal, "organization_not_found_or_unauthorized")).toBe(true);
  await settle();
  expect(tenantry.state).toBe(state);
});

test("a switch that is refused changes nothing", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  await tenantry.setActive({ organization: "org_1" });
  const { organization } = tenantry;
  server.replies.push(NOT_FOUND);

  const refusal = await tenantry.setActive({ organization: "org_2" }).catch((error) => error);

  expect(hasCode(refusal, "organization_not_found_or_unauthorized")).toBe(true);
  await settle();
  expect(tenantry.organization).toBe(organization);
  expect(server.operations.at(-1)).toBe("SetActiveOrganization");
  expect(tenantry.state.isSwitching).toBe(false);
});

test("a switch while the server is away fails, and the page recovers by itself", async () => {
  const { tenantry, server, clock } = fake();
  await tenantry.load();
  const away = new Response("{}", { status: 503 });
  server.replies.push(away);
  await expect(tenantry.setActive({ organization: "org_1" })).rejects.toMatchObject({
    status: 503,
  });
  await settle();
  expect(tenantry.state).toMatchObject({ status: "degraded", isSwitching: false });
  await clock.pass(2_000);
  expect(tenantry.status).toBe("ready");
});

test("each snapshot belongs together, and the last switch wins on the server too", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  const went: (string | undefined)[] = [];
  const navigate = () => void went.push(tenantry.organization?.id);
  tenantry.addListener(({ organization, membership, sessionClaims }) => {
    expect(membership?.organization).toBe(organization ?? undefined);
    expect((sessionClaims?.o as { id?: string } | undefined)?.id).toBe(organization?.id);
  });

  const switches = ["org_1", "org_2", "org_1", "org_2"].map((organization) =>
    tenantry.setActive({ organization, navigate }),
  );
  await Promise.all(switches);

  expect(went).toEqual(["org_2"]);
  expect(server.last).toBe("org_2");
  // Those that are replaced at once are never sent.
  expect(server.operations).toEqual(["CreateSession", "SetActiveOrganization"]);
});

test("a read that is under way doesn't take a switch back", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  await tenantry.setActive({ organization: "org_1" });
  const late = server.answer("CreateSessionToken", { input: { organizationId: "org_1" } });
  let arrive = (_answer: object) => {};
  server.replies.push(
    new Promise<object>((resolve) => {
      arrive = resolve;
    }),
  );
  const reading = tenantry.reload();
  await settle();
  await tenantry.setActive({ organization: "org_2" });
  const states: TenantryState[] = [];
  tenantry.addListener((state) => states.push(state));

  arrive(late);
  await reading;

  expect(states).toEqual([]);
  expect(tenantry.organization?.id).toBe("org_2");
});

test("a switch whose answer is of before the removal is followed by a read", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  const late = server.answer("SetActiveOrganization", { input: { organizationId: "org_2" } });
  let arrive = (_answer: object) => {};
  server.replies.push(
    new Promise<object>((resolve) => {
      arrive = resolve;
    }),
  );
  const switching = tenantry.setActive({ organization: "org_2" });
  await settle();
  server.organizations.delete("org_2");
  server.last = null;
  await tenantry.reload();
  const left: unknown[] = [];
  tenantry.on("organizationLeft", ({ organizationId }) => left.push(organizationId));

  arrive(late);
  await switching;
  await settle();

  expect(tenantry.organization).toBeNull();
  expect(left).toEqual(["org_2"]);
});

test("mutations carry a key, and are sent once more after a lost answer", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  server.replies.push(new TypeError("connection lost"));
  await tenantry.setActive({ organization: "org_1" });
  const [first, second] = server.requests.slice(1);
  expect(first?.headers["idempotency-key"]).toMatch(/^[\w-]{12,}$/);
  expect(second?.headers["idempotency-key"]).toBe(first?.headers["idempotency-key"]);
});

test("functions and objects stay the same while nothing changes", async () => {
  const { tenantry } = fake();
  const { getToken, setActive, query } = tenantry;
  await tenantry.load();
  await tenantry.setActive({ organization: "org_1" });
  const { organization, user } = tenantry;
  const update = organization?.update;
  await tenantry.setActive({ organization: "org_2" });
  await tenantry.setActive({ organization: "org_1" });
  expect([tenantry.getToken, tenantry.setActive, tenantry.query]).toEqual([
    getToken,
    setActive,
    query,
  ]);
  expect(tenantry.organization?.update).toBe(update);
  expect(tenantry.user).toBe(user);
});
