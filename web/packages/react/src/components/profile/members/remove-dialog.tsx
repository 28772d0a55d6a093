import type { OrganizationMembershipResource, OrganizationResource } from "@tenantry/js";
import { type ReactNode, useRef } from "react";
import { useLocale } from "../../../localization.tsx";
import { ConfirmDialog } from "../../../ui/confirm.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { personName } from "../../people.ts";

export interface RemoveDialogProps {
  members: readonly OrganizationMembershipResource[];
  organization: OrganizationResource;
  onClose: () => void;
}

/** Removes one member or several, one after the other, and stops at the first refusal. */
export function RemoveDialog({ members, organization, onClose }: RemoveDialogProps): ReactNode {
  const { text, format, count, list } = useLocale();
  const words = text.organizationProfile.members;
  const toast = useToast();
  const removed = useRef(new Set<string>());
  const names = members.map((member) => personName(member.publicUserData));
  const [name = ""] = names;
  const isOne = members.length === 1;
  const about = { name, organization: organization.name };
  return (
    <ConfirmDialog
      title={isOne ? format(words.removeTitle, about) : count(words.removeSelected, members.length)}
      message={
        isOne
          ? format(words.removeMessage, about)
          : `${list(names)}. ${format(words.removeSelectedMessage, about)}`
      }
      action={words.remove}
      onConfirm={async () => {
        for (const member of members) {
          // Another try goes on where the last one was refused.
          if (removed.current.has(member.id)) continue;
          await member.destroy();
          removed.current.add(member.id);
        }
        toast(format(words.removed, { name: list(names) }));
      }}
      onClose={onClose}
    />
  );
}
