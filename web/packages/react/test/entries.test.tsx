import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { OrganizationSwitcher } from "../src/index.ts";

/** The files of the package that an entry imports, itself or by others, types apart. */
function imported(entry: string): Set<string> {
  const found = new Set<string>();
  const read = (file: URL): void => {
    if (found.has(file.pathname)) return;
    found.add(file.pathname);
    const text = readFileSync(file, "utf8").replace(/^(im|ex)port type .*?;$/gms, "");
    for (const [, path] of text.matchAll(/(?:from |import |import\()"(\.[^"]+)"/g)) {
      if (path) read(new URL(path, file));
    }
  };
  read(new URL(`../src/${entry}`, import.meta.url));
  return found;
}

test("the entry of hooks has no component and no sheet (check 102)", () => {
  const visible = /\/(components|ui|appearance|locales|styles)\//;
  expect([...imported("index.ts")].filter((path) => visible.test(path))).not.toEqual([]);
  expect([...imported("hooks.ts")].filter((path) => visible.test(path))).toEqual([]);
});

test("a screen at a page of the product needs the URL of that page (check 54)", () => {
  const modes = [
    <OrganizationSwitcher key="1" createOrganizationMode="navigation" createOrganizationUrl="/" />,
    // @ts-expect-error: the URL is missing.
    <OrganizationSwitcher key="2" createOrganizationMode="navigation" />,
    // @ts-expect-error: the URL is missing.
    <OrganizationSwitcher key="3" organizationProfileMode="navigation" />,
  ];
  expect(modes).toHaveLength(3);
});
