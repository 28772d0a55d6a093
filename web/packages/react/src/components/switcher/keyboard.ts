import type { KeyboardEvent } from "react";

const STOPS = "[data-row]:not(:disabled, [aria-disabled='true']), input[type='search']";

/** The search field, the current row, or the first row gets the focus when the panel opens. */
export function focusFirst(panel: HTMLElement): void {
  const stop =
    panel.querySelector<HTMLElement>("input[type='search']") ??
    panel.querySelector<HTMLElement>("[aria-current='true']") ??
    panel.querySelector<HTMLElement>(STOPS);
  stop?.focus();
}

/** Arrow keys, Home, and End move between the rows, and a letter jumps to the next row that begins with it. */
export function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(STOPS)];
  const at = stops.indexOf(event.target as HTMLElement);
  const isTyping = event.target instanceof HTMLInputElement;
  const target = targetOf(event, stops, at, isTyping);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function targetOf(
  event: KeyboardEvent,
  stops: readonly HTMLElement[],
  at: number,
  isTyping: boolean,
): HTMLElement | undefined {
  const { key } = event;
  if (key === "ArrowDown") return stops[(at + 1) % stops.length];
  if (key === "ArrowUp") return stops.at(Math.max(at, 0) - 1);
  if (isTyping) return undefined;
  if (key === "Home") return stops[0];
  if (key === "End") return stops.at(-1);
  if (key.length !== 1 || key === " " || event.ctrlKey || event.metaKey || event.altKey)
    return undefined;
  const letter = key.toLocaleLowerCase();
  return [...stops.slice(at + 1), ...stops.slice(0, at)].find((stop) =>
    stop.querySelector(".tn-rowTitle")?.textContent?.trim().toLocaleLowerCase().startsWith(letter),
  );
}
