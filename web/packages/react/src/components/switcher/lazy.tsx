import type { OrganizationResource } from "@tenantry/js";
import { lazy, type ReactNode, Suspense } from "react";
import { useElement } from "../../appearance/context.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { OrganizationSwitcherProps } from "./props.ts";

/** The dialog that the panel has opened. It shows the organization that was current then. */
export type OpenDialog =
  | { screen: "profile"; organization: OrganizationResource }
  | { screen: "create" }
  | { screen: "leave"; organization: OrganizationResource }
  | null;

export interface PanelProps {
  options: OrganizationSwitcherProps;
  onClose: () => void;
  /** Opens a dialog in front of the page, after the panel. */
  onDialog: (dialog: OpenDialog) => void;
}

const LazyPanel = lazy(() => import("./panel.tsx"));
const LazyDialogs = lazy(() => import("./dialogs.tsx"));

/** The inside of the panel, which is loaded when it is opened for the first time. */
export function Panel({ fallback, ...props }: PanelProps & { fallback: ReactNode }): ReactNode {
  return (
    <Suspense fallback={fallback}>
      <LazyPanel {...props} />
    </Suspense>
  );
}

export function Dialogs(props: {
  open: NonNullable<OpenDialog>;
  options: OrganizationSwitcherProps;
  onClose: () => void;
}): ReactNode {
  return (
    <Suspense fallback={null}>
      <LazyDialogs {...props} />
    </Suspense>
  );
}

export function LoadingPanel(): ReactNode {
  const element = useElement();
  return (
    <div aria-busy="true">
      {["current", "first", "second"].map((row) => (
        <div key={row} {...element("panelCurrent")}>
          <Skeleton width="2rem" height="2rem" />
          <span {...element("rowText")}>
            <Skeleton width="60%" />
          </span>
        </div>
      ))}
    </div>
  );
}
