import { expect, test } from "vitest";
import { checkAuthorization } from "../src/authorization.ts";

const membership = { role: "org:admin", permissions: ["org:sys_memberships:manage"] };
const sessionClaims = { fea: "o:widgets,u:exports", pla: "o:gold" };
const has = (params: object) =>
  checkAuthorization(
    { membership, sessionClaims } as unknown as Parameters<typeof checkAuthorization>[0],
    params,
  );

test.each([
  [{ role: "org:admin" }, true],
  [{ role: "admin" }, true],
  [{ role: "org:member" }, false],
  [{ permission: "org:sys_memberships:manage" }, true],
  [{ permission: "org:sys_memberships" }, false],
  [{ feature: "widgets" }, true],
  [{ feature: "o:widgets" }, true],
  [{ feature: "o:exports" }, false],
  [{ feature: "widget" }, false],
  [{ plan: "gold" }, true],
  [{ plan: "u:gold" }, false],
  [{ role: "admin", plan: "silver" }, false],
  [{ role: "admin", permission: "org:sys_memberships:manage", plan: "gold" }, true],
  [{}, false],
])("has(%o) is %s", (params, expected) => {
  expect(has(params)).toBe(expected);
});

test("without a membership and a token nothing holds", () => {
  const nobody = { membership: null, sessionClaims: null };
  for (const params of [
    { role: "admin" },
    { permission: "org:x:y" },
    { feature: "a" },
    { plan: "b" },
  ]) {
    expect(checkAuthorization(nobody, params)).toBe(false);
  }
});
