const told = new Set<string>();

/** Explains a mistake in the console, once. */
export function warn(topic: string, message: string): void {
  if (told.has(topic)) return;
  told.add(topic);
  // biome-ignore lint/suspicious/noConsole: the person who builds the page reads it there.
  console.warn(`[Tenantry] ${message}`);
}
