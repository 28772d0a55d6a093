import type {
  ApiKeyResource,
  CreatedApiKey,
  OrganizationResource,
  PermissionKey,
} from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { useAction } from "../../../ui/action.ts";
import { Select } from "../../../ui/select.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { KeyDialog, type KeyValues } from "./key-dialog.tsx";
import type { NamedPermission } from "./permission-names.ts";

/** Zero stands for never. */
const LIFETIMES = [30, 90, 365, 0] as const;

export function CreateKeyDialog(props: {
  organization: OrganizationResource;
  /** What the viewer may do, and so may give to a key. */
  offered: readonly NamedPermission[];
  onCreated: (created: CreatedApiKey) => void;
  onClose: () => void;
}): ReactNode {
  const element = useElement();
  const { text, count } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const action = useAction();
  const [days, setDays] = useState<number>(90);
  const create = ({ name, description, permissions }: KeyValues): void =>
    action.run(async () => {
      const created = await props.organization.createApiKey({
        name,
        permissions,
        ...(description ? { description } : {}),
        ...(days ? { expiresInDays: days } : {}),
      });
      props.onCreated(created);
    });
  return (
    <KeyDialog
      title={words.create}
      button={words.create}
      offered={props.offered}
      action={action}
      onSubmit={create}
      onClose={props.onClose}
    >
      <div {...element("field")}>
        <span {...element("label")} aria-hidden="true">
          {words.expires}
        </span>
        <Select
          label={words.expires}
          value={`${days}`}
          options={LIFETIMES.map((lifetime) => ({
            value: `${lifetime}`,
            label: lifetime ? count(words.inDays, lifetime) : words.never,
          }))}
          onValue={(value) => setDays(Number(value))}
        />
      </div>
    </KeyDialog>
  );
}

export function EditKeyDialog(props: {
  apiKey: ApiKeyResource;
  offered: readonly NamedPermission[];
  onClose: () => void;
}): ReactNode {
  const { apiKey, offered } = props;
  const { text, format } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const toast = useToast();
  const action = useAction();
  const own = new Set(offered.map(({ key }) => key));
  const holdsMore = apiKey.permissions.some((key) => !own.has(key));
  const save = ({ name, description, permissions }: KeyValues): void =>
    action.run(async () => {
      await apiKey.update({
        name,
        description: description || null,
        // What the plan doesn't include now isn't among the permissions, and stays if they aren't sent.
        ...(isSame(permissions, apiKey.permissions) ? {} : { permissions }),
      });
      toast(text.organizationProfile.general.saved);
      props.onClose();
    });
  return (
    <KeyDialog
      title={format(words.editTitle, { name: apiKey.name })}
      button={text.common.save}
      apiKey={apiKey}
      offered={offered}
      locked={holdsMore ? words.holdsMore : undefined}
      action={action}
      onSubmit={save}
      onClose={props.onClose}
    />
  );
}

const isSame = (one: readonly PermissionKey[], other: readonly PermissionKey[]): boolean =>
  one.length === other.length && one.every((key) => other.includes(key));
