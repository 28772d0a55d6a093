import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createIssuer, createServer, type Issuer, ORGANIZATION, ORIGIN, URL } from "./tokens.ts";

let issuer: Issuer;
let headers: Headers;
let answer: () => unknown;

vi.mock("next/headers.js", () => ({ headers: async () => headers }));

const now = Math.floor(Date.now() / 1000);
const TIMES = { iat: now, nbf: now - 10, exp: now + 60 };

beforeAll(async () => {
  issuer = await createIssuer();
  vi.stubEnv("TENANTRY_URL", URL);
  vi.stubEnv("TENANTRY_AUTHORIZED_PARTIES", ORIGIN);
  vi.stubEnv("TENANTRY_SECRET_KEY", "sk_1");
  vi.stubEnv("TENANTRY_SIGN_IN_URL", "/sign-in");
  vi.stubEnv("TENANTRY_REFRESH_URL", "/refresh");
});

let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  vi.resetModules();
  server = createServer(issuer, () => answer());
  vi.stubGlobal("fetch", server.fetch);
});

async function visitedBy(claims: object | null, given: Record<string, string> = {}) {
  const token = claims && (await issuer.token({ ...TIMES, ...claims }));
  const cookie = token ? { cookie: `tenantry_session=${token}` } : {};
  headers = new Headers({ accept: "text/html", ...cookie, ...given });
  return import("../src/next.ts");
}

/** Where `redirect` leads to, or the status of `notFound`. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(() => null, String);
  const digest = await promise.then(
    () => null,
    (thrown: { digest?: string }) => thrown.digest,
  );
  return digest?.split(";")[2] ?? digest?.match(/\d+$/)?.[0] ?? digest ?? error;
}

const inUrl = { "x-tenantry-organization": "lab", "x-tenantry-url": "/orgs/lab?a=b" };
const LAB = { id: "org_2", slug: "lab", name: "Lab", imageUrl: "", plan: null, features: [] };
const member = { role: { key: "org:member" }, permissions: [] };

describe("auth", () => {
  test("has the organization of the token", async () => {
    const { auth } = await visitedBy(ORGANIZATION);

    expect(await auth()).toMatchObject({ userId: "user_1", orgSlug: "engines" });
    expect(server.asked.documents).toEqual([]);
  });

  test("has the organization of the URL, which the proxy has found or the page names", async () => {
    answer = () => ({ organization: { ...LAB, membership: member } });
    const { auth } = await visitedBy(ORGANIZATION, inUrl);

    expect(await auth()).toMatchObject({ orgSlug: "lab", orgRole: "org:member" });
    headers.set("x-tenantry-organization", "%E6%97%A5");
    await auth();
    expect(await auth({ organization: "org_2" })).toMatchObject({ orgSlug: "lab" });
    expect(server.asked.documents.map(({ variables }) => variables)).toMatchObject([
      { by: { slug: "lab" } },
      { by: { slug: "日" } },
      { by: { id: "org_2" } },
    ]);
  });
});

describe("protect", () => {
  test("lets in who has what is asked for", async () => {
    const { auth } = await visitedBy(ORGANIZATION);

    expect(await auth.protect({ role: "org:admin" })).toMatchObject({ userId: "user_1" });
  });

  test.each([
    [null, "/sign-in?redirect_url=%2Forgs%2Flab%3Fa%3Db"],
    [{ exp: now - 300 }, "/refresh?redirect_url=%2Forgs%2Flab%3Fa%3Db%26tenantry_refresh%3D1"],
  ])("sends %j away", async (claims, expected) => {
    const { auth } = await visitedBy(claims, inUrl);

    expect(await outcome(auth.protect())).toBe(expected);
  });

  test("doesn't renew a token without the proxy, which would never end", async () => {
    const { auth } = await visitedBy({ exp: now - 300 });

    expect(await outcome(auth.protect())).toBe("/sign-in");
  });

  test("shows the error page while sessions can't be verified", async () => {
    vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
    const { auth } = await visitedBy(ORGANIZATION, inUrl);

    await expect(auth.protect()).rejects.toThrow("can't be verified");
  });

  test("finds nothing for outsiders, who lack a role, and programs", async () => {
    answer = () => ({ organization: { ...LAB, membership: null } });
    const outsider = (await visitedBy(ORGANIZATION, inUrl)).auth;
    expect(await outcome(outsider.protect())).toBe("404");

    answer = () => ({ organization: { ...LAB, membership: member } });
    vi.resetModules();
    const { auth } = await visitedBy(ORGANIZATION, inUrl);
    expect(await outcome(auth.protect({ role: "org:admin" }))).toBe("404");
    expect(await outcome(auth.protect({ role: "org:admin", unauthorizedUrl: "/no" }))).toBe("/no");

    const program = (await visitedBy(null, { accept: "application/json" })).auth;
    expect(await outcome(program.protect())).toBe("404");
    const action = (await visitedBy(null, { "next-action": "1" })).auth;
    expect(await outcome(action.protect())).toBe("404");
  });
});

describe("initialState", () => {
  const viewer = { user: { id: "user_1" }, session: null, canCreateOrganization: true };
  const found = { id: "org_2", name: "Lab", viewerMembership: { id: "orgmem_1" } };
  const instance = { name: "Product" };

  test("has the organization of the token", async () => {
    answer = () => ({ viewer: { ...viewer, activeOrganization: found }, instance });
    const { initialState } = await visitedBy(ORGANIZATION);
    const state = await initialState();

    expect(state).toMatchObject({
      viewer: {
        ...viewer,
        activeOrganization: { id: "org_2", name: "Lab" },
        activeMembership: { id: "orgmem_1" },
      },
      instance,
      sessionClaims: { sub: "user_1" },
    });
    expect(server.asked.documents[0]?.variables).toMatchObject({ inUrl: false });
  });

  test("has the user who has yet to choose an organization", async () => {
    answer = () => ({ viewer: { ...viewer, activeOrganization: null }, instance });
    const { initialState } = await visitedBy({ sts: "pending" });

    expect(await initialState()).toMatchObject({
      viewer: { user: { id: "user_1" } },
      sessionClaims: { sts: "pending" },
    });
  });

  test("has the organization of the URL", async () => {
    answer = () => ({ viewer, organization: found, instance });
    const { initialState } = await visitedBy(ORGANIZATION, inUrl);
    const state = await initialState();

    expect(state.viewer?.activeOrganization).toMatchObject({ name: "Lab" });
    expect(server.asked.documents[0]?.variables).toMatchObject({
      inUrl: true,
      by: { slug: "lab" },
    });
  });

  test("has no organization for outsiders", async () => {
    answer = () => ({ viewer, organization: null, instance });
    const { initialState } = await visitedBy(ORGANIZATION, inUrl);

    expect((await initialState()).viewer).toMatchObject({
      activeOrganization: null,
      activeMembership: null,
    });
  });

  test("has no user whose session the server has ended", async () => {
    answer = () => ({ viewer: null, organization: null, instance });
    const { initialState } = await visitedBy(ORGANIZATION);

    expect(await initialState()).toEqual({ viewer: null, instance, sessionClaims: null });
  });

  test("knows the instance without a user, and nothing without an answer", async () => {
    answer = () => ({ instance });
    const { initialState } = await visitedBy(null);
    expect(await initialState()).toEqual({ viewer: null, instance, sessionClaims: null });

    answer = () => new Response("", { status: 503 });
    expect(await initialState()).toEqual({ viewer: null, instance: null, sessionClaims: null });
  });
});

test("the current user is null for nobody, and for a user who was deleted", async () => {
  const { currentUser } = await visitedBy(null);
  expect(await currentUser()).toBeNull();

  answer = () => ({ user: null });
  expect(await (await visitedBy(ORGANIZATION, inUrl)).currentUser()).toBeNull();
  // The organization of the URL doesn't matter for it.
  expect(server.asked.documents.map(({ variables }) => variables)).toEqual([{ id: "user_1" }]);
});
