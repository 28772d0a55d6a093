import type { RoleKey } from "@tenantry/js";
import {
  cloneElement,
  type HTMLAttributes,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useState,
} from "react";
import { SurroundingsProvider, useRootAttributes } from "../../appearance/context.tsx";
import { useOrganization } from "../../hooks/useOrganization.ts";
import { en } from "../../locales/en.ts";
import { LocalizationProvider, useLocale } from "../../localization.tsx";
import { Button } from "../../ui/button.tsx";
import { ToastProvider } from "../../ui/toast.tsx";
import type { CommonProps } from "../root.tsx";
import { InviteDialog } from "./dialog.tsx";

export interface InviteMembersButtonProps
  extends Pick<CommonProps, "appearance" | "localization" | "container">,
    Pick<HTMLAttributes<HTMLButtonElement>, "id" | "className" | "style"> {
  /** A button of your own. Attributes go to the one that is there without it. */
  children?: ReactElement<{ onClick?: (event: MouseEvent) => void }>;
  /** The id or slug of an organization of the user. Defaults to the tab's. */
  organization?: string;
  /** The role that is chosen at first. */
  role?: RoleKey;
}

/** Opens the invite dialog. Members who may not invite don't see the button. */
export function InviteMembersButton(props: InviteMembersButtonProps): ReactNode {
  const { appearance, localization, container, ...rest } = props;
  return (
    <SurroundingsProvider appearance={appearance} container={container}>
      <LocalizationProvider localization={localization} base={en}>
        <ToastProvider>
          <InviteButton {...rest} />
        </ToastProvider>
      </LocalizationProvider>
    </SurroundingsProvider>
  );
}

function InviteButton(props: InviteMembersButtonProps): ReactNode {
  const { children, organization: id, role, className = "", ...attributes } = props;
  const { text } = useLocale();
  const root = useRootAttributes();
  const [isOpen, setOpen] = useState(false);
  const { organization, membership } = useOrganization(
    id === undefined ? undefined : { organization: id },
  );
  if (!organization || !membership?.permissions.includes("org:sys_memberships:manage")) return null;
  const open = (event: MouseEvent): void => {
    children?.props.onClick?.(event);
    if (!event.defaultPrevented) setOpen(true);
  };
  return (
    <>
      {children ? (
        cloneElement(children, { onClick: open })
      ) : (
        <Button
          {...root}
          {...attributes}
          className={`tn-root ${className}`}
          variant="primary"
          onClick={open}
        >
          {text.organizationProfile.members.invite}
        </Button>
      )}
      {isOpen && (
        <InviteDialog
          organization={organization}
          {...(role === undefined ? {} : { role })}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
