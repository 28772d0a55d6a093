import { expect, test } from "vitest";
import { createPathMatcher, findOrganization } from "../src/routes.ts";

test.each([
  ["/orgs/:slug", "/orgs/engines", "engines"],
  ["/orgs/:slug", "/orgs/engines/", "engines"],
  ["/orgs/:slug", "/orgs/engines/settings", null],
  ["/orgs/:slug/(.*)", "/orgs/engines/settings/a", "engines"],
  ["/orgs/:slug(.*)", "/orgs/engines/settings", "engines"],
  ["/:id/x.y", "/org_1/x.y", "org_1"],
  ["/:id/x.y", "/org_1/xzy", null],
  ["/orgs/:slug", "/orgs/%C3%A4", "ä"],
  ["/orgs/:slug", "/orgs/%E0%A4%A", "%E0%A4%A"],
  ["/orgs", "/orgs", null],
])("%s finds in %s: %s", (pattern, path, expected) => {
  expect(findOrganization([pattern], path)).toBe(expected);
});

test("paths match one of several patterns", () => {
  const matches = createPathMatcher(["/admin(.*)", /^\/x\d$/]);

  expect(["/admin", "/admin/a", "/x1", "/", "/x"].map(matches)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
