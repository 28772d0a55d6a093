import { expect, test, vi } from "vitest";
import type { InitialState, TypedDocument } from "../src/index.ts";
import { fake, OVER, REFUSED, settle } from "./fake.ts";

const RENAME: TypedDocument<object, Record<string, never>> = {
  toString: () => "mutation Rename { payload: rename { id } }",
};

/** An answer that arrives when the test says so. */
function late() {
  let arrive = (_answer: object) => {};
  const answer = new Promise<object>((resolve) => {
    arrive = resolve;
  });
  return { answer, arrive };
}

test("a session that turns out to be ended while the state is read is a sign-out, not a failure", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  server.replies.push(OVER);

  await tenantry.reload();

  expect(tenantry.state).toMatchObject({ status: "ready", user: null, error: null });
  expect(server.operations).toEqual(["CreateSession", "CreateSessionToken"]);
});

test("a stored session that is over is replaced too if a server has rendered the page", async () => {
  const first = fake();
  await first.tenantry.load();
  const reply = first.server.answer("CreateSession", {}) as {
    data: { payload: Omit<InitialState, "sessionClaims"> };
  };
  const initialState = { ...reply.data.payload, sessionClaims: null };
  const { tenantry, server } = fake({ initialState }, first);
  server.replies.push(OVER);

  await tenantry.load();

  expect(server.operations).toEqual(["CreateSessionToken", "CreateSession"]);
  expect(tenantry.state).toMatchObject({ status: "ready", user: { id: "user_1" } });
});

test.each([true, false])(
  "a switch that is under way doesn't undo a sign-out (%s)",
  async (remember) => {
    const { tenantry, server } = fake();
    await tenantry.load();
    const { answer, arrive } = late();
    server.replies.push(answer);
    const switching = tenantry
      .setActive({ organization: "org_1", remember })
      .catch((error) => error);
    await vi.waitFor(() => expect(server.replies).toEqual([]));
    await tenantry.signOut();
    const operation = remember ? "SetActiveOrganization" : "CreateSessionToken";
    arrive(server.answer(operation, { input: { organizationId: "org_1" } }));

    expect(await switching).toMatchObject({ status: 401 });
    expect(tenantry.state).toMatchObject({ user: null, organization: null });
    expect(await tenantry.getToken()).toBeNull();
  },
);

test("choosing an organization opens no session", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  await tenantry.signOut();
  const before = server.operations.length;
  for (const remember of [true, false]) {
    const refusal = tenantry.setActive({ organization: "org_1", remember });
    await expect(refusal).rejects.toMatchObject({ status: 401 });
  }
  expect(server.operations.slice(before)).toEqual([]);
});

test("whoever signs out while the server is away stays signed out", async () => {
  const { tenantry, server, clock } = fake();
  await tenantry.load();
  server.replies.push(new TypeError("failed to fetch"), new TypeError("failed to fetch"));
  await tenantry.signOut();
  await settle();
  await clock.pass(60_000);
  expect(tenantry.state).toMatchObject({ status: "ready", user: null });
  expect(server.operations).not.toContain("CreateSessionToken");
});

test("a read of the user before is not shown once somebody else is signed in", async () => {
  const { tenantry, server, provider } = fake();
  await tenantry.load();
  const { answer, arrive } = late();
  server.replies.push(answer);
  const reading = tenantry.reload();
  await settle();
  provider.subject = "grace";
  const minting = tenantry.getToken({ skipCache: true });
  await settle();
  arrive(server.answer("CreateSessionToken", {}));
  await Promise.all([reading, minting]);
  expect(server.operations.at(-1)).toBe("CreateSession");
});

test("a request of one user is never sent for another one, and doesn't end the new session", async () => {
  const { tenantry, server, provider, clock } = fake();
  await tenantry.load();
  await clock.pass(10 * 60_000);
  provider.subject = "grace";
  const asked = tenantry.mutate(RENAME).catch((error) => error);

  expect(await asked).toMatchObject({ status: 401 });
  expect(server.operations).not.toContain("Rename");
  expect(tenantry.user?.id).toBe("user_grace");

  const { answer, arrive } = late();
  server.replies.push(answer);
  const sent = tenantry.mutate(RENAME).catch((error) => error);
  await vi.waitFor(() => expect(server.operations).toContain("Rename"));
  provider.subject = "ada";
  await tenantry.reload();
  arrive(REFUSED());
  expect(await sent).toMatchObject({ status: 401 });
  expect(server.operations.filter((operation) => operation === "Rename")).toHaveLength(1);
  expect(tenantry.user?.id).toBe("user_1");
});

test("a token that is refused is replaced once, then the session has ended", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  server.replies.push(REFUSED());
  await tenantry.mutate(RENAME);
  const [first, second] = server.requests.filter(({ operation }) => operation === "Rename");
  expect(second?.headers["idempotency-key"]).toBe(first?.headers["idempotency-key"]);

  server.replies.push(REFUSED(), server.answer("RenewSessionToken", {}), REFUSED());
  await expect(tenantry.mutate(RENAME)).rejects.toMatchObject({ status: 401 });
  expect(tenantry.user).toBeNull();
});

test("a change that the server has made is no failure because the read after it fails", async () => {
  const { tenantry, server } = fake();
  await tenantry.load();
  const organization = { id: "org_9", slug: "nine", createdAt: 0, updatedAt: 0 };
  server.replies.push({ data: { payload: { organization, userErrors: [] } } });
  server.replies.push(new TypeError("failed to fetch"));
  const created = await tenantry.createOrganization({ name: "Nine" });
  expect(created.id).toBe("org_9");
  expect(tenantry.status).toBe("degraded");
});

test.each([true, false])(
  "a switch of one user is never shown to the next one (%s)",
  async (remember) => {
    const { tenantry, server, provider } = fake();
    await tenantry.load();
    const { answer, arrive } = late();
    server.replies.push(answer);
    const switching = tenantry
      .setActive({ organization: "org_1", remember })
      .catch((error) => error);
    await vi.waitFor(() => expect(server.replies).toEqual([]));
    provider.subject = "grace";
    await tenantry.getToken({ skipCache: true });
    expect(tenantry.user?.id).toBe("user_grace");
    arrive(server.answer("CreateSessionToken", { input: { organizationId: "org_1" } }));

    expect(await switching).toMatchObject({ status: 401 });
    await settle();
    expect(tenantry.user?.id).toBe("user_grace");
    expect(tenantry.state.isSwitching).toBe(false);
  },
);

test("what one user chooses is never asked with the identity of another one", async () => {
  const { tenantry, server, provider } = fake();
  await tenantry.load();
  provider.subject = "grace";
  const refusal = tenantry.setActive({ organization: "org_1" });
  await expect(refusal).rejects.toMatchObject({ status: 401 });
  await settle();
  expect(server.operations).not.toContain("SetActiveOrganization");
  expect(tenantry.user?.id).toBe("user_grace");
});

test("a request of nobody that is refused is sent once", async () => {
  const { tenantry, server, provider } = fake();
  provider.subject = null;
  await tenantry.load();
  server.replies.push(REFUSED());
  await expect(tenantry.mutate(RENAME)).rejects.toMatchObject({ status: 401 });
  expect(server.operations).toEqual(["ReadInstance", "Rename"]);
});

test("a session whose time is over is replaced while the page is open", async () => {
  const { tenantry, server, clock } = fake();
  // The first token was made at 1,000 seconds.
  server.expiresAt = new Date(1_020_000).toISOString();
  await tenantry.load();
  const { user } = tenantry;
  await clock.pass(30_000);
  server.replies.push(OVER);
  expect(await tenantry.getToken({ skipCache: true })).not.toBeNull();
  expect(tenantry.user).toBe(user);
  expect(server.operations).toEqual(["CreateSession", "RenewSessionToken", "CreateSession"]);
});

test("a new session that is refused is not asked for again and again", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { tenantry, server } = fake();
  server.replies.push(OVER, OVER, OVER);
  await expect(tenantry.load()).rejects.toMatchObject({ code: "invalid_action_for_session" });
  expect(server.operations).toEqual(["CreateSession"]);
  vi.restoreAllMocks();
});

test("a failure that arrives after close changes nothing, and nothing is tried again", async () => {
  const closed = fake();
  await closed.tenantry.load();
  const { answer, arrive } = late();
  closed.server.replies.push(answer);
  const asked = closed.tenantry.mutate(RENAME).catch((error) => error);
  await vi.waitFor(() => expect(closed.server.replies).toEqual([]));
  closed.tenantry.close();
  arrive(new Response("{}", { status: 503 }));
  await asked;
  await settle();
  expect(closed.tenantry.status).toBe("ready");

  const closing = fake();
  await closing.tenantry.load();
  closing.server.replies.push(new Response("{}", { status: 503 }));
  await closing.tenantry.mutate(RENAME).catch(() => null);
  closing.tenantry.close();
  await settle();
  const { length } = closing.server.operations;
  await closing.clock.pass(60_000);
  expect(closing.server.operations).toHaveLength(length);
});

test("whoever signs out doesn't wait for a server that is silent", async () => {
  const signedOut: string[] = [];
  const { tenantry, server, clock } = fake({ onSignOut: () => void signedOut.push("provider") });
  await tenantry.load();
  server.replies.push(new Promise<object>(() => {}));
  const signingOut = tenantry.signOut();
  await settle();
  await clock.pass(5_000);
  await signingOut;
  expect(tenantry.user).toBeNull();
  expect(signedOut).toEqual(["provider"]);
});
