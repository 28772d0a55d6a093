import type { ButtonHTMLAttributes, ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: "primary" | "secondary" | "danger" | "quiet";
  size?: "medium" | "small" | "icon";
  /** Shows that the action is under way, and ignores further clicks. The button keeps the focus. */
  isBusy?: boolean;
}

export function Button({
  variant = "secondary",
  size = "medium",
  isBusy = false,
  className,
  onClick,
  children,
  ...rest
}: ButtonProps): ReactNode {
  const element = useElement();
  return (
    <button
      type="button"
      {...rest}
      {...element("button", className)}
      data-variant={variant}
      data-size={size}
      aria-busy={isBusy || undefined}
      aria-disabled={isBusy || rest["aria-disabled"]}
      onClick={(event) => {
        if (isBusy || rest["aria-disabled"]) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {isBusy && <Spinner />}
      {children}
    </button>
  );
}

export function Spinner(): ReactNode {
  const element = useElement();
  return <span {...element("spinner")} aria-hidden="true" />;
}
