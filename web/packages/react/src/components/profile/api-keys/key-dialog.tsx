import { type ApiKeyResource, isTenantryError, type PermissionKey } from "@tenantry/js";
import { type FormEvent, type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import type { Action } from "../../../ui/action.ts";
import { ErrorAlert, Note } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { TextField } from "../../../ui/field.tsx";
import { fieldErrors } from "../../field-errors.ts";
import type { NamedPermission } from "./permission-names.ts";
import { PermissionsField } from "./permissions-field.tsx";

export interface KeyValues {
  name: string;
  description: string;
  permissions: readonly PermissionKey[];
}

export interface KeyDialogProps {
  title: string;
  button: string;
  /** The key to change, or nothing for a new one. */
  apiKey?: ApiKeyResource;
  offered: readonly NamedPermission[];
  /** Why nothing can be changed. */
  locked?: string | undefined;
  action: Action;
  onSubmit: (values: KeyValues) => void;
  onClose: () => void;
  /** More fields. */
  children?: ReactNode;
}

const FIELDS = ["name", "description", "permissions"];

/** The form of a new key and of one that is there. */
export function KeyDialog(props: KeyDialogProps): ReactNode {
  const { apiKey, locked, action } = props;
  const element = useElement();
  const { text, errorMessage } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const [name, setName] = useState(apiKey?.name ?? "");
  const [description, setDescription] = useState(apiKey?.description ?? "");
  const [permissions, setPermissions] = useState(apiKey?.permissions ?? []);
  const refused = fieldErrors(action.error, FIELDS);
  const sentence = (field: string): string | undefined => {
    const error = refused.of(field);
    return error && errorMessage(error);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim())
      props.onSubmit({ name: name.trim(), description: description.trim(), permissions });
  };
  const isLocked = locked !== undefined;
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form {...element("form")} onSubmit={submit} noValidate>
        {locked && <Note>{locked}</Note>}
        <TextField
          readOnly={isLocked}
          data-autofocus
          label={words.name}
          hint={!apiKey && words.nameHint}
          value={name}
          error={sentence("name")}
          onText={setName}
        />
        <TextField
          readOnly={isLocked}
          label={words.description}
          value={description}
          error={sentence("description")}
          onText={setDescription}
        />
        {!locked && (
          <PermissionsField
            offered={props.offered}
            chosen={permissions}
            error={sentence("permissions")}
            onChosen={setPermissions}
          />
        )}
        {props.children}
        <Refusal error={refused.rest} />
        <div {...element("actions")}>
          <Button onClick={props.onClose}>{text.common.cancel}</Button>
          <Button
            type="submit"
            variant="primary"
            isBusy={action.isBusy}
            disabled={!name.trim() || isLocked}
          >
            {props.button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What was refused about the key as a whole. A full organization is told how many keys it can have. */
function Refusal({ error }: { error: unknown }): ReactNode {
  const { text, format } = useLocale();
  const errors = isTenantryError(error) ? error.errors : [];
  const limit = errors.find(({ code }) => code === "quota_exceeded")?.meta.limit;
  const quota =
    typeof limit === "number"
      ? format(text.organizationProfile.apiKeys.quota, { limit })
      : undefined;
  return <ErrorAlert error={error} message={quota} />;
}
