import { beforeAll, describe, expect, test } from "vitest";
import { tenantryClient } from "../src/client/client.ts";
import { hasCode } from "../src/errors.ts";
import { createIssuer, createServer, type Issuer, URL } from "./tokens.ts";

let issuer: Issuer;

beforeAll(async () => {
  issuer = await createIssuer();
});

const times = { createdAt: "2026-01-02T03:04:05Z", updatedAt: "2026-01-02T03:04:06Z" };
const ENGINES = {
  id: "org_1",
  name: "Engines",
  slug: "engines",
  imageUrl: "https://img.example.com/1",
  hasImage: false,
  membersCount: 2,
  pendingInvitationsCount: 0,
  maxAllowedMemberships: 5,
  adminDeleteEnabled: true,
  createdBy: { id: "user_1" },
  publicMetadata: { a: 1 },
  privateMetadata: null,
  ...times,
};

function prepared(...answers: unknown[]) {
  const server = createServer(issuer, () => answers.shift());
  const client = tenantryClient({ url: URL, secretKey: "sk_1", fetch: server.fetch });
  return { ...client, variables: () => server.asked.documents.map(({ variables }) => variables) };
}

const refused = (code: string) => ({
  result: {
    organization: null,
    userErrors: [{ code, message: "It is taken.", field: ["input", "slug"], meta: { limit: 3 } }],
  },
});

describe("lists", () => {
  test("answer with a page, and pass on what is asked", async () => {
    const { organizations, variables } = prepared({
      organizations: { totalCount: 7, nodes: [ENGINES], pageInfo: { endCursor: "c" } },
    });
    const page = await organizations.getOrganizationList({
      limit: 1,
      offset: 3,
      userId: ["user_1"],
      orderBy: "-members_count",
    });

    expect(page).toMatchObject({ totalCount: 7, endCursor: "c", data: [{ id: "org_1" }] });
    expect(page.data[0]).toMatchObject({
      createdBy: "user_1",
      privateMetadata: {},
      createdAt: Date.parse(times.createdAt),
    });
    expect(variables()).toEqual([
      {
        first: 1,
        offset: 3,
        userIds: ["user_1"],
        orderBy: { field: "MEMBERS_COUNT", direction: "DESC" },
      },
    ]);
  });

  test("of an organization that doesn't exist reject", async () => {
    const { organizations } = prepared({ organization: null });
    const failed = organizations.getOrganizationMembershipList({ organizationId: "org_x" });

    await expect(failed).rejects.toMatchObject({
      status: 404,
      errors: [{ code: "resource_not_found" }],
    });
  });
});

describe("changes", () => {
  test("of metadata replace what is stored, after the profile", async () => {
    const changed = { result: { organization: ENGINES, userErrors: [] } };
    const { organizations, variables } = prepared(changed, changed, changed);
    await organizations.updateOrganization("org_1", { name: "New", publicMetadata: { b: 2 } });
    await organizations.updateOrganization("org_1", { name: undefined, privateMetadata: {} });

    expect(variables()).toEqual([
      { input: { organizationId: "org_1", name: "New" } },
      { input: { organizationId: "org_1", mode: "REPLACE", publicMetadata: { b: 2 } } },
      { input: { organizationId: "org_1", mode: "REPLACE", privateMetadata: {} } },
    ]);
  });

  test("that are refused reject, and nothing follows", async () => {
    const { organizations, variables } = prepared(refused("form_identifier_exists"));
    const failed = organizations.updateOrganization("org_1", {
      slug: "taken",
      publicMetadata: {},
    });

    await expect(failed).rejects.toMatchObject({
      name: "TenantryError",
      status: 422,
      message: "It is taken.",
      errors: [{ code: "form_identifier_exists", meta: { limit: 3, paramName: "slug" } }],
    });
    expect(await failed.catch((error) => hasCode(error, "form_identifier_exists"))).toBe(true);
    expect(variables()).toHaveLength(1);
  });

  test("of many invitations share what the server takes once", async () => {
    const { organizations, variables } = prepared({ result: { invitations: [], userErrors: [] } });
    const shared = { inviterUserId: "user_1", redirectUrl: "https://app.example.com/in" };
    const people = [
      { emailAddress: "a@example.com", role: "org:admin", ...shared },
      { emailAddress: "b@example.com", ...shared },
    ];
    await organizations.createOrganizationInvitationBulk("org_1", people);
    const different = [...people, { emailAddress: "c@example.com" }];
    const failed = organizations.createOrganizationInvitationBulk("org_1", different);

    await expect(failed).rejects.toMatchObject({ status: 422 });
    expect(variables()).toEqual([
      {
        input: {
          organizationId: "org_1",
          recipients: [
            { emailAddress: "a@example.com", role: "org:admin" },
            { emailAddress: "b@example.com" },
          ],
          ...shared,
        },
      },
    ]);
  });
});

describe("failures", () => {
  test("of the request arrive as the same error", async () => {
    const error = { message: "Slow down.", extensions: { code: "RATE_LIMITED", retryAfter: 3 } };
    const headers = { "retry-after": "3", "x-request-id": "req_1" };
    const { users } = prepared(Response.json({ errors: [error] }, { status: 429, headers }));

    await expect(users.getUser("user_1")).rejects.toMatchObject({
      status: 429,
      retryAfter: 3,
      requestId: "req_1",
      errors: [{ code: "rate_limited", meta: { retryAfter: 3 } }],
    });
  });

  test("without an answer are repeated once, with the same key", async () => {
    const keys: (string | null)[] = [];
    const fetch = (async (_url: string, init: RequestInit) => {
      // Neither waits forever, nor is kept by a framework.
      expect(init.signal).toBeInstanceOf(AbortSignal);
      expect(init.cache).toBe("no-store");
      keys.push(new Headers(init.headers).get("idempotency-key"));
      throw new TypeError("fetch failed");
    }) as typeof globalThis.fetch;
    const { users } = tenantryClient({ url: URL, secretKey: "sk_1", fetch });

    await expect(users.getUser("user_1")).rejects.toMatchObject({
      status: 0,
      errors: [{ code: "server_unreachable" }],
    });
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test("in the middle of an answer are repeated, too", async () => {
    const broken = new Response(
      new ReadableStream({ start: (controller) => controller.error(new TypeError("terminated")) }),
    );
    const { organizations, variables } = prepared(broken, {
      result: { organization: ENGINES, userErrors: [] },
    });

    expect(await organizations.createOrganization({ name: "Engines" })).toMatchObject({
      id: "org_1",
    });
    expect(variables()).toHaveLength(2);
  });

  test.each(["<html>", "null"])("that have no result name the status: %s", async (text) => {
    const { users } = prepared(new Response(text, { status: 502 }));

    await expect(users.getUser("user_1")).rejects.toThrow("502");
  });

  test("of the options name what is missing", () => {
    expect(() => tenantryClient({ url: URL })).toThrow("TENANTRY_SECRET_KEY");
    expect(() => tenantryClient({ secretKey: "sk_1" })).toThrow("TENANTRY_URL");
  });
});
