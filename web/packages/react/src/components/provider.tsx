import type { ReactNode } from "react";
import { SurroundingsProvider } from "../appearance/context.tsx";
import type { Appearance } from "../appearance/types.ts";
import type { PartialLocalization } from "../locales/types.ts";
import { LocalizationProvider } from "../localization.tsx";
import {
  TenantryProvider as Connection,
  type TenantryProviderProps as ConnectionProps,
} from "../provider.tsx";

export type TenantryProviderProps = ConnectionProps & {
  /** The look of all components. */
  readonly appearance?: Appearance;
  /** The language of all components: a complete one, such as `de`, or some strings of your own. */
  readonly localization?: PartialLocalization;
  /** The nonce of the page's content security policy, for the variables of `appearance`. */
  readonly nonce?: string;
  /** The direction of the text. Defaults to that of the language. */
  readonly dir?: "ltr" | "rtl";
};

/** Connects everything inside it to an instance, and gives the components their look and language. */
export function TenantryProvider(props: TenantryProviderProps): ReactNode {
  const { appearance, localization, nonce, dir, children, ...connection } = props;
  return (
    <Connection {...connection}>
      <SurroundingsProvider appearance={appearance} nonce={nonce} dir={dir}>
        <LocalizationProvider localization={localization}>{children}</LocalizationProvider>
      </SurroundingsProvider>
    </Connection>
  );
}
