/** A name in a sentence of another direction, which it leaves in order. */
export const isolate = (text: string): string => `\u2068${text}\u2069`;
