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
  ["/orgs/:slug", "/%6frgs/engines", "engines"],
  ["/orgs/:slug", "/orgs/a%2Fb", "a%2Fb"],
  ["/orgs/:slug", "/orgs/%2561", "%61"],
  ["/orgs", "/orgs", null],
])("%s finds in %s: %s", (pattern, path, expected) => {
  expect(findOrganization([pattern], path)).toBe(expected);
});

test("paths match one of several patterns", () => {
  const matches = createPathMatcher(["/admin(.*)", /^\/x\d$/]);

  // Some routers find the page of an encoded path.
  expect(["/%61dmin", "/adm%69n/a", "/%2561dmin"].map(matches)).toEqual([true, true, false]);
  expect(["/admin", "/admin/a", "/x1", "/", "/x"].map(matches)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("a pattern matches each time, whatever its flags", () => {
  const matches = createPathMatcher([/^\/admin/g]);

  expect([matches("/admin"), matches("/admin")]).toEqual([true, true]);
});
