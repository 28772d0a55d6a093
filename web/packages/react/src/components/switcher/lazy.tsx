import type { OrganizationResource } from "@tenantry/js";
import { type ReactNode, useEffect } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useOrganizationList } from "../../hooks/useOrganizationList.ts";
import { deferred } from "../../ui/deferred.ts";
import { LoadFailure } from "../../ui/load-failure.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { FIRST_MEMBERSHIPS } from "../rows/first-memberships.ts";
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

const panel = deferred(() => import("./panel.tsx"));
const dialogs = deferred(() => import("./dialogs.tsx"));

/** The inside of the panel, which is loaded when it is opened for the first time. */
export function Panel(props: PanelProps): ReactNode {
  const { part: Content, reload } = panel.use();
  if (Content) return <Content {...props} />;
  if (reload) return <LoadFailure onReload={reload} />;
  return (
    <>
      <PanelPreload />
      <LoadingPanel />
    </>
  );
}

/** Loads the panel and its first rows at the same time. */
export function PanelPreload(): ReactNode {
  useOrganizationList({ userMemberships: FIRST_MEMBERSHIPS });
  useEffect(panel.preload, []);
  return null;
}

export function Dialogs(props: {
  open: NonNullable<OpenDialog>;
  options: OrganizationSwitcherProps;
  onClose: () => void;
}): ReactNode {
  const { part: Content, reload } = dialogs.use();
  if (Content) return <Content {...props} />;
  return reload && <LoadFailure onReload={reload} />;
}

function LoadingPanel(): ReactNode {
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
