import { expect, test } from "vitest";
import { signedIn } from "../src/callers/auth.ts";
import { CLAIMS, ORGANIZATION } from "./tokens.ts";

const of = (claims: object) => signedIn("token", { ...CLAIMS, ...claims } as never);
const V1 = {
  org_id: "org_1",
  org_slug: "engines",
  org_role: "org:admin",
  org_permissions: ["org:reports:read"],
};

test.each([
  [{ role: "org:admin" }, true],
  [{ role: "admin" }, true],
  [{ role: "org:member" }, false],
  [{ role: "" }, false],
  [{ permission: "org:reports:read" }, true],
  [{ permission: "reports:read" }, true],
  [{ permission: "org:reports:manage" }, false],
  [{ role: "org:admin", permission: "org:reports:manage" }, false],
  [{ feature: "reports" }, true],
  [{ feature: "o:reports" }, true],
  [{ feature: "org:reports" }, true],
  [{ feature: "u:reports" }, false],
  [{ feature: "x:reports" }, false],
  [{ feature: "other" }, false],
  [{ plan: "pro" }, true],
  [{ plan: "user:pro" }, false],
  [{ plan: "pro", role: "org:member" }, false],
  [{}, false],
])("%j: %s", (params, expected) => {
  expect(of(ORGANIZATION).has(params)).toBe(expected);
});

test("tokens of the first format", () => {
  const auth = of(V1);

  expect(auth).toMatchObject({ orgId: "org_1", orgSlug: "engines", orgRole: "org:admin" });
  expect(auth.has({ permission: "org:reports:read", role: "admin" })).toBe(true);
  expect(auth.has({ permission: "org:reports:manage" })).toBe(false);
});

test("legacy tokens have roles, and no permissions", () => {
  const auth = of({ org_id: "org_1", org_role: "admin", orgs: { org_1: "admin" } });

  expect(auth).toMatchObject({ orgRole: "admin", orgPermissions: null });
  expect(auth.has({ role: "org:admin" })).toBe(true);
  expect(auth.has({ permission: "org:reports:read" })).toBe(false);
});

test("without an organization nothing of an organization holds", () => {
  const auth = of({ v: 2, fea: "u:export", pla: "u:plus" });

  expect(auth).toMatchObject({ orgId: null, orgRole: null, orgPermissions: null });
  expect(auth.has({ feature: "export", plan: "plus" })).toBe(true);
  expect(auth.has({ role: "org:admin" })).toBe(false);
});

test("more than 53 actions are told apart", () => {
  const per = Array.from({ length: 60 }, (_, index) => `a${index}`).join(",");
  const auth = of({ v: 2, fea: "o:x", o: { id: "org_1", rol: "a", per, fpm: String(2n ** 58n) } });

  expect(auth.orgPermissions).toEqual(["org:x:a58"]);
});

test.each(["x", "-1", "1.5", ""])("a mask %j that is no number grants nothing", (fpm) => {
  const o = { ...ORGANIZATION.o, fpm };
  expect(of({ ...ORGANIZATION, o }).orgPermissions).toEqual([]);
});
