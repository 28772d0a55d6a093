import type { core } from "./core.ts";
import type { en } from "./en.ts";

/** The forms of a phrase with a number, as `Intl.PluralRules` names them. */
export type Plural = { readonly other: string } & {
  readonly [rule in Intl.LDMLPluralRule]?: string;
};

type Strings<T> = {
  readonly [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends Plural
      ? Plural
      : Strings<T[Key]>;
};

/** A complete translation. TypeScript refuses one that lacks a string. */
export type Localization = Omit<Strings<typeof en>, "dir"> & { readonly dir: "ltr" | "rtl" };

type DeepPartial<T> = T extends string | Plural
  ? T
  : { readonly [Key in keyof T]?: DeepPartial<T[Key]> };

/** The strings that everything but a closed switcher needs. */
export type CoreLocalization = Pick<Localization, keyof typeof core>;

/** Some strings, for one's own wording of these. */
export type PartialLocalization = DeepPartial<Localization>;
