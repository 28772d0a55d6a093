import type { ReactNode } from "react";
import { SurroundingsProvider } from "../../appearance/context.tsx";
import { en } from "../../locales/en.ts";
import { LocalizationProvider, useLocale } from "../../localization.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { CreateOrganizationFlow } from "../create/flow.tsx";
import { ProfileContent } from "../profile/content.tsx";
import { LeaveDialog } from "../profile/members/leave-dialog.tsx";
import type { OpenDialog } from "./lazy.tsx";
import type { OrganizationSwitcherProps } from "./props.ts";

export interface SwitcherDialogProps {
  open: NonNullable<OpenDialog>;
  options: OrganizationSwitcherProps;
  onClose: () => void;
}

/** The dialogs that the panel opens. They are loaded when one of them is opened for the first time. */
export default function SwitcherDialogs(props: SwitcherDialogProps): ReactNode {
  return (
    <LocalizationProvider base={en}>
      <OneDialog {...props} />
    </LocalizationProvider>
  );
}

function OneDialog({ open, options, onClose }: SwitcherDialogProps): ReactNode {
  const { text } = useLocale();
  if (open.screen === "leave") {
    return <LeaveDialog organization={open.organization} onClose={onClose} />;
  }
  if (open.screen === "profile") {
    const { appearance, ...profile } = options.organizationProfileProps ?? {};
    return (
      <SurroundingsProvider appearance={appearance}>
        <Dialog size="large" title={text.organizationProfile.title} onClose={onClose}>
          <ProfileContent {...profile} routing="virtual" onGone={onClose}>
            {options.children}
          </ProfileContent>
        </Dialog>
      </SurroundingsProvider>
    );
  }
  return (
    <CreateOrganizationFlow
      frame={(title, screen) => (
        <Dialog title={title} onClose={onClose}>
          {screen}
        </Dialog>
      )}
      hideSlug={options.hideSlug}
      skipInvitationScreen={options.skipInvitationScreen}
      afterCreateOrganizationUrl={options.afterCreateOrganizationUrl}
      onDone={onClose}
      onCancel={onClose}
    />
  );
}
