/** What this package reads of a request, whatever the framework. */

type HeaderRecord = Record<string, string | string[] | undefined>;

/** A `Request`, or a request of Node.js, whose headers are an object with names in lower case. */
export interface RequestLike {
  headers: Pick<Headers, "get"> | HeaderRecord;
}

export function readHeader({ headers }: RequestLike, name: string): string | null {
  if (typeof headers.get === "function") return headers.get(name);
  const value = (headers as HeaderRecord)[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/**
 * The token of the Authorization header or, without one, those of the cookie. There can be several, because a browser
 * also sends the cookie of a parent domain, which can be for another application.
 */
export function readTokens(request: RequestLike, cookieName: string): string[] {
  const [, token] = readHeader(request, "authorization")?.match(/^Bearer +(\S+) *$/i) ?? [];
  return token ? [token] : readCookies(readHeader(request, "cookie") ?? "", cookieName);
}

function readCookies(header: string, name: string): string[] {
  return header.split(";").flatMap((pair) => {
    const [key = "", ...rest] = pair.split("=");
    const value = rest.join("=").trim();
    return key.trim() === name && value ? [value] : [];
  });
}

/** Whether a person navigates, so that a redirect leads them somewhere. */
export function isNavigation(request: RequestLike, method: string): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  const purpose = readHeader(request, "sec-fetch-dest");
  // Next.js fetches pages itself when a person follows a link. It hides its header `rsc` from applications.
  if (purpose === "document" || readHeader(request, "next-url")) return true;
  return (readHeader(request, "accept") ?? "").includes("text/html");
}
