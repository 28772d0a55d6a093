import {
  cloneElement,
  isValidElement,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from "react";
import { useTenantryContext } from "../context.ts";

interface Clickable {
  readonly onClick?: (event: MouseEvent<HTMLElement>) => void;
  readonly children?: ReactNode;
}

export interface SignOutButtonProps {
  /** Where to go afterwards. Defaults to `afterSignOutUrl` of the provider. */
  readonly redirectUrl?: string;
  /** Your own button, or the text of a plain one. Defaults to "Sign out". */
  readonly children?: ReactElement<Clickable> | string;
}

/** Ends the session in every tab. */
export function SignOutButton({
  redirectUrl,
  children = "Sign out",
}: SignOutButtonProps): ReactNode {
  const { tenantry } = useTenantryContext("<SignOutButton>");
  const signOut = () => tenantry.signOut(redirectUrl === undefined ? {} : { redirectUrl });
  if (!isValidElement<Clickable>(children)) {
    return (
      <button type="button" onClick={() => void signOut()}>
        {children}
      </button>
    );
  }
  const { onClick } = children.props;
  return cloneElement(children, {
    onClick: (event: MouseEvent<HTMLElement>) => {
      onClick?.(event);
      if (!event.defaultPrevented) void signOut();
    },
  });
}
