/** Patterns of paths: `:name` stands for one segment, and `(.*)` for anything. */

export type Route = string | RegExp;

/** Whether a path matches one of the patterns. */
export function createPathMatcher(routes: Route | readonly Route[]): (path: string) => boolean {
  const patterns = [routes].flat().map(toPattern);
  return (path) => patterns.some((pattern) => pattern.test(path));
}

/** The `:slug` or `:id` of the first pattern that matches the path. */
export function findOrganization(routes: readonly Route[], path: string): string | null {
  for (const route of routes) {
    const { slug, id } = toPattern(route).exec(path)?.groups ?? {};
    const found = slug ?? id;
    if (found !== undefined) return decode(found);
  }
  return null;
}

function toPattern(route: Route): RegExp {
  if (route instanceof RegExp) return route;
  const source = route
    .split(/(:\w+|\(\.\*\))/)
    .map((part) => {
      if (part === "(.*)") return ".*";
      if (part.startsWith(":")) return `(?<${part.slice(1)}>[^/]+)`;
      return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    })
    .join("");
  return new RegExp(`^${source}/?$`);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
