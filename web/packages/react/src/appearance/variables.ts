import type { VariableName } from "./types.ts";

/** The custom properties of the variables. Values that could end the declaration are left out. */
export function declarations(variables: Partial<Record<VariableName, string>> = {}): string {
  return Object.entries(variables)
    .filter(([, value]) => value && !/[;{}<>@\\]|\/\*/.test(value))
    .map(([name, value]) => `${property(name)}:${value}`)
    .join(";");
}

function property(name: string): string {
  return `--tn-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
