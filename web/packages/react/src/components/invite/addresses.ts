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

/** Marks the addresses that the server has refused, with its words. */
export function markRefused(
  tokens: readonly Token[],
  refused: ReadonlyMap<string, string>,
): readonly Token[] {
  return tokens.map((token) => {
    const message = refused.get(token.address.toLowerCase());
    return message === undefined ? token : { ...token, fault: "refused", message };
  });
}
