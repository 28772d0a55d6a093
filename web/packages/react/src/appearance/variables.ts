import type { Appearance } from "./types.ts";

const LAYER = /^[a-z_][\w-]*(\.[a-z_][\w-]*)*$/i;

/** The rule that gives the elements of a scope the variables, in the layer that is named. */
export function rule(scope: string, { variables, cssLayerName }: Appearance): string {
  const css = declarations(variables);
  if (!css) return "";
  const written = `[data-tn-scope="${scope}"]{${css}}`;
  return cssLayerName && LAYER.test(cssLayerName) ? `@layer ${cssLayerName}{${written}}` : written;
}

/** The custom properties of the variables. Values that could end the declaration are left out. */
function declarations(variables: Appearance["variables"] = {}): string {
  return Object.entries(variables)
    .filter(([, value]) => value && !/[;{}<>@\\]|\/\*/.test(value))
    .map(([name, value]) => `${property(name)}:${value}`)
    .join(";");
}

function property(name: string): string {
  return `--tn-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
