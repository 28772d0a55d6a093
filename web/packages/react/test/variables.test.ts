import { expect, test } from "vitest";
import { rule } from "../src/appearance/variables.ts";
import { readAddresses } from "../src/components/invite/addresses.ts";
import { slugOf } from "../src/components/slug.ts";
import { imageUrl, pageUrl } from "../src/ui/urls.ts";

test("variables become custom properties", () => {
  const variables = { colorPrimaryForeground: "var(--brand)", fontFamily: '"Inter", serif' };
  const css =
    '[data-tn-scope="a"]{--tn-color-primary-foreground:var(--brand);--tn-font-family:"Inter", serif}';
  expect(rule("a", { variables })).toBe(css);
  expect(rule("a", { variables, cssLayerName: "vendor.tenantry" })).toBe(
    `@layer vendor.tenantry{${css}}`,
  );
  // A name that could end the rule is left out.
  expect(rule("a", { variables, cssLayerName: "a{}b" })).toBe(css);
});

test.each(["red;} body{display:none", "</style><script>", "url(x)/* */", "@import", "\\3c"])(
  "the value %s is left out",
  (value) => expect(rule("a", { variables: { colorPrimary: value } })).toBe(""),
);

test.each([
  "javascript:alert(1)",
  "JAVASCRIPT:alert(1)",
  " java\nscript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
])("%s is no page and no picture", (url) => {
  expect(pageUrl(url)).toBeUndefined();
  expect(imageUrl(url)).toBeUndefined();
});

test.each(["https://example.com/a", "/orgs", "?page=2"])("%s is a page", (url) => {
  expect(pageUrl(url)).toBe(url);
});

test("addresses are told apart however they are separated", () => {
  const found = readAddresses("a@x.org, b@x.org;c@x.org\nd@x\tA@x.org", [
    { address: "c@x.org", fault: null },
  ]);
  expect(found.map(({ address, fault }) => [address, fault])).toEqual([
    ["a@x.org", null],
    ["b@x.org", null],
    ["c@x.org", "duplicate"],
    ["d@x", "invalid"],
    ["A@x.org", "duplicate"],
  ]);
});

test("names in front of addresses are left out", () => {
  const found = readAddresses("Ada Lovelace <ada@x.org>, Grace <grace@x.org>", []);
  expect(found.map(({ address }) => address)).toEqual(["ada@x.org", "grace@x.org"]);
});

test.each([
  ["Acme, Inc.", "acme-inc"],
  ["Ünïque  Söns", "unique-sons"],
  ["数学", ""],
])("the slug of %s is %s", (name, slug) => expect(slugOf(name)).toBe(slug));
