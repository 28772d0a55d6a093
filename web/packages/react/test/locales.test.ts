import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ar } from "../src/locales/ar.ts";
import { de } from "../src/locales/de.ts";
import { en } from "../src/locales/en.ts";
import { es } from "../src/locales/es.ts";
import { fr } from "../src/locales/fr.ts";
import type { Localization } from "../src/locales/types.ts";

const SOURCES = join(import.meta.dirname, "..", "src");
const LANGUAGES: readonly Localization[] = [de, fr, es, ar];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "locales" ? [] : sources(path);
    return [readFileSync(path, "utf8")];
  });
}

type Leaf = readonly [path: string, value: string | Readonly<Record<string, string>>];

const isPlural = (value: object): value is Record<string, string> => "other" in value;

/** Each string or plural with its path. */
function leaves(value: object, path = ""): Leaf[] {
  return Object.entries(value).flatMap(([key, below]): Leaf[] => {
    const here = path ? `${path}.${key}` : key;
    if (typeof below === "string" || isPlural(below)) return [[here, below]];
    return leaves(below, here);
  });
}

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

const texts = sources(SOURCES);

/** These are read by the name of something that the server answers with. */
const BY_NAME =
  /^errors\.|\.activity\.([A-Z_]+|organization|members|invitations|domains|apiKeys)$|\.permissionNames\.|\.domains\.(manual|automatic|enterprise)_|^(locale|dir)$|acceptInvitation\.(expired|revoked|accepted|declined)$|\.invitations\.(pending|accepted|declined|expired|revokedStatus)$|\.general\.logo(Refused|TooLarge)$|organizationProfile\.\w+\.title$/;

describe("the English strings", () => {
  test.each(leaves(en).map(([path]) => path))("%s is used", (path) => {
    if (BY_NAME.test(path)) return;
    const parts = path.split(".");
    const [group, key] = parts.slice(-2);
    const using = texts.filter((text) => text.includes(`.${key}`) && text.includes(`${group}`));
    expect(using.length).toBeGreaterThan(0);
  });
});

describe.each(LANGUAGES)("$locale", (language) => {
  const translated = new Map(leaves(language));

  test.each(leaves(en))("%s has the same placeholders", (path, english) => {
    const own = translated.get(path);
    if (own === undefined) throw new Error(`${path} is missing.`);
    const expected = placeholders(typeof english === "string" ? english : (english.other ?? ""));
    expect(placeholders(typeof own === "string" ? own : (own.other ?? ""))).toEqual(expected);
  });

  test("has the plural forms of the language", () => {
    const rules = new Intl.PluralRules(language.locale).resolvedOptions().pluralCategories;
    for (const [path, value] of translated) {
      if (typeof value === "string") continue;
      // French and Spanish have "many" for millions only, of which there are none here.
      const needed = rules.filter((rule) => rule !== "many" || language.locale === "ar");
      expect([path, ...Object.keys(value).sort()]).toEqual([path, ...needed.sort()]);
    }
  });
});
