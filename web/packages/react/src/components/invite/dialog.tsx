import type { OrganizationResource, RoleKey } from "@tenantry/js";
import type { ReactNode } from "react";
import { useLocale } from "../../localization.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { InviteForm } from "./form.tsx";

export function InviteDialog(props: {
  organization: OrganizationResource;
  role?: RoleKey;
  onClose: () => void;
}): ReactNode {
  const { onClose, ...rest } = props;
  const { text } = useLocale();
  return (
    <Dialog title={text.inviteMembers.title} onClose={onClose}>
      <InviteForm
        {...rest}
        secondary={{ label: text.common.cancel, onClick: onClose }}
        onDone={onClose}
      />
    </Dialog>
  );
}
