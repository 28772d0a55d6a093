import { expect, test } from "vitest";
import { checkTarget, fillTemplate, matchOrganization } from "../src/foundation/routes.ts";

const HERE = "https://app.example.com/orgs/acme?tab=1";

test.each([
  ["/dashboard", "https://app.example.com/dashboard"],
  ["settings", "https://app.example.com/orgs/settings"],
  ["https://app.example.com/x#y", "https://app.example.com/x#y"],
  ["https://docs.example.com/", "https://docs.example.com/"],
  ["https://eu.preview.example.com/", "https://eu.preview.example.com/"],
])("%s may be opened", (to, expected) => {
  const allowed = ["https://docs.example.com", /^https:\/\/\w+\.preview\.example\.com$/g];
  expect(checkTarget(to, HERE, allowed)?.href).toBe(expected);
  expect(checkTarget(to, HERE, allowed)?.href).toBe(expected);
});

test.each([
  "https://evil.example/",
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,x",
  "blob:https://app.example.com/1",
  "http://app.example.com/",
  "https://app.example.com@evil.example/",
  "https://app.example.com.evil.example/",
  "http://[",
  "https://app.example.com//evil.example",
  "/.//evil.example",
  "/x/..//evil.example",
  "https://app.example.com:8443/",
  "vbscript:alert(1)",
])("%s may not be opened", (to) => {
  expect(checkTarget(to, HERE, ["https://docs.example.com"])).toBeNull();
});

test("templates take encoded fields, and the id where there is no slug", () => {
  const organization = { id: "org_1", slug: "a/b", membersCount: 3, nested: {} };
  expect(fillTemplate("/orgs/:slug/:id?n=:membersCount", organization)).toBe(
    "/orgs/a%2Fb/org_1?n=3",
  );
  expect(fillTemplate("/orgs/:slug", { ...organization, slug: null })).toBe("/orgs/org_1");
  expect(fillTemplate("https://app.example.com:8080/:nested", organization)).toBe(
    "https://app.example.com:8080/:nested",
  );
  expect(fillTemplate(({ id }: typeof organization) => `/o/${id}`, organization)).toBe("/o/org_1");
});

test("patterns of addresses name an organization, the personal account, or nothing", () => {
  const patterns = {
    organizationPatterns: ["/orgs/:slug", "/orgs/:slug/(.*)", "/:locale/o/:id"],
    personalAccountPatterns: ["/me", "/me/(.*)"],
  };
  expect(matchOrganization("/orgs/acme", patterns)).toEqual({ slug: "acme" });
  expect(matchOrganization("/orgs/acme/", patterns)).toEqual({ slug: "acme" });
  expect(matchOrganization("/orgs/a%20b/members/1", patterns)).toEqual({ slug: "a b" });
  expect(matchOrganization("/orgs/%E0%A4%A/x", patterns)).toEqual({ slug: "%E0%A4%A" });
  expect(matchOrganization("/de/o/org_1", patterns)).toEqual({ organizationId: "org_1" });
  expect(matchOrganization("/me/settings", patterns)).toEqual({ organizationId: null });
  expect(matchOrganization("/other", patterns)).toBeUndefined();
});
