import type { OrganizationResource } from "@tenantry/js";
import type { ReactNode } from "react";
import { useLocale } from "../../../localization.tsx";
import { ConfirmDialog } from "../../../ui/confirm.tsx";

export function LeaveDialog(props: {
  organization: OrganizationResource;
  onClose: () => void;
}): ReactNode {
  const { organization, onClose } = props;
  const { text, format } = useLocale();
  const words = text.organizationProfile.danger;
  return (
    <ConfirmDialog
      title={format(words.leaveTitle, { name: organization.name })}
      message={words.leaveMessage}
      action={words.leave}
      onConfirm={() => organization.leave()}
      onClose={onClose}
    />
  );
}
