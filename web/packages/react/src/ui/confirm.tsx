import { type ReactNode, useState } from "react";
import { useElement } from "../appearance/context.tsx";
import { useCoreLocale } from "../localization.tsx";
import { useAction } from "./action.ts";
import { ErrorAlert } from "./alert.tsx";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";

export interface ConfirmProps {
  title: string;
  message: string;
  action: string;
  /** What must be typed before the action is possible. */
  typed?: { label: string; value: string };
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something that can't be taken back, and stays open with the reason if it is refused. */
export function ConfirmDialog(props: ConfirmProps): ReactNode {
  const element = useElement();
  const { text } = useCoreLocale();
  const { isBusy, error, run } = useAction();
  const [typed, setTyped] = useState("");
  const mayAct = !props.typed || typed === props.typed.value;
  const act = async (): Promise<void> => {
    await props.onConfirm();
    props.onClose();
  };

  return (
    <Dialog title={props.title} role="alertdialog" onClose={props.onClose}>
      <p {...element("cardSubtitle")}>{props.message}</p>
      {props.typed && <TextField label={props.typed.label} value={typed} onText={setTyped} />}
      <ErrorAlert error={error} />
      <div {...element("actions")}>
        <Button onClick={props.onClose}>{text.common.cancel}</Button>
        <Button variant="danger" isBusy={isBusy} disabled={!mayAct} onClick={() => run(act)}>
          {props.action}
        </Button>
      </div>
    </Dialog>
  );
}
