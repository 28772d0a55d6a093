import type { OrganizationDomainResource, OrganizationResource } from "@tenantry/js";
import { type FormEvent, type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { useAction } from "../../../ui/action.ts";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { TextField } from "../../../ui/field.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { fieldErrors } from "../../field-errors.ts";

export function AddDomainDialog(props: {
  organization: OrganizationResource;
  onAdded: (domain: OrganizationDomainResource) => void;
  onClose: () => void;
}): ReactNode {
  const { text } = useLocale();
  const words = text.organizationProfile.domains;
  const [name, setName] = useState("");
  const action = useAction();
  const add = (): void =>
    action.run(async () => props.onAdded(await props.organization.createDomain(name.trim())));
  return (
    <OneFieldDialog
      title={words.add}
      label={words.name}
      hint={words.nameHint}
      field="name"
      value={name}
      onText={setName}
      button={words.add}
      action={action}
      onSubmit={add}
      onClose={props.onClose}
    />
  );
}

/** Proves a mailbox at the domain: first the address, then the code that was sent there. */
export function VerifyDomainDialog(props: {
  domain: OrganizationDomainResource;
  onClose: () => void;
}): ReactNode {
  const { onClose } = props;
  const { text, format } = useLocale();
  const words = text.organizationProfile.domains;
  const toast = useToast();
  const [domain, setDomain] = useState(props.domain);
  const [sentTo, setSentTo] = useState<string>();
  const [value, setValue] = useState("");
  const action = useAction();
  const title = format(words.verifyTitle, { name: domain.name });

  const send = (): void =>
    action.run(async () => {
      const affiliationEmailAddress = value.trim();
      setDomain(await domain.prepareAffiliationVerification({ affiliationEmailAddress }));
      setSentTo(affiliationEmailAddress);
      setValue("");
    });
  const confirm = (): void =>
    action.run(async () => {
      await domain.attemptAffiliationVerification({ code: value.trim() });
      toast(words.verified);
      onClose();
    });
  const shared = { title, value, onText: setValue, action, onClose };
  return sentTo === undefined ? (
    <OneFieldDialog
      {...shared}
      label={format(words.mailbox, { name: domain.name })}
      hint={words.verifyMessage}
      field="affiliationEmailAddress"
      type="email"
      button={words.sendCode}
      onSubmit={send}
    />
  ) : (
    <OneFieldDialog
      key="code"
      {...shared}
      label={words.code}
      hint={format(words.codeSent, { address: sentTo })}
      field="code"
      button={words.confirmCode}
      onSubmit={confirm}
    />
  );
}

interface OneFieldDialogProps {
  title: string;
  label: string;
  hint: string;
  /** The name of the field in the server's refusals. */
  field: string;
  type?: "text" | "email";
  value: string;
  onText: (value: string) => void;
  button: string;
  action: ReturnType<typeof useAction>;
  onSubmit: () => void;
  onClose: () => void;
}

function OneFieldDialog(props: OneFieldDialogProps): ReactNode {
  const { action } = props;
  const element = useElement();
  const { text, errorMessage } = useLocale();
  const refused = fieldErrors(action.error, [props.field]);
  const own = refused.of(props.field);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (props.value.trim()) props.onSubmit();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form {...element("form")} onSubmit={submit} noValidate>
        <TextField
          label={props.label}
          hint={props.hint}
          type={props.type ?? "text"}
          value={props.value}
          spellCheck={false}
          error={own && errorMessage(own)}
          onText={props.onText}
        />
        <ErrorAlert error={refused.rest} />
        <div {...element("actions")}>
          <Button onClick={props.onClose}>{text.common.cancel}</Button>
          <Button
            type="submit"
            variant="primary"
            isBusy={action.isBusy}
            disabled={!props.value.trim()}
          >
            {props.button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
