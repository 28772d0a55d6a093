import { expect, test, vi } from "vitest";
import { createSend, isTransient } from "../src/foundation/transport.ts";
import { TenantryError } from "../src/index.ts";

function sending(response: Response | Error) {
  const send = createSend("https://orgs.example.com", async () => {
    if (response instanceof Error) throw response;
    return response;
  });
  return send("mutation Do { payload: do }", {}).catch((error: unknown) => error);
}

test("userErrors are refusals, with the parameter and the details", async () => {
  const meta = { limit: 5, email_addresses: ["a@example.com"] };
  const field = ["input", "recipients", "3", "emailAddress"];
  const userErrors = [{ code: "duplicate_record", message: "Twice.", field, meta }];
  const error = await sending(Response.json({ data: { payload: { userErrors } } }));
  expect(error).toBeInstanceOf(TenantryError);
  expect(error).toMatchObject({
    status: 422,
    code: "duplicate_record",
    errors: [{ meta: { limit: 5, emailAddresses: ["a@example.com"], paramName: "emailAddress" } }],
  });
});

test("top-level errors carry the reason, the permissions, and the wait", async () => {
  const extensions = {
    code: "FORBIDDEN",
    reason: "missing_organization_permission",
    permissions: ["org:sys_memberships:manage"],
  };
  const forbidden = await sending(
    Response.json({ data: null, errors: [{ message: "No.", extensions }] }),
  );
  expect(forbidden).toMatchObject({
    status: 403,
    code: "missing_organization_permission",
    errors: [{ meta: { permissions: ["org:sys_memberships:manage"] } }],
  });
  const limited = { message: "Wait.", extensions: { code: "RATE_LIMITED", retryAfter: 7 } };
  const error = await sending(Response.json({ data: null, errors: [limited] }));
  expect(error).toMatchObject({ status: 429, code: "rate_limited", retryAfter: 7 });
  expect(isTransient(error)).toBe(true);
});

test("a count that the viewer may not read is null, not an error", async () => {
  const fault = {
    message: "No.",
    path: ["payload", "viewer", "activeOrganization", "pendingInvitationsCount"],
    extensions: { code: "FORBIDDEN", reason: "missing_organization_permission" },
  };
  const data = { payload: { userErrors: [] } };
  expect(await sending(Response.json({ data, errors: [fault] }))).toEqual(data);
  const elsewhere = { ...fault, path: ["payload", "viewer", "activeOrganization"] };
  expect(await sending(Response.json({ data, errors: [elsewhere] }))).toBeInstanceOf(TenantryError);
});

test("what isn't an instance is named, and what is away can be tried again", async () => {
  const page = await sending(new Response("<html>", { status: 404 }));
  expect(page).toMatchObject({ code: "not_a_tenantry_instance" });
  expect(isTransient(page)).toBe(false);
  expect(isTransient(await sending(new Response("", { status: 502 })))).toBe(true);
  expect(isTransient(await sending(new TypeError("failed to fetch")))).toBe(true);
});

test("an answer that is cut off is a lost one: it can be tried again, and a mutation is at once", async () => {
  const cut = () =>
    new Response(new ReadableStream({ start: (body) => body.error(new TypeError("cut off")) }));
  const error = await sending(cut());
  expect(error).toMatchObject({ status: 0, code: "network_error" });

  const keys: unknown[] = [];
  const send = createSend("https://orgs.example.com", async (_url, init) => {
    keys.push(new Headers(init?.headers).get("idempotency-key"));
    return keys.length === 1 ? cut() : Response.json({ data: { done: true } });
  });
  const options = { idempotencyKey: "key" };
  expect(await send("mutation Do { done }", {}, options)).toEqual({ done: true });
  expect(keys).toEqual(["key", "key"]);
});

test("a request that nobody answers is given up", async () => {
  const controller = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(controller.signal);
  const send = createSend("https://orgs.example.com", (_url, init) => {
    const { signal } = init ?? {};
    return new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  });
  const sent = send("query Read { read }", {}).catch((error: unknown) => error);
  controller.abort();
  expect(await sent).toMatchObject({ status: 0, code: "network_error" });
  vi.restoreAllMocks();
});
