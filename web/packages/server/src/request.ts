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

/** The token of the Authorization header or, without one, of the cookie. */
export function readToken(request: RequestLike, cookieName: string): string | null {
  const [, token] = readHeader(request, "authorization")?.match(/^Bearer +(\S+) *$/i) ?? [];
  return token ?? readCookie(readHeader(request, "cookie"), cookieName);
}

function readCookie(header: string | null, name: string): string | null {
  for (const pair of header?.split(";") ?? []) {
    const [key = "", ...value] = pair.split("=");
    if (key.trim() === name) return value.join("=").trim() || null;
  }
  return null;
}

/** Whether a person navigates, so that a redirect leads them somewhere. */
export function isNavigation(request: RequestLike, method: string): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  const purpose = readHeader(request, "sec-fetch-dest");
  // Next.js fetches pages itself when a person follows a link. It hides its header `rsc` from applications.
  if (purpose === "document" || readHeader(request, "next-url")) return true;
  return (readHeader(request, "accept") ?? "").includes("text/html");
}
