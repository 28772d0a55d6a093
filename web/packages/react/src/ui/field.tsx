import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from "react";
import { useElement } from "../appearance/context.tsx";

interface Described {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value. It is announced, and the field is marked as invalid. */
  error?: string | null | undefined;
}

export interface TextFieldProps extends Described, InputHTMLAttributes<HTMLInputElement> {
  onText: (value: string) => void;
  inputRef?: Ref<HTMLInputElement>;
}

/** An input with its label, a hint, and an error below it. */
export function TextField({
  label,
  hint,
  error,
  onText,
  inputRef,
  ...rest
}: TextFieldProps): ReactNode {
  const element = useElement();
  const id = useId();
  return (
    <div {...element("field")}>
      <label {...element("label")} htmlFor={id}>
        {label}
      </label>
      <input
        type="text"
        autoComplete="off"
        {...rest}
        {...element("input")}
        ref={inputRef}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-note`}
        onChange={(event) => onText(event.target.value)}
      />
      <FieldNote id={`${id}-note`} hint={hint} error={error} />
    </div>
  );
}

/** The line below a field. It exists before it has text, so that screen readers announce a change. */
export function FieldNote(props: {
  id: string;
  hint?: ReactNode;
  error?: string | null | undefined;
}): ReactNode {
  const element = useElement();
  return (
    <div id={props.id} aria-live="polite">
      {props.error ? (
        <p {...element("hint")} data-tone="danger">
          {props.error}
        </p>
      ) : (
        props.hint && <p {...element("hint")}>{props.hint}</p>
      )}
    </div>
  );
}

/** A search input without a visible label. */
export function SearchField(props: {
  label: string;
  value: string;
  onText: (value: string) => void;
  inputRef?: Ref<HTMLInputElement>;
}): ReactNode {
  const element = useElement();
  return (
    <input
      {...element("input")}
      ref={props.inputRef}
      type="search"
      autoComplete="off"
      aria-label={props.label}
      placeholder={props.label}
      value={props.value}
      onChange={(event) => props.onText(event.target.value)}
    />
  );
}
