import { autoUpdate, computePosition, flip, shift } from "@floating-ui/dom";

/** Keeps a panel beside its anchor in browsers without CSS anchor positioning. */
export function float(
  panel: HTMLElement,
  anchor: HTMLElement,
  options: { placement: string },
): () => void {
  const [side, align] = options.placement.split("-") as ["top" | "bottom", string];
  const placement = align === "center" ? side : (`${side}-${align as "start" | "end"}` as const);
  return autoUpdate(anchor, panel, () => {
    void computePosition(anchor, panel, {
      placement,
      strategy: "fixed",
      middleware: [flip(), shift({ padding: 8 })],
    }).then(({ x, y }) => {
      Object.assign(panel.style, { inset: "auto", left: `${x}px`, top: `${y}px` });
    });
  });
}
