import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";

export interface SelectOption {
  value: string;
  label: string;
  isDisabled?: boolean;
}

export interface SelectProps {
  /** The name for assistive technology; a visible label is given as `labelledBy`. */
  label: string;
  value: string;
  options: readonly SelectOption[];
  onValue: (value: string) => void;
  isDisabled?: boolean;
  /** Why the value can't be changed. */
  title?: string | undefined;
  size?: "medium" | "small";
}

export function Select(props: SelectProps): ReactNode {
  const element = useElement();
  return (
    <select
      {...element("select")}
      data-size={props.size ?? "medium"}
      aria-label={props.label}
      title={props.title}
      value={props.value}
      disabled={props.isDisabled}
      onChange={(event) => props.onValue(event.target.value)}
    >
      {props.options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.isDisabled}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
