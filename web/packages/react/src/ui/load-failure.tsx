import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";
import { useTriggerText } from "../localization.tsx";

/**
 * Shown in place of a part of a component that couldn't be loaded, for example because the network is down. It has a
 * plain button, because `Button` and the other strings aren't loaded with a closed switcher.
 */
export function LoadFailure({ onReload }: { onReload: () => void }): ReactNode {
  const element = useElement();
  const { text: trigger } = useTriggerText();
  return (
    <div {...element("alert")} role="alert">
      <span {...element("alertText")}>{trigger.loadFailed}</span>
      <button type="button" {...element("button")} data-size="small" onClick={onReload}>
        {trigger.reload}
      </button>
    </div>
  );
}
