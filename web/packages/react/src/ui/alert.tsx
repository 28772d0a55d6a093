import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";
import { useCoreLocale } from "../localization.tsx";
import { Button } from "./button.tsx";
import { Icon, warning } from "./icons.tsx";

/** What went wrong, announced at once, with a way to try again where there is one. */
export function ErrorAlert(props: {
  error: unknown;
  /** Better words for this error than those for its code. */
  message?: string | undefined;
  onRetry?: () => void;
}): ReactNode {
  const element = useElement();
  const { text, errorMessage } = useCoreLocale();
  if (!props.error) return null;
  return (
    <div {...element("alert")} role="alert">
      <Icon shape={warning} />
      <span {...element("alertText")}>{props.message ?? errorMessage(props.error)}</span>
      {props.onRetry && (
        <Button size="small" onClick={props.onRetry}>
          {text.common.retry}
        </Button>
      )}
    </div>
  );
}

/** Something to know that is no error. */
export function Note({
  children,
  actions,
}: {
  children: ReactNode;
  actions?: ReactNode;
}): ReactNode {
  const element = useElement();
  return (
    <div {...element("alert")} data-tone="neutral" role="status">
      <span {...element("alertText")}>{children}</span>
      {actions}
    </div>
  );
}
