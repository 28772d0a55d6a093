/** Patterns of paths: `:name` stands for one segment, and `(.*)` for anything. */

export type Route = string | RegExp;

/** Whether a path matches one of the patterns. */
export function createPathMatcher(routes: Route | readonly Route[]): (path: string) => boolean {
  const patterns = [routes].flat().map(toPattern);
  return (path) => patterns.some((pattern) => pattern.test(path) || pattern.test(decodePath(path)));
}

/** The `:slug` or `:id` of the first pattern that matches the path. */
export function findOrganization(routes: readonly Route[], path: string): string | null {
  for (const route of routes) {
    const { slug, id } = toPattern(route).exec(decodePath(path))?.groups ?? {};
    const found = slug ?? id;
    if (found !== undefined) return found;
  }
  return null;
}

function toPattern(route: Route): RegExp {
  // With `g` or `y`, a pattern continues where it matched before, and misses every other request.
  if (route instanceof RegExp) return new RegExp(route, route.flags.replace(/[gy]/g, ""));
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

/** The path as some routers read it: `/%61dmin` is `/admin`. An encoded slash stays in its segment. */
export function decodePath(path: string): string {
  try {
    return path
      .split(/(%2f)/i)
      .map((part, index) => (index % 2 ? part : decodeURIComponent(part)))
      .join("");
  } catch {
    return path;
  }
}
