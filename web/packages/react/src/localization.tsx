import { isTenantryError } from "@tenantry/js";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { trigger } from "./locales/trigger.ts";
import type {
  CoreLocalization,
  Localization,
  PartialLocalization,
  Plural,
} from "./locales/types.ts";

/** What the page has given: everything else is English, which comes with the panels. */
interface Languages {
  given: PartialLocalization;
  /** The given strings over the English ones, once something that needs them is loaded. */
  complete?: CoreLocalization & Partial<Localization>;
}

const LanguagesContext = createContext<Languages>({ given: {} });

export function LocalizationProvider(props: {
  localization?: PartialLocalization | undefined;
  /** The English strings, under the given ones. */
  base?: CoreLocalization & Partial<Localization>;
  children: ReactNode;
}): ReactNode {
  const outer = useContext(LanguagesContext);
  const { localization, base, children } = props;
  const value = useMemo(() => {
    const given = localization ? merge(outer.given, localization) : outer.given;
    const complete = base ? merge(base, given) : outer.complete && merge(outer.complete, given);
    return complete ? { given, complete } : { given };
  }, [outer, localization, base]);
  return <LanguagesContext.Provider value={value}>{children}</LanguagesContext.Provider>;
}

/** The strings of the closed switcher, which is all that a page with it loads at first. */
export function useTriggerText(): {
  text: Localization["organizationSwitcher"]["trigger"];
  plural: (plural: Plural, count: number) => string;
} {
  const { given } = useContext(LanguagesContext);
  const locale = given.locale ?? "en";
  return {
    text: { ...trigger, ...given.organizationSwitcher?.trigger },
    plural: (plural, count) =>
      (plural[new Intl.PluralRules(locale).select(count)] ?? plural.other).replace(
        "{count}",
        `${count}`,
      ),
  };
}

/** The language of the components here, for the roots of their elements. */
export function useLanguage(): { lang: string; dir: "ltr" | "rtl" | undefined } {
  const { given, complete } = useContext(LanguagesContext);
  return { lang: given.locale ?? "en", dir: given.dir ?? complete?.dir };
}

export interface Locale<Text extends CoreLocalization = Localization> {
  text: Text;
  /** Replaces `{name}` and the like. */
  format: (template: string, values: Record<string, string | number>) => string;
  /** The form for a number, with `{count}` replaced. */
  count: (plural: Plural, count: number) => string;
  date: (date: Date) => string;
  dateTime: (date: Date) => string;
  list: (items: readonly string[]) => string;
  /** The sentence for an error: the page's own for its code, or else the server's. */
  errorMessage: (error: unknown) => string;
}

/** The strings of the panel and of all small parts. */
export function useCoreLocale(): Locale<CoreLocalization> {
  const { complete } = useContext(LanguagesContext);
  if (!complete) throw new Error("Wrap the component in LocalizationProvider with a base.");
  const known = locales.get(complete);
  if (known) return known;
  const made = locale(complete);
  locales.set(complete, made);
  return made;
}

/** One for all components: the formatters of `Intl` are costly, and every row of a list asks for some. */
const locales = new WeakMap<CoreLocalization, Locale<CoreLocalization>>();

/** All strings, for what comes with them. */
export function useLocale(): Locale {
  const found = useCoreLocale();
  if (!isComplete(found))
    throw new Error("Wrap the component in LocalizationProvider with all strings.");
  return found;
}

const isComplete = (found: Locale<CoreLocalization>): found is Locale =>
  "organizationProfile" in found.text;

function locale(text: CoreLocalization): Locale<CoreLocalization> {
  const plurals = once(() => new Intl.PluralRules(text.locale));
  const numbers = once(() => new Intl.NumberFormat(text.locale));
  const days = once(() => new Intl.DateTimeFormat(text.locale, { dateStyle: "medium" }));
  const moments = once(
    () => new Intl.DateTimeFormat(text.locale, { dateStyle: "medium", timeStyle: "short" }),
  );
  const format = (template: string, values: Record<string, string | number>): string =>
    template.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return typeof value === "number" ? numbers().format(value) : (value ?? whole);
    });
  return {
    text,
    format,
    count: (plural, count) => format(plural[plurals().select(count)] ?? plural.other, { count }),
    date: (date) => days().format(date),
    dateTime: (date) => moments().format(date),
    list: (items) => new Intl.ListFormat(text.locale).format(items),
    errorMessage: (error) => errorMessage(text, error, format),
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function errorMessage(text: CoreLocalization, error: unknown, format: Locale["format"]): string {
  if (!isTenantryError(error)) return text.common.unknownError;
  const sentences = error.errors.map(({ code, message, meta }) => {
    const own: string | undefined = (text.errors as Record<string, string>)[code];
    const filled = own && format(own, { limit: meta.limit ?? "{limit}" });
    return filled && !filled.includes("{") ? filled : message;
  });
  return [...new Set(sentences)].join(" ");
}

/** A copy of the first with what the second has, at any depth. */
function merge<T extends object>(base: T, over: object): T {
  const merged: Record<string, unknown> = { ...(base as Record<string, unknown>) };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    const isNested = typeof value === "object" && value !== null && typeof below === "object";
    if (value !== undefined) merged[key] = isNested && below ? merge(below, value) : value;
  }
  return merged as T;
}
