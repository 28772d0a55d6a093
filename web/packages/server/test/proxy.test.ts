import { NextRequest, NextResponse } from "next/server.js";
import { beforeAll, describe, expect, test } from "vitest";
import { createRouteMatcher, type ProxyHandler, tenantryProxy } from "../src/proxy.ts";
import {
  createIssuer,
  createServer,
  type Issuer,
  NOW,
  ORGANIZATION,
  ORIGIN,
  URL,
} from "./tokens.ts";

let issuer: Issuer;
let fresh: string;
let stale: string;

beforeAll(async () => {
  issuer = await createIssuer();
  fresh = await issuer.token(ORGANIZATION);
  stale = await issuer.token({ exp: NOW / 1000 - 300 });
});

const membership = { role: { key: "org:member" }, permissions: [] };
const LAB = { id: "org_2", slug: "lab", name: "Lab", imageUrl: "", plan: null, features: [] };

function visit(path: string, token: string | null, handler?: ProxyHandler, headers = {}) {
  const server = createServer(issuer, () => ({ organization: { ...LAB, membership } }));
  const proxy = tenantryProxy(handler, {
    url: URL,
    authorizedParties: [ORIGIN],
    secretKey: "sk_1",
    clock: () => NOW,
    fetch: server.fetch,
    signInUrl: "/sign-in",
    refreshUrl: "/refresh",
    taskUrls: { "choose-organization": "/choose" },
    organizationPatterns: ["/orgs/:slug(.*)"],
  });
  const cookie = token ? { cookie: `tenantry_session=${token}` } : {};
  const request = new NextRequest(`${ORIGIN}${path}`, {
    headers: { accept: "text/html", ...cookie, ...headers },
  });
  return proxy(request, {} as never);
}

const seenByPage = (response: Response, name: string) =>
  response.headers.get(`x-middleware-request-${name}`);
const protect: ProxyHandler = async (auth) => {
  await auth.protect();
};

describe("pages", () => {
  test("learn their path and organization, and nothing that the client says", async () => {
    const spoofed = { "x-tenantry-url": "/evil", "x-tenantry-organization": "evil", other: "kept" };
    for (const handler of [
      undefined,
      () => NextResponse.next(),
      () => NextResponse.rewrite(`${ORIGIN}/elsewhere`),
      (_: unknown, request: NextRequest) =>
        NextResponse.next({ request: { headers: new Headers(request.headers) } }),
    ] as (ProxyHandler | undefined)[]) {
      const inside = await visit("/orgs/lab/settings?a=b", fresh, handler, spoofed);
      const outside = await visit("/", fresh, handler, spoofed);

      expect(seenByPage(inside, "x-tenantry-url")).toBe("/orgs/lab/settings?a=b");
      expect(seenByPage(inside, "x-tenantry-organization")).toBe("lab");
      expect(seenByPage(outside, "x-tenantry-url")).toBe("/");
      expect(seenByPage(outside, "x-tenantry-organization")).toBe("");
      for (const response of [inside, outside]) {
        expect(seenByPage(response, "other")).toBe("kept");
        const names = response.headers.get("x-middleware-override-headers")?.split(",");
        expect(names).toEqual(
          expect.arrayContaining(["x-tenantry-url", "x-tenantry-organization", "cookie", "other"]),
        );
      }
    }
  });

  test("that the handler shows at another path stay there", async () => {
    const response = await visit("/", fresh, () => NextResponse.rewrite(`${ORIGIN}/elsewhere`));

    expect(response.headers.get("x-middleware-rewrite")).toBe(`${ORIGIN}/elsewhere`);
    expect(response.headers.get("x-middleware-next")).toBeNull();
  });

  test("learn an organization that no header could hold", async () => {
    for (const [path, seen] of [
      ["/orgs/%E6%97%A5", "%E6%97%A5"],
      ["/orgs/a%0Ab", "a%0Ab"],
      ["/orgs/%20", "%20"],
    ] as const) {
      expect(seenByPage(await visit(path, fresh), "x-tenantry-organization")).toBe(seen);
    }
  });

  test("that the handler answers itself are left alone", async () => {
    const response = await visit("/", fresh, () => NextResponse.redirect(`${ORIGIN}/away`));

    expect(response.headers.get("location")).toBe(`${ORIGIN}/away`);
    expect(seenByPage(response, "x-tenantry-url")).toBeNull();
  });
});

describe("a token that has expired", () => {
  test("is renewed when a person opens a page", async () => {
    const response = await visit("/orgs/lab?a=b", stale);

    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe(
      `${ORIGIN}/refresh?redirect_url=%2Forgs%2Flab%3Fa%3Db%26tenantry_refresh%3D1`,
    );
  });

  test.each([{ "sec-fetch-dest": "document" }, { "sec-fetch-dest": "empty", "next-url": "/" }])(
    "is renewed when a person follows a link: %j",
    async (link) => {
      const response = await visit("/orgs/lab", stale, undefined, { accept: "*/*", ...link });

      expect(response.status).toBe(307);
    },
  );

  test("isn't renewed for a program, on the page that renews it, or a third time", async () => {
    const responses = [
      await visit("/", stale, undefined, { accept: "application/json" }),
      await visit("/refresh?redirect_url=%2F", stale),
      await visit("/?tenantry_refresh=2", stale),
    ];

    for (const response of responses) expect(response.headers.get("location")).toBeNull();
  });
});

test("a pending session leads to its task", async () => {
  const response = await visit("/a", await issuer.token({ sts: "pending" }));

  expect(response.headers.get("location")).toBe(`${ORIGIN}/choose?redirect_url=%2Fa`);
});

describe("protect", () => {
  test("lets in who is signed in", async () => {
    const response = await visit("/a", fresh, protect);

    expect(seenByPage(response, "x-tenantry-url")).toBe("/a");
  });

  test("sends others away", async () => {
    const page = await visit("/a", null, protect);
    const program = await visit("/a", null, protect, { accept: "application/json" });

    expect(page.headers.get("location")).toBe(`${ORIGIN}/sign-in?redirect_url=%2Fa`);
    expect(program.status).toBe(401);
    expect(await program.json()).toMatchObject({ errors: [{ code: "authentication_required" }] });
  });

  test("asks for the role in the organization of the URL", async () => {
    const asAdmin: ProxyHandler = async (auth) => {
      await auth.protect({ role: "org:admin" });
    };

    expect((await visit("/", fresh, asAdmin)).status).toBe(200);
    expect((await visit("/orgs/lab", fresh, asAdmin)).status).toBe(403);
  });
});

test("other errors of the handler aren't caught", async () => {
  const handler: ProxyHandler = () => {
    throw new Error("of the application");
  };

  await expect(visit("/", fresh, handler)).rejects.toThrow("of the application");
});

test("routes are matched by path", () => {
  const isAdmin = createRouteMatcher(["/admin(.*)"]);

  expect(isAdmin(new NextRequest(`${ORIGIN}/admin/a?b`))).toBe(true);
  expect(isAdmin(new NextRequest(`${ORIGIN}/b/admin`))).toBe(false);
});
