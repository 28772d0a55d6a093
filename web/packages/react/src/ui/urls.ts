/** The address of a page if it is one that a link may lead to, so no `javascript:` or `data:`. */
export function pageUrl(url: string | null | undefined): string | undefined {
  return checked(url, /^(https?:|mailto:)/);
}

/** The address of a picture if it is loaded from a server. */
export function imageUrl(url: string | null | undefined): string | undefined {
  return checked(url, /^(https?|blob):/);
}

function checked(url: string | null | undefined, scheme: RegExp): string | undefined {
  if (!url) return undefined;
  try {
    const base = globalThis.location?.href ?? "https://localhost/";
    return scheme.test(new URL(url, base).href) ? url : undefined;
  } catch {
    return undefined;
  }
}
