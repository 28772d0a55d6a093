import {
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useReducer,
  useRef,
} from "react";
import { createPortal } from "react-dom";
import { useElement, useRootAttributes } from "../appearance/context.tsx";
import { useContainer, useNamedContainer } from "./portal.ts";

export type Side = "top" | "bottom";
export type Align = "start" | "center" | "end";

export interface PopoverProps {
  label: string;
  anchor: RefObject<HTMLElement | null>;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  side: Side;
  align: Align;
  sideOffset: number;
  id: string;
  children: ReactNode;
}

/**
 * A panel of the platform's Popover API: it is in the top layer, a click beside it or Escape closes
 * it, and the focus goes back to the anchor. It stays where it stands in the page, so that it works in
 * a modal dialog too, unless a container is given.
 */
export function Popover(props: PopoverProps): ReactNode {
  const { anchor, isOpen, onOpenChange, side, align, sideOffset } = props;
  const element = useElement();
  const root = useRootAttributes();
  const hasContainer = useNamedContainer() !== null;
  const container = useContainer();
  const panel = useRef<HTMLDivElement>(null);
  const name = `--tn-${useId().replace(/\W/g, "")}`;
  const changed = useRef(onOpenChange);
  changed.current = onOpenChange;
  const [toggles, countToggle] = useReducer((count: number) => count + 1, 0);

  // In another container, the panel is another one.
  useEffect(() => {
    const shown = panel.current;
    if (!shown) return;
    const follow = (event: Event): void => {
      changed.current((event as ToggleEvent).newState === "open");
      countToggle();
    };
    shown.addEventListener("toggle", follow);
    return () => shown.removeEventListener("toggle", follow);
  }, [hasContainer, container]);

  useLayoutEffect(() => {
    const [shown, button] = [panel.current, anchor.current];
    // The platform then knows that a click on the anchor is no click beside the panel.
    if (shown && button instanceof HTMLButtonElement) button.popoverTargetElement = shown;
  });

  // A click opens and closes the panel before its event tells of it. A render between the two must not
  // take that back, but the page may decide against it after the event.
  useLayoutEffect(() => {
    const shown = panel.current;
    if (!shown || shown.matches(":popover-open") === isOpen) return;
    if (isOpen) shown.showPopover();
    else shown.hidePopover();
  }, [isOpen, toggles, hasContainer, container]);

  // In another container, the panel is another one.
  useEffect(() => {
    const [shown, button] = [panel.current, anchor.current];
    if (!isOpen || !shown || !button) return;
    return place(shown, button, { name, placement: `${side}-${align}`, sideOffset });
  }, [anchor, isOpen, name, side, align, sideOffset, hasContainer, container]);

  const content = (
    <div
      ref={panel}
      id={props.id}
      popover="auto"
      role="dialog"
      aria-label={props.label}
      {...root}
      {...element("panel", "tn-root")}
      data-placement={`${side}-${align}`}
    >
      {isOpen && props.children}
    </div>
  );
  if (!hasContainer) return content;
  return container && createPortal(content, container);
}

interface Placement {
  name: string;
  placement: `${Side}-${Align}`;
  sideOffset: number;
}

/** Puts the panel beside the anchor with CSS, or with floating-ui where the browser can't. */
function place(panel: HTMLElement, anchor: HTMLElement, options: Placement): () => void {
  panel.style.setProperty("--tn-side-offset", `${options.sideOffset}px`);
  if (CSS.supports("position-area", "block-end")) {
    anchor.style.setProperty("anchor-name", options.name);
    panel.style.setProperty("position-anchor", options.name);
    return () => anchor.style.removeProperty("anchor-name");
  }
  let stop: (() => void) | undefined;
  let isOver = false;
  void import("./float.ts").then(({ float }) => {
    if (!isOver) stop = float(panel, anchor, options);
  });
  return () => {
    isOver = true;
    stop?.();
  };
}
