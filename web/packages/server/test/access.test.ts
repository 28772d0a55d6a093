import { beforeAll, expect, test } from "vitest";
import { createAccessReader } from "../src/callers/access.ts";
import {
  authenticatorOf,
  createIssuer,
  createServer,
  type Issuer,
  NOW,
  ORGANIZATION,
  requestWith,
} from "./tokens.ts";

let issuer: Issuer;
let token: string;

beforeAll(async () => {
  issuer = await createIssuer();
  token = await issuer.token(ORGANIZATION);
});

const stored = (role: string, permissions: string[]) => ({
  organization: {
    id: "org_2",
    slug: "lab",
    name: "Lab",
    imageUrl: "https://img.example.com/lab",
    plan: { key: "free" },
    features: [{ key: "reports" }],
    membership: { role: { key: role }, permissions },
  },
});
const ADMIN = stored("org:admin", ["org:sys_memberships:manage"]);
const MEMBER = stored("org:member", []);
const OUTSIDER = { organization: { ...ADMIN.organization, membership: null } };

function prepared(answer: () => unknown, options = {}) {
  const server = createServer(issuer, answer);
  const authenticator = authenticatorOf(issuer, {
    fetch: server.fetch,
    secretKey: "sk_1",
    ...options,
  });
  const inLab = () => authenticator.auth(requestWith(token), { organization: "lab" });
  return { ...server, authenticator, inLab };
}

test("the organization of the URL counts, with the role that the server has", async () => {
  const { inLab, asked } = prepared(() => ADMIN);
  const auth = await inLab();

  expect(auth).toMatchObject({
    isAuthenticated: true,
    userId: "user_1",
    orgId: "org_2",
    orgSlug: "lab",
    orgRole: "org:admin",
    orgPermissions: ["org:sys_memberships:manage"],
  });
  expect(auth.has({ permission: "org:sys_memberships:manage" })).toBe(true);
  // Of the organization of the token.
  expect(auth.has({ permission: "org:sys_memberships:read" })).toBe(false);
  expect(auth.has({ feature: "reports", plan: "free" })).toBe(true);
  expect(auth.has({ plan: "pro" })).toBe(false);
  expect(auth.toSnapshot().organization).toMatchObject({ name: "Lab" });
  expect(asked.documents.map(({ variables }) => variables)).toEqual([
    { by: { slug: "lab" }, userId: "user_1" },
  ]);
});

test("an ID is an ID", async () => {
  const { authenticator, asked } = prepared(() => ADMIN);
  await authenticator.auth(requestWith(token), { organization: "org_2" });

  expect(asked.documents[0]?.variables).toMatchObject({ by: { id: "org_2" } });
});

test("what no organization can be called isn't asked for, and is outside", async () => {
  const { authenticator, asked } = prepared(() => ADMIN);
  for (const organization of ["", "x".repeat(101)]) {
    const auth = await authenticator.auth(requestWith(token), { organization });
    expect(auth).toMatchObject({ userId: "user_1", orgId: null });
  }

  expect(asked.documents).toEqual([]);
});

test("an outsider sees the same as for an organization that doesn't exist", async () => {
  const [foreign, unknown] = await Promise.all([
    prepared(() => OUTSIDER).inLab(),
    prepared(() => ({ organization: null })).inLab(),
  ]);

  expect(foreign.toSnapshot()).toEqual(unknown.toSnapshot());
  expect(foreign).toMatchObject({ isAuthenticated: true, userId: "user_1", orgId: null });
  expect(foreign.has({ role: "org:admin" })).toBe(false);
  expect(foreign.has({ feature: "reports" })).toBe(false);
});

test("the role is read again after ten seconds, and once for requests at the same time", async () => {
  let now = NOW;
  let answer: unknown = ADMIN;
  const { inLab, asked } = prepared(() => answer, { clock: () => now });
  await Promise.all([inLab(), inLab()]);
  answer = MEMBER;
  now = NOW + 9_999;
  expect((await inLab()).orgRole).toBe("org:admin");
  expect(asked.documents).toHaveLength(1);

  now = NOW + 10_000;
  expect((await inLab()).orgRole).toBe("org:member");
  expect(asked.documents).toHaveLength(2);
});

test("the role of one user isn't that of another", async () => {
  const { authenticator, asked } = prepared(() => ADMIN);
  for (const sub of ["user_1", "user_2"]) {
    const request = requestWith(await issuer.token({ sub }));
    await authenticator.auth(request, { organization: "lab" });
  }

  expect(asked.documents.map(({ variables }) => variables)).toMatchObject([
    { userId: "user_1" },
    { userId: "user_2" },
  ]);
});

test("a failure lets nobody in, and isn't kept", async () => {
  let answer: unknown = new Response('{"errors":[{"message":"Busy."}]}', { status: 503 });
  const { inLab } = prepared(() => answer);
  await expect(inLab()).rejects.toMatchObject({ name: "TenantryError", status: 503 });

  answer = ADMIN;
  expect((await inLab()).orgId).toBe("org_2");
});

test("the oldest of many roles is forgotten, and not one that was just read again", async () => {
  let now = NOW;
  const { asked, fetch } = createServer(issuer, () => MEMBER);
  const { settings } = authenticatorOf(issuer, { fetch, secretKey: "sk_1", clock: () => now });
  const read = createAccessReader(settings);
  await read("user_0", "lab");
  now += 10_000;
  await read("user_1", "lab");
  await read("user_0", "lab");
  for (let user = 2; user <= 10_000; user += 1) await read(`user_${user}`, "lab");
  const before = asked.documents.length;

  await read("user_0", "lab");
  expect(asked.documents.length - before).toBe(0);
  await read("user_1", "lab");
  expect(asked.documents.length - before).toBe(1);
});

test("nobody is asked for a token that isn't valid", async () => {
  const { authenticator, asked } = prepared(() => ADMIN);
  const foreign = await (await createIssuer()).token();
  const auth = await authenticator.auth(requestWith(foreign), { organization: "lab" });

  expect(auth.isAuthenticated).toBe(false);
  expect(asked.documents).toEqual([]);
});

test("a missing secret key is named", async () => {
  const { inLab } = prepared(() => ADMIN, { secretKey: undefined });

  await expect(inLab()).rejects.toThrow("TENANTRY_SECRET_KEY");
});

test.each(["sk_1\nsk_2", "sk_1 ", "sk_…"])(
  "a secret key that was miscopied isn't quoted: %j",
  async (secretKey) => {
    const failed = prepared(() => ADMIN, { secretKey }).inLab();

    await expect(failed).rejects.toThrow("Copy it again");
    await expect(failed).rejects.not.toThrow("sk_");
  },
);
