import type { CreatedApiKey } from "@tenantry/js";
import { type ReactNode, useRef, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { Note } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { TextField } from "../../../ui/field.tsx";
import { copy, Icon } from "../../../ui/icons.tsx";

/** Shows the key itself. When the dialog closes, nothing has the secret any more. */
export function SecretDialog(props: { created: CreatedApiKey; onClose: () => void }): ReactNode {
  const { apiKey, secret } = props.created;
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const field = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<"copied" | "copyFailed">();
  const copyKey = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(secret);
      setOutcome("copied");
    } catch {
      // Browsers give no access to the clipboard on pages without TLS, or if the person denies it.
      field.current?.select();
      setOutcome("copyFailed");
    }
  };
  return (
    <Dialog
      title={format(words.secretTitle, { name: apiKey.name })}
      staysOpen
      onClose={props.onClose}
    >
      <div {...element("form")}>
        <Note>{words.secretWarning}</Note>
        <TextField
          label={words.secret}
          value={secret}
          readOnly
          dir="ltr"
          spellCheck={false}
          inputRef={field}
          hint={outcome === "copied" && words.copied}
          error={outcome === "copyFailed" ? words.copyFailed : null}
          onFocus={(event) => event.target.select()}
          onText={() => {}}
        />
        <div {...element("actions")}>
          <Button onClick={() => void copyKey()} data-autofocus>
            <Icon shape={copy} />
            {words.copy}
          </Button>
          <Button variant="primary" onClick={props.onClose}>
            {words.done}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
