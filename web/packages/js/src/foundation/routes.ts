import type { OrganizationFromUrl } from "../types/options.ts";
import type { UrlTemplate } from "../types/tenantry.ts";

/** The organization that is wanted: null is the personal account, no member is the session's own. */
export type Choice =
  | { readonly organizationId: string | null }
  | { readonly slug: string }
  | Record<never, never>;

/**
 * Returns the URL if the package may navigate there: http or https, and the page's own origin or an
 * allowed one.
 */
export function checkTarget(
  to: string,
  base: string,
  allowedOrigins: readonly (string | RegExp)[] = [],
): URL | null {
  const url = URL.canParse(to, base) ? new URL(to, base) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  // A router takes a path that starts so for the name of another host.
  if (url.pathname.startsWith("//")) return null;
  const isAllowed = allowedOrigins.some((allowed) =>
    typeof allowed === "string"
      ? URL.canParse(allowed) && new URL(allowed).origin === url.origin
      : url.origin.search(allowed) >= 0,
  );
  return url.origin === new URL(base).origin || isAllowed ? url : null;
}

/** Replaces `:slug`, `:id`, and other fields. `:slug` falls back to the id where slugs are off. */
export function fillTemplate<T extends object>(template: UrlTemplate<T>, object: T): string {
  if (typeof template === "function") return template(object);
  const fields = object as Readonly<Record<string, unknown>>;
  return template.replace(/:([a-zA-Z]\w*)/g, (whole, name: string) => {
    const value = name === "slug" ? (fields.slug ?? fields.id) : fields[name];
    return ["string", "number", "boolean"].includes(typeof value)
      ? encodeURIComponent(String(value))
      : whole;
  });
}

/** Returns the organization that the path names, or undefined if it names none. */
export function matchOrganization(
  path: string,
  { organizationPatterns, personalAccountPatterns = [] }: OrganizationFromUrl,
): Choice | undefined {
  for (const pattern of organizationPatterns) {
    const { slug, id } = toRegExp(pattern).exec(path)?.groups ?? {};
    if (slug) return { slug: decode(slug) };
    if (id) return { organizationId: decode(id) };
  }
  const isPersonal = personalAccountPatterns.some((pattern) => toRegExp(pattern).test(path));
  return isPersonal ? { organizationId: null } : undefined;
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .split(/(:\w+|\(\.\*\))/)
    .map((part) => {
      if (part === "(.*)") return ".*";
      if (part === ":slug" || part === ":id") return `(?<${part.slice(1)}>[^/]+)`;
      return part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
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
