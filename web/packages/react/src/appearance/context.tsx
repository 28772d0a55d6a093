import {
  type CSSProperties,
  createContext,
  type ReactNode,
  useContext,
  useId,
  useMemo,
} from "react";
import type { PortalContainer } from "../control/PortalProvider.tsx";
import { useLanguage } from "../localization.tsx";
import type { Appearance, ElementName } from "./types.ts";
import { rule } from "./variables.ts";

export type Container = PortalContainer;

export interface Surroundings {
  appearance: Appearance;
  /** Names the rule that holds the variables of the nearest component that sets some. */
  scope?: string;
  nonce?: string | undefined;
  dir?: "ltr" | "rtl" | undefined;
  /** Where overlays are put into the page. */
  container?: Container | undefined;
}

const SurroundingsContext = createContext<Surroundings>({ appearance: {} });

export const useSurroundings = (): Surroundings => useContext(SurroundingsContext);

export interface SurroundingsProps {
  appearance?: Appearance | undefined;
  nonce?: string | undefined;
  dir?: "ltr" | "rtl" | undefined;
  container?: Container | undefined;
  children: ReactNode;
}

/** Merges an appearance over the one around it, and writes its variables into one style element. */
export function SurroundingsProvider(props: SurroundingsProps): ReactNode {
  const outer = useSurroundings();
  const id = useId();
  const { appearance, children } = props;
  const nonce = props.nonce ?? outer.nonce;
  const dir = props.dir ?? outer.dir;
  const container = props.container ?? outer.container;
  const merged = useMemo(() => merge(outer.appearance, appearance), [outer.appearance, appearance]);
  const css = appearance?.variables ? rule(id, merged) : "";
  const scope = css ? id : outer.scope;
  const value = useMemo(
    () => ({ appearance: merged, nonce, dir, container, ...(scope ? { scope } : {}) }),
    [merged, nonce, dir, container, scope],
  );
  return (
    <SurroundingsContext.Provider value={value}>
      {css && (
        <style
          nonce={nonce}
          // Every value has been checked: none can close the rule or the element.
          // React 18 would escape the quotes of a child.
          dangerouslySetInnerHTML={{ __html: css }}
        />
      )}
      {children}
    </SurroundingsContext.Provider>
  );
}

function merge(outer: Appearance, inner: Appearance | undefined): Appearance {
  if (!inner) return outer;
  const cssLayerName = inner.cssLayerName ?? outer.cssLayerName;
  return {
    theme: inner.theme ?? outer.theme ?? "system",
    variables: { ...outer.variables, ...inner.variables },
    elements: { ...outer.elements, ...inner.elements },
    options: { ...outer.options, ...inner.options },
    ...(cssLayerName === undefined ? {} : { cssLayerName }),
  };
}

type ElementProps = { className: string; style?: CSSProperties };

/** The class of an element, and what `appearance.elements` adds to it. */
export function useElement(): (name: ElementName, className?: string) => ElementProps {
  const { elements } = useSurroundings().appearance;
  return (name, className) => {
    const own = elements?.[name];
    const classes = [`tn-${name}`, typeof own === "string" && own, className].filter(Boolean);
    const props = { className: classes.join(" ") };
    return typeof own === "object" ? { ...props, style: own } : props;
  };
}

/** The attributes of everything that is a root of its own in the page: components and overlays. */
export function useRootAttributes(): Record<`data-${string}`, string | undefined> & {
  lang: string;
  dir: "ltr" | "rtl" | undefined;
} {
  const { appearance, scope, dir } = useSurroundings();
  const language = useLanguage();
  const { animations, density } = appearance.options ?? {};
  return {
    "data-tn-scope": scope,
    "data-tn-theme": appearance.theme,
    "data-density": density,
    "data-animations": animations === false ? "off" : undefined,
    lang: language.lang,
    dir: dir ?? language.dir,
  };
}
