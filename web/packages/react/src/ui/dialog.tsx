import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { useElement, useRootAttributes } from "../appearance/context.tsx";
import { useCoreLocale } from "../localization.tsx";
import { Button } from "./button.tsx";
import { close, Icon } from "./icons.tsx";
import { useContainer } from "./portal.ts";

export interface DialogProps {
  title: string;
  /** A large dialog has no visible title: its content names itself. */
  size?: "medium" | "large";
  role?: "dialog" | "alertdialog";
  /** A click beside the dialog doesn't close it. */
  staysOpen?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog of the platform: it is in the top layer, the rest of the page is inert, Escape closes
 * it, and the focus goes back to where it was.
 */
export function Dialog({
  title,
  size = "medium",
  role,
  staysOpen = false,
  onClose,
  children,
}: DialogProps): ReactNode {
  const element = useElement();
  const root = useRootAttributes();
  const { text } = useCoreLocale();
  const container = useContainer();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!container || !shown) return;
    if (!shown.open) shown.showModal();
    shown.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => shown.close();
  }, [container]);

  if (!container) return null;
  const isLarge = size === "large";
  return createPortal(
    <dialog
      ref={dialog}
      {...root}
      {...element("dialog", "tn-root")}
      role={role}
      data-size={size}
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        event.stopPropagation();
        if (event.target === dialog.current && !staysOpen) onClose();
      }}
      // What is around the dialog in React isn't around it in the page: a form, a row, or the switcher.
      onKeyDown={(event) => event.stopPropagation()}
      onSubmit={(event) => event.stopPropagation()}
    >
      <div {...element("dialogBody")}>
        <h2 id={titleId} {...element(isLarge ? "visuallyHidden" : "dialogTitle")}>
          {title}
        </h2>
        {children}
        <div {...element("dialogClose")}>
          <Button variant="quiet" size="icon" aria-label={text.common.close} onClick={onClose}>
            <Icon shape={close} />
          </Button>
        </div>
      </div>
    </dialog>,
    container,
  );
}
