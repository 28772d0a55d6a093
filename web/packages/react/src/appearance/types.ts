import type { CSSProperties } from "react";

/** The elements that `appearance.elements` can style. Their classes are these names behind `tn-`. */
export type ElementName =
  | "actions"
  | "alert"
  | "alertText"
  | "avatar"
  | "badge"
  | "button"
  | "card"
  | "cardFooter"
  | "cardHeader"
  | "cardLogo"
  | "cardSubtitle"
  | "cardTitle"
  | "checkbox"
  | "choice"
  | "choiceList"
  | "choices"
  | "date"
  | "dialog"
  | "dialogBody"
  | "dialogClose"
  | "dialogTitle"
  | "empty"
  | "facts"
  | "field"
  | "form"
  | "hint"
  | "icon"
  | "input"
  | "label"
  | "link"
  | "list"
  | "logo"
  | "navigation"
  | "navigationItem"
  | "navigationItems"
  | "navigationTitle"
  | "page"
  | "pageHeader"
  | "pageTitle"
  | "pager"
  | "panel"
  | "panelContent"
  | "panelCurrent"
  | "panelSection"
  | "person"
  | "profile"
  | "profileLayout"
  | "progress"
  | "root"
  | "row"
  | "rowActions"
  | "rowIcon"
  | "rowSubtitle"
  | "rowText"
  | "rowTitle"
  | "section"
  | "sectionTitle"
  | "select"
  | "skeleton"
  | "spinner"
  | "switcher"
  | "table"
  | "tag"
  | "tags"
  | "toast"
  | "token"
  | "tokenField"
  | "tokenInput"
  | "toolbar"
  | "trigger"
  | "visuallyHidden";

/** The custom properties of the style sheet: `colorPrimary` is `--tn-color-primary`. */
export type VariableName =
  | "colorPrimary"
  | "colorPrimaryForeground"
  | "colorDanger"
  | "colorSuccess"
  | "colorWarning"
  | "colorNeutral"
  | "colorForeground"
  | "colorMutedForeground"
  | "colorMuted"
  | "colorBackground"
  | "colorInput"
  | "colorInputForeground"
  | "colorBorder"
  | "colorRing"
  | "colorShadow"
  | "colorModalBackdrop"
  | "colorShimmer"
  | "fontFamily"
  | "fontFamilyButtons"
  | "fontFamilyMono"
  | "fontSize"
  | "fontWeight"
  | "borderRadius"
  | "spacing";

export interface AppearanceOptions {
  /** Whether things move when they appear. Defaults to true. */
  animations?: boolean;
  density?: "comfortable" | "compact";
  /** Where the logo of the instance stands: in the cards, which is the default, or above them. */
  logoPlacement?: "inside" | "outside" | "none";
  /** Links below the cards. */
  helpPageUrl?: string;
  termsPageUrl?: string;
  privacyPageUrl?: string;
}

export interface Appearance {
  /** `system` follows the setting of the device. A `data-theme` of an ancestor wins. */
  theme?: "system" | "light" | "dark";
  /** CSS values, such as `#0a7`, `var(--brand)`, or `light-dark(#333, #ddd)`. */
  variables?: Partial<Record<VariableName, string>>;
  /** A class or a style object for each element. */
  elements?: Partial<Record<ElementName, string | CSSProperties>>;
  options?: AppearanceOptions;
  /**
   * The cascade layer of the variables, which stand in no layer by default. The style sheet itself
   * is in the layer `tenantry`; `@import "@tenantry/react/styles.css" layer(vendor)` moves it.
   */
  cssLayerName?: string;
}
