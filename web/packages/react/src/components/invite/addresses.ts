import type { TenantryApiError } from "@tenantry/js";

/** An address in the invite form, and why it isn't sent. */
export interface Token {
  address: string;
  fault: "invalid" | "duplicate" | "refused" | null;
  /** The server's words about it. */
  message?: string;
}

/** A rough check that catches slips of the hand; the server has the last word. */
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]{2,}$/;

/** The addresses in a text, whether separated by commas, semicolons, spaces, or lines. */
export function readAddresses(text: string, before: readonly Token[]): Token[] {
  const known = new Set(before.map(({ address }) => address.toLowerCase()));
  const found = text.match(/[^\s,;<>]+/g) ?? [];
  // A name in front of an address in angle brackets is no address.
  const addresses = text.includes("<") ? found.filter((part) => part.includes("@")) : found;
  return addresses.map((address) => {
    const key = address.toLowerCase();
    const isDuplicate = known.has(key);
    known.add(key);
    return { address, fault: isDuplicate ? "duplicate" : ADDRESS.test(address) ? null : "invalid" };
  });
}

/** Takes away the addresses that are sent, and marks the refused ones with what the server has said. */
export function settle(
  tokens: readonly Token[],
  sent: ReadonlySet<string>,
  refused: ReadonlyMap<string, TenantryApiError>,
  sentence: (refusal: TenantryApiError) => string,
): readonly Token[] {
  return tokens.flatMap((token): Token[] => {
    const key = token.address.toLowerCase();
    if (sent.has(key)) return [];
    const refusal = refused.get(key);
    return [refusal ? { ...token, fault: "refused", message: sentence(refusal) } : token];
  });
}
