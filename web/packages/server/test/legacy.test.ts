import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createIssuer, createServer, type Issuer, ORGANIZATION, ORIGIN, URL } from "./tokens.ts";

let issuer: Issuer;

const now = Math.floor(Date.now() / 1000);
const TIMES = { iat: now, nbf: now - 10, exp: now + 60 };
const V1 = {
  org_id: "org_1",
  org_role: "org:member",
  org_permissions: [],
  orgs: { org_1: "org:member", org_2: "org:admin", org_3: "org:editor" },
};

beforeAll(async () => {
  issuer = await createIssuer();
  vi.stubEnv("TENANTRY_URL", URL);
  vi.stubEnv("TENANTRY_AUTHORIZED_PARTIES", ORIGIN);
});

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("fetch", createServer(issuer).fetch);
});

async function requestOf(claims: object | null) {
  const token = claims && (await issuer.token({ ...TIMES, ...claims }));
  return { headers: token ? { cookie: `tenantry_session=${token}` } : {} };
}

/** The response of an API route. */
function createResponse() {
  const seen = { code: 200, body: null as unknown };
  const json = (body: unknown) => {
    seen.body = body;
  };
  const status = (code: number) => {
    seen.code = code;
    return { json };
  };
  return { seen, json, status };
}

test.each([
  [ORGANIZATION, { org_id: "org_1", org_role: "admin" }],
  [V1, { org_id: "org_1", org_role: "basic_member" }],
  [
    { org_id: "org_1", org_role: "editor" },
    { org_id: "org_1", org_role: "editor" },
  ],
  [{ v: 2 }, { org_id: undefined, org_role: undefined }],
])("an API route reads the claims of 2022: %j", async (claims, expected) => {
  const { requireAuth } = await import("../src/legacy.ts");
  const response = createResponse();
  const route = requireAuth((request, answer: ReturnType<typeof createResponse>) => {
    const { org_id, org_role } = request.auth.claims;
    answer.json({ org_id, org_role });
  });
  await route(await requestOf(claims), response);

  expect(response.seen).toEqual({ code: 200, body: expected });
});

test("the roles of all organizations have their names of 2022", async () => {
  const { withServerSideAuth } = await import("../src/legacy.ts");
  const read = withServerSideAuth(({ req }) => req.auth.claims.orgs);

  expect(await read({ req: await requestOf(V1), resolvedUrl: "/" })).toEqual({
    org_1: "basic_member",
    org_2: "admin",
    org_3: "editor",
  });
});

test.each([[null], [{ sts: "pending" }], [{ exp: now - 300 }]])(
  "an API route is closed for who isn't signed in: %j",
  async (claims) => {
    const { requireAuth } = await import("../src/legacy.ts");
    const response = createResponse();
    const handler = vi.fn();
    await requireAuth(handler)(await requestOf(claims), response);

    expect(response.seen.code).toBe(401);
    expect(handler).not.toHaveBeenCalled();
  },
);

test("a page redirects as written", async () => {
  const { withServerSideAuth } = await import("../src/legacy.ts");
  const getServerSideProps = withServerSideAuth(({ req, resolvedUrl }) => {
    const { sessionId, claims } = req.auth;
    if (!sessionId) return { redirect: { destination: `/sign-in?redirect_url=${resolvedUrl}` } };
    if (claims.org_role !== "admin") return { redirect: { destination: "/" } };
    return { props: { organization: claims.org_id } };
  });
  const visit = async (claims: object | null) =>
    getServerSideProps({ req: await requestOf(claims), resolvedUrl: "/admin" });

  expect(await visit(null)).toEqual({ redirect: { destination: "/sign-in?redirect_url=/admin" } });
  expect(await visit(V1)).toEqual({ redirect: { destination: "/" } });
  expect(await visit(ORGANIZATION)).toEqual({ props: { organization: "org_1" } });
});
