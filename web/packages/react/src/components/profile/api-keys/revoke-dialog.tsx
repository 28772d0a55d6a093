import type { ApiKeyResource } from "@tenantry/js";
import type { ReactNode } from "react";
import { useLocale } from "../../../localization.tsx";
import { ConfirmDialog } from "../../../ui/confirm.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { isolate } from "./isolate.ts";

export function RevokeKeyDialog(props: { apiKey: ApiKeyResource; onClose: () => void }): ReactNode {
  const { text, format } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const toast = useToast();
  const { name, visible } = props.apiKey;
  return (
    <ConfirmDialog
      title={format(words.revokeTitle, { name })}
      message={format(words.revokeMessage, { key: isolate(`${visible}…`) })}
      action={words.revoke}
      onConfirm={async () => {
        await props.apiKey.revoke();
        toast(format(words.revokeDone, { name }));
      }}
      onClose={props.onClose}
    />
  );
}
